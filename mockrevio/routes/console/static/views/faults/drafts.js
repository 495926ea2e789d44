// Fields whose text stands for a part of a rule. What is half typed stays as it was typed.

import { html, useEffect, useState } from "../../lib/html.js";
import { jsonOf } from "../../lib/json.js";
import { TextArea, TextField } from "../../ui/forms.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The text for a value, and how to change it. The text only follows the value if it stands for another one. */
export function useDraft(value, { toText, fromText }) {
  const [text, setText] = useState(() => toText(value));
  const current = same(fromText(text), value);
  useEffect(() => { if (!current) setText(toText(value)); }, [current, JSON.stringify(value)]);
  return [current ? text : toText(value), setText];
}

const shown = (value) => (value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** A text; none if it is empty. */
export const TEXT = { toText: shown, fromText: (text) => text || undefined };

/** A number. Other texts stay, so that the server says what is wrong with them. */
export const NUMBER = {
  toText: shown,
  fromText: (text) => (text.trim() === "" ? undefined : Number.isFinite(Number(text)) ? Number(text) : text),
};

/** A share as a percentage. */
export const PERCENT = {
  toText: (value) => (typeof value === "number" ? String(Math.round(value * 1e8) / 1e6) : shown(value)),
  fromText: (text) => {
    const share = NUMBER.fromText(text);
    return typeof share === "number" ? Math.round(share * 1e6) / 1e8 : share;
  },
};

/** JSON if the text is such, or else the text itself: `1015`, `null`, `["a", "b"]`, `0012*`. */
export const JSON_OR_TEXT = {
  toText: (value) => {
    if (value === undefined) return "";
    return typeof value === "string" && value !== "" && jsonOf(value) === undefined ? value : JSON.stringify(value);
  },
  fromText: (text) => {
    if (text === "") return undefined;
    const value = jsonOf(text);
    return value === undefined ? text : value;
  },
};

/** JSON in lines, for a larger field. */
export const BODY = {
  ...JSON_OR_TEXT,
  toText: (value) => (typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : JSON_OR_TEXT.toText(value)),
};

/** A line of text for a part of a rule. `as` says how the text stands for the value. */
export function DraftField({ value, onValue, as = TEXT, ...rest }) {
  const [text, setText] = useDraft(value, as);
  return html`<${TextField} ...${rest} value=${text} onValue=${(next) => { setText(next); onValue(as.fromText(next)); }} />`;
}

export function DraftArea({ value, onValue, as = BODY, ...rest }) {
  const [text, setText] = useDraft(value, as);
  return html`<${TextArea} ...${rest} value=${text} onValue=${(next) => { setText(next); onValue(as.fromText(next)); }} />`;
}

/** An object with one member changed; undefined removes it. */
export function withPart(object, name, value) {
  const { [name]: _, ...rest } = object ?? {};
  if (value === undefined) return rest;
  return name in (object ?? {}) ? { ...object, [name]: value } : { ...rest, [name]: value };
}

/** The same, but undefined instead of an object without members. */
export function withPartOrNone(object, name, value) {
  const changed = withPart(object, name, value);
  return Object.keys(changed).length ? changed : undefined;
}
