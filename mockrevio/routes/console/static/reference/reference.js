// The reference page: both OpenAPI documents of this mock. It loads nothing from elsewhere.

import { chooseTheme, currentTheme, THEMES } from "../lib/theme.js";
import icons from "../vendor/icons.js";
import { operationsOf, parametersOf, resolve } from "../lib/openapi.js";
import { hasWords, wordsOf } from "../lib/words.js";
import { element, fill } from "./elements.js";
import { Schemas, evidence, example, prose, table } from "./schemas.js";

const ADDRESSES = { revio: "../openapi.json", admin: "openapi.json" };
const byId = (id) => document.getElementById(id);
const loaded = {};

async function load(key) {
  loaded[key] ??= fetch(ADDRESSES[key]).then(async (response) => {
    if (!response.ok) throw new Error(`${response.status} ${response.headers.get("X-Mock-Explain") ?? await response.text()}`);
    return response.json();
  });
  return loaded[key];
}

function contents(api, key, words) {
  const matches = (text) => hasWords(text, words);
  const groups = new Map(api.tags.map((tag) => [tag.name, []]));
  for (const { path, method, operation } of operationsOf(api, { webhooks: true })) {
    if (matches(`${operation.tags[0]} ${method} ${path} ${operation.operationId} ${operation.summary}`)) {
      groups.get(operation.tags[0]).push(entry(`#${key}/${operation.operationId}`,
        methodName(method), element("span", {}, operation.summary)));
    }
  }
  groups.set("Schemas", Object.keys(api.components.schemas).filter(matches)
    .map((name) => entry(`#${key}/schema/${name}`, name)));
  const shown = [...groups].filter(([, entries]) => entries.length);
  fill(byId("groups"), shown.map(([name, entries]) => element("details", { open: words.length > 0 },
    element("summary", {}, name), element("ul", {}, ...entries))));
  const count = shown.reduce((sum, [, entries]) => sum + entries.length, 0);
  byId("found").textContent = words.length ? `${count} found` : "";
}

function methodName(method) {
  return element("span", { className: `method ${method.toUpperCase()}` }, method.toUpperCase());
}

function entry(href, ...children) {
  return element("li", {}, element("a", { href }, ...children));
}

function overview(api) {
  const { info, servers = [] } = api;
  return [
    element("h2", {}, `${info.title} ${info.version}`),
    ...prose(info.description),
    element("h3", {}, "Servers"),
    element("ul", {}, ...servers.map((server) => element("li", {}, element("code", {}, server.url), ` ${server.description ?? ""}`))),
    ...mockHeaders(api),
    ...rules(api),
  ];
}

function mockHeaders(api) {
  const headers = api["x-mock-request-headers"];
  return headers ? [element("h3", {}, "Headers for the mock"), parameterTable(new Schemas(api, "revio"), headers)] : [];
}

function rules(api) {
  const all = Object.entries(api["x-evidence-rules"] ?? {});
  if (!all.length) return [];
  const rows = all.map(([name, rule]) => element("tr", {}, element("td", {}, element("code", {}, name)),
    element("td", {}, rule.says), element("td", {}, evidence({ "x-evidence": { ...rule, rule: null } }))));
  return [element("h3", {}, "Rules"), table(["Rule", "What it says", "Evidence"], rows)];
}

function operationView(api, key, { path, method, item, operation }) {
  const schemas = new Schemas(api, key);
  const parameters = parametersOf(api, { item, operation });
  const explorer = key === "revio" && path in api.paths ? [element("a", { className: "button small", href: `./#/try/${operation.operationId}` }, "Try it")] : [];
  return [
    element("h2", {}, operation.summary),
    element("p", { className: "operation" }, methodName(method), element("span", { className: "path" }, path), ...explorer),
    ...prose(operation.description),
    ...shownEvidence(operation),
    ...(parameters.length ? [element("h3", {}, "Parameters"), parameterTable(schemas, parameters)] : []),
    ...(operation.requestBody ? body(schemas, operation.requestBody) : []),
    element("h3", {}, "Responses"),
    ...Object.entries(operation.responses).map(([status, response]) => responseView(schemas, status, resolve(api, response))),
  ];
}

const shownEvidence = (part) => (part["x-evidence"] ? [evidence(part)] : []);

function parameterTable(schemas, parameters) {
  return table(["Name", "In", "Type", "Required", "Description"], parameters.map((each) => {
    const schema = each.schema ?? Object.values(each.content)[0].schema;
    return element("tr", {},
      element("td", {}, element("code", {}, each.name)),
      element("td", {}, each.in),
      element("td", { className: "type" }, schemas.type(schema)),
      element("td", {}, each.required ? "yes" : ""),
      element("td", {}, ...prose(each.description), schemas.limits(schema), " ", evidence(each)));
  }));
}

function body(schemas, requestBody) {
  const content = { ...requestBody.content, ...requestBody["x-other-content"] };
  return [element("h3", {}, requestBody.required ? "Body" : "Body (optional)"), ...media(schemas, content), ...shownEvidence(requestBody)];
}

function media(schemas, content) {
  return Object.entries(content).flatMap(([type, { schema, ...rest }]) => {
    const examples = Object.entries(rest.examples ?? {}).map(([name, each]) => [name, each.value]);
    if ("example" in rest) examples.push(["Example", rest.example]);
    return [
      element("p", {}, element("code", {}, type), " ", element("span", { className: "type" }, schemas.type(schema))),
      ...schemas.unnamed(schema),
      ...examples.map(([name, value]) => element("details", {}, element("summary", {}, name), example(value))),
    ];
  });
}

function responseView(schemas, status, response) {
  const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [name, resolve(schemas.document, header)]);
  const rows = headers.map(([name, header]) => element("tr", {}, element("td", {}, element("code", {}, name)),
    element("td", {}, ...prose(header.description), evidence(header))));
  return element("details", { open: status < "300" },
    element("summary", {}, element("strong", {}, status), ` ${response.description}`),
    ...shownEvidence(response), ...media(schemas, response.content ?? {}), ...(rows.length ? [table(["Header", "Description"], rows)] : []));
}

function view(api, key, kind, name) {
  if (kind === "schema" && api.components.schemas[name]) {
    return [element("h2", {}, name), ...new Schemas(api, key).details(api.components.schemas[name])];
  }
  const found = [...operationsOf(api, { webhooks: true })].find(({ operation }) => operation.operationId === kind);
  return found ? operationView(api, key, found) : overview(api);
}

// After a link was followed, reading goes on in the main part.
async function follow() {
  await show();
  byId("main").focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function show() {
  const [start, kind, name] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (start === "main") return;
  const key = start in ADDRESSES ? start : "revio";
  for (const link of document.querySelectorAll("[data-document]")) mark(link, link.dataset.document === key);
  try {
    const api = await load(key);
    byId("message").hidden = true;
    if (byId("groups").dataset.key !== key) {
      byId("groups").dataset.key = key;
      find(api);
    }
    fill(byId("main"), view(api, key, kind, name));
    document.title = `${byId("main").querySelector("h2").textContent} · mockrevio`;
    for (const link of byId("groups").querySelectorAll("a")) {
      mark(link, link.hash === location.hash);
      if (link.hash === location.hash) link.closest("details").open = true;
    }
  } catch (error) {
    byId("message").textContent = `The document cannot be loaded: ${error.message}`;
    byId("message").hidden = false;
  }
}

function mark(link, current) {
  if (current) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

function find(api) {
  contents(api, byId("groups").dataset.key, wordsOf(byId("find").value));
}

addEventListener("hashchange", follow);
byId("find").addEventListener("input", async () => find(await load(byId("groups").dataset.key)));
addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && event.target.tagName !== "INPUT") {
    event.preventDefault();
    byId("find").focus();
  }
});

// The same choice as in the console: the system's colours, dark or light.
function drawTheme(theme) {
  const [icon, next] = THEMES[theme];
  const button = byId("theme");
  button.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${icons[icon]}</svg>`;
  button.title = `Colours: ${theme}. Change to ${next}`;
  button.setAttribute("aria-label", button.title);
  button.onclick = () => {
    chooseTheme(next);
    drawTheme(next);
  };
}

drawTheme(currentTheme());
show();
