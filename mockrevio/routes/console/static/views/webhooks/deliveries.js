// Notifications on their way to receivers, the newest first, with what the receivers answered.

import { html } from "../../lib/html.js";
import { formatNumber, plural, timeOf } from "../../lib/format.js";
import { countdown, toMilliseconds } from "../../lib/clock.js";
import { href, navigate, setParams, useRoute } from "../../lib/router.js";
import { Badge, Empty, Loaded, Panel } from "../../ui/basics.js";
import { Combobox, SelectField } from "../../ui/forms.js";
import { statusTone } from "../../ui/revio.js";
import { Pager, Table } from "../../ui/table.js";
import { Example } from "./example.js";

export const SIZE = 50;

export function Deliveries({ state, receivers, eventTypes, statuses, now }) {
  const { params, rest } = useRoute();
  const filtered = Boolean(params.event || params.receiver || params.status);
  const note = state.data && `${plural(state.data.count, "delivery", "deliveries")}${state.data.evicted ? `, ${formatNumber(state.data.evicted)} older ones dropped` : ""}`;
  return html`<${Panel} title="Deliveries" note=${note} flush>
    ${(filtered || state.data?.count > 0) && html`<${Filters} params=${params} receivers=${receivers} eventTypes=${eventTypes} statuses=${statuses} />`}
    <${Loaded} state=${state}>${({ deliveries, count, offset }) => {
      if (count === 0) return filtered ? html`<${Empty} icon="search" title="No delivery matches">Try other filters.<//>` : html`<${Nothing} receivers=${receivers} />`;
      return html`<${Table} label="Deliveries" columns=${columns(now, params)} rows=${deliveries} rowKey=${(each) => each.id} selected=${Number(rest[0])}
          onOpen=${(each) => navigate("webhooks", each.id, params)} />
        <${Pager} offset=${offset} size=${SIZE} count=${count} onOffset=${(next) => setParams({ offset: next || null })} />`;
    }}<//>
  <//>`;
}

function Filters({ params, receivers, eventTypes, statuses }) {
  const set = (name) => (value) => setParams({ [name]: value || null, offset: null });
  const suggest = (text) => eventTypes.filter((each) => each.includes(text.toUpperCase().replaceAll("*", ""))).slice(0, 8).map((each) => ({ value: each, text: each }));
  return html`<div class="toolbar delivery-filters">
    <div class="grow"><${Combobox} label="Event type" value=${params.event ?? ""} onValue=${set("event")} onPick=${({ value }) => set("event")(value)}
      suggest=${suggest} placeholder="any, or PAYMENT_*" /></div>
    <${SelectField} label="Receiver" value=${params.receiver ?? ""} onValue=${set("receiver")}
      options=${[["", "any receiver"], ...receivers.map(({ webhook_receiver_id: id, url }) => [String(id), `${id}: ${url}`])]} />
    <${SelectField} label="Status" value=${params.status ?? ""} onValue=${set("status")} options=${[["", "any status"], ...statuses]} />
  </div>`;
}

function columns(now, params) {
  return [
    { key: "event", title: "Event", hideLabel: true, cell: (each) => html`<a class="call-name" href=${href("webhooks", each.id, params)}>${eventOf(each)}</a>` },
    { key: "at", title: "Created", cell: ({ created_date }) => html`<span class="muted number small nowrap">${timeOf(created_date).slice(0, 8)}</span>` },
    { key: "object", title: "Object", cell: ({ object_id }) => object_id !== null && html`<span class="number">${object_id}</span>` },
    { key: "receiver", title: "Receiver", cell: (each) => html`<span class="mono anywhere">${each.url ?? `${each.webhook_receiver_id} (removed)`}</span>` },
    { key: "status", title: "Status", cell: (each) => html`<span class="row"><${DeliveryStatus} delivery=${each} />
      ${each.fault && html`<${Badge} tone="warn" icon="zap" title=${each.fault}>fault<//>`}</span>` },
    { key: "answers", title: "Answers", cell: ({ attempts }) => attempts.length > 0 && html`<${Answers} attempts=${attempts} />` },
    { key: "next", title: "Next attempt", cell: (each) => each.status === "pending" && html`<span class="small nowrap">${nextAttempt(each, now)}</span>` },
  ];
}

export const eventOf = ({ confirmation, event_type }) => (confirmation ? "Confirmation code" : event_type);

const TONES = { pending: "info", delivered: "good", failed: "bad", lost: "warn" };
const ICONS = { pending: "hourglass", delivered: "circle-check", failed: "circle-alert", lost: "ban" };

export function DeliveryStatus({ delivery: { status } }) {
  return html`<${Badge} tone=${TONES[status]} icon=${ICONS[status]}>${status}<//>`;
}

export function Answer({ attempt }) {
  if (attempt.status === null) return html`<${Badge} tone="bad" icon="unplug" title=${attempt.error}>no answer<//>`;
  return html`<${Badge} mono tone=${statusTone(attempt.status)}>${attempt.status}<//>`;
}

function Answers({ attempts }) {
  return html`<span class="row answers">${attempts.map((each, index) => html`<${Answer} key=${index} attempt=${each} />`)}</span>`;
}

/** "in 9 s", by the mock clock. Empty if there is none. */
export function nextAttempt({ status, held, next_attempt }, now) {
  if (status !== "pending") return "";
  if (held) return "after the next one";
  if (next_attempt === null || now === null) return "now";
  return `in ${countdown(toMilliseconds(next_attempt) - now)}`;
}

function Nothing({ receivers }) {
  return html`<${Empty} icon="send" title="Nothing was sent yet">
      ${receivers.length ? "Change a record that a receiver is subscribed to, in a client or under Records." : "Three commands show how it works: start a receiver, subscribe it, let something happen."}<//>
    <div class="webhook-example"><${Example} /></div>`;
}
