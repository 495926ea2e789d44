// How things of Rev.io and of the mock look everywhere: methods, statuses, rules, records.

import { html } from "../lib/html.js";
import { entityPath, get } from "../lib/api.js";
import { useDebounced, useLoad } from "../lib/load.js";
import { href } from "../lib/router.js";
import { Badge } from "./basics.js";
import { Combobox } from "./forms.js";

export function Method({ method }) {
  return html`<span class=${`method ${method}`}>${method}</span>`;
}

/** What a call was answered with: its status, how the connection broke, or that it waits. */
export function CallStatus({ call }) {
  if (call.in_progress) return html`<${Badge} tone="info" icon="hourglass">${call.client_left ? "client left" : "waiting"}<//>`;
  if (call.delivered) return html`<${Badge} tone="bad" icon="unplug">${call.status ? `${call.status}, ${call.delivered}` : call.delivered}<//>`;
  if (call.status === null) return html`<${Badge} tone="bad" icon="unplug">no answer<//>`;
  return html`<${Badge} mono tone=${statusTone(call.status)}>${call.status}<//>`;
}

export const statusTone = (status) => (status >= 500 ? "bad" : status >= 400 ? "warn" : "good");
/** Whether a call counts as an error: the server counts them alike. */
export const isError = (call) => !call.in_progress && (call.status === null || call.status >= 400 || Boolean(call.delivered));

const EVIDENCE_TONES = { documented: "good", observed: "info", gateway: "violet", assumed: "warn" };

/** How sure we are of a rule. */
export function Evidence({ label, title }) {
  return html`<${Badge} tone=${EVIDENCE_TONES[label]} title=${title}>${label}<//>`;
}

/** A record by name, with its type and id in small. `name` is what the admin API calls its resource. */
export function RecordLink({ name, id, label, exists = true }) {
  if (!exists) return html`<span class="row"><span class="muted">${name} ${id}</span><${Badge} tone="bad">missing<//></span>`;
  return html`<a href=${href("records", name, id)}>${label ?? `${name} ${id}`}</a>${label && html` <span class="muted small nowrap number">${name} ${id}</span>`}`;
}

/** The record of a resource with this id, and its label: `{ record, label }`; null if there is none. */
export async function findRecord(resource, id) {
  if (!resource || !/^\d+$/.test(id)) return null;
  const query = { [`field.${resource.id_field}`]: id, limit: 1, offset: 0, labels: "true" };
  const { entities, labels } = await get(entityPath(resource.name), query);
  return entities.length ? { record: entities[0], label: labels[0] } : null;
}

async function suggestRecords(resource, text) {
  if (!resource) return [];
  const query = { search: text, limit: 8, offset: 0, labels: "true" };
  const [exact, { entities, labels }] = await Promise.all([
    findRecord(resource, text.trim()), get(entityPath(resource.name), query)]);
  const found = new Map(exact ? [[exact.record[resource.id_field], exact.label]] : []); // an id that was typed comes first
  entities.forEach((record, index) => found.set(record[resource.id_field], labels[index]));
  return [...found].map(([id, label]) => ({ value: String(id), text: label ?? `${resource.name} ${id}`, note: id }));
}

/** A field for the id of a record, which is found by any of its words. Below stands the name of the one that is chosen. */
export function RecordPicker({ resource, label, help, error, value, onValue, required }) {
  const id = useDebounced(value.trim());
  const { data, loading } = useLoad(() => findRecord(resource, id), [resource?.name, id], ["data"], 2000);
  const named = !/^\d+$/.test(id) ? help : data ? `${data.label ?? resource.name}` : loading || !resource ? "…" : `There is no ${resource.name} ${id}.`;
  return html`<${Combobox} label=${label} help=${named} error=${error} value=${value} required=${required}
    placeholder=${resource ? "an id, or words to search for" : "choose a type first"}
    onValue=${onValue} onPick=${(option) => onValue(option.value)} suggest=${(text) => suggestRecords(resource, text)} />`;
}
