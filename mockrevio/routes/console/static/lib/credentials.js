// The credentials that calls from this page are sent with: chosen once, and kept until the tab is closed.

import { currentRoute } from "./router.js";
import { BASIC } from "./snippets.js";
import { createStore } from "./store.js";

const KEPT = "mockrevio-credentials"; // in sessionStorage

/** `{ user, password, key }`, where the key is the gateway's; null until they are chosen. */
export const credentials = createStore(JSON.parse(sessionStorage.getItem(KEPT)));

export function chooseCredentials(chosen) {
  sessionStorage.setItem(KEPT, JSON.stringify(chosen));
  credentials.set(chosen);
}

/** A user that the mock accepts unless it was started with credentials; with isolated worlds, one of the world shown. */
export function ownLogin() {
  const { world } = currentRoute();
  return world === null ? BASIC.login : `you@${world}`;
}

/** What the form starts with. `overview` is that of the admin API; `user` is that of a logged call, if there is one. */
export function suggestedCredentials(overview, user = null) {
  const known = overview?.logins.length > 0;
  return { user: user ?? (known ? overview.logins[0] : ownLogin()), password: known ? "" : BASIC.password, key: "" };
}

/** The headers that carry them. */
export function credentialHeaders({ user, password, key }) {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  const basic = user ? { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` } : {};
  return key ? { ...basic, "Ocp-Apim-Subscription-Key": key } : basic;
}
