// Two states side by side.

import { html } from "../lib/html.js";
import { valueText } from "../lib/changes.js";

/** Fields with their values before and now. `changes` are `[{ path, before, after }]`; one column is left out if `only` names the other. */
export function Comparison({ label, changes, only }) {
  return html`<table class="comparison" aria-label=${label}>
    <thead><tr><th scope="col">Field</th>
      ${only !== "after" && html`<th scope="col">Snapshot</th>`}${only !== "before" && html`<th scope="col">Now</th>`}</tr></thead>
    <tbody>${changes.map(({ path, before, after }) => html`<tr key=${path}>
      <th scope="row"><code class="anywhere">${path}</code></th>
      ${only !== "after" && html`<td data-label="Snapshot"><${Value} value=${before} kind="diff-old" /></td>`}
      ${only !== "before" && html`<td data-label="Now"><${Value} value=${after} kind="diff-new" /></td>`}
    </tr>`)}</tbody>
  </table>`;
}

function Value({ value, kind }) {
  const text = valueText(value);
  return text === "" ? html`<span class="muted">${value === "" ? "empty" : "–"}</span>` : html`<span class=${kind}>${text}</span>`;
}
