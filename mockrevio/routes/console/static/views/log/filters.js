// Which calls the log shows. All filters are in the address.

import { html, useCallback, useEffect, useMemo, useRef, useState } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { setParams } from "../../lib/router.js";
import { SearchField, SelectField } from "../../ui/forms.js";
import { isError } from "../../ui/revio.js";

const SEARCH_WAIT = 2000; // milliseconds between two searches in bodies, while calls arrive
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
export const NO_FILTERS = { text: null, status: null, method: null, client: null, fault: null };

export const hasFilters = (params) => Object.keys(NO_FILTERS).some((name) => params[name]);

const STATUS_TESTS = {
  errors: isError,
  broken: (call) => !call.in_progress && (call.status === null || Boolean(call.delivered)),
  waiting: (call) => call.in_progress,
};
const FAULT_TESTS = { any: (call) => call.fault !== null, none: (call) => call.fault === null };

function matchesStatus(call, wanted) {
  if (wanted in STATUS_TESTS) return STATUS_TESTS[wanted](call);
  const status = String(call.status ?? "");
  return wanted.endsWith("xx") ? status.startsWith(wanted[0]) : status === wanted;
}

function matches(call, { status, method, client, fault }) {
  return (!method || call.method === method)
    && (!client || (call.client ?? "-") === client)
    && (!status || matchesStatus(call, status))
    && (!fault || (FAULT_TESTS[fault]?.(call) ?? call.fault === fault));
}

/** Whether a text is in what the page knows of a call; its bodies are only known to the server. */
function hasText(call, text) {
  return `${call.method} ${call.path}?${call.query} ${call.explain ?? ""} ${call.fault ?? ""}`.toLowerCase().includes(text);
}

/** The calls to show, newest first. A text is looked for here at once, and in bodies by the server, again and again. */
export function useShown(calls, params, running) {
  const { text = "", status, method, client, fault } = params;
  const { found, error, retry } = useSearch(text, calls, running);
  const shown = useMemo(() => {
    const older = [...found.values()].filter((each) => !calls.has(each.id));
    const lower = text.toLowerCase();
    const wanted = (call) => matches(call, { status, method, client, fault }) && (!text || found.has(call.id) || hasText(call, lower));
    return [...older, ...calls.values()].filter(wanted).reverse();
  }, [calls, found, text, status, method, client, fault]);
  return { shown, error, retry };
}

const NONE = new Map();

/** What the server finds, by id. While calls arrive it is asked again, but not more often than every two seconds. */
function useSearch(text, calls, running) {
  const [state, setState] = useState({ text: "", found: NONE, error: null });
  const asked = useRef({ at: 0, timer: null });
  const latest = useRef(text);
  latest.current = text;
  const search = useCallback(async () => {
    asked.current = { at: performance.now(), timer: null };
    const wanted = latest.current;
    try {
      const { requests } = await get("requests", { text: wanted, form: "summary" });
      if (wanted === latest.current) setState({ text: wanted, found: new Map(requests.map((each) => [each.id, each])), error: null });
    } catch (error) {
      if (wanted === latest.current) setState({ text: wanted, found: NONE, error });
    }
  }, []);
  useEffect(() => {
    if (text) search();
  }, [text]);
  useEffect(() => {
    if (!text || !running || asked.current.timer !== null) return;
    asked.current.timer = setTimeout(search, Math.max(0, asked.current.at + SEARCH_WAIT - performance.now()));
  }, [calls]);
  useEffect(() => () => clearTimeout(asked.current.timer), []);
  return state.text === text && text ? { ...state, retry: search } : { found: NONE, error: null, retry: search };
}

const sorted = (values) => [...new Set(values)].sort();

export function Filters({ params, calls }) {
  const seen = useMemo(() => {
    const all = [...calls.values()];
    return { statuses: sorted(all.map((each) => each.status).filter(Boolean)), clients: sorted(all.map((each) => each.client).filter(Boolean)),
      faults: sorted(all.map((each) => each.fault).filter(Boolean)), methods: sorted(all.map((each) => each.method)) };
  }, [calls]);
  const select = (name, label, options) => html`<${SelectField} label=${label} hideLabel value=${params[name] ?? ""}
    onValue=${(value) => setParams({ [name]: value })} options=${[["", `Any ${name}`], ...withChosen(options, params[name])]} />`;
  return html`<div class="toolbar log-filters" role="search" aria-label="Filter calls">
    <${SearchField} label="Filter by text" placeholder="Path, query, explanation, or text in a body" value=${params.text ?? ""} onValue=${(text) => setParams({ text })} />
    ${select("status", "Status", [["errors", "Errors"], ["2xx", "2xx"], ["3xx", "3xx"], ["4xx", "4xx"], ["5xx", "5xx"], ["broken", "Broken connection"], ["waiting", "Waiting"],
      ...seen.statuses.map((each) => [String(each), String(each)])])}
    ${select("method", "Method", sorted([...METHODS, ...seen.methods]).map((each) => [each, each]))}
    ${select("client", "Client", [["-", "No client code"], ...seen.clients.map((each) => [each, each])])}
    ${select("fault", "Fault", [["any", "With a fault"], ["none", "Without a fault"], ...seen.faults.map((each) => [each, each])])}
  </div>`;
}

/** The options with the chosen one, even if no call in the log has it (any more). */
function withChosen(options, chosen) {
  return !chosen || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];
}
