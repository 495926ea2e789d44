// The fields of a record, laid out to be read: single values, addresses, objects, lists, and what is not set.

import { html } from "../../lib/html.js";
import { inWords } from "../../lib/format.js";
import { Badge, Facts } from "../../ui/basics.js";
import { Address, isAddress, Value } from "../../ui/values.js";

/** `references` is what the admin API says about the record's references; null while it is loading. */
export function RecordFields({ resource, record, references }) {
  const meant = meanings(references);
  const known = new Map(resource.fields.map((field) => [field.name, field]));
  const names = [...new Set([resource.id_field, ...resource.fields.map(({ name }) => name), ...Object.keys(record)])];
  const isSet = (name) => record[name] !== null && record[name] !== undefined && record[name] !== "";
  const set = names.filter(isSet);
  const single = set.filter((name) => typeof record[name] !== "object");
  const nested = set.filter((name) => typeof record[name] === "object");
  const unset = names.filter((name) => !isSet(name));
  const parts = nested.filter((name, index) => !nested.slice(0, index).some((other) => sameValue(record[other], record[name])));
  const draw = (name) => html`<${Nested} key=${name} name=${name} value=${record[name]} field=${known.get(name)} meant=${meant}
    alike=${nested.filter((other) => other !== name && sameValue(record[other], record[name]))} />`;
  const wide = parts.filter((name) => isWide(record[name]));
  return html`<div class="stack">
    <${SingleFields} names=${single} values=${record} fields=${known} meant=${meant} />
    ${parts.length > wide.length && html`<div class="nested">${parts.filter((name) => !wide.includes(name)).map(draw)}</div>`}
    ${wide.map(draw)}
    ${unset.length > 0 && html`<p class="muted small anywhere">Not set: ${unset.map((name, index) => html`${index > 0 && ", "}<code>${name}</code>`)}</p>`}
  </div>`;
}

/** Whether a list needs the whole width: its items have many members. */
const isWide = (value) => Array.isArray(value) && value.some((each) => Object.keys(each ?? {}).length > 3 && typeof each === "object");
const sameValue = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** By the path of a field, the record that it refers to. */
function meanings(references) {
  return new Map((references?.refers_to ?? []).map((each) => [each.field, each]));
}

function SingleFields({ names, values, fields, meant, prefix = "" }) {
  const facts = names.map((name) => [html`<code>${name}</code>`,
    html`<${Value} name=${name} kind=${fields.get(name)?.kind} value=${values[name]} reference=${meant.get(`${prefix}${name}`)} />`]);
  if (prefix) return html`<${Facts} facts=${facts} />`;
  return html`<div class="facts-columns">${facts.map(([name, value], index) => html`<dl class="fact" key=${names[index]}><dt>${name}</dt><dd>${value}</dd></dl>`)}</div>`;
}

function Nested({ name, value, field, meant, alike = [] }) {
  return html`<section class="nested-part">
    <h3><code>${name}</code></h3>
    ${Array.isArray(value) ? html`<${List} value=${value} />` : html`<${Members} value=${value} field=${field} meant=${meant} prefix=${`${name}.`} />`}
    ${alike.length > 0 && html`<p class="nested-note">The same: ${alike.map((each, index) => html`${index > 0 && ", "}<code>${each}</code>`)}</p>`}
  </section>`;
}

const IN_ADDRESS = ["first_name", "middle_initial", "last_name", "company_name", "line_1", "line_2", "city", "state_or_province", "postal_code",
  "postal_code_extension", "country_code"];

function Members({ value, field, meant, prefix }) {
  const fields = new Map((field?.fields ?? []).map((each) => [each.name, each]));
  const address = isAddress(value);
  const names = Object.keys(value).filter((name) => value[name] !== null && value[name] !== "" && !(address && IN_ADDRESS.includes(name)));
  const single = names.filter((name) => typeof value[name] !== "object");
  const nested = names.filter((name) => typeof value[name] === "object");
  return html`<div class="stack tight">
    ${address && html`<${Address} value=${value} />`}
    ${single.length > 0 && html`<${SingleFields} names=${single} values=${value} fields=${fields} meant=${meant} prefix=${prefix} />`}
    ${nested.map((name) => html`<${Nested} key=${name} name=${name} value=${value[name]} field=${fields.get(name)} meant=${meant} />`)}
  </div>`;
}

/** A list: of values as badges, of objects as a table. */
function List({ value }) {
  if (value.length === 0) return html`<p class="muted small">empty</p>`;
  if (value.every((each) => typeof each !== "object" || each === null)) {
    return html`<div class="row">${value.map((each, index) => html`<${Badge} key=${index}>${String(each)}<//>`)}</div>`;
  }
  const names = [...new Set(value.flatMap((each) => Object.keys(each ?? {})))];
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="List"><table class="table small-table">
    <thead><tr>${names.map((name) => html`<th key=${name} scope="col">${inWords(name)}</th>`)}</tr></thead>
    <tbody>${value.map((each, index) => html`<tr key=${index}>
      ${names.map((name) => html`<td key=${name}><${Item} name=${name} value=${each?.[name]} /></td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function Item({ name, value }) {
  if (typeof value === "object" && value !== null) return html`<code class="anywhere">${JSON.stringify(value)}</code>`;
  return html`<${Value} name=${name} value=${value} />`;
}
