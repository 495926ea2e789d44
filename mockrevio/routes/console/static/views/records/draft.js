// What a form holds of a record: a text for each field that was touched, and how it becomes the record again.

import { parseJson } from "../../lib/json.js";

const isEmpty = (value) => value === null || value === undefined;

/** The text of a field in a form. */
export function textOf({ kind }, value) {
  if (isEmpty(value)) return "";
  return kind === "object" || kind === "list" ? JSON.stringify(value, null, 2) : String(value);
}

/** A record with what was typed. `texts` are by the name of the field; an empty one removes it. Raises DraftError. */
export function applyTexts(record, fields, texts) {
  const result = { ...record };
  const errors = {};
  for (const field of fields) {
    const text = texts[field.name];
    if (text === undefined || text === textOf(field, record[field.name])) continue;
    if (text.trim() === "") {
      delete result[field.name];
      continue;
    }
    try {
      result[field.name] = valueOf(field, text);
    } catch (error) {
      errors[field.name] = error.message;
    }
  }
  if (Object.keys(errors).length > 0) throw new DraftError(errors);
  return result;
}

/** The value of a text. What is no number stays a text, so that the server says what is wrong with it. */
function valueOf({ kind }, text) {
  if (kind === "whole" && /^\s*-?\d{1,15}\s*$/.test(text)) return Number(text);
  if (kind === "decimal" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (kind === "flag") return { true: true, false: false }[text] ?? text;
  return kind === "object" || kind === "list" ? parseJson(text) : text;
}

/** Texts that are no JSON: `mistakes` as the server's errors have them. */
class DraftError extends Error {
  constructor(errors) {
    super("Some fields are not JSON.");
    this.mistakes = Object.entries(errors).map(([place, message]) => ({ place, message }));
  }
}
