// One record: its fields, what it has to do with others, and the calls that touched it.

import { html } from "../../lib/html.js";
import { entityPath, get, post, put, remove } from "../../lib/api.js";
import { withoutReloads } from "../../lib/live.js";
import { useLoad } from "../../lib/load.js";
import { href, navigate, setParams, useRoute } from "../../lib/router.js";
import { ActionButton, ButtonLink, LoadError, Notice, PageHead, Panel, Skeleton } from "../../ui/basics.js";
import { Code } from "../../ui/code.js";
import { confirm } from "../../ui/dialog.js";
import { RecordCalls } from "../../ui/record-calls.js";
import { Tabs } from "../../ui/tabs.js";
import { toast } from "../../ui/toasts.js";
import { Value } from "../../ui/values.js";
import { RecordFields } from "./fields.js";
import { KeyLinksOf, ReferredBy, RefersTo, RelationCounts } from "./references.js";
import { oneOf, titleOf } from "./words.js";

export function RecordDetail({ resource, id }) {
  const path = entityPath(resource.name, id);
  const state = useLoad(() => get(path), [path], ["data"]);
  const details = useLoad(() => get(`resources/${encodeURIComponent(resource.name)}`), [resource.name]);
  // What refers to a record is found by reading all others, so the fields do not wait for it.
  const references = useLoad(() => get(`${path}/references`), [path], ["data"], 2000);
  const crumbs = [["Records", href("records")], [titleOf(resource), href("records", resource.name)]];
  const error = state.error ?? details.error;
  if (!state.data || !details.data) {
    return html`<${PageHead} title=${`${resource.name} ${id}`} crumbs=${crumbs} />
      ${error ? html`<${LoadError} error=${error} retry=${() => { state.reload(); details.reload(); }} />` : html`<${Skeleton} lines=${8} />`}`;
  }
  const label = references.data?.label;
  const known = { resource: details.data, record: state.data, references: references.data };
  return html`<${PageHead} title=${label ?? `${resource.name} ${id}`} crumbs=${crumbs} actions=${html`<${Actions} resource=${resource} record=${state.data} id=${id} />`}>
      ${resource.name} <span class="number">${id}</span> ${typeof state.data.status === "string" && html`<${Value} name="status" value=${state.data.status} /> `}at
      ${" "}<code class="anywhere">/v1/${resource.path}/${id}</code>
    <//>
    <div class="stack">
      ${error && html`<${LoadError} error=${error} retry=${state.reload} />`}
      ${resource.id_repeats && html`<${RepeatedId} resource=${resource} id=${id} />`}
      <${RelationCounts} ...${known} id=${id} />
      <${FieldsPanel} ...${known} />
      <div class="data-columns">
        <div class="stack">
          ${resource.entity_type && html`<${KeyLinksOf} state=${references} resource=${resource} id=${id} />`}
          <${RecordCalls} record=${`${resource.name}/${id}`} />
        </div>
        <${RefersTo} state=${references} />
      </div>
      <${ReferredBy} state=${references} resource=${resource} id=${id} />
    </div>`;
}

function FieldsPanel({ resource, record, references }) {
  const { params } = useRoute();
  return html`<${Panel} title="Fields">
    <${Tabs} label="How the fields are shown" tabs=${[["fields", "Readable"], ["json", "JSON"]]} current=${params.form === "json" ? "json" : "fields"}
        onChange=${(form) => setParams({ form: form === "json" ? form : null })}>
      ${params.form === "json"
        ? html`<${Code} json label="The record" text=${JSON.stringify(record)} />`
        : html`<${RecordFields} resource=${resource} record=${record} references=${references} />`}
    <//>
  <//>`;
}

function RepeatedId({ resource, id }) {
  return html`<${Notice}><p>Several ${titleOf(resource).toLowerCase()} may have the same id. This is the first with ${resource.id_field} ${id}, as Rev.io's API
    returns it; see <a href=${href("records", resource.name, { [`field.${resource.id_field}`]: id })}>all of them</a>. They can be deleted and added, but not edited.</p><//>`;
}

function Actions({ resource, record, id }) {
  return html`
    ${resource.entity_type && html`<${ButtonLink} icon="link"
      href=${href("links", "new", { type: resource.entity_type, internal_id: id })}>Link it<//>`}
    ${!resource.id_repeats && html`<${ButtonLink} icon="pencil" href=${href("records", resource.name, id, "edit")}>Edit<//>`}
    <${ActionButton} kind="danger" icon="trash-2" run=${() => deleteRecord(resource, record, id)}>Delete<//>`;
}

async function deleteRecord(resource, record, id) {
  const text = resource.entity_type
    ? "Its key links and the records that refer to it are kept, and lead nowhere then."
    : "The records that refer to it are kept, and lead nowhere then.";
  const agreed = await confirm({ title: `Delete ${resource.name} ${id}?`, text, action: `Delete the ${oneOf(resource)}` });
  if (!agreed) return;
  await withoutReloads(async () => {
    await remove(entityPath(resource.name, id));
    navigate("records", resource.name);
  });
  const undo = () => (resource.id_repeats ? post(entityPath(resource.name), record) : put(entityPath(resource.name, id), record));
  toast(`${resource.name} ${id} is deleted.`, { undo: async () => {
    await undo();
    toast(`${resource.name} ${id} is back.`);
  } });
}
