// Which of its matches a rule fires on.

import { html } from "../../lib/html.js";
import { DraftField, NUMBER, PERCENT, TEXT, withPartOrNone } from "./drafts.js";

const FIELDS = [
  ["skip", "Skip the first", NUMBER, "0", "This many matches pass first."],
  ["every", "Every n-th", NUMBER, "1", "2: every other match after that."],
  ["times", "At most", NUMBER, "no limit", "How often it fires."],
  ["probability", "Probability in %", PERCENT, "100", "The share of matches that it fires on."],
  ["after", "Start after", TEXT, "at once", "Such as 10s, by the mock clock."],
  ["for", "For", TEXT, "for ever", "Such as 30s or 2m, then it expires."],
];

export function WhenFields({ when = {}, onWhen, errors }) {
  return html`<div class="fields">${FIELDS.map(([name, label, as, placeholder, help]) => html`<${DraftField} key=${name} label=${label} as=${as}
    placeholder=${placeholder} help=${help} value=${when[name]} error=${errors.at(`when.${name}`)} inputmode=${as === TEXT ? undefined : "decimal"}
    onValue=${(value) => onWhen(withPartOrNone(when, name, value))} />`)}</div>`;
}
