// How sure we are, all in all: of the rules, and of the answers that they decided.

import { html } from "../../lib/html.js";
import { formatNumber, plural, sentence } from "../../lib/format.js";
import { setParams, useRoute } from "../../lib/router.js";
import { Panel } from "../../ui/basics.js";

export function Summary({ rules, evidence }) {
  const labels = Object.keys(evidence);
  const counts = labels.map((label) => [label, rules.filter((rule) => rule.evidence === label).length]);
  const decisions = labels.map((label) => [label, rules.filter((rule) => rule.evidence === label).reduce((sum, { decided }) => sum + decided, 0)]);
  const decided = decisions.reduce((sum, [, count]) => sum + count, 0);
  return html`<${Panel} title="How sure we are">
    <div class="evidence-bars">
      <span class="small">${plural(rules.length, "rule")}</span><${Bar} counts=${counts} label="Rules by evidence" />
      <span class="small">${decided ? plural(decided, "decision") : "No decisions yet"}</span><${Bar} counts=${decisions} label="Decisions by evidence" />
    </div>
    <ul class="evidence-legend">${counts.map(([label, count]) => html`<${Meaning} key=${label} label=${label} count=${count} meaning=${evidence[label]} />`)}</ul>
  <//>`;
}

function Bar({ counts, label }) {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const words = counts.map(([name, count]) => `${name}: ${count}`).join(", ");
  return html`<div class="evidence-bar" role="img" aria-label=${`${label}: ${words}`}>
    ${counts.filter(([, count]) => count).map(([name, count]) => html`<span key=${name} class=${`evidence-${name}`}
      style=${{ width: `${(100 * count) / total}%` }} title=${`${name}: ${formatNumber(count)}, ${Math.round((100 * count) / total)} %`}></span>`)}
  </div>`;
}

/** A label with what it means; a click shows only the rules that have it. */
function Meaning({ label, count, meaning }) {
  const chosen = useRoute().params.evidence === label;
  return html`<li><button type="button" class="evidence-choice" aria-pressed=${String(chosen)} onClick=${() => setParams({ evidence: chosen ? null : label })}>
    <span class=${`evidence-key evidence-${label}`}></span><strong>${formatNumber(count)} ${label}</strong>
    <span class="muted small">${sentence(meaning)}</span></button></li>`;
}
