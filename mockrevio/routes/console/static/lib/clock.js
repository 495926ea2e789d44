// The clock of the world: how it stands, and the change that brings it back there.

import { get } from "./api.js";
import { plural } from "./format.js";
import { useEffect, useState } from "./html.js";
import { useLoad } from "./load.js";

/** A date of the mock, which names no zone and is in UTC, as milliseconds. */
export const toMilliseconds = (date) => Date.parse(`${date}Z`);

/** Milliseconds as a date of the mock, "2030-01-02T03:04:05.000". */
export const toDate = (milliseconds) => new Date(milliseconds).toISOString().slice(0, 23);

/** What it would be now, for a clock that was read at `readAt` (of `performance.now()`). */
export function timeNow(clock, readAt) {
  return toMilliseconds(clock.now) + (clock.frozen ? 0 : performance.now() - readAt);
}

/** The change that brings back a clock as it was read at `readAt`: it stands, runs on from there, or is the real time. */
export function changeBack(clock, readAt) {
  if (clock.frozen) return { now: clock.now };
  if (clock.advanced_seconds === 0) return { frozen: false };
  return { now: toDate(timeNow(clock, readAt)), frozen: false };
}

const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** Seconds in words, in its two largest units: "2 days 3 hours". */
export function secondsInWords(seconds) {
  let rest = Math.round(Math.abs(seconds));
  const words = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) words.push(plural(count, unit));
  }
  return words.slice(0, 2).join(" ") || "less than a second";
}

/** The time of the mock in milliseconds; null until it is known. While `ticking`, it is drawn anew each second. */
export function useMockTime(ticking) {
  const { data } = useLoad(async () => ({ ...(await get("clock")), readAt: performance.now() }), [], ["clock"]);
  const [, draw] = useState(0);
  const runs = ticking && data !== null && !data.frozen;
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(() => { if (!document.hidden) draw((count) => count + 1); }, 1000);
    return () => clearInterval(timer);
  }, [runs]);
  if (data === null) return null;
  return timeNow(data, data.readAt);
}

/** How long until then: "1:43", "9 s", "2 h 05 min". */
export function countdown(remaining) {
  const seconds = Math.max(0, Math.ceil(remaining / 1000));
  if (seconds < 60) return `${seconds} s`;
  const pad = (number) => String(number).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${pad(seconds % 60)} min`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h ${pad(Math.floor((seconds % 3600) / 60))} min` : `${Math.floor(hours / 24)} days`;
}
