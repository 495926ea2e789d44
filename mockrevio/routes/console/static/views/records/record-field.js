// The control for one field of a record, by its kind.

import { html } from "../../lib/html.js";
import { SelectField, TextArea, TextField } from "../../ui/forms.js";
import { RecordPicker } from "../../ui/revio.js";

const LONG = /(^|_)(notes?|comments?|body|body_html|description|resolution|message|image)$/;
const PLACEHOLDERS = { whole: "whole number", decimal: "number", date: "such as 2026-01-05" };
const FLAGS = [["", "not set"], ["true", "yes"], ["false", "no"]];

export function RecordField({ field, resources, value, onValue, error }) {
  const { name, kind, required, choices, items } = field;
  const same = { label: name, value, onValue, error, required, help: required ? "Required" : undefined };
  if (choices) return html`<${SelectField} ...${same} options=${[["", required ? "choose one" : "not set"], ...choices.map((each) => [each, each])]} />`;
  if (kind === "flag") return html`<${SelectField} ...${same} options=${FLAGS} />`;
  if (kind === "object") return html`<${TextArea} ...${same} rows=${rowsFor(value)} help=${`An object as JSON, with ${membersOf(field)}.`} />`;
  if (kind === "list") {
    const what = items ? `${items} values` : `objects with ${membersOf(field)}`;
    return html`<${TextArea} ...${same} rows=${rowsFor(value)} help=${`A list as JSON, of ${what}.`} />`;
  }
  if (field.isOwnId) return html`<${TextField} ...${same} inputmode="numeric" placeholder="the next free one" />`;
  const target = field.refers_to && resources.find(({ path }) => path === field.refers_to);
  if (target) return html`<${RecordPicker} ...${same} resource=${target} />`;
  if (kind === "text" && (LONG.test(name) && value.length > 60)) return html`<${TextArea} ...${same} rows=${4} />`;
  return html`<${TextField} ...${same} placeholder=${PLACEHOLDERS[kind]} inputmode=${{ whole: "numeric", decimal: "decimal" }[kind]} />`;
}

const rowsFor = (value) => Math.min(14, Math.max(4, value.split("\n").length));

function membersOf({ fields }) {
  const names = fields.map(({ name }) => name);
  return names.length > 5 ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more` : names.join(", ");
}
