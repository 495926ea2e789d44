// Rules as the server has them: what they specify, in which state they are, and what can be done to them.

import { post, put, remove } from "../../lib/api.js";
import { toMilliseconds } from "../../lib/clock.js";

export const OWN = "console: "; // begins the name of a rule that a switch armed

/** Parts of a rule in the order in which they are read best; all others are what the server reports about it. */
const PARTS = ["name", "match", "when", "phase", "effect", "optional", "seed"];
export const REPORTED = ["id", "starts", "expires", "matched", "fired", "last_miss"];

/** What a rule specifies, without what the server reports about it. Unknown parts stay: the server says so. */
export function specification(rule) {
  const known = PARTS.filter((name) => rule[name] !== undefined).map((name) => [name, rule[name]]);
  const others = Object.entries(rule).filter(([name]) => !PARTS.includes(name) && !REPORTED.includes(name));
  return Object.fromEntries([...known, ...others]);
}

/** "waiting", "armed", "expired" or "used up". `now` is the time of the mock. */
export function stateOf(rule, now) {
  if (now !== null && rule.expires && now >= toMilliseconds(rule.expires)) return "expired";
  if (rule.when?.times && rule.fired >= rule.when.times) return "used up";
  if (now !== null && rule.starts && now < toMilliseconds(rule.starts)) return "waiting";
  return "armed";
}

/** Whether a rule can still fire. */
export const isLive = (rule, now) => ["armed", "waiting"].includes(stateOf(rule, now));

export const arm = (rule) => post("faults", rule);
export const replace = (id, rule) => put(`faults/${id}`, rule);
export const disarm = (id) => remove(`faults/${id}`);

/** Exchange a rule with the one before it. Each keeps its id, which is its place, so their counts start again. */
export async function swap(first, second) {
  await replace(first.id, specification(second));
  await replace(second.id, specification(first));
}

/** The rules of a switch that can still fire. */
export const rulesOf = (fault, rules, now) =>
  rules.filter((rule) => rule.name === `${OWN}${fault.name}` && isLive(rule, now));

/** The rule that a switch arms, for the calls of a scope. Notifications have neither a method nor a client. */
export function ruleOf(fault, scope) {
  const { match, when, ...rest } = fault.rule;
  const inScope = fault.group === "notifications" ? {} : scopeMatch(scope);
  const both = { match: { ...match, ...inScope }, when: { ...when, ...(scope.for ? { for: scope.for } : {}) } };
  const parts = Object.entries(both).filter(([, part]) => Object.keys(part).length);
  return specification({ name: `${OWN}${fault.name}`, ...rest, ...Object.fromEntries(parts) });
}

/** The matcher of a scope: the parameters `method`, `path` and `client` of the address. */
export function scopeMatch({ method, path, client }) {
  return Object.fromEntries(Object.entries({ method, path, client }).filter(([, value]) => value));
}
