// What differs between two values, field by field.

const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields that differ, as `[{ path, before, after }]`. Of objects and lists, the members that differ: `address.city`. */
export function fieldChanges(before, after, path = "") {
  if (isPlain(before) && isPlain(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => fieldChanges(before[name], after[name], path ? `${path}.${name}` : name));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const indexes = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index);
    return indexes.flatMap((index) => fieldChanges(before[index], after[index], `${path}[${index}]`));
  }
  return JSON.stringify(before ?? null) === JSON.stringify(after ?? null) ? [] : [{ path, before, after }];
}

/** A value as the comparison shows it. */
export function valueText(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The rules of two lists that only one of them has. The same rule may be there several times. */
export function listChanges(before, after) {
  const left = before.map((each) => JSON.stringify(each));
  const added = after.filter((each) => {
    const index = left.indexOf(JSON.stringify(each));
    if (index >= 0) left[index] = null;
    return index < 0;
  });
  return { added, removed: before.filter((_, index) => left[index] !== null) };
}
