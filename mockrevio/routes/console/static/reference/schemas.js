// Shows the parts of an OpenAPI document: schemas, evidence, examples.

import { element } from "./elements.js";

// The Markdown of descriptions: paragraphs, lists, and code between backticks.
export function prose(text) {
  return (text ?? "").trim().split(/\n\n+/).filter(Boolean).map((block) =>
    block.startsWith("- ")
      ? element("ul", {}, ...block.split(/\n?- /).filter(Boolean).map((item) => element("li", {}, ...inline(item))))
      : element("p", {}, ...inline(block)));
}

function inline(text) {
  return text.split("`").map((piece, index) => index % 2 ? element("code", {}, piece) : piece);
}

const TONES = { documented: "good", observed: "info", gateway: "violet", assumed: "warn" };

export function evidence(part) {
  const found = part["x-evidence"];
  if (!found) return "";
  const details = [found.source, found.rule, found.setting].filter(Boolean).join(" · ");
  const label = element("span", { className: `badge ${TONES[found.label]}` }, found.label);
  return element("span", { className: "evidence" }, label, ...(details ? [element("small", {}, details)] : []));
}

export function example(value) {
  return element("pre", { tabIndex: 0 }, typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

function nameOf(reference) {
  return reference.split("/").pop();
}

export class Schemas {
  constructor(document, key) {
    this.document = document;
    this.key = key;
  }

  link(reference) {
    const name = nameOf(reference);
    return element("a", { href: `#${this.key}/schema/${name}` }, name);
  }

  // The type of a schema in one line; schemas with a name are links.
  type(schema) {
    if (schema.$ref) return this.link(schema.$ref);
    if (schema.anyOf || schema.oneOf) return this.joined(schema.anyOf ?? schema.oneOf, " or ");
    if (schema.allOf) return this.joined(schema.allOf, " and ");
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
    if ("const" in schema) return JSON.stringify(schema.const);
    const types = [schema.type ?? "any"].flat().join(" or ");
    if (schema.items) return element("span", {}, types, " of ", this.type(schema.items));
    return schema.format ? `${types} (${schema.format})` : types;
  }

  joined(schemas, word) {
    return element("span", {}, ...schemas.flatMap((each, index) => index ? [word, this.type(each)] : [this.type(each)]));
  }

  limits(schema) {
    const names = ["minimum", "maximum", "minLength", "maxLength", "minItems", "pattern", "default"];
    return names.filter((name) => name in schema).map((name) => `${name} ${JSON.stringify(schema[name])}`).join(", ");
  }

  // Everything about a schema: its description, members and example.
  details(schema) {
    const members = Object.entries(schema.properties ?? {});
    const examples = schema.examples ?? [];
    return [
      ...prose(schema.description),
      evidence(schema),
      ...(members.length ? [this.table(members, schema.required ?? [])] : [
        element("p", { className: "type" }, this.type(schema), " ", this.limits(schema)), ...this.unnamed(schema)]),
      ...(examples.length && typeof examples[0] === "object" ? [element("h3", {}, "Example"), example(examples[0])] : []),
    ];
  }

  // The members of the objects within a schema that have no name, so that no link leads to them.
  unnamed(schema) {
    if (schema.$ref) return [];
    if (schema.properties) return [this.table(Object.entries(schema.properties), schema.required ?? [])];
    const parts = [schema.items, ...(schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [])].filter(Boolean);
    return parts.flatMap((part) => this.unnamed(part));
  }

  table(members, required) {
    const rows = members.map(([name, schema]) => element("tr", {},
      element("td", {}, element("code", {}, name)),
      element("td", { className: "type" }, this.type(schema)),
      element("td", {}, required.includes(name) ? "yes" : "", schema.readOnly ? " read-only" : ""),
      element("td", {}, ...prose(schema.description), this.limits(schema), " ", evidence(schema), ...this.unnamed(schema))));
    return table(["Field", "Type", "Required", "Description"], rows);
  }
}

export function table(names, rows) {
  for (const row of rows) {
    [...row.cells].forEach((cell, index) => {
      cell.dataset.label = names[index];
      if (cell.textContent.trim() === "") cell.replaceChildren(); // an empty cell is left out of a card
      else if (cell.childNodes.length > 1) cell.replaceChildren(element("div", { className: "wrapped" }, ...cell.childNodes));
    });
  }
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)));
  return element("div", { className: "table-scroll" },
    element("table", { className: "table cards" }, element("thead", {}, head), element("tbody", {}, ...rows)));
}
