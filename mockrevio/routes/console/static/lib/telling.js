// Which fields say most about a record. The table of resources has hundreds, so they are chosen by their names and kinds.

const SCORES = [
  [/^status$/, 100], [/(^|_)status$/, 85], [/(^|_)(amount|amount_due|price)$/, 80], [/(^|_)number$/, 79],
  [/(^|_)(type|class|priority|location)$/, 75], [/^due_date$/, 74], [/(^|_)(email|phone)$/, 70], [/^(rate|quantity|balance)$/, 68],
  [/^created_date$/, 66], [/^activated_date$/, 64],
];
const DULL = /_flag$|enabled$|^is_|_html$|_image$|_pin$|geocode|password|secret|(^|_)(created|updated|modified)_by$|^modified_date$|^updated_date$/;
const BY_KIND = { text: 50, name: 55, decimal: 45, date: 40, whole: 22, flag: 18 };
const NESTED = 12; // what a member of an object loses against a field of the record itself
const SPARSE = 0.25; // which share of the records must have a field for it to be worth a column
const MAX_AMOUNTS = 2;
const RANKS = { reference: 0, text: 1, name: 1, whole: 2, flag: 3, decimal: 4, date: 5 };

/** The fields of a resource that a person wants to see first: `{ name, kind, refers_to, path }`, best first. */
export function tellingFields(resource) {
  const own = resource.fields.filter(({ name }) => name !== resource.id_field);
  const members = own.filter(({ kind, name }) => kind === "object" && !name.endsWith("address")).flatMap((field) =>
    field.fields.map((member) => ({ ...member, name: `${field.name}.${member.name}`, path: [field.name, member.name] })));
  return [...own.map((field) => ({ ...field, path: [field.name] })), ...members]
    .filter(({ kind, name }) => kind in BY_KIND && !DULL.test(name))
    .map((field) => ({ ...field, score: score(field) }))
    .sort((a, b) => b.score - a.score);
}

function score({ kind, path, refers_to: target }) {
  const loss = path.length > 1 ? NESTED : 0;
  if (target) return (target === "Customers" ? 90 : 60) - loss;
  return (SCORES.find(([pattern]) => pattern.test(path.at(-1)))?.[1] ?? BY_KIND[kind]) - loss;
}

/**
 * At most `most` telling fields that these records have, in an order to read. Those that only repeat the record's label
 * are left out.
 */
export function chooseFields(resource, records, labels, most) {
  const filled = (field) => records.filter((record) => !isEmpty(valueAt(record, field.path))).length;
  return tellingFields(resource)
    .filter((field) => filled(field) > records.length * SPARSE)
    .filter((field) => !records.every((record, index) => isEmpty(valueAt(record, field.path)) || valueAt(record, field.path) === labels[index]))
    .filter(fewAmounts())
    .slice(0, most)
    .sort((a, b) => rank(a) - rank(b));
}

/** A filter that lets a few amounts pass: rows of nothing but numbers tell little. */
function fewAmounts() {
  let amounts = 0;
  return ({ kind }) => kind !== "decimal" || (amounts += 1) <= MAX_AMOUNTS;
}

const rank = ({ kind, refers_to: target }) => (target ? RANKS.reference : RANKS[kind]);
const isEmpty = (value) => value === null || value === undefined || value === "";

/** The value at a path of names in a record; undefined if there is none. */
export const valueAt = (record, path) => path.reduce((value, name) => value?.[name], record);
