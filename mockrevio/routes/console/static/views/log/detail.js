// One call: what was asked, what was answered, and why.

import { html, memo, useEffect, useRef } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { dateOf, formatDuration, timeOf } from "../../lib/format.js";
import { useLoad } from "../../lib/load.js";
import { caveatOf } from "../../lib/logged-call.js";
import { href } from "../../lib/router.js";
import { Badge, Button, ButtonLink, Empty, Facts, LoadError, Notice, Skeleton } from "../../ui/basics.js";
import { Body, HeaderList, RulesThatDecided } from "../../ui/exchange.js";
import { CallStatus, Method } from "../../ui/revio.js";
import { CallCode } from "./code.js";
import { Replay } from "./replay.js";

const OVERLAY = "(max-width: 70rem)"; // as in components.css: the pane covers the list

/** The pane beside the list. `summary` is what the list knows of the call; null if it is not there (any more). */
export const Detail = memo(({ id, summary, onClose }) => {
  const pane = useRef(null);
  const stage = summary && `${summary.in_progress}|${summary.status}|${summary.client_left}`;
  const state = useLoad(() => get(`requests/${encodeURIComponent(id)}`), [id, stage], ["log"]);
  const entry = state.data?.id === id ? state.data : null;
  const gone = state.error?.status === 404 && !state.loading;
  useEffect(() => {
    pane.current.scrollTop = 0;
    if (matchMedia(OVERLAY).matches) pane.current.focus();
  }, [id]);
  return html`<aside class="panel detail log-detail" aria-label=${`Call ${id}`} tabindex="-1" ref=${pane}>
    <div class="detail-head">
      <div>${entry ? html`<h2 class="log-title"><${Method} method=${entry.method} /> ${entry.path}</h2>` : html`<h2 class="log-title">Call ${id}</h2>`}</div>
      <${Button} kind="quiet" small icon="x" label="Close" onClick=${onClose} />
    </div>
    ${entry && html`<${Entry} key=${id} entry=${entry} gone=${gone} />`}
    ${!entry && gone && html`<${Empty} icon="eraser" title="This call is gone"
      actions=${html`<a class="button" href=${href("log")}>Show the log</a>`}>The log was cleared or reset since, or it dropped the call to make room for newer ones.<//>`}
    ${!entry && !gone && (state.error
      ? html`<div class="panel-body"><${LoadError} error=${state.error} retry=${state.reload} /></div>`
      : html`<div class="panel-body"><${Skeleton} lines=${8} /></div>`)}
  </aside>`;
});

function Entry({ entry, gone }) {
  return html`<div class="log-entry">
    ${gone && html`<${Notice} tone="warn">The log does not have this call any more. Here is what it was.<//>`}
    <${Replay} entry=${entry} actions=${html`<${ButtonLink} small icon="zap" href=${href("faults", "new", { method: entry.method, path: entry.path })}>Make a fault for calls like this<//>`} />
    ${entry.explain && html`<${Notice} icon="sparkles"><p><strong>Why:</strong> ${entry.explain}</p><//>`}
    ${entry.error && html`<${Notice} tone="bad"><p>An error inside mockrevio. Please report it.</p><pre class="log-trace">${entry.error}</pre><//>`}
    <${Summary} entry=${entry} />
    <section><h3>Rules that decided</h3><${Rules} entry=${entry} /></section>
    <section><h3>Answer</h3><${Answer} entry=${entry} /></section>
    <section><h3>Request</h3>
      <${HeaderList} title="Query" headers=${entry.query} /><${HeaderList} title="Headers" headers=${entry.headers} />
      <${Body} text=${entry.body} label="Request body" truncated=${entry.body_truncated} empty="No body." /></section>
    <section><h3>As code</h3><${CallCode} entry=${entry} caveat=${caveatOf(entry)} /></section>
  </div>`;
}

function Summary({ entry }) {
  const { response } = entry;
  const call = { ...entry, in_progress: response === null, status: response?.status ?? null, delivered: response?.delivered ?? null };
  return html`<${Facts} facts=${[
    ["Answer", html`<${CallStatus} call=${call} />`],
    entry.fault && ["Fault", html`<${Fault} fault=${entry.fault} />`],
    ["Took", response ? html`<span data-varies>${formatDuration(entry.duration_ms)}</span>` : html`<span class="muted">not answered yet</span>`],
    ["Arrived", html`<span class="number">${dateOf(entry.at).slice(0, 10)} ${timeOf(entry.at)}</span>`],
    ["Client", html`${entry.client ?? "no client code"}${entry.login && html` <span class="muted">as ${entry.login}</span>`}`],
    entry.peer && ["From", html`<code data-varies>${entry.peer}</code>`],
    entry.client_left && ["Client", "left before it had the whole answer"],
    ["Id", html`<code data-varies>${entry.id}</code>`],
  ]} />`;
}

/** The faults that fired: "fault 3 (outage), X-Mock-Latency". A rule has a page of its own. */
function Fault({ fault }) {
  const number = /^fault (\d+)\b/.exec(fault)?.[1];
  return html`<${Badge} tone="warn" icon="zap" href=${number ? href("faults", number) : fault === "error_rate" ? href("settings") : undefined}>${fault}<//>`;
}

function Rules({ entry }) {
  if (entry.response === null) return html`<p class="muted small">They are known once the call is answered.</p>`;
  return html`<${RulesThatDecided} names=${entry.behaviours} />`;
}

const DELIVERIES = {
  reset: "The connection was reset (RST) instead of an answer.", empty: "The connection was closed without a byte.",
  truncate: "The body was cut short: fewer bytes than Content-Length says.", garbage: "Bytes that are no HTTP were sent instead of this answer.",
  hang: "Nothing was sent until the client gave up.",
};

function Answer({ entry }) {
  const { response } = entry;
  if (response === null) return html`<p class="muted small">The call waits. It is shown here as soon as it is answered.</p>`;
  return html`${response.delivered && html`<${Notice} tone="bad" icon="unplug"><p>${DELIVERIES[response.delivered] ?? `The connection broke: ${response.delivered}.`}
      ${response.status ? " What follows is what would have been sent." : ""}</p><//>`}
    <${HeaderList} title="Headers" headers=${response.headers} />
    <${Body} text=${response.body} label="Response body" truncated=${response.body_truncated} empty="No body." />`;
}
