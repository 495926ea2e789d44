// Rules: what is imitated of Rev.io, how sure we are of it and why, and how often each rule decided an answer.

import { html, useMemo } from "../lib/html.js";
import { get } from "../lib/api.js";
import { formatNumber, inWords, sentence } from "../lib/format.js";
import { useLoad, useNewCalls } from "../lib/load.js";
import { href, navigate, setParams, useRoute } from "../lib/router.js";
import { hasWords, wordsOf } from "../lib/words.js";
import { Badge, Empty, Loaded, PageHead, Panel } from "../ui/basics.js";
import { Checkbox, SearchField, SelectField } from "../ui/forms.js";
import { Evidence } from "../ui/revio.js";
import { Table } from "../ui/table.js";
import { Rule } from "./rules/rule.js";
import { Summary } from "./rules/summary.js";

const AREAS = {
  gateway: "Gateway", auth: "Authentication", path: "Paths", method: "Methods", status: "Status", collection: "Collections",
  record: "Records", search: "Searching", page: "Paging", sort: "Sorting", create: "Creating", replace: "Replacing", delete: "Deleting",
  body: "Bodies", patch: "JSON Patch", provisioning: "Provisioning", answer: "Answers", link: "Key links", webhook: "Webhooks", error: "Errors",
};

const areaOf = ({ name }) => name.split(".")[0];

export default function Rules() {
  const { rest: [opened] } = useRoute();
  const state = useLoad(() => get("behaviours"), [], ["log"]);
  useNewCalls(state.reload, 2000);
  return html`<div class="stack">
    <${PageHead} title="Rules">
      Every rule of Rev.io's API that this mock follows, how sure we are of it, and how many answers it decided since the last reset.
    <//>
    <${Loaded} state=${state} lines=${10}>${({ behaviours, evidence }) => {
      const rule = behaviours.find(({ name }) => name === opened);
      return html`<${Summary} rules=${behaviours} evidence=${evidence} />
        <${Filters} rules=${behaviours} evidence=${evidence} />
        <div class=${rule ? "split open" : "split"}>
          <${RuleTable} rules=${behaviours} evidence=${evidence} opened=${rule?.name} />
          ${rule && html`<${Rule} key=${rule.name} rule=${rule} meaning=${evidence[rule.evidence]}/>`}
        </div>`;
    }}<//>
  </div>`;
}

function Filters({ rules, evidence }) {
  const { params } = useRoute();
  const areas = [...new Set(rules.map(areaOf))];
  return html`<div class="toolbar rules-toolbar">
    <${SearchField} label="Search rules" value=${params.search ?? ""} onValue=${(search) => setParams({ search })} />
    <${SelectField} label="Evidence" hideLabel value=${params.evidence ?? ""} onValue=${(value) => setParams({ evidence: value })}
      options=${[["", "all evidence"], ...Object.keys(evidence)]} />
    <${SelectField} label="Area" hideLabel value=${params.area ?? ""} onValue=${(area) => setParams({ area })}
      options=${[["", "all areas"], ...areas.map((area) => [area, AREAS[area] ?? inWords(area)])]} />
    <${Checkbox} label="Decided an answer" checked=${params.decided === "1"} onValue=${(on) => setParams({ decided: on ? "1" : null })} />
  </div>`;
}

function matches(rule, { search = "", evidence, area, decided }) {
  const text = `${rule.name} ${rule.says} ${rule.source ?? ""} ${rule.setting ?? ""}`;
  return (!evidence || rule.evidence === evidence) && (!area || areaOf(rule) === area) && (!decided || rule.decided > 0)
    && hasWords(text, wordsOf(search));
}

const ORDERS = {
  name: (a, b) => a.name.localeCompare(b.name), decided: (a, b) => a.decided - b.decided, evidence: (a, b) => a.evidence.localeCompare(b.evidence),
};

function RuleTable({ rules, evidence, opened }) {
  const { params } = useRoute();
  const { sort = "" } = params;
  const shown = useMemo(() => {
    const found = rules.filter((rule) => matches(rule, params));
    const order = ORDERS[sort.replace("-", "")];
    if (order) found.sort(sort.startsWith("-") ? (a, b) => order(b, a) : order);
    return found;
  }, [rules, params]);
  const most = Math.max(1, ...rules.map(({ decided }) => decided));
  const address = (rule) => href("rules", rule.name, params);
  const columns = [
    { key: "name", title: "Rule", hideLabel: true, sort: "name", cell: (rule) => html`<div class="rule-name">
      <a id=${`rule-${rule.name}`} href=${address(rule)}><code>${rule.name}</code></a><div>${sentence(rule.says)}</div></div>` },
    { key: "evidence", title: "Evidence", sort: "evidence", cell: (rule) => html`<${Evidence} label=${rule.evidence} title=${evidence[rule.evidence]} />` },
    { key: "setting", title: "Changed by", cell: ({ setting }) => setting && html`<${Badge} icon="sliders-horizontal" href=${href("settings", { setting })}>${setting}<//>` },
    { key: "decided", title: "Decided", sort: "decided", end: true, cell: ({ decided }) => html`<${Decided} count=${decided} most=${most} />` },
  ];
  return html`<${Panel} flush>
    ${shown.length === 0
      ? html`<${Empty} icon="scale" title="No rule matches">${params.decided ? "Rules appear here once they have decided the answer to a call." : "Search in names and descriptions, or choose another area."}<//>`
      : html`<${Table} label="Rules" columns=${columns} rows=${shown} rowKey=${({ name }) => name} selected=${opened}
          sorted=${sort} onSort=${(next) => setParams({ sort: next })} onOpen=${(rule) => navigate("rules", rule.name, params)} />
        <div class="pager"><span aria-live="polite">${formatNumber(shown.length)} of ${formatNumber(rules.length)} rules</span></div>`}
  <//>`;
}

/** How often a rule decided, beside the one that did so most. */
function Decided({ count, most }) {
  return html`<span class="decided" data-none=${count === 0 ? "" : undefined}>${formatNumber(count)}
    <span class="decided-bar" style=${{ width: `${(100 * count) / most}%` }}></span></span>`;
}
