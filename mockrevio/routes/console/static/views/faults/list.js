// The rules in the order in which the server checks them, in words.

import { html } from "../../lib/html.js";
import { ruleInWords } from "../../lib/fault-words.js";
import { formatNumber, plural } from "../../lib/format.js";
import { countdown, toMilliseconds } from "../../lib/clock.js";
import { href, setParams, useRoute } from "../../lib/router.js";
import { ActionButton, Badge, ButtonLink, Empty, Panel } from "../../ui/basics.js";
import { Pager, Table } from "../../ui/table.js";
import { toast } from "../../ui/toasts.js";
import { arm, disarm, specification, stateOf, swap } from "./rules.js";

const SIZE = 50;

export function RuleList({ rules, options, now, reload }) {
  const { params } = useRoute();
  const offset = Math.min(Number(params.offset) || 0, Math.max(0, rules.length - 1));
  const columns = [
    { key: "id", title: "Rule", hideLabel: true, cell: (rule) => html`<a class="number nowrap" href=${href("faults", rule.id)}>Rule ${rule.id}</a>` },
    { key: "words", title: "What it does", hideLabel: true, cell: (rule) => html`<${Words} rule=${rule} options=${options} now=${now} />` },
    { key: "matched", title: "Matched", end: true, cell: (rule) => formatNumber(rule.matched) },
    { key: "fired", title: "Fired", end: true, cell: (rule) => formatNumber(rule.fired) },
    { key: "actions", title: html`<span class="visually-hidden">Actions</span>`, hideLabel: true, end: true,
      cell: (rule) => html`<${Actions} rule=${rule} rules=${rules} reload=${reload} />` },
  ];
  const add = html`<${ButtonLink} small icon="plus" href=${href("faults", "new")}>New rule<//>`;
  return html`<${Panel} title="Rules" flush=${rules.length > 0} note=${rules.length > 1 ? "checked from top to bottom: the first that fires decides" : ""}
      actions=${rules.length > 0 && add}>
    ${rules.length === 0
      ? html`<${Empty} icon="zap" title="No rules: nothing fails" actions=${add}>
          Switch something on above, or write a rule for exactly the calls that should fail. A test arms the same rules with POST /__admin/faults.<//>`
      : html`<${Table} label="Fault rules" columns=${columns} rows=${rules.slice(offset, offset + SIZE)} rowKey=${(rule) => rule.id} />
          ${rules.length > SIZE && html`<${Pager} offset=${offset} size=${SIZE} count=${rules.length} onOffset=${(next) => setParams({ offset: next || null })} />`}`}
  <//>`;
}

function Words({ rule, options, now }) {
  return html`<div class="stack tight fault-words">
    <span class="row">${rule.name && html`<strong class="anywhere">${rule.name}</strong>`}<${State} rule=${rule} now=${now} />
      ${rule.optional && html`<${Badge} title="A test passes although it never fired">optional<//>`}
      ${rule.effect.delivery && html`<${Badge} tone="violet" icon="webhook">notifications<//>`}</span>
    <span class="anywhere">${ruleInWords(rule, options)}</span>
    ${rule.last_miss && html`<span class="muted small anywhere">Did not fire on the last one: ${rule.last_miss}.</span>`}
  </div>`;
}

function State({ rule, now }) {
  const state = stateOf(rule, now);
  if (state === "waiting") return html`<${Badge} tone="info" icon="clock">starts in ${countdown(toMilliseconds(rule.starts) - now)}<//>`;
  if (state === "expired") return html`<${Badge} icon="clock">expired<//>`;
  if (state === "used up") return html`<${Badge} icon="check" title="It has fired as often as it may">used up<//>`;
  if (rule.expires && now !== null) return html`<${Badge} tone="bad" icon="timer">${countdown(toMilliseconds(rule.expires) - now)} left<//>`;
  return html`<${Badge} tone="bad" icon="zap">armed<//>`;
}

function Actions({ rule, rules, reload }) {
  const before = rules[rules.indexOf(rule) - 1];
  const then = (action) => async () => { await action(); await reload(); };
  const removeRule = then(async () => {
    await disarm(rule.id);
    toast(`Removed rule ${rule.id}.`, { undo: then(async () => {
      const { id } = await arm(specification(rule));
      toast(`Armed again as rule ${id}, after the others.`);
    }) });
  });
  const moveUp = then(async () => {
    await swap(before, rule);
    toast(`Moved up: now rule ${before.id}. Counts start again.`);
  });
  return html`<span class="fault-actions">
    ${before && html`<${ActionButton} small kind="quiet" icon="arrow-up" label=${`Move rule ${rule.id} up`} run=${moveUp} />`}
    <${ButtonLink} small kind="quiet icon-only" icon="pencil" aria-label=${`Edit rule ${rule.id}`} title="Edit" href=${href("faults", rule.id)} />
    <${ButtonLink} small kind="quiet icon-only" icon="copy" aria-label=${`Duplicate rule ${rule.id}`} title="Duplicate" href=${href("faults", "new", { from: rule.id })} />
    <${ActionButton} small kind="quiet danger" icon="trash-2" label=${`Remove rule ${rule.id}`} run=${removeRule} />
  </span>`;
}

/** "Off: 3 rules, latency", for what was switched off. */
export function offInWords(rules, settings) {
  const words = [rules.length ? plural(rules.length, "rule") : "", ...Object.keys(settings).map((name) => name.replace("_", " "))];
  return `Off: ${words.filter(Boolean).join(", ")}.`;
}
