// The time of the mock, which may be frozen, set or moved on.

import { useEffect, useState } from "./html.js";
import { get } from "./api.js";
import { useLoad } from "./load.js";

/** A date of the mock in milliseconds. Its dates have no time zone, so all are read in the same one. */
export const milliseconds = (date) => Date.parse(`${date}Z`);

/** The time of the mock in milliseconds; null until it is known. While `ticking`, it is drawn anew each second. */
export function useMockTime(ticking) {
  const { data } = useLoad(async () => ({ ...(await get("clock")), read: performance.now() }), [], ["clock"]);
  const [, draw] = useState(0);
  const runs = ticking && data !== null && !data.frozen;
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(() => { if (!document.hidden) draw((count) => count + 1); }, 1000);
    return () => clearInterval(timer);
  }, [runs]);
  if (data === null) return null;
  return milliseconds(data.now) + (data.frozen ? 0 : performance.now() - data.read);
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
