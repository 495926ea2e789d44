// Sends a call to the API from this page, as a client would.

import { mockAddress } from "./address.js";
import { credentialHeaders } from "./credentials.js";

/** The headers that a browser sets by itself, or that no snippet needs. */
const OWN = new Set([
  "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "accept-language", "user-agent", "expect",
  "authorization", "cookie", "origin", "referer", "cache-control", "pragma", "priority", "dnt", "te", "upgrade", "keep-alive",
  "content-type", "upgrade-insecure-requests", "ocp-apim-subscription-key", "forwarded",
]);

/** The headers of a logged call that matter when it is sent again. */
export function ownHeaders(headers) {
  const kept = Object.entries(headers).filter(([name, value]) =>
    !OWN.has(name) && !name.startsWith("sec-") && !name.startsWith("x-forwarded-") && !(name === "accept" && value === "*/*"));
  return Object.fromEntries(kept);
}

/** A path as it stands in a log, for an address. What is still encoded there stays so. */
export const encodePath = (path) => path.split("/").map(encodeURIComponent).join("/").replaceAll("%252F", "%2F");

/** A query as text, from a list of values for each name. */
export function encodeQuery(query) {
  const pairs = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  return new URLSearchParams(pairs).toString();
}

/** The whole address of a call. */
export function addressOf({ path, query = {} }) {
  const text = encodeQuery(query);
  return `${mockAddress}${path}${text ? `?${text}` : ""}`;
}

/**
 * Send a call: `{ method, path, query, headers, contentType, body }`, where the path is encoded. Promises
 * `{ id, status, headers, text, ms, error }`: `error` says how the connection broke, if it did; `status` is null then,
 * unless it broke within the body. Raises AbortError if it is cancelled by `signal`.
 */
export async function send(call, chosen, signal) {
  const headers = { ...call.headers, ...credentialHeaders(chosen) };
  if (call.body && call.contentType) headers["Content-Type"] = call.contentType;
  const started = performance.now();
  const done = (rest) => ({ id: null, status: null, headers: {}, text: "", ms: performance.now() - started, error: null, ...rest });
  let head = {};
  try {
    // Without `omit`, the browser asks for a password itself when the answer is 401.
    const response = await fetch(addressOf(call), { method: call.method, headers, body: call.body || undefined, credentials: "omit", cache: "no-store", signal });
    head = { status: response.status, headers: Object.fromEntries(response.headers), id: response.headers.get("X-Mock-Request-Id") };
    return done({ ...head, text: await response.text() });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return done({ ...head, error: brokenText(error, head.status) });
  }
}

function brokenText(error, status) {
  if (status) return `The connection broke while the body of this answer (status ${status}) was being read.`;
  if (/failed to fetch|networkerror|load failed/i.test(error.message)) {
    return "The connection broke before an answer came, as a fault may do, or the server has stopped.";
  }
  return `The browser could not send this call: ${error.message}`;
}
