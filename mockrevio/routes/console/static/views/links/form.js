// Create or change a key link, by Rev.io's own rules.

import { html, useRef, useState } from "../../lib/html.js";
import { get, post, put, remove } from "../../lib/api.js";
import { withoutReloads } from "../../lib/live.js";
import { useDebounced, useLoad } from "../../lib/load.js";
import { mistakesByField } from "../../lib/mistakes.js";
import { href, navigate, useRoute } from "../../lib/router.js";
import { Button, ButtonLink, LoadError, Notice, PageHead, Panel, Skeleton } from "../../ui/basics.js";
import { SelectField, TextField } from "../../ui/forms.js";
import { findRecord, RecordPicker } from "../../ui/revio.js";
import { toast } from "../../ui/toasts.js";
import { useSubmit } from "../../lib/submit.js";
import { WRITTEN, written } from "./detail.js";
import { LinkHero } from "./sides.js";

const USUAL = { system: "SALESFORCE", type: "CUSTOMER" }; // as in Rev.io's own example

export function NewLink({ known }) {
  const { params } = useRoute();
  const start = {
    integration_system_id: params.system ?? systemId(known, USUAL.system) ?? first(known.systems, "integration_system_id"),
    integration_entity_type_id: typeId(known, params.type) ?? typeId(known, USUAL.type) ?? first(known.entity_types, "integration_entity_type_id"),
    internal_id: params.internal_id ?? "", external_id: params.external_id ?? "",
  };
  const save = async (body) => {
    const link = await post("key_links", body);
    const id = link.integration_key_link_id;
    navigate("links", id);
    toast(`Key link ${id} is created.`, { undo: () => withoutReloads(async () => {
      await remove(`key_links/${id}`);
      navigate("links");
    }) });
  };
  return html`<${LinkForm} title="New key link" crumbs=${[["Key links", href("links")]]} action="Create the link" start=${start} known=${known}
    save=${save} cancel=${href("links")} />`;
}

const systemId = (known, name) => known.systems.find((each) => each.system_name === name)?.integration_system_id;
/** The id of an entity type that the address has by id or by name. */
const typeId = (known, text) => known.entity_types.find((each) => [String(each.integration_entity_type_id), each.entity_type_name].includes(text))
  ?.integration_entity_type_id;
const first = (rows, name) => rows[0]?.[name] ?? "";

export function EditLink({ id, known }) {
  const state = useLoad(() => get(`key_links/${encodeURIComponent(id)}`), [id]);
  const title = `Edit key link ${id}`;
  const crumbs = [["Key links", href("links")], [`Key link ${id}`, href("links", id)]];
  if (state.data === null) {
    return html`<${PageHead} title=${title} crumbs=${crumbs} />
      ${state.error ? html`<${LoadError} error=${state.error} retry=${state.reload} />` : html`<${Skeleton} lines=${6} />`}`;
  }
  const before = written(state.data);
  const save = async (body) => {
    await put(`key_links/${id}`, body);
    navigate("links", id);
    toast(`Key link ${id} is saved.`, { undo: () => put(`key_links/${id}`, before) });
  };
  return html`<${LinkForm} title=${title} crumbs=${crumbs} action="Save" start=${before} known=${known} save=${save} cancel=${href("links", id)} />`;
}

function LinkForm({ title, crumbs, action, start, known, save, cancel }) {
  const [values, setValues] = useState(start);
  const form = useRef(null);
  const { error, busy, submit } = useSubmit(() => save(bodyOf(values)), form);
  const { fields: errors, others } = mistakesByField(error, WRITTEN);
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const type = known.entity_types.find((each) => String(each.integration_entity_type_id) === String(values.integration_entity_type_id));
  const resource = useResource(type);
  return html`<${PageHead} title=${title} crumbs=${crumbs}>Rev.io's rules apply: what it would refuse is refused here too, with its message.<//>
    <form class="stack" ref=${form} onSubmit=${submit} novalidate>
      <${Preview} values=${values} known=${known} resource=${resource} type=${type} />
      <${Panel}>
        <div class="stack">
          ${others.length > 0 && html`<${Notice} tone="bad" role="alert"><p>${others.join("\n")}</p><//>`}
          <div class="fields link-form">
            <${SelectField} label="System" value=${values.integration_system_id} onValue=${set("integration_system_id")} error=${errors.integration_system_id}
              options=${known.systems.map((each) => [each.integration_system_id, each.system_name])} />
            <${TextField} label="External id" value=${values.external_id} onValue=${set("external_id")} error=${errors.external_id}
              help="What the other system calls its record." placeholder="such as 0012D00000lWTsbQAG" required />
            <${SelectField} label="Type" value=${values.integration_entity_type_id} error=${errors.integration_entity_type_id}
              onValue=${(value) => setValues({ ...values, integration_entity_type_id: value, internal_id: "" })}
              options=${known.entity_types.map((each) => [each.integration_entity_type_id, each.entity_type_name])} />
            <${RecordPicker} label="Record" resource=${resource} value=${String(values.internal_id)} onValue=${set("internal_id")}
              error=${errors.internal_id} required />
          </div>
          <div class="row">
            <${Button} kind="primary" type="submit" aria-busy=${busy ? "true" : undefined}>${action}<//>
            <${ButtonLink} kind="quiet" href=${cancel}>Cancel<//>
          </div>
        </div>
      <//>
    </form>`;
}

/** What the API is sent: numbers where the form has some, or else the text, so that the API says what is wrong. */
function bodyOf(values) {
  const number = (text) => (/^\d+$/.test(String(text).trim()) ? Number(text) : text || undefined);
  return { ...values, external_id: values.external_id || undefined, integration_system_id: number(values.integration_system_id),
    integration_entity_type_id: number(values.integration_entity_type_id), internal_id: number(values.internal_id) };
}

/** The resource of an entity type. */
function useResource(type) {
  const { data } = useLoad(() => get("resources"), []);
  return data?.resources.find(({ name }) => name === type?.entity_type_name) ?? null;
}

/** The link that would come about. */
function Preview({ values, known, resource, type }) {
  const id = useDebounced(String(values.internal_id).trim());
  const { data } = useLoad(() => findRecord(resource, id), [resource?.name, id]);
  const system = known.systems.find((each) => String(each.integration_system_id) === String(values.integration_system_id));
  const label = { system: system?.system_name, entity_type: type?.entity_type_name, resource: resource?.path, record: data?.label ?? null, exists: Boolean(data) };
  return html`<${LinkHero} link=${values} label=${label} pending=${!/^\d+$/.test(id)} />`;
}

