// The last calls that this tab has sent.

import { html } from "../../lib/html.js";
import { formatDuration } from "../../lib/format.js";
import { createStore, useStore } from "../../lib/store.js";
import { Button, Panel } from "../../ui/basics.js";
import { CallStatus, Method } from "../../ui/revio.js";

const KEPT = "mockrevio-sent"; // in sessionStorage
const MAX = 20;

const sent = createStore(JSON.parse(sessionStorage.getItem(KEPT)) ?? []);

function keep(entries) {
  sessionStorage.setItem(KEPT, JSON.stringify(entries));
  sent.set(entries);
}

/** Remember a call: `{ href, method, path, status, ms, time }`, where `href` fills the form with it again. */
export const remember = (entry) => keep([{ ...entry, key: Date.now() }, ...sent.get()].slice(0, MAX));

export function History() {
  const entries = useStore(sent);
  if (entries.length === 0) return null;
  return html`<${Panel} title="Sent from this tab" flush actions=${html`<${Button} small kind="quiet" icon="eraser" onClick=${() => keep([])}>Clear<//>`}>
    <ol class="try-history">${entries.map((each) => html`<li key=${each.key}>
      <span class="muted number small">${each.time}</span>
      <a class="call-name" href=${each.href}><${Method} method=${each.method} /> ${each.path}</a>
      <span class="muted small nowrap">${formatDuration(each.ms)}</span><${CallStatus} call=${each} />
    </li>`)}</ol>
  <//>`;
}
