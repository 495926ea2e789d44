// What happens in the world that is shown, as it happens: the server-sent events of `GET /__admin/events`.
// `EventSource` cannot send the token, so the stream is read with `fetch`.

import { useEffect, useRef } from "./html.js";
import { request, tokenNeeded } from "./api.js";
import { createStore } from "./store.js";

const MAX_CALLS = 1000; // as many as the server keeps by default
const SECONDS = 600;
const RETRY = [500, 1000, 2000, 5000]; // milliseconds
const PUBLISH_WAIT = 500; // milliseconds between two updates of what the views show
const BUSY = 20; // calls in one update; if there were more, the next one waits longer, for nobody can read so fast
const BUSY_WAIT = 1000;
const REST_AFTER = 20_000; // milliseconds in the background
const RELOAD_WAIT = 3000; // milliseconds between two listings, when more calls come than events can list

/** "connecting", "open" or "closed". */
export const connection = createStore("connecting");
/** The latest calls by id, oldest first. A new Map with every change, of which there are one or two a second. */
export const calls = createStore(new Map());
/** Whether `calls` has what the log of this world holds. */
export const logLoaded = createStore(false);
/** Calls and errors per second: `{ from, calls: [...], errors: [...] }`, where `from` is the first second. */
export const rates = createStore({ from: 0, calls: [], errors: [] });

const listeners = new Set();
let current = null; // the world that is followed, and what ends its stream

// What has arrived. Views get it in batches, and none while nobody sees the page: drawing each event would cost more
// than all the rest of the page.
let latestCalls = new Map();
let latestLoaded = false;
let latestRates = rates.get();
const changedParts = new Set();
let changedCalls = 0; // since the last update
let publishing = null; // the timer
let publishedAt = -Infinity;
let publishWait = PUBLISH_WAIT;

function publish() {
  clearTimeout(publishing);
  publishing = null;
  publishedAt = performance.now();
  publishWait = changedCalls > BUSY ? BUSY_WAIT : PUBLISH_WAIT;
  if (changedCalls) calls.set(new Map(latestCalls));
  changedCalls = 0;
  logLoaded.set(latestLoaded);
  rates.set(latestRates);
  const parts = [...changedParts];
  changedParts.clear();
  if (parts.length) for (const listener of [...listeners]) listener(parts);
}

function publishSoon() {
  if (document.hidden || publishing !== null) return;
  publishing = setTimeout(publish, Math.max(0, publishedAt + publishWait - performance.now()));
}

/** Call `listener(parts)` when parts of the world have changed: "data", "faults", "settings", ... */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let held = 0; // how many actions views must not load anything during

/** Run an action that deletes what a view shows, and leave the view: meanwhile, no view loads what is gone. */
export async function withoutReloads(action) {
  held += 1;
  try {
    await action();
  } finally {
    setTimeout(() => { held -= 1; }, 50); // the view is closed first
  }
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
      if (held) {
        timer = setTimeout(run, wait);
        return;
      }
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
  latestCalls = new Map();
  latestLoaded = false;
  changedCalls = 1;
  publish();
  publishedAt = -Infinity; // what is loaded now is shown at once
  connect(world);
}

function connect(world) {
  disconnect();
  current = { world, stream: new AbortController() };
  run(world, current.stream.signal);
}

function disconnect() {
  current?.stream.abort();
}

// A browser opens six connections to a server at most, for all its tabs together. So a page that is not seen gives its
// own up, at once when it is left (the browser may keep it to go back to), or after a while in the background.
let resting = null; // the timer

document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) {
    resting = setTimeout(disconnect, REST_AFTER);
  } else {
    if (current?.stream.signal.aborted) connect(current.world);
    publishSoon();
  }
});
addEventListener("pagehide", disconnect);
addEventListener("pageshow", ({ persisted }) => { if (persisted && current) connect(current.world); });

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
  const log = { incomplete: false, loadedAt: -Infinity };
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done || signal.aborted) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
      if (fields.event) await take(fields.event, JSON.parse(fields.data), log, world, signal);
    }
    if (log.incomplete && performance.now() > log.loadedAt + RELOAD_WAIT) await load(log, world, signal);
    publishSoon();
  }
}

async function take(name, data, log, world, signal) {
  if (name === "hello") {
    await load(log, world, signal);
    latestRates = { from: data.rates.now - data.rates.calls.length, calls: data.rates.calls, errors: data.rates.errors };
    addParts(data.parts); // what changed while there was no connection
  } else if (name === "calls") {
    add(data.calls);
    log.incomplete ||= data.omitted > 0;
  } else if (name === "rates") {
    addRate(data);
  } else if (name === "changed") {
    if (data.parts.includes("log")) await load(log, world, signal);
    addParts(data.parts);
  }
}

function addParts(parts) {
  for (const part of parts) changedParts.add(part);
}

/** Take the calls that the log holds. Events wait meanwhile, so that nothing newer is lost. */
async function load(log, world, signal) {
  const query = { form: "summary", limit: MAX_CALLS };
  const { requests } = await (await request("GET", "requests", { query, world, signal })).json();
  latestCalls = new Map(requests.map((each) => [each.id, each]));
  changedCalls ||= 1;
  latestLoaded = true;
  log.incomplete = false;
  log.loadedAt = performance.now();
}

function add(entries) {
  for (const entry of entries) latestCalls.set(entry.id, entry);
  for (const id of latestCalls.keys()) {
    if (latestCalls.size <= MAX_CALLS) break;
    latestCalls.delete(id);
  }
  changedCalls += entries.length;
}

function addRate({ second, calls: count, errors }) {
  const { from, ...series } = latestRates;
  const next = { calls: [...series.calls], errors: [...series.errors] };
  while (from + next.calls.length <= second) {
    next.calls.push(0);
    next.errors.push(0);
  }
  next.calls[second - from] = count;
  next.errors[second - from] = errors;
  const surplus = Math.max(0, next.calls.length - SECONDS);
  latestRates = { from: from + surplus, calls: next.calls.slice(surplus), errors: next.errors.slice(surplus) };
}
