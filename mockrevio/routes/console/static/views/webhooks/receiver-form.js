// A form for a receiver: its URL and the events that it wants.

import { html, useState } from "../../lib/html.js";
import { inWords, plural } from "../../lib/format.js";
import { Button, Notice } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Checkbox, TextField } from "../../ui/forms.js";

const CHANGE = /^(.+)_(CREATED|UPDATED|DELETED)$/;
const CHANGES = ["CREATED", "UPDATED", "DELETED"];

export function ReceiverForm({ receiver, eventTypes, save, onClose }) {
  const [url, setUrl] = useState(receiver?.url ?? "");
  const [chosen, setChosen] = useState(() => (receiver?.subscriptions ?? []).map(({ event_type }) => event_type));
  const [failure, setFailure] = useState(null);
  const [busy, setBusy] = useState(false);
  const toggle = (name) => (on) => setChosen((before) => (on ? [...before, name] : before.filter((each) => each !== name)));
  const submit = async () => {
    setBusy(true);
    try {
      await save({ url: url.trim(), eventTypes: chosen });
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  const urlError = failure?.mistakes?.filter(({ place }) => /(^|\.)url$/.test(place)).map(({ message }) => message).join("\n");
  const foot = html`<span class="muted small receiver-count">${plural(chosen.length, "event")} chosen</span><${Button} onClick=${onClose}>Cancel<//>
    <${Button} kind="primary" type="submit" disabled=${busy || !url.trim()}>${receiver ? "Save" : "Add the receiver"}<//>`;
  return html`<${Dialog} title=${receiver ? `Receiver ${receiver.webhook_receiver_id}` : "Add a receiver"} wide foot=${foot} onClose=${onClose} onSubmit=${submit}>
    <div class="stack">
      ${failure && !urlError && html`<${Notice} tone="bad" role="alert"><p>${failure.message}</p><//>`}
      <${TextField} label="URL" type="url" value=${url} autofocus error=${urlError || null} placeholder="http://127.0.0.1:5000/hook"
        help=${receiver ? undefined : "It is active at once: no confirmation code is sent."} onValue=${(value) => { setUrl(value); setFailure(null); }} />
      <${EventTypes} eventTypes=${eventTypes} chosen=${chosen} toggle=${toggle} />
    </div>
  <//>`;
}

/** Event types to choose from: a row for each kind of record, a column for each change, and the others below. */
function EventTypes({ eventTypes, chosen, toggle }) {
  const kinds = [...new Set(eventTypes.map((name) => CHANGE.exec(name)?.[1]).filter(Boolean))];
  const others = [...eventTypes, ...chosen.filter((each) => !eventTypes.includes(each))].filter((name) => !CHANGE.test(name) || !eventTypes.includes(name));
  return html`<fieldset class="stack tight"><legend class="label">Events</legend>
    <table class="event-types"><thead><tr><th scope="col">Record</th>${CHANGES.map((change) => html`<th key=${change} scope="col">${change.toLowerCase()}</th>`)}</tr></thead>
      <tbody>${kinds.map((kind) => html`<tr key=${kind}><th scope="row">${inWords(kind)}</th>
        ${CHANGES.map((change) => html`<td key=${change}><input type="checkbox" aria-label=${`${kind}_${change}`} checked=${chosen.includes(`${kind}_${change}`)}
          onChange=${(event) => toggle(`${kind}_${change}`)(event.target.checked)} /></td>`)}</tr>`)}</tbody></table>
    <div class="row">${others.map((name) => html`<${Checkbox} key=${name} label=${inWords(name)} checked=${chosen.includes(name)} onValue=${toggle(name)} />`)}</div>
  </fieldset>`;
}
