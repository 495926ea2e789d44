// The form for a record: a field for each of its resource, or the whole record as JSON.

import { html, useRef, useState } from "../../lib/html.js";
import { plural } from "../../lib/format.js";
import { parseJson } from "../../lib/json.js";
import { mistakesByField } from "../../lib/mistakes.js";
import { useSubmit } from "../../lib/submit.js";
import { Button, ButtonLink, Notice, Panel } from "../../ui/basics.js";
import { TextArea } from "../../ui/forms.js";
import { Tabs } from "../../ui/tabs.js";
import { toast } from "../../ui/toasts.js";
import { applyTexts, textOf } from "./draft.js";
import { RecordField } from "./record-field.js";

/**
 * `record` is what there is, `start` are texts to begin with. `save(makeRecord)` is called with a function that returns
 * a record with what was typed; it may be applied to a newer one.
 */
export function RecordForm({ resource, resources, record, start, isNew = false, action, save, cancel }) {
  const [draft, setDraft] = useState({ mode: "form", base: record, texts: start, json: "" });
  const form = useRef(null);
  const fields = editable(resource, isNew);
  const { error, busy, submit } = useSubmit(() => save((latest) => (draft.mode === "json"
    ? parseJson(draft.json) : applyTexts(draft.base === record ? latest : draft.base, fields, draft.texts))), form);
  const change = (mode) => {
    try {
      setDraft(mode === "json" ? toJson(draft, fields) : toForm(draft));
    } catch (failure) {
      toast(failure.message, { bad: true });
    }
  };
  const { fields: errors, others } = mistakesByField(error, draft.mode === "json" ? [] : fields.map(({ name }) => name));
  const wrong = Object.keys(errors).length;
  return html`<form ref=${form} onSubmit=${submit} novalidate><${Panel}>
    <div class="stack">
      <${Tabs} label="How to edit" tabs=${[["form", "Form"], ["json", "JSON"]]} current=${draft.mode} onChange=${change}>
        <div class="stack">
          ${others.length > 0 && html`<${Notice} tone="bad" role="alert"><p>${others.join("\n")}</p><//>`}
          ${wrong > 0 && html`<${Notice} tone="bad" role="alert">${plural(wrong, "field needs", "fields need")} another value.<//>`}
          ${draft.mode === "json"
            ? html`<${TextArea} label="The whole record" value=${draft.json} rows=${24} onValue=${(json) => setDraft({ ...draft, json })} />`
            : html`<${Fields} resource=${resource} resources=${resources} fields=${fields} draft=${draft} errors=${errors}
                onText=${(name, text) => setDraft((before) => ({ ...before, texts: { ...before.texts, [name]: text } }))} />`}
        </div>
      <//>
      <div class="row form-foot">
        <${Button} kind="primary" type="submit" aria-busy=${busy ? "true" : undefined}>${action}<//>
        <${ButtonLink} kind="quiet" href=${cancel}>Cancel<//>
      </div>
    </div>
  <//></form>`;
}

/** The fields of the form: the server sets the others. The id of a new record may be chosen. */
function editable(resource, isNew) {
  return resource.fields.filter(({ name, read_only: readOnly }) => !readOnly || (isNew && name === resource.id_field))
    .map((field) => ({ ...field, isOwnId: field.name === resource.id_field && !resource.id_repeats }));
}

function toJson(draft, fields) {
  return { ...draft, mode: "json", json: JSON.stringify(applyTexts(draft.base, fields, draft.texts), null, 2) };
}

function toForm(draft) {
  const base = parseJson(draft.json);
  if (typeof base !== "object" || base === null || Array.isArray(base)) throw new Error("A record is a JSON object, such as {\"status\": \"ACTIVE\"}.");
  return { ...draft, mode: "form", base, texts: {} };
}

const listNames = (names) => names.map((name, index) => html`${index > 0 && ", "}<code key=${name}>${name}</code>`);
const isNested = ({ kind }) => kind === "object" || kind === "list";

function Fields({ resource, resources, fields, draft, errors, onText }) {
  const draw = (field) => html`<${RecordField} key=${field.name} field=${field} resources=${resources} error=${errors[field.name]}
    value=${draft.texts[field.name] ?? textOf(field, draft.base[field.name])} onValue=${(text) => onText(field.name, text)} />`;
  const single = fields.filter((field) => !isNested(field)).sort((a, b) => Number(b.required) - Number(a.required));
  const nested = fields.filter(isNested);
  const rest = resource.fields.filter(({ name }) => !fields.some((field) => field.name === name)).map(({ name }) => name);
  return html`<div class="stack">
    ${resource.required_one_of.length > 0 && html`<p class="muted">One of ${listNames(resource.required_one_of)} is required.</p>`}
    <div class="fields">${single.map(draw)}</div>
    ${nested.length > 0 && html`<div class="nested-fields">${nested.map(draw)}</div>`}
    ${rest.length > 0 && html`<p class="muted small">
      The server sets ${listNames(rest)}. To set a date or an id yourself, edit the record as JSON.</p>`}
  </div>`;
}
