// Actions that replace the whole state of a world. Each asks first, and saves the state in a snapshot before, so that it
// can be undone. Used by the top bar and by the view of snapshots.

import { html } from "../lib/html.js";
import { get, post, put } from "../lib/api.js";
import { changeBack } from "../lib/clock.js";
import { formatNumber, plural } from "../lib/format.js";
import { currentRoute } from "../lib/router.js";
import { ActionButton } from "./basics.js";
import { confirm } from "./dialog.js";
import { toast } from "./toasts.js";

export const BEFORE_RESET = "before-reset";
export const BEFORE_RESTORE = "before-restore";
const BEFORE_UNDOABLE = "before-restore-2"; // where before-restore itself is what is restored

/** Snapshots that are saved by themselves before something replaces the state. */
export const AUTOMATIC = new Set([BEFORE_RESET, BEFORE_RESTORE, BEFORE_UNDOABLE]);

const latest = new Map(); // by world and snapshot: what was kept last; an earlier undo would restore the wrong state

/**
 * Keep the state under a name. Promises what undoes `change` later, undefined if the user goes on without, or false if not.
 * `withClock` brings back the clock as well, which a restore of a snapshot leaves alone.
 */
async function keep(name, world, withClock) {
  const key = `${world}|${name}`;
  const mine = {};
  try {
    await put(`snapshots/${name}`, undefined, { world });
  } catch (error) {
    const text = `The state could not be saved before: ${error.message}`;
    return (await confirm({ title: "Go on without undo?", text, action: "Go on" })) ? undefined : false;
  }
  const clock = withClock ? await get("clock", {}, { world }) : null;
  const readAt = performance.now();
  latest.set(key, mine);
  return async () => {
    if (latest.get(key) !== mine) throw new Error(`This cannot be undone any more: another state was saved as ${name} since.`);
    await post(`snapshots/${name}/restore`, undefined, { world });
    if (clock) await put("clock", changeBack(clock, readAt), { world });
    toast("Undone: the state is as it was before.");
  };
}

/** Keep the state, change it, and offer to undo that. Promises whether it was changed. */
async function change({ world, name, withClock = false, run, done }) {
  const undo = await keep(name, world, withClock);
  if (undo === false) return false;
  await run();
  toast(done, { undo: undo ?? null });
  return true;
}

/** Reset the world to its fixture, after asking. */
export async function resetWorld() {
  const { world } = currentRoute();
  const { counts, fixture } = await get("overview", {}, { world });
  const text = `The ${plural(counts.key_links, "key link")} and ${formatNumber(counts.records)} records are replaced by those of `
    + `the fixture ${fixture.join(", ")}. Fault rules, settings, the clock and id counters go back to how they were at the start. `
    + "Snapshots stay. You can undo all this, but not that the log of calls is emptied.";
  if (!(await confirm({ title: "Reset to the fixture?", text, action: "Reset" }))) return false;
  return change({
    world, name: BEFORE_RESET, withClock: true, run: () => post("reset", undefined, { world }), done: "Reset to the fixture.",
  });
}

/** Restore a snapshot, after asking. */
export async function restoreSnapshot(snapshot) {
  const { world } = currentRoute();
  const text = "Records, key links, fault rules and settings go back to how they were when it was saved; what has changed since is lost. "
    + "The clock and the log of calls stay as they are. You can undo it.";
  if (!(await confirm({ title: `Restore ${snapshot}?`, text, action: "Restore" }))) return false;
  return change({
    world, name: snapshot === BEFORE_RESTORE ? BEFORE_UNDOABLE : BEFORE_RESTORE,
    run: () => post(`snapshots/${encodeURIComponent(snapshot)}/restore`, undefined, { world }), done: `Restored ${snapshot}.`,
  });
}

/** Replace the state by a document that the user has seen and agreed to. */
export function replaceState(text, fileName) {
  const { world } = currentRoute();
  return change({
    world, name: BEFORE_RESTORE, done: `The state is that of ${fileName}.`,
    run: () => put("state", undefined, { world, text }),
  });
}

/** The button that resets the world, for whoever presents. */
export function ResetButton({ kind = "quiet", children }) {
  return html`<${ActionButton} kind=${kind} icon="rotate-ccw" label=${children ? undefined : "Reset to the fixture"} run=${resetWorld}>${children}<//>`;
}
