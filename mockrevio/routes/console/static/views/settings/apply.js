// Changing settings: checked by the server first, with its warnings, and with an undo.

import { patch, request } from "../../lib/api.js";
import { currentRoute } from "../../lib/router.js";
import { toast } from "../../ui/toasts.js";

export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Change settings. `all` are those with their values until now, for the undo. Promises the server's warning, or null. */
export async function applySettings(changes, all, done) {
  const { world } = currentRoute();
  const before = Object.fromEntries(all.filter(({ name }) => name in changes).map(({ name, value }) => [name, value]));
  const response = await request("PATCH", "settings", { body: changes, world });
  const undo = async () => {
    await patch("settings", before, { world });
    toast("Undone.");
  };
  toast(done, { undo });
  return response.headers.get("X-Mock-Explain");
}

/** What the server says to a change before it is made: `{ error, warning }`, with null for nothing. */
export async function checkSetting(name, value) {
  try {
    const response = await request("PATCH", "settings", { body: { [name]: value }, query: { dry_run: "true" } });
    return { error: null, warning: response.headers.get("X-Mock-Explain") };
  } catch (error) {
    return { error: messageFor(error, name), warning: null };
  }
}

/** What the server says about one setting. */
export const messageFor = (error, name) => error.mistakes?.find(({ place }) => place === name)?.message ?? error.message;
