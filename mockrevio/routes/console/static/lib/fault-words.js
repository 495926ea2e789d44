// Fault rules in words.

import { plural, sentence } from "./format.js";

const DELIVERIES = {
  late: "sent late", twice: "sent twice", out_of_order: "overtaken by the next one", lost: "never sent",
};

const list = (value) => (Array.isArray(value) ? value : [value]).map(String).join(" or ");

/** What a rule matches: "POST /v1/IntegrationKeyLink from client acme", or "every call". `noun` is what it is about. */
export function matchInWords(match = {}, noun = "call", all = `every ${noun}`) {
  const { method, path, client, not, ...rest } = match;
  const parts = [method ? list(method) : "", path ? list(path) : ""].filter(Boolean);
  const words = [parts.length ? parts.join(" ") : all];
  if (client) words.push(`from client ${list(client)}`);
  for (const [name, value] of Object.entries(rest)) {
    const inner = typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([key, each]) => `${key} ${typeof each === "object" ? JSON.stringify(each) : each}`).join(", ")
      : list(value);
    words.push(`with ${name} ${inner}`);
  }
  if (not) words.push(`but not ${[not].flat().map((each) => matchInWords(each, noun, `${noun}s`)).join(" or ")}`);
  return words.join(" ");
}

/** What a rule does: "503 service unavailable", "a connection reset after 2s". `options` are those of `useOptions`. */
export function effectInWords(effect = {}, options = null) {
  const words = [];
  if (effect.preset) words.push(presetInWords(effect.preset, options));
  if (effect.status !== undefined) words.push(`status ${effect.status}${effect.body === undefined ? "" : " with a body of its own"}`);
  if (effect.connection) words.push(findText(options?.effects.connections, "connection", effect.connection) ?? `connection ${effect.connection}`);
  if (effect.drip) words.push(`the body in ${plural(effect.drip.chunks, "piece")} over ${effect.drip.over}`);
  if (effect.delivery) words.push(DELIVERIES[effect.delivery] ?? String(effect.delivery));
  if (effect.latency) words.push(latencyInWords(effect.latency));
  return words.join(", ") || "nothing yet";
}

/** "1s..3s" is "1s to 3s later". */
function latencyInWords(latency) {
  const text = String(latency);
  if (!text.startsWith("lognormal:")) return `${text.replace("..", " to ")} later`;
  const [median, sigma] = text.slice("lognormal:".length).split(",");
  return `about ${median} later (lognormal, sigma ${sigma})`;
}

const presetInWords = (name, options) => findText(options?.effects.responses, "preset", name) ?? name.replaceAll("_", " ");

function findText(group, key, value) {
  return Object.entries(group ?? {}).find(([, effect]) => effect[key] === value)?.[0];
}

/** When a rule fires: "the first 3 times, 30 % of calls". Empty if it always does. */
export function whenInWords(when = {}) {
  const words = [];
  if (when.after) words.push(`starting ${when.after} after it was armed`);
  if (when.for) words.push(`for ${when.for}`);
  if (when.skip) words.push(when.skip === 1 ? "skipping the first match" : `skipping the first ${when.skip} matches`);
  if (when.every > 1) words.push(`every ${ordinal(when.every)} match`);
  if (when.probability !== undefined && when.probability < 1) words.push(`on ${Math.round(when.probability * 1000) / 10} % of matches`);
  if (when.times) words.push(when.times === 1 ? "once" : `at most ${when.times} times`);
  return words.join(", ");
}

function ordinal(number) {
  const ending = { 1: "st", 2: "nd", 3: "rd" }[number % 10];
  return `${number}${ending && Math.floor(number / 10) % 10 !== 1 ? ending : "th"}`;
}

/** A whole rule in one sentence. */
export function ruleInWords(rule, options = null) {
  const when = whenInWords(rule.when);
  const noun = rule.effect?.delivery ? "notification" : "call";
  const phase = rule.phase === "after_commit" ? " after the write has happened" : "";
  const text = `${matchInWords(rule.match, noun)}: ${effectInWords(rule.effect, options)}${phase}${when ? `, ${when}` : ""}`;
  return sentence(text);
}
