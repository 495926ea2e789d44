// The calls that touched a record, the newest first, as far as the log still has them.

import { html } from "../lib/html.js";
import { get } from "../lib/api.js";
import { formatDuration, plural, timeOf } from "../lib/format.js";
import { useLoad, useNewCalls } from "../lib/load.js";
import { href } from "../lib/router.js";
import { Badge, Loaded, Panel } from "./basics.js";
import { CallStatus, Method } from "./revio.js";
import { Table } from "./table.js";

const MOST = 20;
const WAIT = 1500; // milliseconds between two searches: each reads the whole log

const COLUMNS = [
  { key: "call", title: "Call", hideLabel: true, cell: (call) => html`<a class="call-name" href=${href("log", call.id)}><${Method} method=${call.method} /> ${call.path}${call.query && `?${call.query}`}</a>` },
  { key: "status", title: "Answer", hideLabel: true, cell: (call) => html`<span class="row">
    <${CallStatus} call=${call} />${call.fault && html`<${Badge} tone="warn" icon="zap" title=${call.fault}>fault<//>`}</span>` },
  { key: "ms", title: "Duration", hideLabel: true, end: true, cell: (call) => html`<span class="muted small nowrap">${formatDuration(call.duration_ms)}</span>` },
  { key: "at", title: "Time", hideLabel: true, end: true, cell: (call) => html`<time class="muted number small nowrap" datetime=${call.at} title=${call.at}>${timeOf(call.at).slice(0, 8)}</time>` },
];

/** `record` is what the admin API takes: "CUSTOMER/1015" or "IntegrationKeyLink/12". */
export function RecordCalls({ record }) {
  const state = useLoad(() => get("requests", { record, form: "summary", limit: MOST }), [record], ["log"]);
  useNewCalls(state.reload, WAIT);
  const count = state.data?.count ?? 0;
  const note = count > MOST ? `the last ${MOST} of ${plural(count, "call")}` : count ? plural(count, "call") : null;
  return html`<${Panel} title="Calls that touched it" note=${note} flush=${count > 0}>
    <${Loaded} state=${state} lines=${2}>${({ requests }) => (requests.length === 0
      ? html`<p class="muted">None in the log. Calls appear here as they happen.</p>`
      : html`<${Table} label="Calls that touched it" columns=${COLUMNS} rows=${[...requests].reverse()} rowKey=${(call) => call.id} />`)}
    <//>
  <//>`;
}
