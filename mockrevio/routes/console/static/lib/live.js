// What happens in the world that is shown, as it happens: the server-sent events of `GET /__admin/events`.
// `EventSource` cannot send the token, so the stream is read with `fetch`.

import { useEffect, useRef } from "./html.js";
import { request, tokenNeeded } from "./api.js";
import { currentRoute } from "./router.js";
import { createStore } from "./store.js";

const MAX_CALLS = 1000; // as many as the server keeps by default
const SECONDS = 600;
const RETRY = [500, 1000, 2000, 5000]; // milliseconds

/** "connecting", "open" or "closed". */
export const connection = createStore("connecting");
/** The latest calls by id, oldest first. A new Map with every change. */
export const calls = createStore(new Map());
/** Calls and errors per second: `{ from, calls: [...], errors: [...] }`, where `from` is the first second. */
export const rates = createStore({ from: 0, calls: [], errors: [] });

const listeners = new Set();
let current = null;

/** Call `listener(parts)` when parts of the world have changed: "data", "faults", "settings", ... */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Call back when one of the parts has changed, at most once in `wait` milliseconds. */
export function useChanges(parts, callback, wait = 700) {
  const latest = useRef(callback);
  latest.current = callback;
  const key = parts.join();
  useEffect(() => {
    let timer = null;
    let last = -Infinity;
    const run = () => {
      timer = null;
      last = performance.now();
      latest.current();
    };
    const end = onChange((changed) => {
      if (timer !== null || !changed.some((part) => key.split(",").includes(part))) return;
      timer = setTimeout(run, Math.max(0, last + wait - performance.now()));
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [key, wait]);
}

/** Follow another world, or the same one anew. */
export function follow(world) {
  current?.abort();
  current = new AbortController();
  calls.set(new Map());
  run(world, current.signal);
}

// A browser may keep a page that was left, with its stream, for the way back, but opens only six connections to a server.
addEventListener("pagehide", () => current?.abort());
addEventListener("pageshow", ({ persisted }) => { if (persisted) follow(currentRoute().world); });

async function run(world, signal) {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      connection.set(failures ? "closed" : "connecting");
      const response = await request("GET", "events", { world, signal });
      connection.set("open");
      failures = 0;
      await read(response.body, world, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) await tokenGiven();
    }
    if (signal.aborted) return;
    connection.set("closed");
    await new Promise((done) => setTimeout(done, RETRY[Math.min(failures, RETRY.length - 1)]));
  }
}

function tokenGiven() {
  return new Promise((done) => {
    const end = tokenNeeded.subscribe((needed) => {
      if (!needed) {
        end();
        done();
      }
    });
  });
}

async function read(body, world, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done || signal.aborted) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
      if (fields.event) await take(fields.event, JSON.parse(fields.data), world, signal);
    }
  }
}

async function take(name, data, world, signal) {
  if (name === "hello") {
    await load(world, signal);
    rates.set({ from: data.rates.now - data.rates.calls.length, calls: data.rates.calls, errors: data.rates.errors });
    for (const listener of [...listeners]) listener(data.parts); // what changed while there was no connection
  } else if (name === "calls") {
    add(data.calls);
  } else if (name === "rates") {
    addRate(data);
  } else if (name === "changed") {
    if (data.parts.includes("log")) await load(world, signal);
    for (const listener of [...listeners]) listener(data.parts);
  }
}

/** The calls that the log holds. */
async function load(world, signal) {
  const query = { form: "summary", limit: MAX_CALLS };
  const { requests } = await (await request("GET", "requests", { query, world, signal })).json();
  calls.set(new Map(requests.map((each) => [each.id, each])));
}

function add(entries) {
  const all = new Map(calls.get());
  for (const entry of entries) all.set(entry.id, entry);
  for (const id of all.keys()) {
    if (all.size <= MAX_CALLS) break;
    all.delete(id);
  }
  calls.set(all);
}

function addRate({ second, calls: count, errors }) {
  const { from, ...series } = rates.get();
  const next = { calls: [...series.calls], errors: [...series.errors] };
  while (from + next.calls.length <= second) {
    next.calls.push(0);
    next.errors.push(0);
  }
  next.calls[second - from] = count;
  next.errors[second - from] = errors;
  const surplus = Math.max(0, next.calls.length - SECONDS);
  rates.set({ from: from + surplus, calls: next.calls.slice(surplus), errors: next.errors.slice(surplus) });
}
