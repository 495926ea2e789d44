// Controls for the kinds of settings: one of a few, a text, a list of texts. What is typed is checked by the server while
// the user pauses.

import { html, useEffect, useId, useRef, useState } from "../../lib/html.js";
import { sentence } from "../../lib/format.js";
import { useDebounced } from "../../lib/load.js";
import { Button, Notice } from "../../ui/basics.js";
import { TextField } from "../../ui/forms.js";
import { checkSetting } from "./apply.js";
import { choiceText, examplesOf, valueInWords } from "./words.js";

/** One of a few, all of them in view. */
export function Choices({ setting, title, apply, error }) {
  const id = useId();
  return html`<fieldset class="segments"><legend class="visually-hidden">${title}</legend>
    ${setting.choices.map((choice) => html`<label key=${choice} class="segment">
      <input type="radio" name=${id} value=${choice} checked=${setting.value === choice} onChange=${() => apply(choice)} />
      <span>${choiceText(setting, choice)}</span></label>`)}
  </fieldset>${error && html`<div class="field-error" role="alert">${error}</div>`}`;
}

const saved = (value) => (value === null ? "" : String(value));

/** A text that follows the server's value unless the user is changing it. */
function useDraft(value) {
  const [text, setText] = useState(value);
  const known = useRef(value);
  useEffect(() => {
    if (text === known.current) setText(value);
    known.current = value;
  }, [value]);
  return [text, setText];
}

/** What the server says to a value once the user pauses, while `active`. */
function useCheck(name, value, active) {
  const settled = useDebounced(value, 350);
  const [result, setResult] = useState({ value: undefined, error: null, warning: null });
  useEffect(() => {
    if (!active || settled !== value) return undefined;
    let wanted = true;
    checkSetting(name, JSON.parse(settled)).then((found) => {
      if (wanted) setResult({ value: settled, ...found });
    });
    return () => { wanted = false; };
  }, [settled, value, active]);
  return active && result.value === value ? result : { error: null, warning: null };
}

export function TextControl({ setting, title, apply, error, onError }) {
  const [text, setText] = useDraft(saved(setting.value));
  const trimmed = text.trim();
  const dirty = trimmed !== saved(setting.value);
  const next = trimmed === "" ? null : trimmed;
  const check = useCheck(setting.name, JSON.stringify(next), dirty);
  const submit = async (event) => {
    event.preventDefault();
    if (dirty) await apply(next);
  };
  const change = (value) => {
    setText(value);
    onError(null);
  };
  return html`<form class="setting-form" onSubmit=${submit} novalidate>
      <${TextField} label=${title} hideLabel value=${text} placeholder=${valueInWords(setting, setting.default)} onValue=${change}
        error=${error ?? (check.error && sentence(check.error))} help=${sentence(setting.accepts)} />
      <${Button} type="submit" kind="primary" disabled=${!dirty || check.error !== null} aria-label=${`Apply ${title}`}>Apply<//>
    </form>
    ${check.warning && html`<${Notice} tone="warn" role="status"><p>${check.warning}</p><//>`}
    <${Examples} setting=${setting} title=${title} onPick=${change} />`;
}

export function ListControl({ setting, title, apply, error, onError }) {
  const [text, setText] = useState("");
  const trimmed = text.trim();
  const next = [...setting.value, trimmed];
  const check = useCheck(setting.name, JSON.stringify(next), trimmed !== "");
  const submit = async (event) => {
    event.preventDefault();
    if (trimmed !== "" && await apply((items) => [...items, trimmed])) setText("");
  };
  const change = (value) => {
    setText(value);
    onError(null);
  };
  return html`${setting.value.length > 0 && html`<ul class="chips">${setting.value.map((item) => html`<li key=${item} class="chip">
      <code class="anywhere">${item}</code>
      <${Button} small kind="quiet" icon="x" label=${`Remove ${item}`} onClick=${() => apply((items) => items.filter((each) => each !== item))} /></li>`)}</ul>`}
    <form class="setting-form" onSubmit=${submit} novalidate>
      <${TextField} label=${title} hideLabel value=${text} placeholder=${setting.value.length ? "one more" : valueInWords(setting, [])} onValue=${change}
        error=${error ?? (check.error && sentence(check.error))} help=${sentence(setting.accepts)} />
      <${Button} type="submit" kind="primary" disabled=${trimmed === "" || check.error !== null} aria-label=${`Add to ${title}`}>Add<//>
    </form>
    <${Examples} setting=${setting} title=${title} onPick=${change} />`;
}

function Examples({ setting, title, onPick }) {
  const examples = examplesOf(setting);
  if (examples.length === 0) return null;
  return html`<div class="row small" role="group" aria-label=${`${title}: examples`}><span class="muted">For example</span>
    ${examples.map((example) => html`<button key=${example} type="button" class="example" onClick=${() => onPick(example)}><code>${example}</code></button>`)}</div>`;
}

