// Reading an OpenAPI document: the reference page and the explorer share this.

const METHODS = ["get", "post", "put", "patch", "delete"];

/** A part of a document, or what it refers to. */
export function resolve(document, part) {
  while (part && part.$ref) {
    part = part.$ref.slice(2).split("/").reduce(
      (found, step) => found[step.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  }
  return part;
}

/** All operations, each with its `path`, `method` and the `item` of the path; notifications too, if `webhooks` is true. */
export function* operationsOf(api, { webhooks = false } = {}) {
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((each) => each in item)) {
      yield { path, method, item, operation: item[method] };
    }
  }
  if (!webhooks) return;
  for (const [name, item] of Object.entries(api.webhooks ?? {})) {
    yield { path: name, method: "post", item, operation: item.post };
  }
}

/** The parameters of an operation, with those of its path. */
export function parametersOf(api, { item, operation }) {
  return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((each) => resolve(api, each));
}
