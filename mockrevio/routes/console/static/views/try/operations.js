// The operations of Rev.io's API, as the mock's own OpenAPI document describes them.

import { parametersOf, operationsOf, resolve } from "../../lib/openapi.js";
import { hasWords } from "../../lib/words.js";

const FIRST = ["IntegrationKeyLink", "IntegrationSystem", "IntegrationEntityType", "SystemStatus"]; // what integrations are about
const PAGING = ["page", "page_size", "sort"];

let loaded = null;

/** The document, loaded once. */
export function loadDocument() {
  loaded ??= fetch(new URL("../openapi.json", document.baseURI)).then((response) => {
    if (!response.ok) throw new Error(`The OpenAPI document cannot be loaded: status ${response.status}.`);
    return response.json();
  });
  loaded.catch(() => { loaded = null; });
  return loaded;
}

/** The operations by tag: pairs of a tag and `{ id, method, path, title }`, those that have all of the words. */
export function groups(api, words) {
  const all = new Map([...FIRST, ...api.tags.map((tag) => tag.name)].map((name) => [name, []]));
  for (const { path, method, operation } of operationsOf(api)) {
    const text = `${operation.tags[0]} ${method} ${path} ${operation.operationId} ${operation.summary}`;
    if (!hasWords(text, words)) continue;
    all.get(operation.tags[0]).push({ id: operation.operationId, method: method.toUpperCase(), path, title: shortened(operation) });
  }
  return [...all].filter(([, entries]) => entries.length);
}

/** The summary without the name of the resource, which stands above it: "Create a record". */
function shortened({ summary, tags: [tag] }) {
  return summary.replace(new RegExp(` (?:of )?${tag}$`), "");
}

/** All that the form needs to know of one operation; null if there is none with this id. */
export function findOperation(api, id) {
  const found = [...operationsOf(api)].find(({ operation }) => operation.operationId === id);
  if (!found) return null;
  const { path, method, operation } = found;
  const parameters = parametersOf(api, found).map(simplified);
  const query = parameters.filter((each) => each.in === "query");
  return {
    id, path, method: method.toUpperCase(), tag: operation.tags[0], summary: operation.summary, description: operation.description ?? "",
    evidence: operation["x-evidence"]?.label, inPath: parameters.filter((each) => each.in === "path"),
    paging: query.filter((each) => PAGING.includes(each.name)), search: query.filter((each) => !PAGING.includes(each.name)),
    headers: (api["x-mock-request-headers"] ?? []).map(simplified), body: bodyOf(api, operation),
    success: Number(Object.keys(operation.responses).find((status) => status < "300") ?? 200),
  };
}

function simplified({ name, in: place, description = "", required = false, schema, content }) {
  const { examples = [], enum: values = [], type, minimum, default: normal } = schema ?? Object.values(content)[0].schema;
  const help = normal === undefined ? description : `${description} Default: ${normal}.`;
  return { name, in: place, required, help: help.replaceAll("`", "").trim(), choices: [...values, ...examples].map(String), number: type === "integer", minimum };
}

function bodyOf(api, operation) {
  const body = resolve(api, operation.requestBody);
  if (!body) return null;
  const [[type, { example, examples, schema }]] = Object.entries(body.content);
  const value = example ?? Object.values(examples ?? {})[0]?.value ?? resolve(api, schema)?.examples?.[0];
  return { type, required: body.required ?? false, example: value === undefined ? "" : JSON.stringify(value, null, 2) };
}
