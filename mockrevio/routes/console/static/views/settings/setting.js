// One setting: what it does, its value, and the control that fits its kind.

import { html, useState } from "../../lib/html.js";
import { sentence } from "../../lib/format.js";
import { ActionButton, Badge, Notice } from "../../ui/basics.js";
import { Switch } from "../../ui/forms.js";
import { applySettings, isSame, messageFor } from "./apply.js";
import { Choices, ListControl, TextControl } from "./controls.js";
import { titleOf, valueInWords } from "./words.js";

export function Setting({ setting, marked }) {
  const [warning, setWarning] = useState(null);
  const [error, setError] = useState(null);
  const { name, value, initial, default: standard } = setting;
  const title = titleOf(setting);
  const apply = async (next) => {
    setError(null);
    const change = (current) => ({ [name]: typeof next === "function" ? next(current[name]) : next });
    try {
      setWarning(await applySettings(change, (changes) => `${title}: ${valueInWords(setting, changes[name] ?? standard)}.`));
      return true;
    } catch (problem) {
      setError(messageFor(problem, name));
      return false;
    }
  };
  const changed = !isSame(value, initial);
  return html`<li class="setting" id=${`setting-${name}`} tabindex="-1" data-marked=${marked ? "" : undefined}>
    <div class="setting-text">
      <h3>${title} ${changed && html`<${Badge} tone="accent">changed<//>`}</h3>
      <p class="muted small">${sentence(setting.help)} <code class="xsmall nowrap">${setting.option}</code></p>
    </div>
    <div class="setting-control">
      <${Control} setting=${setting} title=${title} apply=${apply} error=${error} onError=${setError} />
      ${warning && html`<${Notice} tone="warn" role="status"><p>${warning}</p><//>`}
      <div class="row small muted">
        <span>Default: ${valueInWords(setting, standard)}</span>
        ${!isSame(initial, standard) && html`<span>At the start: ${valueInWords(setting, initial)}</span>`}
        ${!isSame(value, standard) && html`<${ActionButton} small kind="quiet" icon="undo-2" aria-label=${`${title}: back to the default`} run=${() => apply(null)}>Back to the default<//>`}
        ${changed && !isSame(initial, standard) && html`<${ActionButton} small kind="quiet" icon="undo-2" aria-label=${`${title}: back to the start`} run=${() => apply(initial)}>Back to the start<//>`}
      </div>
    </div>
  </li>`;
}

function Control({ setting, title, apply, error, onError }) {
  const { value } = setting;
  if (typeof value === "boolean") {
    return html`<div class="row"><${Switch} label=${title} on=${value} onToggle=${apply} /><span>${value ? "On" : "Off"}</span></div>
      ${error && html`<div class="field-error" role="alert">${error}</div>`}`;
  }
  if (setting.choices.length > 0) return html`<${Choices} setting=${setting} title=${title} apply=${apply} error=${error} />`;
  if (setting.repeatable) return html`<${ListControl} setting=${setting} title=${title} apply=${apply} error=${error} onError=${onError} />`;
  return html`<${TextControl} setting=${setting} title=${title} apply=${apply} error=${error} onError=${onError} />`;
}
