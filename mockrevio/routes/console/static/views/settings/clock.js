// The clock of the world: what time it is there, running live, and everything that can be done with it.

import { html, useEffect, useState } from "../../lib/html.js";
import { get, put } from "../../lib/api.js";
import { changeBack, secondsInWords, timeNow, toDate } from "../../lib/clock.js";
import { useLoad } from "../../lib/load.js";
import { currentRoute } from "../../lib/router.js";
import { ActionButton, Badge, Button, Loaded, Panel } from "../../ui/basics.js";
import { TextField } from "../../ui/forms.js";
import { toast } from "../../ui/toasts.js";

const STEPS = [["1 min", "1m"], ["1 h", "1h"], ["1 day", "1d"]];

export function ClockPanel() {
  const state = useLoad(async () => ({ clock: await get("clock"), readAt: performance.now() }), [], ["clock"]);
  const change = async (command, done) => {
    const { world } = currentRoute();
    const { clock, readAt } = state.data;
    await put("clock", command, { world });
    await state.reload();
    toast(done, { undo: async () => {
      await put("clock", changeBack(clock, readAt), { world });
      toast("The clock is as it was before.");
    } });
  };
  return html`<${Panel} title="Clock" note=${state.data && html`<${ClockState} clock=${state.data.clock} />`}>
    <${Loaded} state=${state} lines=${3}>${({ clock, readAt }) => html`<div class="clock">
      <${Face} clock=${clock} readAt=${readAt} />
      <div class="stack clock-controls">
        <div class="row">
          ${clock.frozen
            ? html`<${ActionButton} icon="play" run=${() => change({ now: toDate(timeNow(clock, readAt)), frozen: false }, "The clock runs on from here.")}>Run on<//>`
            : html`<${ActionButton} icon="snowflake" run=${() => change({ frozen: true }, "The clock stands still.")}>Freeze now<//>`}
          ${!isReal(clock) && html`<${ActionButton} icon="rotate-ccw" run=${() => change({ frozen: false }, "The clock shows the real time.")}>Release to real time<//>`}
        </div>
        <${Advance} clock=${clock} readAt=${readAt} change=${change} />
        <${SetTo} clock=${clock} readAt=${readAt} change=${change} />
      </div>
    </div>
    <p class="muted small clock-note">Dates of new records, the Date header, the gateway's limits, timed faults and retries of webhooks follow this clock. Latency and timeouts always take real time.</p>`}<//>
  <//>`;
}

const isReal = (clock) => !clock.frozen && clock.advanced_seconds === 0;

function ClockState({ clock }) {
  if (clock.frozen) return html`<${Badge} tone="info" icon="snowflake">frozen<//>`;
  if (isReal(clock)) return html`<${Badge} tone="good" icon="clock">real time<//>`;
  const direction = clock.advanced_seconds > 0 ? "ahead of" : "behind";
  return html`<${Badge} tone="info" icon="clock">${secondsInWords(clock.advanced_seconds)} ${direction} real time<//>`;
}

const DAY = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

function Face({ clock, readAt }) {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (clock.frozen) return undefined;
    const timer = setInterval(() => { if (!document.hidden) redraw((count) => count + 1); }, 250);
    return () => clearInterval(timer);
  }, [clock.frozen]);
  const now = timeNow(clock, readAt);
  return html`<time class="clock-face" dateTime=${`${toDate(now).slice(0, 19)}Z`} data-frozen=${clock.frozen ? "" : undefined}>
    <span class="clock-time">${toDate(now).slice(11, 19)}</span>
    <span class="clock-date">${DAY.format(now)}, UTC</span>
  </time>`;
}

function Advance({ clock, readAt, change }) {
  const [text, setText] = useState("");
  const [error, setError] = useState(null);
  const advance = (by, words) => change({ advance: by }, `The clock moved on by ${words}.`);
  const submit = async (event) => {
    event.preventDefault();
    try {
      await advance(text.trim(), text.trim());
      setText("");
    } catch (problem) {
      setError(problem.mistakes?.[0]?.message ?? problem.message);
    }
  };
  return html`<div class="row clock-row" role="group" aria-label="Move on by">
    <span class="label small">Move on by</span>
    ${STEPS.map(([words, by]) => html`<${ActionButton} key=${by} small run=${() => advance(by, words)}>${words}<//>`)}
    <${ActionButton} small run=${() => advance(`${monthFrom(timeNow(clock, readAt))}s`, "1 month")}>1 month<//>
    <form class="clock-form" onSubmit=${submit} novalidate>
      <${TextField} label="A duration" hideLabel value=${text} placeholder="2d12h" error=${error} onValue=${(value) => { setText(value); setError(null); }} />
      <${Button} type="submit" disabled=${text.trim() === ""}>Move on<//>
    </form>
  </div>`;
}

/** The seconds to the same day of the next month, or its last one. */
function monthFrom(milliseconds) {
  const next = new Date(milliseconds);
  const day = next.getUTCDate();
  next.setUTCMonth(next.getUTCMonth() + 1);
  if (next.getUTCDate() !== day) next.setUTCDate(0);
  return Math.round((next - milliseconds) / 1000);
}

function SetTo({ clock, readAt, change }) {
  const [text, setText] = useState(() => toDate(timeNow(clock, readAt)).slice(0, 16));
  const [error, setError] = useState(null);
  const set = async (frozen, done) => {
    if (text === "") {
      setError("Choose a date and a time.");
      return;
    }
    await change({ now: text, frozen }, done).catch((problem) => setError(problem.mistakes?.[0]?.message ?? problem.message));
  };
  return html`<div class="row clock-row" role="group" aria-label="Set to">
    <span class="label small" aria-hidden="true">Set to</span>
    <${TextField} label="Date and time, UTC" hideLabel type="datetime-local" step="1" value=${text} error=${error} onValue=${(value) => { setText(value); setError(null); }} />
    <${ActionButton} icon="snowflake" run=${() => set(true, "The clock stands still at this time.")}>Freeze there<//>
    <${ActionButton} icon="play" run=${() => set(false, "The clock runs from this time.")}>Run from there<//>
  </div>`;
}
