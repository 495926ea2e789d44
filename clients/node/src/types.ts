/** A JSON object of the API, with all its fields. */
export type Fields = Record<string, unknown>;

/** A key link as Rev.io's API shows it. */
export interface KeyLink {
  integration_key_link_id: number;
  integration_system_id: number;
  integration_entity_type_id: number;
  internal_id: number;
  external_id: string;
  created_date: string | null;
  created_by: number | null;
}

/** A pattern for one value: text with wildcards, a number, null for "absent", or a list of alternatives. */
export type Pattern = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** Which requests a fault rule applies to. All parts are optional; a request matches if all of them match. */
export interface Match {
  method?: Pattern;
  /** The path with /v1, with wildcards: "/v1/IntegrationKeyLink*". */
  path?: Pattern;
  client?: Pattern;
  query?: Record<string, Pattern>;
  headers?: Record<string, Pattern>;
  body?: Record<string, Pattern>;
  not?: Match | readonly Match[];
}

/** Which requests of the log are meant: the parts of `Match`, and those that only the log knows. */
export interface LogMatch extends Omit<Match, "not"> {
  /** 503, "5xx", "any", "none", or a list of these. */
  status?: Pattern;
  /** The id or the name of a fault rule, "any" or "none". */
  fault?: Pattern;
  /** A date, or how long ago: "30s". */
  since?: string;
  until?: string;
  not?: LogMatch | readonly LogMatch[];
}

/** How many are expected: a number, or a range. */
export type Count = number | { min?: number; max?: number };

/** What a fault does. */
export interface Effect {
  status?: number;
  body?: unknown;
  headers?: Record<string, string | number>;
  preset?:
    | "rate_limited"
    | "quota_exceeded"
    | "missing_key"
    | "invalid_key"
    | "unauthorized"
    | "forbidden"
    | "server_error"
    | "unavailable"
    | "html_error"
    | "empty_body"
    | "broken_json";
  /** "200ms", "100ms..800ms" or "lognormal:200ms,0.4". */
  latency?: string;
  connection?: "reset" | "empty" | "truncate" | "garbage" | "hang";
  drip?: { chunks: number; over: string };
  /** What happens to a notification instead. "late" needs a latency. */
  delivery?: "late" | "twice" | "out_of_order" | "lost";
}

/** When a fault rule fires. */
export interface When {
  skip?: number;
  every?: number;
  times?: number;
  probability?: number;
  after?: string;
  for?: string;
}

/** A fault rule, as `faults.add` takes it. */
export interface FaultRule {
  effect: Effect;
  match?: Match;
  when?: When;
  /** Whether the request is carried out before the fault. Default: "before_commit", it is not. */
  phase?: "before_commit" | "after_commit";
  name?: string;
  seed?: number;
  /** `check()` does not expect that it fires. */
  optional?: boolean;
}

/** An armed fault rule. */
export interface ArmedFault extends FaultRule {
  id: number;
  matched: number;
  fired: number;
  last_miss: string | null;
}

/** An entry of the request log. `response` is null until there is one. */
export interface LoggedRequest {
  id: string;
  at: string;
  client: string | null;
  login: string | null;
  trace_id: string | null;
  method: string;
  path: string;
  query: Fields;
  headers: Record<string, string>;
  body: string | null;
  json: unknown;
  response: { status: number; headers: Record<string, string>; body: string } | null;
  duration_ms: number | null;
  client_left: boolean;
  fault: unknown;
  explain: string | null;
  behaviours: string[];
  error: string | null;
}

/** A delivery of a webhook. */
export interface Delivery {
  id: number;
  confirmation: boolean;
  event_id: string | null;
  event_type: string | null;
  object_id: number | null;
  created_date: string;
  webhook_receiver_id: number;
  url: string | null;
  status: "pending" | "delivered" | "failed" | "lost";
  next_attempt: string | null;
  held: boolean;
  fault: string | null;
  attempts: {
    at: string;
    status: number | null;
    headers: Record<string, string>;
    body: string | null;
    error: string | null;
    duration_ms: number;
  }[];
}

/** What has changed since a snapshot. */
export interface Changes {
  added: { table: string; id: number; record: Fields }[];
  changed: { table: string; id: number; fields: Record<string, { before: unknown; after: unknown }> }[];
  removed: { table: string; id: number; record: Fields }[];
  settings: Record<string, { before: unknown; after: unknown }>;
}

/** The value of a setting, written as on the command line. */
export type SettingValue = string | number | boolean | readonly string[];

/** The settings that can change while the server runs. `null` restores the default. */
export interface WorldSettings {
  auth?: "required" | "off" | null;
  strict_login?: boolean | null;
  subscription_key?: readonly string[] | null;
  rate_limit?: string | null;
  quota?: string | null;
  latency?: string | null;
  error_rate?: string | number | null;
  duplicates?: "reject" | "allow" | null;
  error_shape?: "array" | "object" | null;
  error_status?: string | string[] | null;
  page_size_over_max?: "clamp" | "reject" | null;
  blank_search?: "ignore" | "match" | null;
  put?: "replace" | "merge" | null;
  key_link_id?: string | null;
  links?: "none" | "self" | null;
  unset_dates?: "null" | "sentinel" | null;
  server_headers?: "mock" | "iis" | null;
}

/** A user name of the form login@clientcode, and its password. */
export interface Credentials {
  username: string;
  password: string;
}
