// The answer to a call that was sent from this page, with what decided it.

import { html } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { formatBytes, formatDuration } from "../../lib/format.js";
import { useLoad } from "../../lib/load.js";
import { href } from "../../lib/router.js";
import { Button, LoadError, Notice, Panel, Skeleton } from "../../ui/basics.js";
import { Body, HeaderList, RulesThatDecided } from "../../ui/exchange.js";
import { CallStatus } from "../../ui/revio.js";

const RETRIES = 10;
const RETRY_WAIT = 100; // milliseconds

/** The entry of the log. A browser may have the answer before the log does. */
async function loadEntry(id) {
  for (let turn = 0; ; turn += 1) {
    const entry = await get(`requests/${encodeURIComponent(id)}`);
    if (entry.response !== null || turn === RETRIES) return entry;
    await new Promise((done) => setTimeout(done, RETRY_WAIT));
  }
}

export function Answer({ answer, waiting, onCancel }) {
  if (waiting) {
    return html`<${Panel} title="Answer"><div class="row" role="status">Waiting for the answer…
      <${Button} small onClick=${onCancel}>Stop waiting<//></div><//>`;
  }
  if (answer === null) return null;
  const { status, error, text, headers, ms, id } = answer;
  const note = html`<span class="row" role="status">${status !== null && html`<${CallStatus} call=${{ status }} />`}
    <span class="number">${formatDuration(ms)}</span>${text && html`<span class="number">${formatBytes(new TextEncoder().encode(text).length)}</span>`}</span>`;
  return html`<${Panel} title="Answer" note=${note} actions=${id && html`<a href=${href("log", id)}>In the log</a>`}>
    <div class="stack">
      ${error && html`<${Notice} tone="bad" icon="unplug" role="alert"><p>${error}</p><//>`}
      ${headers["x-mock-explain"] && html`<${Notice} icon="sparkles"><p><strong>Why:</strong> ${headers["x-mock-explain"]}</p><//>`}
      ${!error && html`<${Body} text=${text} label="Response body" empty="No body." />`}
      ${status !== null && html`<${HeaderList} title="Headers" headers=${headers} />`}
      ${id && html`<section class="stack tight"><h3>Rules that decided</h3><${Rules} key=${id} id=${id} /></section>`}
    </div>
  <//>`;
}

function Rules({ id }) {
  const state = useLoad(() => loadEntry(id), [id]);
  if (state.data) return html`<${RulesThatDecided} names=${state.data.behaviours} />`;
  return state.error ? html`<${LoadError} error=${state.error} retry=${state.reload} />` : html`<${Skeleton} lines=${2} />`;
}
