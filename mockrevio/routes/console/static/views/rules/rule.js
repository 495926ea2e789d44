// One rule, with where it is known from and the latest calls that it decided.

import { html, useEffect, useRef } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { capitalized, formatNumber, sentence, timeOf } from "../../lib/format.js";
import { useLoad, useNewCalls } from "../../lib/load.js";
import { currentRoute, href, navigate } from "../../lib/router.js";
import { Button, Facts, Icon, Loaded } from "../../ui/basics.js";
import { CallStatus, Evidence, Method } from "../../ui/revio.js";

const LATEST = 20;

export function Rule({ rule, meaning }) {
  const head = useRef(null);
  useEffect(() => head.current.focus({ preventScroll: true }), []);
  const close = () => {
    navigate("rules", currentRoute().params);
    document.getElementById(`rule-${rule.name}`)?.focus();
  };
  const onKey = (event) => { if (event.key === "Escape") close(); };
  return html`<aside class="panel detail" aria-label=${`Rule ${rule.name}`} onKeyDown=${onKey}>
    <div class="detail-head"><div><h2 class="anywhere" tabindex="-1" ref=${head}><code>${rule.name}</code></h2></div>
      <${Button} kind="quiet" icon="x" label="Close the rule" onClick=${close} /></div>
    <div class="panel-body stack">
      <p>${sentence(rule.says)}</p>
      <${Facts} facts=${[
        ["Evidence", html`<${Evidence} label=${rule.evidence} /> <span class="small">${sentence(meaning)}</span>`],
        ["Source", html`<${Source} rule=${rule} />`],
        ["Changed by", rule.setting ? html`<a href=${href("settings", { setting: rule.setting })}><code>${rule.setting}</code></a>` : "nothing; it always applies"],
        ["Decided", `${formatNumber(rule.decided)} ${rule.decided === 1 ? "answer" : "answers"} since the last reset`],
      ]} />
      <${Calls} rule=${rule} />
    </div>
  </aside>`;
}

function Source({ rule }) {
  if (rule.source === null) return html`<span class="muted">none: it is our assumption</span>`;
  const text = capitalized(rule.source);
  return rule.source_url === null ? text
    : html`<a href=${rule.source_url} target="_blank" rel="noreferrer">${text} <${Icon} name="external-link" /></a>`;
}

function Calls({ rule }) {
  const state = useLoad(() => get("requests", { behaviour: rule.name, form: "summary", limit: LATEST }), [rule.name], ["log"]);
  useNewCalls(state.reload, 2000);
  return html`<div><h3>Latest calls that it decided</h3>
    <${Loaded} state=${state}>${({ requests }) => (requests.length === 0
      ? html`<p class="muted">${rule.decided ? "The log does not hold them any more." : "None yet."}</p>`
      : html`<ul class="rule-calls">${requests.toReversed().map((call) => html`<li key=${call.id}>
          <span class="muted small number">${timeOf(call.at).slice(0, 8)}</span>
          <a class="call-name" href=${href("log", call.id)}><${Method} method=${call.method} /> ${call.path}</a><${CallStatus} call=${call} /></li>`)}</ul>`)}<//>
  </div>`;
}
