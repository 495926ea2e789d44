// Overview: how to call the mock, what happens on it, what is in it, and what is switched on.

import { html, useEffect, useMemo, useState } from "../lib/html.js";
import { mockAddress } from "../lib/address.js";
import { get } from "../lib/api.js";
import { credentialHeaders, ownLogin } from "../lib/credentials.js";
import { formatDuration, formatNumber, plural, timeOf } from "../lib/format.js";
import { calls as callStore, logLoaded, rates as rateStore } from "../lib/live.js";
import { useLoad } from "../lib/load.js";
import { href } from "../lib/router.js";
import { BASIC, callSnippets, environment } from "../lib/snippets.js";
import { useStore } from "../lib/store.js";
import { ActionButton, Badge, ButtonLink, Empty, Facts, Loaded, PageHead, Panel, Skeleton, Stat } from "../ui/basics.js";
import { Chart } from "../ui/chart.js";
import { Code, CopyButton } from "../ui/code.js";
import { LinkPicture } from "../ui/link-picture.js";
import { CallStatus, Method } from "../ui/revio.js";
import { Table } from "../ui/table.js";
import { Tabs } from "../ui/tabs.js";

const MINUTES = [1, 5, 10];
const LATEST = 6;

export default function Overview() {
  // Counting all links takes longer the more there are, so it is done seldom.
  const state = useLoad(() => get("overview"), [], ["data", "faults", "settings", "clock"], 3000);
  const origin = mockAddress;
  return html`<div class="stack">
    <${PageHead} title="Overview" actions=${html`
      <${ButtonLink} icon="activity" href=${href("log")}>Live log<//>
      <${ButtonLink} kind="primary" icon="plus" href=${href("links", "new")}>New key link<//>`}>
      A mock of Rev.io at <code>${origin}/v1</code>. It keeps what clients write, follows Rev.io's rules, and fails when you tell it to.
    <//>
    <${Stats} overview=${state.data} />
    <div class="overview-columns">
      <${Traffic} />
      <${Active} state=${state} />
    </div>
    <${Connect} origin=${origin} overview=${state.data} />
    <div class="overview-columns even">
      <${Panel} title="What is linked" note=${state.data && plural(state.data.counts.key_links, "key link")}
          actions=${html`<a href=${href("links")}>All key links</a>`}>
        <${Loaded} state=${state}>${(overview) => html`<${Links} overview=${overview} />`}<//>
      <//>
      <${Latest} origin=${origin} />
    </div>
  </div>`;
}

function Stats({ overview }) {
  const rates = useStore(rateStore);
  const minute = rates.calls.slice(-60).reduce(sum, 0);
  const errors = rates.errors.slice(-60).reduce(sum, 0);
  return html`<div class="stats panel">
    <${Stat} value=${formatNumber(minute)}>calls in the last minute<//>
    <${Stat} value=${minute ? `${((100 * errors) / minute).toFixed(errors && errors < minute ? 1 : 0)} %` : "–"}>of them errors<//>
    <${Stat} value=${overview ? formatNumber(overview.counts.key_links) : "…"} href=${href("links")}>key links<//>
    <${Stat} value=${overview ? formatNumber(overview.counts.records) : "…"} href=${href("records")}>records<//>
  </div>`;
}

const sum = (total, number) => total + number;

function Traffic() {
  const rates = useStore(rateStore);
  const [minutes, setMinutes] = useState(5);
  const now = useSecond();
  const data = useMemo(() => {
    const seconds = Array.from({ length: minutes * 60 }, (_, index) => now - minutes * 60 + index);
    const at = (numbers) => seconds.map((second) => numbers[second - rates.from] ?? 0);
    return [seconds, at(rates.calls), at(rates.errors)];
  }, [rates, minutes, now]);
  const choice = html`<span class="row" role="group" aria-label="How far back">
    ${MINUTES.map((each) => html`<button key=${each} type="button" class="button small quiet" aria-pressed=${String(each === minutes)}
      onClick=${() => setMinutes(each)}>${each} min</button>`)}</span>`;
  const legend = html`<span class="row small"><span class="key calls"></span>calls <span class="key errors"></span>errors, per second</span>`;
  return html`<${Panel} title="Traffic" note=${legend} actions=${choice}>
    <${Chart} data=${data} label=${`Calls and errors per second in the last ${plural(minutes, "minute")}`} height=${220} series=${[
      { label: "calls", token: "--series-1", fill: "--accent-soft" }, { label: "errors", token: "--bad", fill: "--bad-soft" }]} />
  <//>`;
}

/** The Unix second that it is now, for a chart that moves on even if nothing is called. */
function useSecond() {
  const [second, setSecond] = useState(() => Math.floor(Date.now() / 1000));
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) setSecond(Math.floor(Date.now() / 1000)); }, 1000);
    return () => clearInterval(timer);
  }, []);
  return second;
}

function Active({ state }) {
  return html`<${Panel} title="Switched on" actions=${html`<a href=${href("faults")}>Faults</a>`}>
    <${Loaded} state=${state}>${({ active }) => (active.length === 0
      ? html`<p class="muted">Nothing: every call is answered as Rev.io would answer it, at once.</p>
          <div class="row overview-switch"><${ButtonLink} icon="zap" href=${href("faults")}>Let something fail<//></div>`
      : html`<ul class="stack tight">${active.map((each) => html`<li key=${each.text}>
          <a class="active-row" href=${href(each.view)}><span class="live-dot wait"></span><span>${each.text}</span></a></li>`)}</ul>`)}
    <//>
  <//>`;
}

function Connect({ origin, overview }) {
  const [language, setLanguage] = useState("curl");
  const login = overview?.logins[0] ?? ownLogin();
  const password = overview?.logins.length ? "…" : BASIC.password;
  const url = `${origin}/v1/IntegrationSystem`;
  const programs = [...callSnippets({ method: "GET", url, body: null, login, password }), ["Environment", environment(origin, login, password)]];
  const program = programs.find(([name]) => name === language)[1];
  const data = overview && (overview.data === "in memory" ? "kept in memory, gone when it stops" : overview.data);
  return html`<${Panel} title="Connect">
    <div class="overview-columns even">
      <${Facts} facts=${[
        ["Base address", html`<span class="row"><code>${origin}/v1</code><${CopyButton} text=${`${origin}/v1`} label="Copy the base address" /></span>`],
        ["User", html`<span class="row"><code>${login}</code><${CopyButton} text=${login} label="Copy the user" /></span>`],
        ["Password", overview?.logins.length ? "as given with --credentials" : html`<code>${password}</code>`],
        ["Credentials", overview && (overview.auth === "off" ? "none needed" : overview.logins.length ? overview.logins.join(", ") : "any well-formed ones are accepted")],
        overview?.subscription_key && ["Subscription key", "needed: Ocp-Apim-Subscription-Key"],
        ["Fixture", overview && html`${overview.fixture.join(", ")}`],
        ["Data came from", overview?.origin ?? "…"],
        ["Data is", data],
      ]} />
      <${Tabs} label="Language" current=${language} onChange=${setLanguage} tabs=${programs.map(([name]) => [name, name])}>
        <${Code} text=${program} label=${`${language} example`} />
      <//>
    </div>
  <//>`;
}

function Links({ overview }) {
  if (overview.links.length === 0) {
    return html`<${Empty} icon="link" title="No key links yet"
      actions=${html`<${ButtonLink} icon="plus" href=${href("links", "new")}>New key link<//>`}>
      A key link ties a record of Rev.io to one of another system. Clients create them with POST /v1/IntegrationKeyLink.<//>`;
  }
  return html`<${LinkPicture} links=${overview.links} />`;
}

function Latest({ origin }) {
  const calls = useStore(callStore);
  const loaded = useStore(logLoaded);
  const latest = useMemo(() => [...calls.values()].slice(-LATEST).reverse(), [calls]);
  const columns = [
    { key: "at", title: "Time", hideLabel: true, cell: (call) => html`<span class="muted number small">${timeOf(call.at).slice(0, 8)}</span>` },
    { key: "call", title: "Call", hideLabel: true, cell: (call) => html`<a class="call-name" href=${href("log", call.id)}><${Method} method=${call.method} /><span>${call.path}</span></a>` },
    { key: "status", title: "Answer", hideLabel: true, end: true, cell: (call) => html`<span class="row end">
      ${call.fault && html`<${Badge} tone="warn" icon="zap" title=${call.fault}>fault<//>`}<${CallStatus} call=${call} /></span>` },
    { key: "ms", title: "Duration", hideLabel: true, end: true, cell: (call) => html`<span class="muted small nowrap" data-varies>${formatDuration(call.duration_ms)}</span>` },
  ];
  return html`<${Panel} title="Latest calls" flush=${latest.length > 0} actions=${html`<a href=${href("log")}>Live log</a>`}>
    ${!loaded ? html`<${Skeleton} />` : latest.length === 0
      ? html`<${Empty} icon="send" title="No calls yet" actions=${html`<${FirstCall} origin=${origin} />`}>
          Point your integration at <code>${origin}/v1</code>, or send the first call from here.<//>`
      : html`<${Table} label="Latest calls" columns=${columns} rows=${latest} rowKey=${(call) => call.id} />`}
  <//>`;
}

function FirstCall({ origin }) {
  const headers = credentialHeaders({ user: ownLogin(), password: BASIC.password });
  const send = () => fetch(`${origin}/v1/IntegrationSystem`, { headers });
  return html`<${ActionButton} icon="send" kind="primary" run=${send} done="Sent GET /v1/IntegrationSystem.">Send GET /v1/IntegrationSystem<//>`;
}
