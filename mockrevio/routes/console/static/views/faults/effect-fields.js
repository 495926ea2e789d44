// What a rule does: another answer, a broken or slow connection, a delay; or what happens to a notification.

import { html, useState } from "../../lib/html.js";
import { SelectField } from "../../ui/forms.js";
import { BODY, DraftArea, DraftField, NUMBER, TEXT, withPart } from "./drafts.js";
import { NamedPatterns } from "./named-patterns.js";

const STATUS = "status"; // the choice of a status of one's own
const DRIP = "drip";

/** `faults` are the server's tables. */
export function EffectFields({ effect, onEffect, faults, errors }) {
  const set = (name) => (value) => onEffect(withPart(effect, name, value));
  if (effect.delivery !== undefined) return html`<${Delivery} effect=${effect} onEffect=${onEffect} set=${set} faults=${faults} errors=${errors} />`;
  return html`<div class="stack">
    <${Answer} effect=${effect} onEffect=${onEffect} set=${set} faults=${faults} errors=${errors} />
    <div class="fields">
      <${Connection} effect=${effect} onEffect=${onEffect} faults=${faults} errors=${errors} />
      ${effect.drip && html`
        <${DraftField} label="Pieces" as=${NUMBER} value=${effect.drip.chunks} error=${errors.at("effect.drip.chunks")} onValue=${(value) => set("drip")(withPart(effect.drip, "chunks", value))} />
        <${DraftField} label="Sent over" value=${effect.drip.over} error=${errors.at("effect.drip.over")} onValue=${(value) => set("drip")(withPart(effect.drip, "over", value))} />`}
    </div>
    <${Latency} value=${effect.latency} onValue=${set("latency")} error=${errors.at("effect.latency")} />
  </div>`;
}

function Answer({ effect, onEffect, set, faults, errors }) {
  const { preset, status, body, headers, ...rest } = effect;
  const choice = preset ?? (status === undefined ? "" : STATUS);
  const choose = (next) => {
    if (next === "") onEffect(rest);
    else onEffect(next === STATUS ? { status: 503, ...rest } : { preset: next, ...rest });
  };
  const presets = faults.presets.map((each) => [each.name, `${each.status} ${each.description}`]);
  return html`
    <${SelectField} label="Answer" value=${choice} onValue=${choose} error=${errors.at("effect.preset") ?? errors.at("effect")}
      options=${[["", "as Rev.io answers"], [STATUS, "a status of your own…"]]} groups=${[["Ready-made", presets]]} />
    ${choice === STATUS && html`<div class="fault-part stack">
      <${DraftField} label="Status" as=${NUMBER} value=${status} onValue=${(value) => set("status")(value ?? "")} error=${errors.at("effect.status")}
        inputmode="numeric" help="200 to 599. Without a body, it has the one that Rev.io sends with it." />
      <${DraftArea} label="Body" as=${BODY} value=${body} onValue=${set("body")} error=${errors.at("effect.body")} rows=${4}
        help="JSON, or a text, which is sent as it is." placeholder=${'{"message": "down for maintenance"}'} />
      <${NamedPatterns} label="Headers of the answer" noun="response header" placeholder="value" value=${headers} onValue=${set("headers")} error=${errors.at("effect.headers")} />
    </div>`}`;
}

function Connection({ effect, onEffect, faults, errors }) {
  const { connection, drip, ...rest } = effect;
  const choice = drip ? DRIP : connection ?? "";
  const choose = (next) => {
    if (next === "") onEffect(rest);
    else if (next === DRIP) onEffect({ ...rest, drip: { chunks: 10, over: "5s" } });
    else onEffect(next === "truncate" ? { ...rest, connection: next } : { connection: next, ...withoutAnswer(rest) });
  };
  const broken = faults.connections.filter(({ name }) => name !== DRIP).map(({ name, description }) => [name, description]);
  return html`<${SelectField} label="Connection" value=${choice} onValue=${choose} error=${errors.at("effect.connection") ?? errors.at("effect.drip")}
    options=${[["", "stays as it is"], [DRIP, "the body arrives in pieces"]]} groups=${[["Broken", broken]]} />`;
}

/** A connection that breaks before the answer has none. */
function withoutAnswer({ preset, status, body, headers, ...rest }) {
  return rest;
}

const LATENCIES = [["", "none"], ["fixed", "fixed"], ["range", "between two times"], ["lognormal", "lognormal: a few much longer"]];
const STARTS = { fixed: "2s", range: "1s..3s", lognormal: "lognormal:200ms,0.4" };

function latencyKind(value) {
  if (value === undefined) return "";
  const text = String(value);
  return text.startsWith("lognormal:") ? "lognormal" : text.includes("..") ? "range" : "fixed";
}

/** A delay, in the server's own form: `2s`, `1s..3s` or `lognormal:200ms,0.4`. */
function Latency({ value, onValue, error }) {
  const [asked, setAsked] = useState(null); // the kind that was chosen, while its fields are empty
  const kind = value === undefined ? asked ?? "" : latencyKind(value);
  const choose = (next) => {
    setAsked(next || null);
    onValue(STARTS[next]);
  };
  const [first = "", second = ""] = String(value ?? "").replace("lognormal:", "").split(kind === "range" ? ".." : ",");
  const build = (one, other) => onValue(kind === "range" ? `${one}..${other}` : `lognormal:${one},${other}`);
  const two = kind === "range" || kind === "lognormal";
  return html`<div class="fields">
    <${SelectField} label="Delay" value=${kind} onValue=${choose} options=${LATENCIES} />
    ${kind === "fixed" && html`<${DraftField} label="Time" as=${TEXT} value=${value} onValue=${onValue} error=${error} placeholder="2s" />`}
    ${two && html`<${DraftField} label=${kind === "range" ? "From" : "Median"} value=${first} onValue=${(next) => build(next ?? "", second)} error=${error} />
      <${DraftField} label=${kind === "range" ? "To" : "Sigma"} value=${second} onValue=${(next) => build(first, next ?? "")} />`}
  </div>`;
}

function Delivery({ effect, onEffect, set, faults, errors }) {
  const choose = (delivery) => onEffect(delivery === "late" ? { delivery, latency: effect.latency ?? "30s" } : { delivery });
  const chosen = faults.deliveries.find(({ name }) => name === effect.delivery);
  return html`<div class="fields">
    <${SelectField} label="Notification" value=${effect.delivery} onValue=${choose} error=${errors.at("effect.delivery") ?? errors.at("effect")}
      help=${chosen?.description.replaceAll("`", "")} options=${faults.deliveries.map(({ name }) => [name, name.replaceAll("_", " ")])} />
    ${effect.delivery === "late" && html`<${DraftField} label="Late by" value=${effect.latency} onValue=${set("latency")} error=${errors.at("effect.latency")} placeholder="30s" />`}
  </div>`;
}
