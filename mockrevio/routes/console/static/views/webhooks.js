// Webhooks: who is notified of what, and how the notifications fared.

import { html, useState } from "../lib/html.js";
import { get } from "../lib/api.js";
import { useLoad, useOptions } from "../lib/load.js";
import { useMockTime } from "../lib/clock.js";
import { href, useRoute } from "../lib/router.js";
import { Button, ButtonLink, Loaded, PageHead } from "../ui/basics.js";
import { Deliveries, SIZE } from "./webhooks/deliveries.js";
import { Detail } from "./webhooks/detail.js";
import { Receivers } from "./webhooks/receivers.js";

const MOST = 1000; // receivers and subscriptions that are shown

export default function Webhooks() {
  const { rest, params } = useRoute();
  const [form, setForm] = useState(null);
  const options = useOptions();
  const receivers = useLoad(loadReceivers, [], ["data"], 2000);
  const types = useLoad(loadEventTypes, []);
  const offset = Number(params.offset) || 0;
  const deliveries = useLoad(() => loadDeliveries(params, offset), [params.event, params.receiver, params.status, offset], ["webhooks"], 400);
  const now = useMockTime(deliveries.data?.deliveries.some(({ next_attempt }) => next_attempt !== null));
  const eventTypes = types.data ?? [];
  return html`<div class="stack">
    <${PageHead} title="Webhooks" actions=${html`
      <${ButtonLink} icon="zap" href=${href("faults")}>Lose or delay some<//>
      <${Button} kind="primary" icon="plus" onClick=${() => setForm("new")}>Add a receiver<//>`}>
      Rev.io notifies your program when a record changes. The mock does the same: in order, with retries, by the mock clock.
    <//>
    <${Loaded} state=${receivers} lines=${3}>${(all) => html`<${Receivers} receivers=${all} eventTypes=${eventTypes} reload=${receivers.reload}
      form=${form} setForm=${setForm} />`}<//>
    <${Deliveries} state=${deliveries} receivers=${receivers.data ?? []} eventTypes=${eventTypes}
      statuses=${options?.deliveries.statuses ?? []} now=${now} />
    ${rest[0] && html`<${Detail} id=${rest[0]} now=${now} />`}
  </div>`;
}

async function loadReceivers() {
  const query = { offset: 0, limit: MOST };
  const [receivers, subscriptions] = await Promise.all([get("entities/WebhookReceivers", query), get("entities/WebhookSubscriptions", query)]);
  return receivers.entities.map((receiver) => ({
    ...receiver,
    subscriptions: subscriptions.entities.filter((each) => each.webhook_receiver_id === receiver.webhook_receiver_id),
  }));
}

async function loadEventTypes() {
  const { fields } = await get("resources/WebhookSubscriptions");
  return fields.find(({ name }) => name === "event_type").choices ?? [];
}

/** A page of deliveries, newest first. The server lists the oldest first, so the page is counted from the end. */
async function loadDeliveries({ event, receiver, status }, offset) {
  const filters = { event_type: event, receiver, status };
  const { count, ...latest } = await get("webhooks", { ...filters, limit: SIZE });
  if (offset === 0 || offset >= count) return { count, evicted: latest.evicted, deliveries: latest.deliveries.reverse(), offset: 0 };
  const from = Math.max(0, count - offset - SIZE);
  const page = await get("webhooks", { ...filters, offset: from, limit: count - offset - from });
  return { count, evicted: latest.evicted, deliveries: page.deliveries.reverse(), offset };
}
