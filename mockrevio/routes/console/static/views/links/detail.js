// One key link: its fields, its record, the record's other links, and the calls that touched it.

import { html } from "../../lib/html.js";
import { get, post, remove } from "../../lib/api.js";
import { inWords, plural } from "../../lib/format.js";
import { withoutReloads } from "../../lib/live.js";
import { useLoad } from "../../lib/load.js";
import { href, navigate } from "../../lib/router.js";
import { ActionButton, ButtonLink, Facts, LoadError, Loaded, Notice, PageHead, Panel, Skeleton } from "../../ui/basics.js";
import { Code } from "../../ui/code.js";
import { confirm } from "../../ui/dialog.js";
import { RecordCalls } from "../../ui/record-calls.js";
import { toast } from "../../ui/toasts.js";
import { dateText } from "../../ui/values.js";
import { RecordSummary } from "../records/summary.js";
import { LinkTable } from "./list.js";
import { LinkHero, recordPath, systemName, typeName } from "./sides.js";

const OTHERS = 10;
export const WRITTEN = ["integration_system_id", "integration_entity_type_id", "internal_id", "external_id"];

/** The fields of a link that a client writes. */
export const written = (link) => Object.fromEntries(WRITTEN.map((name) => [name, link[name]]));

export function LinkDetail({ id }) {
  const state = useLoad(() => get(`key_links/${encodeURIComponent(id)}`, { labels: "true" }), [id], ["data"]);
  const crumbs = [["Key links", href("links")]];
  if (state.data === null) {
    return html`<${PageHead} title=${`Key link ${id}`} crumbs=${crumbs} />
      ${state.error ? html`<${LoadError} error=${state.error} retry=${state.reload} />` : html`<${Skeleton} lines=${6} />`}`;
  }
  const { key_link: link, label } = state.data;
  const actions = html`<${ButtonLink} icon="pencil" href=${href("links", id, "edit")}>Edit<//>
    <${ActionButton} kind="danger" icon="trash-2" run=${() => deleteLink(link, label)}>Delete<//>`;
  return html`<${PageHead} title=${`Key link ${id}`} crumbs=${crumbs} actions=${actions} />
    <div class="stack">
      ${state.error && html`<${LoadError} error=${state.error} retry=${state.reload} />`}
      <${LinkHero} link=${link} label=${label} />
      ${!label.exists && html`<${MissingRecord} link=${link} label=${label} />`}
      <div class="data-columns">
        <div class="stack">
          <${LinkFields} link=${link} />
          ${label.exists && html`<${RecordSummary} name=${label.entity_type} id=${link.internal_id} />`}
        </div>
        <div class="stack">
          <${RecordCalls} record=${`IntegrationKeyLink/${link.integration_key_link_id}`} />
          <${OtherLinks} link=${link} label=${label} />
        </div>
      </div>
    </div>`;
}

function LinkFields({ link }) {
  const facts = Object.entries(link).map(([name, value]) => [html`<code>${name}</code>`,
    value === null ? html`<span class="muted">–</span>` : name.endsWith("_date")
      ? html`<time title=${value} datetime=${value}>${dateText(value)}</time>` : html`<span class="anywhere">${value}</span>`]);
  return html`<${Panel} title="Fields"><${Facts} facts=${facts} />
    <details class="data-json"><summary>As JSON</summary><${Code} json label="The key link" text=${JSON.stringify(link)} /></details>
  <//>`;
}

function MissingRecord({ link, label }) {
  const path = recordPath(link, label);
  if (!path) return html`<${Notice} tone="warn">This world has no entity type ${link.integration_entity_type_id}, so the link leads nowhere.<//>`;
  const [name, id] = path;
  return html`<${Notice} tone="warn"><p>${name} ${id} does not exist. Deleting a record keeps its key links.</p>
    <div class="row"><${ButtonLink} small icon="plus" href=${href("records", name, "new", { id })}>Create ${inWords(name).toLowerCase()} ${id}<//></div><//>`;
}

function OtherLinks({ link, label }) {
  const query = { type: link.integration_entity_type_id, internal_id: link.internal_id, labels: "true", offset: 0, limit: OTHERS + 1 };
  const state = useLoad(() => get("key_links", query), [query.type, query.internal_id], ["data"]);
  const title = `Other links of ${inWords(typeName(link, label)).toLowerCase()} ${link.internal_id}`;
  const add = html`<a href=${href("links", "new", { type: query.type, internal_id: query.internal_id })}>Add one</a>`;
  const others = (state.data?.count ?? 1) - 1;
  return html`<${Panel} title=${title} note=${others > 0 ? plural(others, "link") : null} actions=${add} flush=${others > 0}>
    <${Loaded} state=${state} lines=${2}>${({ count, key_links: links, labels }) => {
      const kept = links.map((each, index) => [each, labels[index]]).filter(([each]) => each.integration_key_link_id !== link.integration_key_link_id);
      if (kept.length === 0) return html`<p class="muted">None. This is the record's only key link.</p>`;
      return html`<${LinkTable} label=${title} links=${kept.map(([each]) => each)} labels=${kept.map(([, each]) => each)} />
        ${count > OTHERS + 1 && html`<p class="data-more"><a href=${href("links", { type: query.type, internal_id: query.internal_id })}>All ${count} links</a></p>`}`;
    }}<//>
  <//>`;
}

async function deleteLink(link, label) {
  const id = link.integration_key_link_id;
  const agreed = await confirm({
    title: `Delete key link ${id}?`, action: "Delete the link",
    text: `${systemName(link, label)} ${link.external_id} will no longer be linked with `
      + `${inWords(typeName(link, label)).toLowerCase()} ${link.internal_id}. The record is kept.`,
  });
  if (!agreed) return;
  await withoutReloads(async () => {
    await remove(`key_links/${id}`);
    navigate("links");
  });
  toast(`Key link ${id} is deleted.`, { undo: async () => {
    const again = await post("key_links", written(link));
    toast(`Created again, as key link ${again.integration_key_link_id}.`);
  } });
}
