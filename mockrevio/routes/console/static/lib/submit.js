// Sending a form: once at a time, with what went wrong, and the focus on the first field that is wrong.

import { useEffect, useRef, useState } from "./html.js";

/** `submit` runs `run()`; meanwhile `busy`, afterwards `error` if it failed. `form` is a ref of the form's element. */
export function useSubmit(run, form) {
  const [state, setState] = useState({ error: null, busy: false });
  const shown = useRef(true);
  useEffect(() => () => { shown.current = false; }, []);
  useEffect(() => {
    if (state.error) form.current?.querySelector("[aria-invalid=true]")?.focus();
  }, [state.error]);
  const submit = async (event) => {
    event?.preventDefault();
    if (state.busy) return;
    setState({ error: null, busy: true });
    let error = null;
    try {
      await run();
    } catch (failure) {
      error = failure;
    }
    if (shown.current) setState({ error, busy: false });
  };
  return { ...state, submit };
}
