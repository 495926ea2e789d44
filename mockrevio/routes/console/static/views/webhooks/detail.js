// One delivery: what was sent, to whom, and what each attempt was answered with.

import { html } from "../../lib/html.js";
import { get, post } from "../../lib/api.js";
import { dateOf, formatDuration, timeOf } from "../../lib/format.js";
import { useLoad } from "../../lib/load.js";
import { href, navigate, useRoute } from "../../lib/router.js";
import { ActionButton, Badge, Button, Facts, Loaded } from "../../ui/basics.js";
import { Code } from "../../ui/code.js";
import { Dialog } from "../../ui/dialog.js";
import { RecordLink } from "../../ui/revio.js";
import { toast } from "../../ui/toasts.js";
import { Answer, DeliveryStatus, eventOf, nextAttempt } from "./deliveries.js";

export function Detail({ id, now }) {
  const { params } = useRoute();
  const state = useLoad(() => get(`webhooks/${encodeURIComponent(id)}`), [id], ["webhooks"], 250);
  const close = () => navigate("webhooks", params);
  const again = async () => {
    const sent = await post(`webhooks/${state.data.id}/redeliver`);
    toast(sent.id === state.data.id ? `Delivery ${sent.id} is sent now.` : `Sent again, as delivery ${sent.id}.`);
    if (sent.id !== state.data.id) navigate("webhooks", sent.id, params);
    else await state.reload();
  };
  const foot = html`<${Button} onClick=${close}>Close<//>
    <${ActionButton} kind="primary" icon="repeat" run=${again} disabled=${!state.data || state.data.url === null}>Send again<//>`;
  return html`<${Dialog} title=${`Delivery ${id}`} wide foot=${foot} onClose=${close}>
    <${Loaded} state=${state}>${(delivery) => html`<div class="stack">
      <${Facts} facts=${facts(delivery, now)} />
      <section class="stack tight"><h3>Body</h3>${delivery.confirmation
        ? html`<p class="muted">Empty: the confirmation code is in the header X-Hook-Secret, and is shown nowhere.</p>`
        : html`<${Code} json text=${JSON.stringify(notification(delivery))} label="Body of the notification" />`}</section>
      <section class="stack tight"><h3>Attempts</h3>${delivery.attempts.length === 0
        ? html`<p class="muted">None yet.</p>`
        : html`<ol class="attempts">${delivery.attempts.map((each, index) => html`<${Attempt} key=${index} attempt=${each} number=${index + 1} />`)}</ol>`}</section>
    </div>`}<//>
  <//>`;
}

/** What a receiver gets. */
const notification = ({ event_id, event_type, created_date, object_id }) => ({ event_id, event_type, created_date, object_id });

function facts(delivery, now) {
  const next = nextAttempt(delivery, now);
  return [
    ["Event", html`<code>${eventOf(delivery)}</code>`],
    delivery.object_id !== null && ["Object", html`<${ObjectLink} delivery=${delivery} />`],
    ["Created", `${dateOf(delivery.created_date)}, by the mock clock`],
    ["Receiver", html`<span class="anywhere">${delivery.url ?? "removed"} <span class="muted small">${delivery.webhook_receiver_id}</span></span>`],
    ["Status", html`<span class="row"><${DeliveryStatus} delivery=${delivery} />${next && html`<span class="small">next attempt ${next}</span>`}</span>`],
    delivery.fault && ["Fault", html`<${Badge} tone="warn" icon="zap" href=${href("faults")}>${delivery.fault}<//>`],
  ];
}

/** The record that an event is about: PAYMENT_CREATED is about a PAYMENT. One that was deleted has no page any more. */
function ObjectLink({ delivery: { event_type, object_id } }) {
  if (event_type.endsWith("_DELETED")) return html`<span class="number">${object_id}</span>`;
  const name = event_type.startsWith("INVENTORY_ASSIGNED") || event_type.startsWith("INVENTORY_UNASSIGNED")
    ? "INVENTORY_ITEM" : event_type.replace(/_(CREATED|UPDATED)$/, "");
  return html`<${RecordLink} name=${name} id=${object_id} />`;
}

function Attempt({ attempt, number }) {
  const headers = Object.entries(attempt.headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  return html`<li class="attempt">
    <span class="row"><strong>Attempt ${number}</strong><${Answer} attempt=${attempt} />
      <span class="muted small number">${timeOf(attempt.at)}, ${formatDuration(attempt.duration_ms)}</span></span>
    ${attempt.error && html`<p class="anywhere">${attempt.error}</p>`}
    ${headers && html`<details><summary class="small">Headers of the answer</summary><${Code} text=${headers} label=${`Headers of answer ${number}`} /></details>`}
    ${attempt.body && html`<${Code} json text=${attempt.body} label=${`Body of answer ${number}`} />`}
  </li>`;
}
