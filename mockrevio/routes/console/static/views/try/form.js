// The form of one operation: its parameters, its body, and with which faults it is sent.

import { html, useMemo, useRef } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { prettyJson } from "../../lib/json.js";
import { useLoad } from "../../lib/load.js";
import { Button } from "../../ui/basics.js";
import { Combobox, TextArea, TextField } from "../../ui/forms.js";
import { RecordPicker } from "../../ui/revio.js";
import { jsonMistake } from "./call.js";

/** `onValue(name, value)` gets each change, `mistakes` are texts by field. */
export function Fields({ operation, values, mistakes, onValue }) {
  const resources = useLoad(() => get("resources"), []);
  const resource = useMemo(() => resources.data?.resources.find(({ path }) => path === operation.path.split("/")[1]), [resources.data, operation]);
  const draw = (parameter) => html`<${Parameter} key=${parameter.name} parameter=${parameter} value=${values[parameter.name]}
    error=${mistakes[parameter.name]} onValue=${(value) => onValue(parameter.name, value)} resource=${parameter.in === "path" ? resource : null} />`;
  const filled = operation.search.some(({ name }) => values[name]) || values.query;
  return html`
    ${operation.inPath.length > 0 && html`<div class="fields">${operation.inPath.map(draw)}</div>`}
    ${operation.paging.length > 0 && html`<div class="fields">${operation.paging.map(draw)}</div>`}
    ${operation.paging.length > 0 && html`<${More} title="Search" note=${`${operation.search.length} fields`} filled=${filled}>
      <div class="fields">${operation.search.map(draw)}
        <${TextField} label="More of the query" value=${values.query} onValue=${(value) => onValue("query", value)} placeholder="status=ACTIVE&status=CLOSED"
          help="As it stands in an address. A name may come more than once." /></div>
    <//>`}
    ${operation.body && html`<${BodyField} operation=${operation} value=${values.body} onValue=${(value) => onValue("body", value)} />`}
    <${More} title="Let it fail" note="this call alone" filled=${operation.headers.some(({ name }) => values[name])}>
      <div class="fields">${operation.headers.map(draw)}</div>
    <//>`;
}

/** Fields that are seldom needed. They are open if one is filled, and stay so when it is emptied again. */
function More({ title, note, filled, children }) {
  const opened = useRef(false);
  opened.current ||= Boolean(filled);
  return html`<details class="try-more" open=${opened.current}><summary>${title} <span class="muted">${note}</span></summary>${children}</details>`;
}

function Parameter({ parameter, value, error, onValue, resource }) {
  const { name, help, choices, required, number, minimum } = parameter;
  if (resource && resource.id_field === name) {
    return html`<${RecordPicker} resource=${resource} label=${name} help=${help} error=${error} value=${value} onValue=${onValue} required />`;
  }
  if (choices.length > 0) {
    const suggest = (text) => {
      const found = choices.includes(text) ? choices : choices.filter((each) => each.toLowerCase().includes(text.toLowerCase()));
      return found.map((each) => ({ value: each, text: each }));
    };
    return html`<${Combobox} label=${name} help=${help} error=${error} value=${value} onValue=${onValue} onPick=${(option) => onValue(option.value)}
      suggest=${suggest} placeholder=${`such as ${choices[0]}`} />`;
  }
  return html`<${TextField} label=${name} help=${help} error=${error} value=${value} onValue=${onValue} required=${required}
    inputmode=${number ? "numeric" : undefined} placeholder=${number && minimum !== undefined ? String(minimum) : undefined} />`;
}

function BodyField({ operation, value, onValue }) {
  const json = operation.body.type.includes("json");
  const mistake = json ? jsonMistake(value) : null;
  return html`<div class="stack tight">
    <${TextArea} label="Body" help=${operation.body.type} value=${value} onValue=${onValue} rows=${Math.min(18, Math.max(5, value.split("\n").length + 1))}
      error=${mistake && `This is no JSON, and is sent as it is: ${mistake}`} />
    <div class="row">
      <${Button} small kind="quiet" icon="undo-2" disabled=${value === operation.body.example} onClick=${() => onValue(operation.body.example)}>The example<//>
      <${Button} small kind="quiet" icon="file-json" disabled=${!value || mistake !== null} onClick=${() => onValue(prettyJson(value))}>In lines<//>
    </div>
  </div>`;
}
