// Names with patterns or values: the headers, parameters and fields that a rule compares, or the headers that it sends.

import { html, useId } from "../../lib/html.js";
import { Button } from "../../ui/basics.js";
import { JSON_OR_TEXT, useDraft } from "./drafts.js";

const ROWS = {
  toText: (value) => Object.entries(value ?? {}).map(([name, each]) => ({ name, text: JSON_OR_TEXT.toText(each) })),
  fromText: (rows) => {
    const named = rows.filter(({ name }) => name !== "").map(({ name, text }) => [name, JSON_OR_TEXT.fromText(text) ?? ""]);
    return named.length ? Object.fromEntries(named) : undefined;
  },
};

/** `noun` is what a row is, such as "header". `error` is about all rows. */
export function NamedPatterns({ label, noun, value, onValue, error, placeholder = "value or pattern" }) {
  const [rows, setRows] = useDraft(value, ROWS);
  const id = useId();
  const change = (next) => {
    setRows(next);
    onValue(ROWS.fromText(next));
  };
  const edit = (index, changes) => change(rows.map((row, at) => (at === index ? { ...row, ...changes } : row)));
  return html`<div class="field" role="group" aria-labelledby=${id}>
    <span class="label" id=${id}>${label}</span>
    ${rows.map((row, index) => html`<div class="named-pattern" key=${index}>
      <input class="input" aria-label=${`${label}: name ${index + 1}`} placeholder="name" value=${row.name} spellcheck=${false}
        autocomplete="off" onInput=${(event) => edit(index, { name: event.target.value })} />
      <input class="input" aria-label=${`${label}: value ${index + 1}`} placeholder=${placeholder} value=${row.text} spellcheck=${false}
        autocomplete="off" onInput=${(event) => edit(index, { text: event.target.value })} />
      <${Button} kind="quiet" icon="x" label=${`Remove ${noun} ${row.name || index + 1}`} onClick=${() => change(rows.filter((_, at) => at !== index))} />
    </div>`)}
    ${error && html`<div class="field-error" role="alert">${error}</div>`}
    <span><${Button} small icon="plus" onClick=${() => setRows([...rows, { name: "", text: "" }])}>Add a ${noun}<//></span>
  </div>`;
}
