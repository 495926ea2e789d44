// Receivers of notifications, with the events that they are subscribed to.

import { html, useState } from "../../lib/html.js";
import { post, put, remove } from "../../lib/api.js";
import { dateOf } from "../../lib/format.js";
import { ActionButton, Badge, Button, Empty, Panel } from "../../ui/basics.js";
import { confirm } from "../../ui/dialog.js";
import { toast } from "../../ui/toasts.js";
import { ReceiverForm } from "./receiver-form.js";

const RECEIVERS = "entities/WebhookReceivers";
const SUBSCRIPTIONS = "entities/WebhookSubscriptions";

/** `receivers` are records with their `subscriptions`. `form` is null, "new" or the id of the receiver to change. */
export function Receivers({ receivers, eventTypes, reload, form, setForm }) {
  const changed = receivers.find((each) => each.webhook_receiver_id === form);
  const add = html`<${Button} small icon="plus" onClick=${() => setForm("new")}>Add a receiver<//>`;
  return html`<${Panel} title="Receivers" note="who is notified of what" flush>
    ${receivers.length === 0
      ? html`<${Empty} icon="webhook" title="No receivers yet" actions=${add}>
          A receiver is a URL on this machine, or on a host that is allowed with --webhook-host. Clients register theirs with POST /v1/WebhookReceivers.<//>`
      : html`<ul class="receivers">${receivers.map((each) => html`<${Receiver} key=${each.webhook_receiver_id} receiver=${each} reload=${reload}
          onChange=${() => setForm(each.webhook_receiver_id)} />`)}</ul>`}
    ${(form === "new" || changed) && html`<${ReceiverForm} key=${form} receiver=${changed} eventTypes=${eventTypes} onClose=${() => setForm(null)}
      save=${async (values) => { await save(changed, values); setForm(null); await reload(); }} />`}
  <//>`;
}

function Receiver({ receiver, reload, onChange }) {
  const { webhook_receiver_id: id, url, status, created_date, subscriptions } = receiver;
  const [all, setAll] = useState(false);
  const shown = all ? subscriptions : subscriptions.slice(0, 8);
  const name = `receiver ${id}`;
  return html`<li class="receiver">
    <div class="receiver-main">
      <span class="row"><code class="anywhere receiver-url">${url}</code><${ReceiverStatus} status=${status} /></span>
      <span class="muted small">Receiver <span class="number">${id}</span>, since ${dateOf(created_date)}</span>
      <span class="row receiver-events">${shown.map((each) => html`<${Badge} key=${each.webhook_subscription_id} mono>${each.event_type}<//>`)}
        ${subscriptions.length > shown.length && html`<${Button} small kind="quiet" onClick=${() => setAll(true)}>${subscriptions.length - shown.length} more<//>`}
        ${subscriptions.length === 0 && html`<span class="muted small">No subscriptions: it is notified of nothing.</span>`}</span>
    </div>
    <span class="row receiver-actions">
      ${status !== "ACTIVE" && html`<${ActionButton} small icon="check" label=${`Activate ${name}`} run=${() => activate(receiver).then(reload)} done="Activated, without the confirmation code.">Activate<//>`}
      <${Button} small kind="quiet" icon="pencil" label=${`Change ${name}`} onClick=${onChange} />
      <${ActionButton} small kind="quiet danger" icon="trash-2" label=${`Remove ${name}`} run=${() => removeReceiver(receiver, reload)} />
    </span>
  </li>`;
}

function ReceiverStatus({ status }) {
  return status === "ACTIVE"
    ? html`<${Badge} tone="good" icon="circle-check">active<//>`
    : html`<${Badge} tone="warn" icon="hourglass" title="It has not returned the code in X-Hook-Secret">waiting for confirmation<//>`;
}

function recordOf({ subscriptions, ...record }) {
  return record;
}

const activate = (receiver) => put(`${RECEIVERS}/${receiver.webhook_receiver_id}`, { ...recordOf(receiver), status: "ACTIVE" });

async function removeReceiver(receiver, reload) {
  const { webhook_receiver_id: id, subscriptions } = receiver;
  const agreed = await confirm({
    title: `Remove receiver ${id}?`, action: "Remove",
    text: "Its subscriptions and the notifications that it has not got yet are removed, too.",
  });
  if (!agreed) return;
  await remove(`${RECEIVERS}/${id}`);
  await reload();
  toast(`Removed receiver ${id}.`, { undo: async () => {
    await put(`${RECEIVERS}/${id}`, recordOf(receiver));
    if (subscriptions.length) await post(SUBSCRIPTIONS, subscriptions);
    await reload();
  } });
}

/** Save a new receiver, or what differs in one that exists. */
async function save(receiver, { url, eventTypes }) {
  if (!receiver) {
    const { webhook_receiver_id: id } = await post("webhooks/receivers", { url, event_types: eventTypes });
    toast(`Added receiver ${id}.`);
    return;
  }
  const { webhook_receiver_id: id, subscriptions } = receiver;
  if (url !== receiver.url) await put(`${RECEIVERS}/${id}`, { ...recordOf(receiver), url });
  const had = subscriptions.map(({ event_type }) => event_type);
  const added = eventTypes.filter((each) => !had.includes(each)).map((event_type) => ({ event_type, webhook_receiver_id: id }));
  if (added.length) await post(SUBSCRIPTIONS, added);
  const dropped = subscriptions.filter(({ event_type }) => !eventTypes.includes(event_type));
  for (const each of dropped) await remove(`${SUBSCRIPTIONS}/${each.webhook_subscription_id}`);
  toast(`Changed receiver ${id}.`);
}
