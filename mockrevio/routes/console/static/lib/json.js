// Texts that may be JSON.

/** The value of a text; undefined if it is no JSON. */
export function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value of a text. Raises Error with what is wrong, in words; `name` is what is no JSON. */
export function parseJson(text, name = "This") {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is not JSON: ${error.message}`);
  }
}

/** JSON in lines. Text that is no JSON stays as it is. */
export function prettyJson(text) {
  const value = jsonOf(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}
