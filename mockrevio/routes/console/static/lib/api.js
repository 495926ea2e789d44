// Calls of the admin API, with the token if it needs one. All addresses are relative to the page's own.

import { createStore } from "./store.js";
import { currentRoute } from "./router.js";

const TOKEN = "mockrevio-admin-token"; // in sessionStorage: forgotten with the tab

/** Whether the server wants a token that it has not got, or another one. */
export const tokenNeeded = createStore(false);

export function useToken(token) {
  sessionStorage.setItem(TOKEN, token);
  tokenNeeded.set(false);
}

/** What the server answers to a mistake: `message`, `status`, `mistakes` with their places. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body?.message ?? `The server answered with status ${status}.`);
    this.status = status;
    this.mistakes = body?.mistakes ?? [];
  }
}

/** The path of a resource's records, or with an id of one of them. */
export const entityPath = (name, ...id) => ["entities", name, ...id].map(encodeURIComponent).join("/");

/** The address of a call, in the world that is shown. `query` may have null for what is left out. */
export function address(path, query = {}, world = currentRoute().world) {
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  if (world !== null) url.searchParams.set("client", world);
  return url;
}

/** A call as `fetch` makes it. Raises ApiError for a status of 400 or more, Error if there is no answer. */
export async function request(method, path, { query, body, world, signal, text } = {}) {
  const headers = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined || text !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    const data = body === undefined ? text : JSON.stringify(body);
    response = await fetch(address(path, query, world), { method, headers, body: data, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. Is mockrevio still running?");
  }
  if (!response.ok) {
    if (response.status === 401) tokenNeeded.set(true);
    throw new ApiError(response.status, await response.json().catch(() => null));
  }
  return response;
}

/** A call with JSON in the answer. */
export async function call(method, path, options) {
  return (await request(method, path, options)).json();
}

export const get = (path, query, options) => call("GET", path, { ...options, query });
export const post = (path, body, options) => call("POST", path, { ...options, body });
export const put = (path, body, options) => call("PUT", path, { ...options, body });
export const patch = (path, body, options) => call("PATCH", path, { ...options, body });
export const remove = (path, options) => call("DELETE", path, options);
