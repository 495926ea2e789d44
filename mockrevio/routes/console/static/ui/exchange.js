// The parts of a call and its answer: headers, bodies, what explains it, which rules decided.

import { html, memo, useEffect, useState } from "../lib/html.js";
import { get } from "../lib/api.js";
import { formatBytes } from "../lib/format.js";
import { jsonOf } from "../lib/json.js";
import { href } from "../lib/router.js";
import { Button, Notice, Skeleton } from "./basics.js";
import { Code } from "./code.js";
import { Evidence } from "./revio.js";

/** Names with values, closed at first. `pairs` is an object; a value may be a list. */
export function HeaderList({ title, headers }) {
  const pairs = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  if (pairs.length === 0) return null;
  return html`<details class="headers">
    <summary>${title} <span class="muted">${pairs.length}</span></summary>
    <dl>${pairs.map(([name, value], index) => html`<div key=${`${name}${index}`}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
  </details>`;
}

/** A body: JSON in lines, or as it was sent. */
export const Body = memo(({ text, label, truncated, empty }) => {
  const [raw, setRaw] = useState(false);
  if (!text) return html`<p class="muted small">${empty}</p>`;
  const json = jsonOf(text) !== undefined;
  return html`<div class="body">
    <div class="row spread body-head"><span class="muted small">${json ? "JSON" : "Text"}, ${formatBytes(new TextEncoder().encode(text).length)}</span>
      ${json && html`<${Button} small kind="quiet" aria-pressed=${String(raw)} onClick=${() => setRaw(!raw)}>Raw<//>`}</div>
    ${truncated && html`<${Notice} tone="warn">The log keeps only ${truncated} of this body.<//>`}
    <${Code} text=${text} json=${json && !raw} label=${label} />
  </div>`;
});

let known = null;

/** All rules by name: loaded once, since only their counts change. */
function useRules() {
  const [rules, setRules] = useState(null);
  useEffect(() => {
    known ??= get("behaviours").then(({ behaviours }) => new Map(behaviours.map((each) => [each.name, each])));
    known.then(setRules, () => { known = null; });
  }, []);
  return rules;
}

/** The rules of Rev.io that decided an answer, with how sure we are of each. */
export function RulesThatDecided({ names }) {
  const rules = useRules();
  if (names.length === 0) return html`<p class="muted small">No rule of Rev.io decided this answer.</p>`;
  if (rules === null) return html`<${Skeleton} lines=${2} />`;
  return html`<ul class="rules">${names.map((name) => html`<li key=${name}>
    <${Evidence} label=${rules.get(name)?.evidence ?? "assumed"} />
    <span><a href=${href("rules", { search: name })}><code>${name}</code></a> ${rules.get(name)?.says}</span>
  </li>`)}</ul>`;
}
