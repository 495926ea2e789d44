// An entry of the log as a call: to send it again, or to write it down as code.

import { encodePath, addressOf, ownHeaders } from "./send.js";
import { BASIC } from "./snippets.js";

/** The call of an entry, as `send` and the snippets take it. `overview` says which credentials the mock accepts. */
export function callOf(entry, overview) {
  const call = {
    method: entry.method, path: encodePath(entry.path), query: entry.query, headers: ownHeaders(entry.headers),
    contentType: entry.headers["content-type"] ?? null, body: entry.body, status: entry.response?.status ?? null,
    login: loginOf(entry), password: overview?.logins.length ? "PASSWORD" : BASIC.password,
    broken: Boolean(entry.response?.delivered) || (entry.response !== null && entry.response.status === null),
  };
  return { ...call, url: addressOf(call) };
}

/** The user name as it was sent; null if there were no credentials. */
export function loginOf(entry) {
  if (!("authorization" in entry.headers)) return null;
  return entry.client ? `${entry.login ?? "you"}@${entry.client}` : entry.login ?? BASIC.login;
}

/** What a reader of the code must know; null if there is nothing. */
export function caveatOf(entry) {
  if (entry.body_truncated) return "The log does not have the whole body, so this code sends only its beginning.";
  if (entry.body?.includes("\ufffd")) return "The body was not text in UTF-8, so this code sends something else.";
  if (JSON.stringify(entry.query).includes("***")) return "Secrets in the query are masked: replace *** by the real ones.";
  return null;
}
