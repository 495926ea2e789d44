// Messages that appear for a while in the corner: what was done, with a way to undo it, or what failed.

import { html, useEffect } from "../lib/html.js";
import { createStore, useStore } from "../lib/store.js";
import { Icon } from "./basics.js";

const SHOWN = 6000; // milliseconds; one that can be undone, or that is an error, stays twice as long
const toasts = createStore([]);
let next = 1;

/** Show a message. `undo` is what its button does, `bad` marks an error. */
export function toast(text, { bad = false, undo = null } = {}) {
  toasts.set([...toasts.get().slice(-3), { id: next, text, bad, undo }]);
  next += 1;
}

const close = (id) => toasts.set(toasts.get().filter((each) => each.id !== id));

function Toast({ id, text, bad, undo }) {
  useEffect(() => {
    const timer = setTimeout(() => close(id), bad || undo ? 2 * SHOWN : SHOWN);
    return () => clearTimeout(timer);
  }, [id]);
  const runUndo = () => {
    close(id);
    undo().catch((error) => toast(error.message, { bad: true }));
  };
  return html`<li class=${bad ? "toast bad" : "toast"}>
    <${Icon} name=${bad ? "triangle-alert" : "circle-check"} /><span>${text}</span>
    ${undo && html`<button type="button" onClick=${runUndo}>Undo</button>`}
    <button type="button" aria-label="Close this message" onClick=${() => close(id)}><${Icon} name="x" /></button>
  </li>`;
}

export function Toasts() {
  const all = useStore(toasts);
  return html`<div role="status" aria-live="polite"><ul class="toasts" aria-label="Messages">
    ${all.map((each) => html`<${Toast} key=${each.id} ...${each} />`)}
  </ul></div>`;
}
