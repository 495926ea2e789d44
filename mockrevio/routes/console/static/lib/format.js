// Values as people read them.

const NUMBER = new Intl.NumberFormat("en-US");

export const formatNumber = (number) => NUMBER.format(number);

/** `plural(2, "link")` is "2 links". */
export function plural(count, word, words = `${word}s`) {
  return `${formatNumber(count)} ${count === 1 ? word : words}`;
}

/** Milliseconds: "0.4 ms", "12 ms", "3.2 s". */
export function formatDuration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "";
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

export function formatBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** The time of a date of the mock, "09:30:00.123". */
export const timeOf = (date) => date.slice(11, 23);

/** A date of the mock, "2026-01-05 09:30". */
export const dateOf = (date) => (date ? date.slice(0, 16).replace("T", " ") : "");

/** A name of Rev.io's in words: `integration_system_id` is "Integration system id", SERVICE_PRODUCT "Service product". */
export function inWords(name) {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
  return capitalized(words);
}

/** A text with a capital letter in front. */
export const capitalized = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A text as a sentence: with a capital letter and a full stop. */
export const sentence = (text) => `${capitalized(text)}${text.endsWith(".") ? "" : "."}`;

const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const AGO_UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60]];

/** How long ago a moment was: "5 minutes ago". Both in milliseconds. */
export function timeAgo(moment, now = Date.now()) {
  const seconds = Math.max(0, (now - moment) / 1000);
  const [unit, size] = AGO_UNITS.find(([, each]) => seconds >= each) ?? ["second", 1];
  return seconds < 60 ? "just now" : AGO.format(-Math.floor(seconds / size), unit);
}
