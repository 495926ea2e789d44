// What the admin API says about the fields of a form.

const ROOT = /^(?:body|entity|\[0\])\.?/; // a link, a record that is replaced, a record that is added

const WHOLE_LINK = "link"; // the place of what is wrong with a key link as a whole

/**
 * The messages of an error: `fields` by the name of the field, and `others`, which are about none of `names`. A message
 * about a part of a field says which one.
 */
export function mistakesByField(error, names) {
  if (!error) return { fields: {}, others: [] };
  if (!error.mistakes?.length) return { fields: {}, others: [error.message] };
  const fields = {};
  const others = [];
  for (const { place, message } of error.mistakes) {
    const path = place.replace(ROOT, "");
    const name = names.find((each) => path === each || path.startsWith(`${each}.`) || path.startsWith(`${each}[`));
    if (name === undefined) others.push(path === "" || path === WHOLE_LINK || message.includes(path) ? message : `${path}: ${message}`);
    else fields[name] = [fields[name], path === name ? message : `${path}: ${message}`].filter(Boolean).join("\n");
  }
  return { fields, others };
}
