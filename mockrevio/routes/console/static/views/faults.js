// Faults: what fails, for whom, how often and how long.

import { html } from "../lib/html.js";
import { get, patch, remove } from "../lib/api.js";
import { useLoad, useNewCalls, useOptions } from "../lib/load.js";
import { useMockTime } from "../lib/clock.js";
import { href, useRoute } from "../lib/router.js";
import { ActionButton, ButtonLink, Loaded, PageHead } from "../ui/basics.js";
import { toast } from "../ui/toasts.js";
import { RuleForm } from "./faults/form.js";
import { GlobalSettings } from "./faults/global-settings.js";
import { offInWords, RuleList } from "./faults/list.js";
import { useEndpoints } from "./faults/paths.js";
import { arm, specification } from "./faults/rules.js";
import { Scope } from "./faults/scope.js";
import { Switches } from "./faults/switches.js";

export default function Faults() {
  const { rest } = useRoute();
  return rest[0] ? html`<${RuleForm} key=${rest[0]} id=${rest[0]} />` : html`<${Overview} />`;
}

function Overview() {
  const { params } = useRoute();
  const options = useOptions();
  const endpoints = useEndpoints();
  const state = useLoad(loadAll, [], ["faults", "settings"]);
  // A call that no rule matches changes no rule, but what each says about the last call.
  useNewCalls(state.reload, 1500, state.data?.rules.length > 0);
  const now = useMockTime(state.data?.rules.some((rule) => rule.expires || rule.starts));
  const nothing = !state.data || (state.data.rules.length === 0 && !Object.keys(state.data.settings).length);
  const { offset, ...scope } = params;
  return html`<div class="stack">
    <${PageHead} title="Faults" actions=${html`
      <${ActionButton} icon="power" kind="danger" disabled=${nothing} run=${() => allOff(state.data, state.reload)}>All off<//>
      <${ButtonLink} kind="primary" icon="plus" href=${href("faults", "new", scope)}>New rule<//>`}>
      Let calls fail, wait or break, and see how your code copes. Each switch is a fault rule, which a test can arm too.
    <//>
    <${Scope} endpoints=${endpoints} />
    <${Loaded} state=${state} lines=${8}>${({ rules, settings }) => html`
      ${options && html`<${Switches} switches=${options.faults.switches} rules=${rules} now=${now} reload=${state.reload} />`}
      <${RuleList} rules=${rules} options=${options} now=${now} reload=${state.reload} />
      <${GlobalSettings} settings=${settings} reload=${state.reload} />`}
    <//>
  </div>`;
}

/** The rules, and those of the two settings that are on. */
async function loadAll() {
  const [{ faults }, { latency, error_rate }] = await Promise.all([get("faults"), get("settings")]);
  const settings = Object.fromEntries(Object.entries({ latency, error_rate }).filter(([, value]) => value));
  return { rules: faults, settings };
}

async function allOff({ rules, settings }, reload) {
  await remove("faults");
  if (Object.keys(settings).length) await patch("settings", { latency: null, error_rate: null });
  await reload();
  const undo = async () => {
    if (rules.length) await arm(rules.map(specification));
    if (Object.keys(settings).length) await patch("settings", settings);
    await reload();
  };
  toast(offInWords(rules, settings), { undo });
}
