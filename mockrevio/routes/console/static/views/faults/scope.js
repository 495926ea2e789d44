// Which calls the switches are for, and for how long: a part of the address.

import { html, useId } from "../../lib/html.js";
import { setParams, useRoute } from "../../lib/router.js";
import { SelectField, TextField } from "../../ui/forms.js";
import { Panel } from "../../ui/basics.js";
import { PathField } from "./paths.js";

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
export const TIMERS = [["", "until switched off"], ["30s", "30 s"], ["2m", "2 min"], ["10m", "10 min"]];

export function Scope({ endpoints }) {
  const { params } = useRoute();
  const set = (name) => (value) => setParams({ [name]: value });
  return html`<${Panel} title="Which calls, and for how long" note="for what you switch on next">
    <div class="scope">
      <${SelectField} label="Method" value=${params.method ?? ""} onValue=${set("method")}
        options=${[["", "any method"], ...METHODS]} />
      <${PathField} endpoints=${endpoints} value=${params.path ?? ""} onValue=${set("path")} />
      <${TextField} label="Client" value=${params.client ?? ""} onValue=${set("client")} placeholder="any client code" />
      <${Timer} value=${params.for ?? ""} onValue=${set("for")} />
    </div>
  <//>`;
}

function Timer({ value, onValue }) {
  const id = useId();
  return html`<div class="field"><span class="label" id=${id}>Time</span>
    <span class="fault-segments" role="group" aria-labelledby=${id}>${TIMERS.map(([each, text]) => html`
      <button key=${each} type="button" aria-pressed=${String(each === value)} onClick=${() => onValue(each)}>${text}</button>`)}</span>
  </div>`;
}
