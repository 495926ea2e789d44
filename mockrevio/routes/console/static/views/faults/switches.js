// The switches: one click arms or disarms a rule. Whether one is on is what the rules of the server say.

import { html } from "../../lib/html.js";
import { formatNumber } from "../../lib/format.js";
import { matchInWords } from "../../lib/fault-words.js";
import { countdown, toMilliseconds } from "../../lib/clock.js";
import { useRoute } from "../../lib/router.js";
import { Icon, Panel } from "../../ui/basics.js";
import { Switch } from "../../ui/forms.js";
import { toast } from "../../ui/toasts.js";
import { arm, disarm, OWN, replace, ruleOf, rulesOf, specification } from "./rules.js";

export function Switches({ switches, rules, now, reload }) {
  const { params } = useRoute();
  const draw = (Part) => (fault) => html`<${Part} key=${fault.name} fault=${fault} live=${rulesOf(fault, rules, now)} now=${now}
    scope=${params} onToggle=${(on) => toggle(fault, on, { rules, now, scope: params, reload })}
    onRescope=${(rule) => rescope(fault, rule, params, reload)} />`;
  const group = (name) => switches.filter((each) => each.group === name);
  return html`
    <ul class="fault-cards" aria-label="Faults to switch">${group("main").map(draw(Card))}</ul>
    <div class="fault-columns">
      <${Panel} title="Other answers and connections"><ul class="fault-tiles">${group("answers").map(draw(Tile))}</ul><//>
      <${Panel} title="Webhook notifications" note="to all receivers"><ul class="fault-tiles single">${group("notifications").map(draw(Tile))}</ul><//>
    </div>`;
}

function Card({ fault, live, now, scope, onToggle, onRescope }) {
  const on = live.length > 0;
  return html`<li class="fault-card" data-on=${on ? "" : undefined}>
    <div class="fault-card-head"><span class="fault-icon"><${Icon} name=${fault.icon} large /></span>
      <${Switch} label=${fault.title} danger on=${on} onToggle=${onToggle} /></div>
    <h3>${fault.title}</h3>
    <p>${fault.text}</p>
    ${live.map((rule) => html`<${Live} key=${rule.id} fault=${fault} rule=${rule} now=${now} scope=${scope} onRescope=${onRescope} />`)}
  </li>`;
}

function Tile({ fault, live, now, scope, onToggle, onRescope }) {
  const on = live.length > 0;
  return html`<li class="fault-tile" data-on=${on ? "" : undefined}>
    <div class="fault-card-head"><${Icon} name=${fault.icon} /><h3>${fault.title}</h3>
      <span class="muted small nowrap">${fault.text}</span><${Switch} label=${fault.title} danger on=${on} onToggle=${onToggle} /></div>
    ${live.map((rule) => html`<${Live} key=${rule.id} fault=${fault} rule=${rule} now=${now} scope=${scope} onRescope=${onRescope} />`)}
  </li>`;
}

/** What a switch does now: for which calls, how often it fired, and how long it stays on. */
function Live({ fault, rule, now, scope, onRescope }) {
  const noun = fault.group === "notifications" ? "notification" : "call";
  const differs = JSON.stringify(ruleOf(fault, scope)) !== JSON.stringify(specification(rule));
  return html`<div class="fault-live">
    <span class="anywhere">${matchInWords(rule.match, noun)}</span>
    <span class="number">fired ${formatNumber(rule.fired)}</span>
    ${rule.expires && now !== null && html`<span class="number fault-countdown"><${Icon} name="timer" />${countdown(toMilliseconds(rule.expires) - now)} left</span>`}
    ${differs && html`<button type="button" class="fault-rescope" onClick=${() => onRescope(rule)}>Use the choice above</button>`}
  </div>`;
}

async function attempt(action, reload) {
  try {
    await action();
  } catch (error) {
    toast(error.message, { bad: true });
  }
  await reload();
}

function toggle(fault, on, { rules, now, scope, reload }) {
  return attempt(async () => {
    const own = rules.filter((rule) => rule.name === `${OWN}${fault.name}`);
    if (on) {
      const spent = own.at(0); // an expired one is armed again, in its place
      await (spent ? replace(spent.id, ruleOf(fault, scope)) : arm(ruleOf(fault, scope)));
      return;
    }
    for (const rule of own) await disarm(rule.id);
    const live = rulesOf(fault, rules, now).map(specification);
    toast(`${fault.title} is off.`, { undo: async () => { await arm(live); await reload(); } });
  }, reload);
}

const rescope = (fault, rule, scope, reload) => attempt(() => replace(rule.id, ruleOf(fault, scope)), reload);
