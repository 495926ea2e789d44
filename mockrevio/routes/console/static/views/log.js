// Live log: the calls as they happen, and all about one of them.

import { mockAddress } from "../lib/address.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { remove } from "../lib/api.js";
import { formatNumber, plural } from "../lib/format.js";
import { calls as store, logLoaded } from "../lib/live.js";
import { currentRoute, href, navigate, setParams, useRoute } from "../lib/router.js";
import { useStore } from "../lib/store.js";
import { Button, ButtonLink, Empty, LoadError, PageHead, Skeleton } from "../ui/basics.js";
import { confirm } from "../ui/dialog.js";
import { toast } from "../ui/toasts.js";
import { Detail } from "./log/detail.js";
import { Filters, hasFilters, NO_FILTERS, useShown } from "./log/filters.js";
import { useKeys, useSelecting } from "./log/keys.js";
import { Rows } from "./log/rows.js";

const SHOWN = 200; // calls at first: more would make each update slower

export default function Log() {
  const { rest: [open = null], params } = useRoute();
  const live = useStore(store);
  const list = useRef(null);
  const { frozen, paused, setPaused } = useFrozen(live, useSelecting(list));
  const [limit, setLimit] = useState(SHOWN);
  const calls = frozen ?? live;
  const { shown, error, retry } = useShown(calls, params, frozen === null);
  const show = (id, how = navigate) => (id === null ? how("log", currentRoute().params) : how("log", id, currentRoute().params));
  const { cursor } = useKeys({ list, shown, open, show, onPause: () => setPaused(!paused) });
  return html`<div class="stack log">
    <${Head} paused=${paused} onPause=${() => setPaused(!paused)} calls=${live} />
    <${Filters} params=${params} calls=${calls} />
    ${error && html`<${LoadError} error=${error} retry=${retry} />`}
    <div class=${open ? "split open" : "split"}>
      <section class="panel log-list" aria-label="Calls">
        <h2 class="visually-hidden">Calls</h2>
        <${Count} filtered=${hasFilters(params)} shown=${shown.length} all=${calls.size} waiting=${frozen && countNewer(frozen, live)} paused=${paused} onResume=${() => setPaused(false)} />
        ${shown.length > 0 && html`<${Rows} list=${list} shown=${shown} limit=${limit} open=${open} cursor=${cursor} params=${params} onOpen=${show} />`}
        ${shown.length > limit && html`<div class="log-more"><${Button} onClick=${() => setLimit(limit + SHOWN)}>Show ${Math.min(SHOWN, shown.length - limit)} more<//></div>`}
        ${shown.length === 0 && html`<${Nothing} filtered=${hasFilters(params)} />`}
      </section>
      ${open && html`<${Detail} key="detail" id=${open} summary=${live.get(open) ?? null} onClose=${() => show(null)} />`}
    </div>
  </div>`;
}

/** What a pause keeps: the calls as they were. Selecting text pauses as well, or the rows would move away under it. */
function useFrozen(live, selecting) {
  const [frozen, setFrozen] = useState(null);
  const [paused, setPaused] = useState(false);
  const wanted = paused || selecting;
  useEffect(() => setFrozen(wanted ? store.get() : null), [wanted]);
  const cleared = frozen !== null && live.size === 0; // there is nothing any more that it could show
  useEffect(() => { if (cleared) setPaused(false); }, [cleared]);
  return { frozen: wanted && !cleared ? frozen : null, paused, setPaused };
}

/** How many calls have come since. The ids of calls ascend. */
function countNewer(frozen, live) {
  const last = [...frozen.keys()].at(-1) ?? "";
  let count = 0;
  for (const id of live.keys()) if (id > last) count += 1;
  return count;
}

function Head({ paused, onPause, calls }) {
  const clear = async () => {
    const question = { title: "Clear the log?", text: "All calls are removed from the log, and verifications start to count anew. The data stays.", action: "Clear the log" };
    if (!(await confirm(question))) return;
    try {
      const { count } = await remove("requests");
      toast(`${plural(count, "call")} removed from the log.`);
    } catch (error) {
      toast(error.message, { bad: true });
    }
  };
  return html`<${PageHead} title="Live log" actions=${html`
    <${Button} icon=${paused ? "play" : "pause"} kind=${paused ? "primary" : ""} onClick=${onPause}>${paused ? "Resume" : "Pause"}<//>
    <${Button} icon="eraser" disabled=${calls.size === 0} onClick=${clear}>Clear<//>`}>
    Every call of the API as it happens, newest first. <span class="log-hint">Move with <kbd>j</kbd> and <kbd>k</kbd>, open with <kbd>Enter</kbd>,
    close with <kbd>Esc</kbd>, pause with <kbd>p</kbd>, search with <kbd>/</kbd>.</span>
  <//>`;
}

function Count({ filtered, shown, all, waiting, paused, onResume }) {
  const text = shown === all ? plural(all, "call") : `${formatNumber(shown)} of ${plural(all, "call")}`;
  return html`<div class="log-count">
    <span class="row">${text}${filtered && html`<${Button} kind="quiet" small icon="x" onClick=${() => setParams(NO_FILTERS)}>Remove filters<//>`}</span>
    ${waiting !== null && html`<span class="row" role="status"><span class="live-dot wait"></span>
      ${paused ? "Paused" : "Held while text is selected"}: ${plural(waiting, "new call waits", "new calls wait")}
      ${paused && html`<${Button} small onClick=${onResume}>Show<//>`}</span>`}
  </div>`;
}

function Nothing({ filtered }) {
  const loaded = useStore(logLoaded);
  if (!loaded) return html`<div class="panel-body"><${Skeleton} /></div>`;
  if (filtered) {
    return html`<${Empty} icon="funnel" title="No call matches" actions=${html`<${Button} onClick=${() => setParams(NO_FILTERS)}>Remove all filters<//>`}>
      The log has calls, but none with all of this.<//>`;
  }
  return html`<${Empty} icon="activity" title="No calls yet" actions=${html`
      <${ButtonLink} icon="square-terminal" kind="primary" href=${href("try")}>Send one from here<//>
      <${ButtonLink} href=${href("overview")}>How to connect<//>`}>
    Each call to <code>${mockAddress}/v1</code> appears here the moment it arrives, with its answer and what decided it.<//>`;
}
