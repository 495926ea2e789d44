// Settings in words: their groups, titles and choices. A setting that is not named here still appears, with the server's
// own words.

import { inWords } from "../../lib/format.js";

export const OTHER = "Other";

export const GROUPS = [
  ["Failures and delays", ["latency", "error_rate"]],
  ["Limits of the gateway", ["rate_limit", "quota", "subscription_key"]],
  ["Who may call", ["auth", "strict_login"]],
  ["Key links", ["duplicates", "put", "key_link_id"]],
  ["Searching and paging", ["blank_search", "page_size_over_max"]],
  ["What answers look like", ["error_shape", "error_status", "links", "unset_dates", "server_headers"]],
];

/** `title`, the `choices` by value, `examples` that can be taken over, and what stands for a value that is not set. */
const WORDS = {
  latency: { title: "Latency", examples: ["200ms", "100ms..800ms", "lognormal:200ms,0.4"], unset: "none" },
  error_rate: { title: "Error rate", examples: ["0.05", "0.3:503"], unset: "none" },
  rate_limit: { title: "Rate limit", examples: ["500/60", "10/10"], unset: "off" },
  quota: { title: "Quota", examples: ["150000/86400"], unset: "off" },
  subscription_key: { title: "Subscription keys", unset: "none needed" },
  auth: { title: "Credentials", choices: { required: "Needed", off: "Not needed" } },
  strict_login: { title: "Strict logins" },
  duplicates: { title: "Duplicate key links", choices: { reject: "Reject", allow: "Allow" } },
  put: { title: "PUT of a key link", choices: { replace: "Replaces all fields", merge: "Keeps fields it lacks" } },
  key_link_id: { title: "Field with a key link's id" },
  blank_search: { title: "Blank search parameters", choices: { ignore: "Are ignored", match: "Match blank values" } },
  page_size_over_max: { title: "Page sizes over 500", choices: { clamp: "Clamp to 500", reject: "Reject" } },
  error_shape: { title: "Error bodies", choices: { array: "An array", object: "An object" } },
  error_status: { title: "Statuses of errors", examples: ["link.duplicate=409", "body.invalid=422"], unset: "the usual ones" },
  links: { title: "Links in records", choices: { none: "None", self: "To themselves" } },
  unset_dates: { title: "Dates that are not set", choices: { null: "null", sentinel: "0001-01-01T00:00:00" } },
  server_headers: { title: "Response headers", choices: { mock: "mockrevio's", iis: "Those of IIS" } },
};

export const titleOf = ({ name }) => WORDS[name]?.title ?? inWords(name);
export const choiceText = ({ name }, value) => WORDS[name]?.choices?.[value] ?? value;
export const examplesOf = ({ name }) => WORDS[name]?.examples ?? [];

/** A value as people read it. */
export function valueInWords(setting, value) {
  if (value === null || (Array.isArray(value) && value.length === 0)) return WORDS[setting.name]?.unset ?? "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  return Array.isArray(value) ? value.join(", ") : choiceText(setting, value);
}
