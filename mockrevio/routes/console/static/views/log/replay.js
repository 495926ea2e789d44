// Sends a logged call again.

import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { credentials } from "../../lib/credentials.js";
import { formatDuration } from "../../lib/format.js";
import { calls } from "../../lib/live.js";
import { callOf, caveatOf, loginOf } from "../../lib/logged-call.js";
import { currentRoute, href, navigate } from "../../lib/router.js";
import { send } from "../../lib/send.js";
import { useStore } from "../../lib/store.js";
import { Button, Notice } from "../../ui/basics.js";
import { CredentialsChoice, CredentialsDialog } from "../../ui/credentials-form.js";
import { toast } from "../../ui/toasts.js";

/** The id after which the new call comes. The list may lag behind, even behind the call that is open. */
const lastId = (entry) => [...calls.get().keys(), entry.id].sort().at(-1);

export function Replay({ entry, actions }) {
  const { sending, result, start, cancel } = useSending(entry);
  const [asking, setAsking] = useState(false);
  const chosen = useStore(credentials);
  const click = () => (chosen === null ? setAsking(true) : start(chosen));
  const whole = !entry.body_truncated && !entry.body?.includes("\ufffd");
  return html`<div class="stack tight">
    <div class="row">
      <${Button} small icon="repeat" disabled=${sending || !whole} title=${whole ? undefined : caveatOf(entry)} onClick=${click}>Replay<//>${actions}
    </div>
    ${chosen !== null && html`<${CredentialsChoice} user=${loginOf(entry)} />`}
    ${sending && html`<${Waiting} onCancel=${cancel} />`}
    ${result && html`<${Broken} result=${result} entry=${entry} />`}
    ${asking && html`<${CredentialsDialog} user=${loginOf(entry)} action="Send" onClose=${() => setAsking(false)}
      onChosen=${(those) => { setAsking(false); start(those); }} />`}
  </div>`;
}

/** One call at a time; if it is answered, the new call is shown. What comes after the pane is closed is not. */
function useSending(entry) {
  const [sending, setSending] = useState(null);
  const [result, setResult] = useState(null);
  const shown = useRef(true);
  useEffect(() => () => { shown.current = false; }, []);
  const start = async (chosen) => {
    const controller = new AbortController();
    const after = lastId(entry);
    setSending(controller);
    setResult(null);
    try {
      const answer = await send(callOf(entry, null), chosen, controller.signal);
      if (!answer.error) toast(`Sent again: ${answer.status} in ${formatDuration(answer.ms)}.`);
      if (!shown.current) return;
      if (!answer.error && answer.id) navigate("log", answer.id, currentRoute().params);
      else setResult({ ...answer, after });
    } catch { // it was cancelled
      if (shown.current) setResult({ error: "You stopped waiting for an answer.", id: null, after });
    } finally {
      if (shown.current) setSending(null);
    }
  };
  return { sending: sending !== null, result, start, cancel: () => sending.abort() };
}

function Waiting({ onCancel }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  if (seconds < 1) return html`<p class="small muted" role="status">Sent, waiting for the answer…</p>`;
  return html`<${Notice} icon="hourglass" role="status"><p>No answer for ${seconds} s. A fault or latency may hold it back.</p>
    <${Button} small onClick=${onCancel}>Stop waiting<//><//>`;
}

function Broken({ result, entry }) {
  const all = useStore(calls);
  const found = result.id ?? [...all.values()].find((each) => each.id > result.after && each.method === entry.method && each.path === entry.path)?.id;
  return html`<${Notice} tone="bad" icon="unplug" role="alert"><p>${result.error ?? `Answered with status ${result.status}, but not by mockrevio's API.`}</p>
    ${found && html`<a href=${href("log", found, currentRoute().params)}>Show the new call</a>`}<//>`;
}
