// What has changed since a snapshot: records by table, settings and fault rules, side by side.

import { html, useState } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { fieldChanges, listChanges } from "../../lib/changes.js";
import { ruleInWords } from "../../lib/fault-words.js";
import { formatNumber, inWords, plural } from "../../lib/format.js";
import { useLoad, useOptions } from "../../lib/load.js";
import { href } from "../../lib/router.js";
import { Badge, Button, Empty, Loaded, Panel } from "../../ui/basics.js";
import { Comparison } from "../../ui/comparison.js";

const PART = 20; // records of each table and kind
const KINDS = ["changed", "added", "removed"];
const TONES = { added: "good", changed: "info", removed: "bad" };

export function Changes({ name }) {
  const [limit, setLimit] = useState(PART);
  // A comparison reads the whole state, so it is made anew seldom.
  const state = useLoad(() => get(`snapshots/${encodeURIComponent(name)}/diff`, { details: "true", limit }), [name, limit],
    ["data", "faults", "settings", "snapshots"], 3000);
  return html`<${Loaded} state=${state} lines=${8}>${(diff) => html`<${Diff} diff=${diff} onMore=${() => setLimit(limit + 5 * PART)} />`}<//>`;
}

function Diff({ diff, onMore }) {
  const settings = Object.entries(diff.settings).map(([path, each]) => ({ path, ...each }));
  const tables = Object.entries(diff.counts);
  if (tables.length === 0 && settings.length === 0 && diff.faults === null) {
    return html`<${Panel}><${Empty} icon="circle-check" title="Nothing has changed">
      Records, key links, fault rules and settings are as they were. Call the API or change something, and it appears here.<//><//>`;
  }
  return html`<div class="stack">
    <${Summary} tables=${tables} settings=${settings} faults=${diff.faults} />
    ${tables.map(([table, counts]) => html`<${TableChanges} key=${table} table=${table} counts=${counts} diff=${diff} onMore=${onMore} />`)}
    ${settings.length > 0 && html`<${Panel} title="Settings" note=${html`<${Counts} counts=${{ changed: settings.length }} />`}
        actions=${html`<a href=${href("settings")}>All settings</a>`}>
      <${Comparison} label="Settings that differ" changes=${settings} /><//>`}
    ${diff.faults !== null && html`<${FaultChanges} faults=${diff.faults} />`}
  </div>`;
}

function Summary({ tables, settings, faults }) {
  const total = (kind) => tables.reduce((sum, [, counts]) => sum + counts[kind], 0);
  const others = [settings.length > 0 && plural(settings.length, "setting"), faults !== null && "fault rules"].filter(Boolean);
  return html`<div class="panel stats">
    ${KINDS.map((kind) => html`<div class="stat" key=${kind}><strong class=${`diff-${kind}`}>${formatNumber(total(kind))}</strong><span>${kind}</span></div>`)}
    <div class="stat"><strong>${formatNumber(tables.length)}</strong><span>${tables.length === 1 ? "table" : "tables"}${others.length > 0 && `; also ${others.join(" and ")}`}</span></div>
  </div>`;
}

function Counts({ counts }) {
  return html`<span class="row">${KINDS.filter((kind) => counts[kind]).map((kind) => html`<${Badge} key=${kind} tone=${TONES[kind]}>${formatNumber(counts[kind])} ${kind}<//>`)}</span>`;
}

function TableChanges({ table, counts, diff, onMore }) {
  const rows = KINDS.flatMap((kind) => diff[kind].filter((each) => each.table === table).map((each) => ({ kind, ...each })));
  const all = KINDS.reduce((sum, kind) => sum + counts[kind], 0);
  return html`<${Panel} title=${inWords(table.split(".").at(-1))} note=${html`<${Counts} counts=${counts} />`} flush>
    <ul class="change-list">${rows.map((row) => html`<${RecordChange} key=${`${row.kind}${row.id}`} row=${row} open=${rows.length <= 6} />`)}</ul>
    ${rows.length < all && html`<div class="pager"><span>${formatNumber(rows.length)} of ${formatNumber(all)} are shown</span>
      <${Button} small onClick=${onMore}>Show more<//></div>`}
  <//>`;
}

/** The view of a record, by its table; systems and types have none. */
function addressOf(table, id) {
  const [part, name] = table.split(".");
  if (part === "key_links") return href("links", id);
  return name === undefined ? null : href("records", name, id);
}

function RecordChange({ row, open }) {
  const { kind, table, id } = row;
  const changes = kind === "changed"
    ? Object.entries(row.fields).flatMap(([path, { before, after }]) => fieldChanges(before, after, path))
    : Object.entries(row.record).filter(([, value]) => value !== null && value !== "")
      .map(([path, value]) => (kind === "added" ? { path, after: value } : { path, before: value }));
  const address = kind === "removed" ? null : addressOf(table, id);
  const only = { added: "after", removed: "before" }[kind];
  return html`<li><details open=${open || kind === "changed"}>
    <summary><${Badge} tone=${TONES[kind]}>${kind}<//><strong class="number">${id}</strong><span class="muted small clip">${summary(row, changes)}</span></summary>
    <${Comparison} label=${`${inWords(table.split(".").at(-1))} ${id}, ${kind}`} changes=${changes} only=${only} />
    ${address !== null && html`<p class="change-link"><a href=${address}>Open it</a></p>`}
  </details></li>`;
}

const NAMES = ["external_id", "company_name", "name", "description", "username", "subject", "number"];

/** What a person recognises a record by, or which of its fields differ. */
function summary({ kind, record }, changes) {
  if (kind === "changed") return changes.map(({ path }) => path).join(", ");
  const field = NAMES.find((each) => typeof record[each] === "string" && record[each] !== "");
  return field === undefined ? "" : record[field];
}

function FaultChanges({ faults }) {
  const options = useOptions();
  const { added, removed } = listChanges(faults.before, faults.after);
  const rows = [...added.map((rule) => ["added", rule]), ...removed.map((rule) => ["removed", rule])];
  return html`<${Panel} title="Fault rules" note=${html`<${Counts} counts=${{ added: added.length, removed: removed.length }} />`}
      actions=${html`<a href=${href("faults")}>All faults</a>`}>
    ${rows.length === 0
      ? html`<p>The rules are the same, in another order.</p>`
      : html`<ul class="stack tight">${rows.map(([kind, rule], index) => html`<li key=${index} class="fault-change">
          <${Badge} tone=${TONES[kind]}>${kind}<//><span>${rule.name && html`<strong>${rule.name}</strong> `}${ruleInWords(rule, options)}</span></li>`)}</ul>`}
  <//>`;
}
