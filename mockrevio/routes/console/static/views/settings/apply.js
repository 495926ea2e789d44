// Changing settings: checked by the server first, with its warnings, and with an undo.

import { get, patch, request } from "../../lib/api.js";
import { currentRoute } from "../../lib/router.js";
import { toast } from "../../ui/toasts.js";

export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Change settings to what `change` makes of their values now, which may be others than those that are shown: somebody else
 * changes them, too. `done` is the message, or makes it of the changes. Promises the server's warning, or null.
 */
export async function applySettings(change, done) {
  const { world } = currentRoute();
  const current = await get("settings", {}, { world });
  const changes = change(current);
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, current[name]]));
  const response = await request("PATCH", "settings", { body: changes, world });
  const undo = async () => {
    await patch("settings", before, { world });
    toast("Undone.");
  };
  toast(typeof done === "function" ? done(changes) : done, { undo });
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
