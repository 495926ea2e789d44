// Values that several components share.

import { useEffect, useState } from "./html.js";

/** A value with subscribers: `get`, `set`, and `subscribe`, which returns what ends it. */
export function createStore(initial) {
  let value = initial;
  const subscribers = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const subscriber of [...subscribers]) subscriber(value);
    },
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
  };
}

/** The value of a store; the component is drawn again when it changes. */
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(store.get()); // it may have changed since the first drawing
    return store.subscribe(setValue);
  }, [store]);
  return value;
}
