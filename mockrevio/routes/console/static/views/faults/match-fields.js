// Which requests a rule matches.

import { html, useId } from "../../lib/html.js";
import { Button } from "../../ui/basics.js";
import { DraftField, JSON_OR_TEXT, withPartOrNone } from "./drafts.js";
import { NamedPatterns } from "./named-patterns.js";
import { PathField } from "./paths.js";
import { METHODS } from "./scope.js";

const NAMED = [["query", "Query parameters", "parameter"], ["headers", "Headers", "header"], ["body", "Fields of the body", "field"]];

/** `parts` are those that the server compares, `errors.at(place)` what is wrong with one; `place` is where the matcher is. */
export function MatchFields({ match = {}, onMatch, parts, endpoints, errors, place = "match", delivery, nested = false }) {
  const set = (name) => (value) => onMatch(withPartOrNone(match, name, value));
  const has = (name) => parts.includes(name);
  return html`<div class="stack">
    ${has("method") && !delivery && html`<${Methods} value=${match.method} onValue=${set("method")} error=${errors.at(`${place}.method`)} />`}
    <div class="fields">
      ${has("path") && html`<${Path} value=${match.path} onValue=${set("path")} endpoints=${endpoints} delivery=${delivery} error=${errors.at(`${place}.path`)} />`}
      ${has("client") && !delivery && html`<${DraftField} label="Client" as=${JSON_OR_TEXT} value=${match.client} onValue=${set("client")}
        placeholder="any client code" error=${errors.at(`${place}.client`)} />`}
    </div>
    ${NAMED.filter(([name]) => has(name)).map(([name, label, noun]) => html`<${NamedPatterns} key=${name} label=${label} noun=${noun}
      value=${match[name]} onValue=${set(name)} error=${errors.at(`${place}.${name}`)} />`)}
    ${has("not") && !nested && html`<${Excluded} value=${match.not} onValue=${set("not")} error=${errors.at(`${place}.not`)}
      parts=${parts} endpoints=${endpoints} delivery=${delivery} />`}
  </div>`;
}

function Path({ value, onValue, endpoints, delivery, error }) {
  const text = JSON_OR_TEXT.toText(value);
  const onText = (next) => onValue(JSON_OR_TEXT.fromText(next));
  return html`<${PathField} endpoints=${delivery ? [] : endpoints} value=${text} onValue=${onText} error=${error}
    placeholder=${delivery ? "any receiver" : "any path"} help=${delivery ? "The path of the receiver's URL." : "* stands for any text."} />`;
}

/** The methods to choose from, and those that the rule has besides. */
function Methods({ value, onValue, error }) {
  const id = useId();
  const chosen = value === undefined ? [] : [value].flat();
  const all = [...METHODS, ...chosen.filter((each) => !METHODS.includes(each))];
  const toggle = (method) => {
    const next = chosen.includes(method) ? chosen.filter((each) => each !== method) : all.filter((each) => chosen.includes(each) || each === method);
    onValue(next.length > 1 ? next : next[0]);
  };
  return html`<div class="field"><span class="label" id=${id}>Methods</span>
    <span class="row" role="group" aria-labelledby=${id}>${all.map((method) => html`<button key=${method} type="button" class="button small"
      aria-pressed=${String(chosen.includes(method))} onClick=${() => toggle(method)}>${String(method)}</button>`)}
      ${chosen.length === 0 && html`<span class="muted small">none chosen: any method</span>`}</span>
    ${error && html`<div class="field-error" role="alert">${error}</div>`}
  </div>`;
}

/** Matchers of which none may match. */
function Excluded({ value, onValue, error, ...rest }) {
  const all = value === undefined ? [] : [value].flat();
  const change = (next) => onValue(next.length > 1 ? next : next[0]);
  const none = { at: () => null };
  return html`<div class="stack tight">
    ${all.map((each, index) => html`<fieldset key=${index} class="fault-except"><legend>Except, ${index + 1}</legend>
      <${MatchFields} ...${rest} match=${each} errors=${none} nested
        onMatch=${(next) => change(all.map((other, at) => (at === index ? next ?? {} : other)))} />
      <span><${Button} small kind="quiet danger" icon="trash-2" onClick=${() => change(all.filter((_, at) => at !== index))}>Remove exception ${index + 1}<//></span>
    </fieldset>`)}
    ${error && html`<div class="field-error" role="alert">${error}</div>`}
    <span><${Button} small icon="plus" onClick=${() => change([...all, {}])}>Add an exception<//></span>
  </div>`;
}
