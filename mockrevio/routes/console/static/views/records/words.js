// What the records of a resource are called.

import { inWords } from "../../lib/format.js";

const MASS = /inventory$/i; // has no plural

/** "Bill profiles": paths of Rev.io's are plural or singular, titles are plural. */
export function titleOf({ path }) {
  const words = inWords(path);
  return MASS.test(words) || words.endsWith("s") ? words : `${words}s`;
}

/** "bill profile". */
export function oneOf(resource) {
  const words = titleOf(resource).toLowerCase();
  if (words.endsWith("ies")) return `${words.slice(0, -3)}y`;
  return /(ss|us)es$/.test(words) ? words.slice(0, -2) : words.replace(/s$/, "");
}

/** "1 bill profile", "3 bill profiles" without the number. */
export const wordsFor = (count, resource) => (count === 1 ? oneOf(resource) : titleOf(resource).toLowerCase());
