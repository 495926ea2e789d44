// Filters of a listing that come from a link, and how to get rid of them.

import { html } from "../lib/html.js";
import { Icon } from "./basics.js";

/** A condition that is met by all rows; pressing it removes it. */
export function FilterChip({ text, onRemove }) {
  return html`<button type="button" class="chip" onClick=${onRemove} aria-label=${`Remove the filter: ${text}`}>
    <span class="clip">${text}</span><${Icon} name="x" /></button>`;
}
