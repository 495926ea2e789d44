// The log by keyboard, and text that is selected in it.

import { useEffect, useRef, useState } from "../../lib/html.js";
import { replace } from "../../lib/router.js";

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Whether text in the list is selected. */
export function useSelecting(list) {
  const [selecting, setSelecting] = useState(false);
  useEffect(() => {
    const look = () => {
      const selection = getSelection();
      setSelecting(!selection.isCollapsed && Boolean(list.current?.contains(selection.anchorNode)));
    };
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, []);
  return selecting;
}

const linkOf = (list, id) => list.current?.querySelector(`[data-id="${CSS.escape(id)}"] a`);
const inField = (target) => target.closest("input, textarea, select, dialog, [role=combobox], [role=tab]") !== null;

/**
 * Keys anywhere in the view: j and k (and arrows, in the list) move the cursor, which is the focused row; if a call is
 * open, the next one is opened. Returns the `cursor`, the id of the row that must not leave the list.
 */
export function useKeys(view) {
  const [cursor, setCursor] = useState(null);
  const latest = useRef(view);
  latest.current = view;
  const focusing = useRef(null);
  useEffect(() => { // the row may only be there after this drawing
    if (focusing.current === null) return;
    linkOf(view.list, focusing.current)?.focus({ preventScroll: false });
    focusing.current = null;
  });
  useEffect(() => {
    const focusedId = () => document.activeElement?.closest("[data-id]")?.dataset.id ?? null;
    const move = (step) => {
      const { shown, open, show } = latest.current;
      if (shown.length === 0) return;
      const index = shown.findIndex((each) => each.id === (focusedId() ?? open));
      const next = shown[index < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, index + step))].id;
      focusing.current = next;
      setCursor(next);
      if (open) show(next, replace);
      linkOf(latest.current.list, next)?.focus();
    };
    const close = () => {
      const { open, show } = latest.current;
      focusing.current = open;
      show(null);
    };
    const onKey = (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
      const inList = event.target === document.body || focusedId() !== null;
      if (event.key in STEPS && (event.key.length === 1 || inList)) move(STEPS[event.key]);
      else if (event.key === "Escape" && latest.current.open) close();
      else if (event.key === "p") latest.current.onPause();
      else if (event.key === "/") document.querySelector(".log-filters input").focus();
      else return;
      event.preventDefault();
    };
    const onFocus = () => setCursor(focusedId());
    document.addEventListener("keydown", onKey);
    document.addEventListener("focusin", onFocus);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("focusin", onFocus);
    };
  }, []);
  return { cursor };
}
