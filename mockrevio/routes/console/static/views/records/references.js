// What a record has to do with others: what it refers to, what refers to it, and its key links.

import { html } from "../../lib/html.js";
import { plural } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { Facts, Loaded, Panel } from "../../ui/basics.js";
import { RecordLink } from "../../ui/revio.js";
import { LinkTable } from "../links/list.js";
import { wordsFor } from "./words.js";

/** How many of what refer to it, each with a link to all of them: "3 services", "12 bills", "2 key links". */
export function RelationCounts({ resource, record, references }) {
  if (!references) return html`<div class="relations" aria-hidden="true"><span class="relation skeleton"></span></div>`;
  const id = record[resource.id_field];
  const links = references.key_links.count;
  const entries = references.referred_to_by.map((each) => ({
    key: `${each.name}.${each.field}`, count: each.count, text: relationText(each, resource.id_field), href: allHref(each, id),
  }));
  if (links) {
    const all = href("links", { type: resource.entity_type, internal_id: id });
    entries.unshift({ key: "links", count: links, text: links === 1 ? "key link" : "key links", href: all });
  }
  if (entries.length === 0) return null;
  return html`<ul class="relations" aria-label="What refers to it">${entries.map(({ key, count, text, href: address }) => html`<li key=${key}>
    <a class="relation" href=${address}><strong class="number">${count}</strong> ${text}</a></li>`)}</ul>`;
}

const allHref = ({ name, field }, id) => href("records", name, { [`field.${field}`]: id });

/** What refers to it, in words, and by which field unless that is the usual one: "bills", "tasks (assigned_user_id)". */
function relationText({ resource, field, count }, own) {
  return `${wordsFor(count, { path: resource })}${field === own ? "" : ` (${field})`}`;
}

export function RefersTo({ state }) {
  return html`<${Panel} title="Refers to">
    <${Loaded} state=${state} lines=${2}>${({ refers_to: all }) => (all.length === 0
      ? html`<p class="muted">No other record.</p>`
      : html`<${Facts} facts=${byRecord(all).map(([target, fields]) => [fields.map((field) => html`<code key=${field} class="fact-name">${field}</code>`),
          html`<${RecordLink} ...${target} />`])} />`)}
    <//>
  <//>`;
}

/** Records that are referred to, each once, with the fields that do so. */
function byRecord(all) {
  const found = new Map();
  for (const each of all) {
    const key = `${each.name}/${each.id}`;
    if (found.has(key)) found.get(key)[1].push(each.field);
    else found.set(key, [each, [each.field]]);
  }
  return [...found.values()];
}

export function ReferredBy({ state, resource, id }) {
  return html`<${Panel} title="Referred to by" flush=${state.data?.referred_to_by.length > 0}>
    <${Loaded} state=${state} lines=${4}>${({ referred_to_by: all }) => (all.length === 0
      ? html`<p class="muted">No other record yet.</p>`
      : html`<ul class="referrers">${all.map((each) => html`<li key=${`${each.name}.${each.field}`}>
          <div class="row spread"><a href=${allHref(each, id)} class="referrer">${each.count} ${relationText(each, resource.id_field)}</a>
            <${NewReferrer} referrer=${each} id=${id} /></div>
          <ul class="samples">${each.records.map((record, index) => html`<li key=${index}><${RecordLink} name=${each.name} ...${record} /></li>`)}
            ${each.count > each.records.length && html`<li><a class="small" href=${allHref(each, id)}>
              ${plural(each.count - each.records.length, "more", "more")}</a></li>`}</ul>
        </li>`)}</ul>`)}
    <//>
  <//>`;
}

/** A link to a form for another record that refers to this one. */
function NewReferrer({ referrer: { name, resource, field }, id }) {
  return html`<a class="small" href=${href("records", name, "new", { [field]: id })}
    aria-label=${`New ${wordsFor(1, { path: resource })} with ${field} ${id}`}>New</a>`;
}

export function KeyLinksOf({ state, resource, id }) {
  const query = { type: resource.entity_type, internal_id: id };
  const add = html`<a href=${href("links", "new", query)}>Add one</a>`;
  const count = state.data?.key_links.count ?? 0;
  return html`<${Panel} title="Key links" note=${count > 1 ? plural(count, "link") : null} actions=${add} flush=${count > 0}>
    <${Loaded} state=${state} lines=${2}>${({ key_links: { key_links: links, labels } }) => (links.length === 0
      ? html`<p class="muted">None. No other system has it.</p>`
      : html`<${LinkTable} label="Key links" links=${links} labels=${labels} />
          ${count > links.length && html`<p class="data-more"><a href=${href("links", query)}>All ${count} links</a></p>`}`)}
    <//>
  <//>`;
}
