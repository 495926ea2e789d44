// Data of a view: loaded when it opens, and again when the server says that it has changed.

import { useCallback, useEffect, useRef, useState } from "./html.js";
import { calls, useChanges } from "./live.js";

/**
 * What `load()` returns, which is called anew when one of `keys` differs, or one of the `parts` of the world has
 * changed. Meanwhile the old data stays. Returns `{ data, error, loading, reload }`.
 */
export function useLoad(load, keys, parts = [], wait) {
  const [state, setState] = useState({ data: null, error: null, loading: true });
  const turn = useRef(0);
  const latest = useRef(load);
  latest.current = load;
  const reload = useCallback(async () => {
    turn.current += 1;
    const mine = turn.current;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await latest.current();
      if (mine === turn.current) setState({ data, error: null, loading: false });
    } catch (error) {
      if (mine === turn.current) setState((before) => ({ data: before.data, error, loading: false }));
    }
  }, []);
  useEffect(() => {
    reload();
  }, [reload, ...keys]);
  useEffect(() => () => { turn.current += 1; }, []); // what arrives when the view is closed is dropped
  useChanges(parts, reload, wait);
  return { ...state, reload };
}

/** Call back when there were calls, at most once in `wait` milliseconds: for what the server counts or finds of them. */
export function useNewCalls(callback, wait, needed = true) {
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => {
    if (!needed) return undefined;
    let timer = null;
    const end = calls.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = null;
        latest.current();
      }, wait);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [wait, needed]);
}

let fixed = null;

/** What the page's forms offer, from the server's own tables: loaded once, and the same for all worlds. */
export function useOptions() {
  const [options, setOptions] = useState(null);
  useEffect(() => {
    fixed ??= fetch(new URL("static/options.json", document.baseURI)).then((response) => response.json());
    fixed.then(setOptions);
  }, []);
  return options;
}

/** A value that only changes when it has been the same for some milliseconds. */
export function useDebounced(value, wait = 250) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}
