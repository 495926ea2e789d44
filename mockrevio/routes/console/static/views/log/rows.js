// The list of calls. Rows are drawn once: how long the slowest took is a variable of the list, not of each row.

import { html, memo } from "../../lib/html.js";
import { formatDuration, timeOf } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { Badge } from "../../ui/basics.js";
import { CallStatus, Evidence, Method } from "../../ui/revio.js";
import { ownAction } from "../../ui/table.js";

/** The first `limit` calls, and beyond them those that are open or focused, so that neither gets lost while calls arrive. */
function drawn(shown, limit, kept) {
  return [...shown.slice(0, limit), ...shown.slice(limit).filter(({ id }) => kept.includes(id))];
}

export function Rows({ list, shown, limit, open, cursor, params, onOpen }) {
  const rows = drawn(shown, limit, [open, cursor]);
  const slowest = Math.max(1, ...rows.map((call) => call.duration_ms ?? 0));
  const query = JSON.stringify(params);
  const click = (event) => {
    const id = event.target.closest("[data-id]")?.dataset.id;
    if (id && !ownAction(event)) onOpen(id);
  };
  return html`<ol class="log-rows" ref=${list} style=${{ "--slowest": slowest }} onClick=${click} aria-label="Calls, newest first">
    ${rows.map((call) => html`<${Row} key=${call.id} call=${call} open=${call.id === open} query=${query} />`)}
  </ol>`;
}

const Row = memo(({ call, open, query }) => html`<li class="log-row" data-id=${call.id} data-open=${open ? "" : undefined}>
  <span class="log-time">${timeOf(call.at)}</span>
  <a class="log-call" href=${href("log", call.id, JSON.parse(query))} aria-current=${open ? "true" : undefined}><${Method} method=${call.method}
    /> <span class="log-path">${call.path}${call.query && html`<span class="muted">?${call.query}</span>`}</span></a>
  <span class="log-client">${call.client}</span>
  <span class="log-marks">
    ${call.fault && html`<${Badge} tone="warn" icon="zap" title=${`This fault fired: ${call.fault}`}>${call.fault}<//>`}
    ${call.assumed?.length > 0 && html`<${Evidence} label="assumed" title=${`Decided by ${call.assumed.join(", ")}, which is assumed`} />`}
  </span>
  <span class="log-status"><${CallStatus} call=${call} /></span>
  <span class="log-bar" data-varies style=${{ "--ms": call.duration_ms ?? 0 }} data-slow=${call.duration_ms >= 1000 ? "" : undefined}></span>
  <span class="log-ms" data-varies>${formatDuration(call.duration_ms)}</span>
  ${call.explain && !call.fault && html`<span class="log-explain">${call.explain}</span>`}
</li>`);
