// Calls and rules as code to copy, in several languages.

import { address } from "./api.js";
import { jsonOf } from "./json.js";

export const BASIC = { login: "you@acme", password: "anything" };

const shellQuoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
/** JSON as a Python literal. */
export function pythonLiteral(value, indent = 0) {
  const pad = "    ".repeat(indent + 1);
  const end = "    ".repeat(indent);
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return typeof value === "string" ? quoted(value) : JSON.stringify(value);
  const flat = Array.isArray(value)
    ? `[${value.map((each) => pythonLiteral(each)).join(", ")}]`
    : `{${Object.entries(value).map(([name, each]) => `${quoted(name)}: ${pythonLiteral(each)}`).join(", ")}}`;
  if (flat.length <= 88 && !flat.includes("\n")) return flat;
  const lines = Array.isArray(value)
    ? value.map((each) => `${pad}${pythonLiteral(each, indent + 1)},`)
    : Object.entries(value).map(([name, each]) => `${pad}${quoted(name)}: ${pythonLiteral(each, indent + 1)},`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return [open, ...lines, `${end}${close}`].join("\n");
}

/** A text as a string literal that JavaScript, Python and C# read alike. */
const quoted = (text) => JSON.stringify(text).replace(/[\u2028\u2029\u007f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);

const STRING = /"(?:[^"\\]|\\.)*"/g;

/** The JSON of a body; undefined if it is none, or if a literal would not say just this (null, 1.0, large numbers). */
function exactJson(body) {
  if (!body || body.includes("__proto__") || body.trim() === "null") return undefined;
  const numbers = body.replace(STRING, "").match(/-?\d[\d.eE+-]*/g) ?? [];
  return numbers.every((each) => each === JSON.stringify(Number(each))) ? jsonOf(body) : undefined;
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

const TYPE = "Content-Type";
const JSON_TYPE = "application/json";

/**
 * A call in all languages, as pairs of a name and a program. `call` has `method`, `url` (the whole address), `body`
 * (text or null), `contentType` (null: none is sent), `login` (null: none), `password`, and `headers` if there are more.
 */
export function callSnippets(call) {
  return [["curl", asCurl(call)], ["Python", asPython(call)], ["Node", asNode(call)], ["C#", asCSharp(call)]];
}

/** The headers of a call, with the type of its body. */
function sentHeaders({ body, contentType = JSON_TYPE, headers = {} }) {
  return body && contentType !== null ? { [TYPE]: contentType, ...headers } : headers;
}

export function asCurl(call) {
  const { method, url, body, contentType, login, password } = call;
  const start = { GET: body ? "curl -X GET" : "curl", HEAD: "curl --head" }[method] ?? `curl -X ${method}`;
  const parts = [start];
  if (login !== null) parts.push(`-u ${shellQuoted(`${login}:${password}`)}`);
  for (const [name, value] of Object.entries(sentHeaders(call))) parts.push(`-H ${shellQuoted(`${name}: ${value}`)}`);
  if (body && contentType === null) parts.push(`-H '${TYPE}:'`); // or curl would send one of its own
  if (body) parts.push(`${body.startsWith("@") ? "--data-raw" : "-d"} ${shellQuoted(body)}`);
  return [...parts, shellQuoted(url)].join(" \\\n  ");
}

const PYTHON_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** The start of a call with requests, and its arguments for headers and body. */
function pythonCall(call, indent) {
  const { method, body, contentType = JSON_TYPE, headers = {} } = call;
  const json = contentType === null ? undefined : exactJson(body);
  const sent = json !== undefined && contentType === JSON_TYPE ? headers : sentHeaders(call);
  const lines = [];
  if (Object.keys(sent).length) lines.push(`headers=${pythonLiteral(sent, indent)},`);
  if (json !== undefined) lines.push(`json=${pythonLiteral(json, indent)},`);
  else if (body) lines.push(`data=${quoted(body)}.encode(),`);
  const start = PYTHON_METHODS.includes(method) ? [`requests.${method.toLowerCase()}(`] : ["requests.request(", `${quoted(method)},`];
  return { start, lines };
}

export function asPython(call) {
  const { start: [opening, ...first], lines } = pythonCall(call, 1);
  const credentials = call.login === null ? [] : [`auth=(${quoted(call.login)}, ${quoted(call.password)}),`];
  const inside = [...first, `${quoted(call.url)},`, ...credentials, ...lines, "timeout=10,"].map((line) => `    ${line}`);
  return ["import requests", "", `response = ${opening}`, ...inside, ")", "print(response.status_code, response.text)"].join("\n");
}

export function asNode(call) {
  const { method, url, body, contentType, login, password } = call;
  const headers = Object.entries(sentHeaders(call)).map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`);
  if (login !== null) headers.unshift(`    Authorization: "Basic " + Buffer.from(${quoted(`${login}:${password}`)}).toString("base64"),`);
  const lines = [`  method: ${quoted(method)},`];
  if (headers.length) lines.push("  headers: {", ...headers, "  },");
  if (body) lines.push(`  body: ${nodeBody(body, contentType)},`);
  return [`const response = await fetch(${quoted(url)}, {`, ...lines, "});", "console.log(response.status, await response.text());"].join("\n");
}

function nodeBody(body, contentType) {
  if (contentType === null) return `Buffer.from(${quoted(body)})`; // or fetch would send a type of its own
  const json = exactJson(body);
  return json === undefined ? quoted(body) : `JSON.stringify(${quoted(json)})`;
}

export function asCSharp(call) {
  const { method, url, body, contentType = JSON_TYPE, headers = {}, login, password } = call;
  const lines = [`using var request = new HttpRequestMessage(new HttpMethod(${quoted(method)}), ${quoted(url)});`];
  if (login !== null) {
    lines.push(`var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(${quoted(`${login}:${password}`)}));`,
      'request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);');
  }
  for (const [name, value] of Object.entries(headers)) {
    lines.push(`request.Headers.TryAddWithoutValidation(${quoted(name)}, ${quoted(value)});`);
  }
  if (body) {
    const type = contentType === null ? "null" : `MediaTypeHeaderValue.Parse(${quoted(contentType)})`;
    lines.push(`request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(${quoted(body)}));`, `request.Content.Headers.ContentType = ${type};`);
  }
  return [
    "using System.Net.Http.Headers;", "using System.Text;", "", "using var client = new HttpClient();", ...lines,
    "using var response = await client.SendAsync(request);",
    'Console.WriteLine($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");',
  ].join("\n");
}

/**
 * A call as a test that sends it and asserts what was answered: `status`, or null if the connection broke. `path` is
 * that of the API with `/v1`, encoded; `query` has a list of values for each name.
 */
export function asTest(call) {
  const { method, path, query = {}, status, note } = call;
  const words = `${method} ${path.replace(/^\/v1\//, "")}`.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");
  const { start: [opening, ...first], lines } = pythonCall(call, 1);
  const address = quoted(path.replace(/^\/v1(?=\/|$)/, "")).slice(1, -1).replaceAll("{", "{{").replaceAll("}", "}}");
  const parameters = Object.entries(query).map(([name, values]) => [name, [values].flat().length === 1 ? [values].flat()[0] : values]);
  const inside = [...first, `f"{mock_revio.url}${address}",`];
  if (parameters.length) inside.push(`params=${pythonLiteral(Object.fromEntries(parameters), 1)},`);
  if (call.login !== null) inside.push("auth=mock_revio.credentials,");
  inside.push(...lines, "timeout=5,");
  const body = [`${status === null ? "" : "response = "}${opening}`, ...inside.map((line) => `    ${line}`), ")"];
  const sent = status === null ? ["with pytest.raises(requests.RequestException):", ...body.map((line) => indented(line))] : body;
  return [
    ...(status === null ? ["import pytest"] : []), "import requests", "", "", `def test_${words}(mock_revio):`,
    ...(note ? [`    # ${note}`] : []), ...sent.map((line) => indented(line)),
    ...(status === null ? [] : [`    assert response.status_code == ${status}`]),
  ].join("\n");
}

const indented = (text) => text.replace(/^(?=.)/gm, "    ");

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
