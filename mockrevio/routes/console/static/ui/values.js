// Values of records as people read them: dates, references, objects, lists.

import { html } from "../lib/html.js";
import { Badge } from "./basics.js";
import { RecordLink } from "./revio.js";

const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const TONES = {
  ACTIVE: "good", OPEN: "info", COMPLETED: "good", PAID: "good", APPROVED: "good", ASSIGNED: "info", AVAILABLE: "good",
  CLOSED: "", CANCELED: "", CANCELLED: "", SUSPENDED: "warn", PENDING: "warn", DISCONNECTED: "bad", FAILED: "bad", VOID: "bad", DECLINED: "bad",
};

/** A date of a record: without its time if that is midnight. */
export function dateText(text) {
  const time = text.slice(11, 16);
  return time === "00:00" ? text.slice(0, 10) : `${text.slice(0, 10)} ${time}`;
}

/** A single value of a field. `reference` says which record it means: `{ name, id, label, exists }`. */
export function Value({ name = "", kind, value, reference }) {
  if (value === null || value === undefined || value === "") return html`<span class="muted">–</span>`;
  if (reference) return html`<${RecordLink} ...${reference} />`;
  if (typeof value === "boolean") return value ? "yes" : html`<span class="muted">no</span>`;
  if (typeof value === "number") return html`<span class="number">${kind === "decimal" ? decimalText(name, value) : value}</span>`;
  if (DATE.test(value)) return html`<time class="number nowrap" datetime=${value} title=${value}>${dateText(value)}</time>`;
  if (/(^|_)status$/.test(name)) return html`<${Badge} tone=${TONES[value.toUpperCase()] ?? ""}>${value}<//>`;
  return value;
}

const MONEY = /amount|balance|price|cost|rate$/;

/** A number as people write it: money with its cents. */
function decimalText(name, value) {
  const least = MONEY.test(name) ? 2 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: least, maximumFractionDigits: 6 });
}

export const isAddress = (value) => typeof value === "object" && value !== null && "line_1" in value && ("city" in value || "postal_code" in value);

/** An address as on an envelope. */
export function Address({ value }) {
  const name = [value.first_name, value.middle_initial, value.last_name].filter(Boolean).join(" ");
  const zip = [value.postal_code, value.postal_code_extension].filter(Boolean).join("-");
  const place = [value.city, [value.state_or_province, zip].filter(Boolean).join(" ")].filter(Boolean).join(", ");
  const lines = [value.company_name, name, value.line_1, value.line_2, place, value.country_code].filter(Boolean);
  return html`<address class="address">${lines.map((line, index) => html`<div key=${index}>${line}</div>`)}</address>`;
}
