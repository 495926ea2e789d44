// Settings and clock: the clock of the world, every setting in words, and those that only the command line has.

import { html, useEffect, useMemo } from "../lib/html.js";
import { get } from "../lib/api.js";
import { useLoad } from "../lib/load.js";
import { setParams, useRoute } from "../lib/router.js";
import { hasWords, wordsOf } from "../lib/words.js";
import { ActionButton, Empty, Loaded, PageHead, Panel } from "../ui/basics.js";
import { Checkbox, SearchField } from "../ui/forms.js";
import { applySettings, isSame } from "./settings/apply.js";
import { ClockPanel } from "./settings/clock.js";
import { ServerSettings } from "./settings/server.js";
import { Setting } from "./settings/setting.js";
import { GROUPS, OTHER, titleOf } from "./settings/words.js";

export default function Settings() {
  const state = useLoad(() => get("settings", { details: "true" }), [], ["settings"]);
  return html`<div class="stack">
    <${PageHead} title="Settings and clock">
      What this world does where Rev.io's behaviour is a choice, and what time it is there. Changes take effect at once and last until the next reset.
    <//>
    <${ClockPanel} />
    <${Loaded} state=${state} lines=${10}>${({ settings }) => html`<${AllSettings} settings=${settings} />`}<//>
  </div>`;
}

function AllSettings({ settings }) {
  const { params } = useRoute();
  const search = params.search ?? "";
  const found = useMemo(() => settings.filter((each) => matches(each, search)), [settings, search]);
  const changeable = found.filter((each) => each.changeable && (!params.changed || !isSame(each.value, each.initial)));
  const changed = settings.filter((each) => each.changeable && !isSame(each.value, each.initial));
  useOpened(params.setting);
  const groups = [...GROUPS, [OTHER, settings.filter((each) => !GROUPED.has(each.name)).map(({ name }) => name)]];
  const reset = () => applySettings(() => Object.fromEntries(changed.map(({ name, initial }) => [name, initial])), "All settings are back at the start.");
  return html`<div class="stack">
    <div class="toolbar settings-toolbar">
      <${SearchField} label="Search settings" value=${search} onValue=${(value) => setParams({ search: value })} />
      <${Checkbox} label=${`Only changed (${changed.length})`} checked=${params.changed === "1"} onValue=${(on) => setParams({ changed: on ? "1" : null })} />
      <${ActionButton} icon="undo-2" disabled=${changed.length === 0} run=${reset}>All back to the start<//>
    </div>
    ${groups.map(([title, names]) => html`<${Group} key=${title} title=${title} settings=${names.flatMap((name) => changeable.filter((each) => each.name === name))} />`)}
    ${changeable.length === 0 && html`<${Panel}><${Empty} icon="sliders-horizontal" title=${params.changed ? "No setting differs from the start" : "No setting is called that"}>
      ${params.changed ? "What you change here is listed, until it is as it was when the server started." : "Search in names and descriptions, such as latency or duplicates."}<//><//>`}
    ${!params.changed && html`<${ServerSettings} settings=${found.filter((each) => !each.changeable)} />`}
  </div>`;
}

const GROUPED = new Set(GROUPS.flatMap(([, names]) => names));

function matches(setting, search) {
  return hasWords(`${setting.name} ${setting.option} ${titleOf(setting)} ${setting.help}`, wordsOf(search));
}

/** Show the setting that the address names. */
function useOpened(name) {
  useEffect(() => {
    const element = name && document.getElementById(`setting-${name}`);
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  }, [name]);
}

function Group({ title, settings }) {
  const { params } = useRoute();
  if (settings.length === 0) return null;
  return html`<${Panel} title=${title} flush>
    <ul class="settings">${settings.map((setting) => html`<${Setting} key=${setting.name} setting=${setting} marked=${params.setting === setting.name} />`)}</ul>
  <//>`;
}
