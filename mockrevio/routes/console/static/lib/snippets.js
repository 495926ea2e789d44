// Calls and rules as code to copy, in several languages.

import { address } from "./api.js";

export const BASIC = { login: "you@acme", password: "anything" };

const shellQuoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
/** JSON as a Python literal. */
export function pythonLiteral(value, indent = 0) {
  const pad = "    ".repeat(indent + 1);
  const end = "    ".repeat(indent);
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const flat = Array.isArray(value)
    ? `[${value.map((each) => pythonLiteral(each)).join(", ")}]`
    : `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${pythonLiteral(each)}`).join(", ")}}`;
  if (flat.length <= 88 && !flat.includes("\n")) return flat;
  const lines = Array.isArray(value)
    ? value.map((each) => `${pad}${pythonLiteral(each, indent + 1)},`)
    : Object.entries(value).map(([name, each]) => `${pad}${JSON.stringify(name)}: ${pythonLiteral(each, indent + 1)},`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return [open, ...lines, `${end}${close}`].join("\n");
}

function parseBody(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Where the environment variables of the README lead to. */
export function environment(origin, login, password) {
  return [
    `export REVIO_URL=${origin}/v1`,
    `export REVIO_USERNAME=${login}`,
    `export REVIO_PASSWORD=${password}`,
    `export MOCKREVIO_ADMIN_URL=${new URL(".", document.baseURI).href.replace(/\/$/, "")}`,
  ].join("\n");
}

/**
 * A call in all languages, as pairs of a name and a program. `call` has `method`, `url` (the whole address), `body`
 * (text or null), `login`, `password` and, if there are some, `headers`.
 */
export function callSnippets(call) {
  return [["curl", asCurl(call)], ["Python", asPython(call)], ["Node", asNode(call)], ["C#", asCSharp(call)]];
}

export function asCurl({ method, url, body, login, password, headers = {} }) {
  const parts = [method === "GET" ? "curl" : `curl -X ${method}`, `-u ${shellQuoted(`${login}:${password}`)}`];
  const sent = body ? { "Content-Type": "application/json", ...headers } : headers;
  for (const [name, value] of Object.entries(sent)) parts.push(`-H ${shellQuoted(`${name}: ${value}`)}`);
  if (body) parts.push(`-d ${shellQuoted(body)}`);
  return [...parts, shellQuoted(url)].join(" \\\n  ");
}

export function asPython({ method, url, body, login, password, headers = {} }) {
  const json = body ? parseBody(body) : undefined;
  const lines = [`    ${JSON.stringify(url)},`, `    auth=(${JSON.stringify(login)}, ${JSON.stringify(password)}),`];
  if (Object.keys(headers).length) lines.push(`    headers=${pythonLiteral(headers, 1)},`);
  if (json !== undefined) lines.push(`    json=${pythonLiteral(json, 1)},`);
  else if (body) lines.push(`    data=${JSON.stringify(body)},`);
  lines.push("    timeout=10,");
  return ["import requests", "", `response = requests.${method.toLowerCase()}(`, ...lines, ")", "print(response.status_code, response.json())"].join("\n");
}

export function asNode({ method, url, body, login, password, headers = {} }) {
  const sent = body ? { "Content-Type": "application/json", ...headers } : headers;
  const lines = [
    `  method: ${JSON.stringify(method)},`,
    "  headers: {",
    `    Authorization: "Basic " + Buffer.from(${JSON.stringify(`${login}:${password}`)}).toString("base64"),`,
    ...Object.entries(sent).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
    "  },",
  ];
  if (body) {
    const json = parseBody(body);
    lines.push(json === undefined ? `  body: ${JSON.stringify(body)},` : `  body: JSON.stringify(${JSON.stringify(json)}),`);
  }
  return [`const response = await fetch(${JSON.stringify(url)}, {`, ...lines, "});", "console.log(response.status, await response.json());"].join("\n");
}

export function asCSharp({ method, url, body, login, password, headers = {} }) {
  const name = method.charAt(0) + method.slice(1).toLowerCase();
  return [
    "using System.Net.Http.Headers;",
    "using System.Text;",
    "",
    "using var client = new HttpClient();",
    `using var request = new HttpRequestMessage(HttpMethod.${name}, ${JSON.stringify(url)});`,
    `var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(${JSON.stringify(`${login}:${password}`)}));`,
    'request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);',
    ...Object.entries(headers).map(([each, value]) => `request.Headers.Add(${JSON.stringify(each)}, ${JSON.stringify(value)});`),
    ...(body ? [`request.Content = new StringContent(${JSON.stringify(body)}, Encoding.UTF8, "application/json");`] : []),
    "using var response = await client.SendAsync(request);",
    'Console.WriteLine($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");',
  ].join("\n");
}

/** A logged call as a test that sends it and asserts what was answered. `path` is that of the API, without `/v1`. */
export function asTest({ method, path, query, body, status }) {
  const json = body ? parseBody(body) : undefined;
  const words = `${method} ${path}`.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");
  const lines = [`        f"{mock_revio.url}${path.replace(/^\/v1/, "").replaceAll("{", "{{").replaceAll("}", "}}")}",`];
  if (query && Object.keys(query).length) lines.push(`        params=${pythonLiteral(query, 2)},`);
  if (json !== undefined) lines.push(`        json=${pythonLiteral(json, 2)},`);
  else if (body) lines.push(`        data=${JSON.stringify(body)},`);
  lines.push("        auth=mock_revio.credentials,", "        timeout=5,");
  return [
    "import requests", "", "", `def test_${words}(mock_revio):`,
    `    response = requests.${method.toLowerCase()}(`, ...lines, "    )",
    `    assert response.status_code == ${status}`,
  ].join("\n");
}

/** A fault rule as a call with curl. */
export function ruleAsCurl(rule) {
  const url = address("faults").href;
  return `curl -H 'Content-Type: application/json' \\\n  -d ${shellQuoted(JSON.stringify(rule))} \\\n  ${shellQuoted(url)}`;
}

/** A fault rule as a line of a test with pytest. */
export function ruleAsPytest({ effect, match, when, phase, name, seed, optional }) {
  const options = [["match", match], ["when", when], ["phase", phase], ["name", name], ["seed", seed], ["optional", optional]].filter(
    ([, value]) => value !== undefined && value !== false && !(typeof value === "object" && !Object.keys(value).length));
  return `mock_revio.faults.add(${[pythonLiteral(effect), ...options.map(([key, value]) => `${key}=${pythonLiteral(value)}`)].join(", ")})`;
}
