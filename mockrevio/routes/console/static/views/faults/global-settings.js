// Latency and error rate: the two settings that concern all calls.

import { html, useEffect, useState } from "../../lib/html.js";
import { patch } from "../../lib/api.js";
import { href } from "../../lib/router.js";
import { Button, Panel } from "../../ui/basics.js";
import { TextField } from "../../ui/forms.js";
import { toast } from "../../ui/toasts.js";

const SETTINGS = [
  ["latency", "Latency", "Delays every call: 200ms, 100ms..800ms, or lognormal:200ms,0.4."],
  ["error_rate", "Error rate", "Fails a share of all calls: 0.05 with a 503, 0.05:500 with another status."],
];

export function GlobalSettings({ settings, reload }) {
  return html`<${Panel} title="All calls" note="settings, which rules add to" actions=${html`<a href=${href("settings")}>All settings</a>`}>
    <div class="fault-settings">${SETTINGS.map(([name, label, help]) => html`<${Setting} key=${name} name=${name} label=${label} help=${help}
      value=${settings[name] ?? ""} reload=${reload} />`)}</div>
  <//>`;
}

function Setting({ name, label, help, value, reload }) {
  const [text, setText] = useState(value);
  const [error, setError] = useState(null);
  useEffect(() => setText(value), [value]);
  const save = async (next) => {
    try {
      await patch("settings", { [name]: next });
      setError(null);
      toast(next === null ? `${label} is off.` : `${label} is ${next}.`);
      await reload();
    } catch (failure) {
      setError(failure.mistakes?.find(({ place }) => place === name)?.message ?? failure.message);
    }
  };
  const submit = (event) => {
    event.preventDefault();
    save(text.trim() || null);
  };
  return html`<form class="fault-setting" onSubmit=${submit}>
    <${TextField} label=${label} help=${help} error=${error} value=${text} placeholder="off" onValue=${(next) => { setText(next); setError(null); }} />
    <span class="row"><${Button} type="submit" disabled=${text.trim() === value} aria-label=${`Set ${label.toLowerCase()}`}>Set<//>
      ${value && html`<${Button} kind="quiet" icon="power" aria-label=${`Turn ${label.toLowerCase()} off`} onClick=${() => save(null)}>Off<//>`}</span>
  </form>`;
}
