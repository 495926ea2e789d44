// The address of a view: `#/links/12?search=acme&world=acme`. Everything that a view shows is in it, so that each
// view has a link to share. `world` is the client code of the world, with isolated worlds.

import { createStore, useStore } from "./store.js";

const WORLD = "world";

function parse() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const params = Object.fromEntries(new URLSearchParams(query));
  const world = params[WORLD] ?? null;
  delete params[WORLD];
  const [view = "", ...rest] = path.split("/").map(decodeURIComponent);
  return { view: view || "overview", rest, params, world };
}

const route = createStore(parse());
addEventListener("hashchange", () => route.set(parse()));

/** The route now: `view`, the `rest` of the path, `params` and `world`. */
export const currentRoute = () => route.get();
export const useRoute = () => useStore(route);

/** The address of a view in the world that is shown: `href("links", 12)`, `href("log", { status: "5xx" })`. */
export function href(...parts) {
  const params = typeof parts.at(-1) === "object" && parts.at(-1) !== null ? parts.pop() : {};
  const world = WORLD in params ? params[WORLD] : currentRoute().world;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (name !== WORLD && value !== "" && value !== null && value !== undefined) query.set(name, value);
  }
  if (world !== null) query.set(WORLD, world);
  const text = query.toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** Open a view. */
export function navigate(...parts) {
  location.hash = href(...parts);
}

/** Show another address instead of this one: Back leads to the one before. */
export function replace(...parts) {
  history.replaceState(null, "", href(...parts));
  route.set(parse());
}

/** Change some parameters of the view that is shown; null or "" removes one. It makes no new entry in the history. */
export function setParams(changes) {
  const { view, rest, params } = currentRoute();
  replace(view, ...rest, { ...params, ...changes });
}
