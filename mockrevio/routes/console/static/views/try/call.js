// What is filled in, as a call. It is kept in the address, so that a call can be linked.

import { addressOf } from "../../lib/send.js";

const BODY = "body";
const MORE = "query"; // more of the query, as it stands in an address
export const FIND = "find"; // what the list of operations is searched for

const fieldsOf = (operation) => [...operation.inPath, ...operation.paging, ...operation.search, ...operation.headers];

/** The values of the form, from the parameters of the address. */
export function valuesFrom(operation, params) {
  const values = Object.fromEntries(fieldsOf(operation).map(({ name }) => [name, params[name] ?? ""]));
  return { ...values, [MORE]: params[MORE] ?? "", [BODY]: params[BODY] ?? operation.body?.example ?? "" };
}

/** The parameters of the address. What the form starts with anyway is left out. */
export function paramsFrom(operation, values) {
  const filled = Object.entries(values).filter(([name, value]) => value !== "" && name !== BODY);
  const changed = operation.body && values[BODY] !== operation.body.example;
  return { ...Object.fromEntries(filled), ...(changed ? { [BODY]: values[BODY] } : {}) };
}

/** The call, as it is sent and written down as code. */
export function callFrom(operation, values) {
  const path = `/v1${operation.inPath.reduce((text, { name }) => text.replace(`{${name}}`, encodeURIComponent(values[name]) || `{${name}}`), operation.path)}`;
  const call = {
    method: operation.method, path, query: queryFrom(operation, values),
    headers: Object.fromEntries(operation.headers.filter(({ name }) => values[name]).map(({ name }) => [name, values[name]])),
    contentType: operation.body?.type ?? null, body: operation.body ? values[BODY] || null : null,
  };
  return { ...call, url: addressOf(call) };
}

function queryFrom(operation, values) {
  const query = {};
  for (const { name } of [...operation.paging, ...operation.search]) if (values[name] !== "") query[name] = [values[name]];
  for (const [name, value] of new URLSearchParams(values[MORE])) query[name] = [...(query[name] ?? []), value];
  return query;
}

/** What is missing or wrong, by field. */
export function mistakesIn(operation, values) {
  const missing = operation.inPath.filter(({ name }) => !values[name]);
  return Object.fromEntries(missing.map(({ name }) => [name, "This is a part of the path, so it is needed."]));
}

/** Why a body is no JSON; null if it is, or if there is none. */
export function jsonMistake(text) {
  if (!text.trim()) return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error.message.replace(/^JSON\.parse: /, "");
  }
}
