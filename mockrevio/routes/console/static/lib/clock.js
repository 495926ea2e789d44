// The clock of the world: how it stands, and the change that brings it back there.

import { plural } from "./format.js";

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
