// The two sides of a key link by name: the other system's record, and Rev.io's.

import { html } from "../../lib/html.js";
import { inWords } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { Badge, Icon } from "../../ui/basics.js";
import { CopyButton } from "../../ui/code.js";

export const systemName = (link, label) => label.system ?? `System ${link.integration_system_id}`;
export const typeName = (link, label) => label.entity_type ?? `Type ${link.integration_entity_type_id}`;
/** What the admin API calls the record: "CUSTOMER" and 1015; null if the type is not known. */
export const recordPath = (link, label) => (label.entity_type ? [label.entity_type, link.internal_id] : null);

export function ExternalSide({ link, label }) {
  return html`<span class="link-side"><strong>${systemName(link, label)}</strong> <code class="anywhere">${link.external_id}</code></span>`;
}

export function RecordSide({ link, label }) {
  const path = label.exists && recordPath(link, label);
  const name = label.record ?? `${inWords(typeName(link, label))} ${link.internal_id}`;
  return html`<span class="link-side">
    ${path ? html`<a href=${href("records", ...path)}>${name}</a>` : html`<${Badge} tone="bad" icon="unlink">missing<//>`}
    <span class="muted small nowrap">${inWords(typeName(link, label))} <span class="number">${link.internal_id}</span></span>
  </span>`;
}

/** A key link as a picture: two cards and what ties them. `pending` if its record is not chosen yet. */
export function LinkHero({ link, label, pending = false }) {
  const path = label.exists && recordPath(link, label);
  const tie = label.exists ? "" : pending ? "pending" : "broken";
  return html`<div class="link-hero">
    <div class="link-card">
      <span class="link-card-kind">${systemName(link, label)}</span>
      <span class="link-card-name">${link.external_id ? html`<code class="anywhere">${link.external_id}</code>` : html`<span class="muted">no external id yet</span>`}
        ${link.external_id && html`<${CopyButton} text=${link.external_id} label="Copy the external id" />`}</span>
      <span class="muted small">System ${link.integration_system_id}</span>
    </div>
    <span class=${`link-tie ${tie}`} role="img" aria-label="is linked with"><${Icon} name=${tie === "broken" ? "unlink" : "link"} /></span>
    <div class="link-card">
      <span class="link-card-kind">${inWords(typeName(link, label))}${pending ? "" : html` <span class="number">${link.internal_id}</span>`}</span>
      <span class="link-card-name">${path
        ? html`<a href=${href("records", ...path)}>${label.record ?? `${inWords(typeName(link, label))} ${link.internal_id}`}</a>`
        : pending ? html`<span class="muted">no record yet</span>` : html`<${Badge} tone="bad">missing<//>`}</span>
      <span class="muted small">Type ${link.integration_entity_type_id}${label.resource ? html`, <code>/v1/${label.resource}</code>` : ""}</span>
    </div>
  </div>`;
}
