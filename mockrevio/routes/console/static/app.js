// The console: the frame around the views, and which view is shown.
// Everything it shows and does goes through the admin API, as in any test.

import { html, render, useEffect, useErrorBoundary, useRef, useState } from "./lib/html.js";
import { get, tokenNeeded, useToken } from "./lib/api.js";
import { connection, follow } from "./lib/live.js";
import { useLoad } from "./lib/load.js";
import { currentRoute, href, navigate, useRoute } from "./lib/router.js";
import { useStore } from "./lib/store.js";
import { chooseTheme, currentTheme, THEMES } from "./lib/theme.js";
import { Badge, Button, Icon, LoadError, PageHead, Skeleton } from "./ui/basics.js";
import { Confirmation, Dialog } from "./ui/dialog.js";
import { SelectField, TextField } from "./ui/forms.js";
import { ResetButton } from "./ui/state-actions.js";
import { Toasts } from "./ui/toasts.js";

// Each view is a module that is loaded when it is first opened: the name of its file, its title and its icon.
const GROUPS = [
  [null, [["overview", "Overview", "layout-dashboard"]]],
  ["Data", [["links", "Key links", "link"], ["records", "Records", "database"], ["snapshots", "Snapshots", "camera"]]],
  ["Traffic", [["log", "Live log", "activity"], ["faults", "Faults", "zap"], ["webhooks", "Webhooks", "webhook"]]],
  ["Rev.io", [["rules", "Rules", "scale"], ["try", "Try it", "square-terminal"]]],
  ["Mock", [["settings", "Settings and clock", "settings"]]],
];
const TITLES = Object.fromEntries(GROUPS.flatMap(([, views]) => views.map(([name, title]) => [name, title])));

function App() {
  const { view, world } = useRoute();
  const [menu, setMenu] = useState(false);
  const main = useRef(null);
  useEffect(() => follow(world), [world]);
  useEffect(() => {
    document.title = `${TITLES[view] ?? "Not found"} · mockrevio`;
    setMenu(false);
    scrollTo(0, 0);
  }, [view]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); main.current.focus(); }}>Skip to the content</a>
    <div class="shell">
      <${TopBar} menu=${menu} onMenu=${() => setMenu(!menu)} />
      <${Sidebar} view=${view} open=${menu} />
      <main class="main" id="main" tabindex="-1" ref=${main}><${View} key=${`${view}|${world}`} name=${view} /></main>
    </div>
    <${TokenForm} /><${Confirmation} /><${Toasts} />`;
}

function TopBar({ menu, onMenu }) {
  const health = useLoad(() => get("health"), []);
  const active = useLoad(() => get("overview", { part: "active" }), [currentRoute().world], ["faults", "settings", "clock"]);
  return html`<header class="topbar">
    <${Button} kind="quiet menu-button" icon=${menu ? "x" : "menu"} label=${menu ? "Close the menu" : "Open the menu"}
      aria-expanded=${String(menu)} onClick=${onMenu} />
    <a class="brand" href=${href("overview")}><img src="static/icon.svg" alt="" width="28" height="28" />mockrevio
      <span class="brand-version">${health.data?.version}</span></a>
    <div class="topbar-badges" role="group" aria-label="What is switched on">
      ${(active.data?.active ?? []).map((each) => html`<${Badge} key=${`${each.kind}${each.text}`} href=${href(each.view)}
        tone=${each.kind === "clock" ? "info" : "warn"} icon=${BADGE_ICONS[each.kind] ?? "sliders-horizontal"}>${each.text}<//>`)}
    </div>
    <div class="topbar-tools"><${WorldChoice} /><${Connection} /><${ResetButton} /><${ThemeChoice} /></div>
  </header>`;
}

const BADGE_ICONS = {
  fault: "zap", latency: "timer", error_rate: "triangle-alert", rate_limit: "gauge", quota: "gauge",
  subscription_key: "key-round", clock: "clock",
};

const CONNECTION_TEXTS = { open: ["live", "", "Connected: changes appear as they happen"],
  connecting: ["…", "wait", "Connecting"], closed: ["offline", "off", "No connection: trying again"] };

function Connection() {
  const state = useStore(connection);
  const [text, kind, title] = CONNECTION_TEXTS[state];
  return html`<span class="badge" role="status" title=${title} data-connection=${state}><span class=${`live-dot ${kind}`}></span>${text}</span>`;
}

/** With isolated worlds: which one is shown. It is a part of the address. */
function WorldChoice() {
  const { view, rest, params, world } = useRoute();
  const { data } = useLoad(() => get("worlds", {}, { world: null }), [world]);
  if (!data?.isolated) return null;
  const clients = [...new Set([...data.worlds.map(({ client }) => client), ...(world === null ? [] : [world])])];
  const choose = (client) => navigate(view, ...rest, { ...params, world: client || null });
  return html`<${SelectField} label="World" hideLabel value=${world ?? ""} onValue=${choose}
    options=${[["", "calls without a client code"], ...clients.map((client) => [client, client])]} />`;
}

function ThemeChoice() {
  const [theme, setTheme] = useState(currentTheme);
  const [icon, next] = THEMES[theme];
  const change = () => {
    setTheme(next);
    chooseTheme(next);
  };
  return html`<${Button} kind="quiet" icon=${icon} label=${`Colours: ${theme}. Change to ${next}`} onClick=${change} />`;
}

function Sidebar({ view, open }) {
  return html`<nav class="sidebar" aria-label="Console" data-open=${open ? "" : undefined}>
    ${GROUPS.map(([group, views]) => html`<div key=${group}>
      ${group && html`<h2>${group}</h2>`}
      ${views.map(([name, title, icon]) => html`<a key=${name} href=${href(name)} aria-current=${name === view ? "page" : undefined}>
        <${Icon} name=${icon} />${title}</a>`)}
    </div>`)}
    <div><a href="docs"><${Icon} name="book-open" />API reference</a></div>
  </nav>`;
}

/** A view, once its module is there. What fails in one view leaves the rest usable. */
function View({ name }) {
  const [module, setModule] = useState(null);
  const [failure, setFailure] = useState(null);
  const [error, resetError] = useErrorBoundary((each) => console.error(each));
  useEffect(() => {
    if (!(name in TITLES)) return;
    import(`./views/${name}.js`).then((loaded) => setModule(() => loaded.default), setFailure);
  }, [name]);
  if (!(name in TITLES)) {
    return html`<${PageHead} title="There is no such view"
      actions=${html`<a class="button" href=${href("overview")}>Go to the overview</a>`}>The address may be misspelled.<//>`;
  }
  if (failure) return html`<${LoadError} error=${new Error("This view could not be loaded. Is mockrevio still running?")} retry=${() => location.reload()} />`;
  if (error) return html`<${LoadError} error=${new Error(`This view failed: ${error.message}`)} retry=${resetError} />`;
  if (!module) return html`<${Skeleton} lines=${6} />`;
  return html`<${module} />`;
}

function TokenForm() {
  const needed = useStore(tokenNeeded);
  const [token, setToken] = useState("");
  const [error, setError] = useState(null);
  const [dismissed, setDismissed] = useState(false);
  useEffect(() => setDismissed(false), [needed]);
  if (!needed || dismissed) return null;
  const submit = async () => {
    const response = await fetch(new URL("settings", document.baseURI), { headers: { Authorization: `Bearer ${token}` } });
    if (response.status === 401) {
      setError("This is not the token that the server was started with.");
      return;
    }
    useToken(token);
    location.reload(); // what could not be loaded is loaded now
  };
  const foot = html`<${Button} kind="primary" type="submit" disabled=${!token}>Continue<//>`;
  return html`<${Dialog} title="Admin token" foot=${foot} onClose=${() => setDismissed(true)} onSubmit=${submit}>
    <p>This mock was started with <code>--admin-token</code>. The token is kept until you close this tab.</p>
    <${TextField} label="Token" type="password" value=${token} error=${error} onValue=${(value) => { setToken(value); setError(null); }} />
  <//>`;
}

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
