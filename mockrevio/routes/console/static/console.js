// The console. Everything it shows and does goes through the admin API, as in any test.
// Text is set as text, never as HTML, so that nothing a client sent can run here.

import { call, useToken } from "./calls.js";
import { clear, element, fill, row } from "./elements.js";

const REFRESH = 2000; // milliseconds
// What the forms offer: the settings and the effects of fault rules, from the server's own tables.
const options = await (await fetch("static/options.json")).json();
const effects = Object.assign({}, ...Object.values(options.effects));

const $ = (id) => document.getElementById(id);
let tab = "requests";
let world = null; // the client code of the world shown; null for the shared world

const admin = (method, path, body) => call(method, path, body, world);

function showMessage(text, success = false) {
  $("message").textContent = text;
  $("message").className = success ? "success" : "";
  $("message").hidden = !text;
}

async function attempt(action, done = "") {
  try {
    await action();
    showMessage(done, true);
  } catch (error) {
    if (error.status === 401) {
      askForToken();
    } else {
      showMessage(error.message);
    }
  }
}

function askForToken() {
  const token = prompt("Enter the admin token of this mock (--admin-token):");
  if (token) {
    useToken(token);
    refresh();
  } else {
    showMessage("The admin token is missing. Reload the page to enter it.");
    $("loading").hidden = true;
    clearInterval(timer);
  }
}

// What each tab shows.

function showIfEmpty(section, count) {
  section.querySelector(".none").hidden = count > 0;
}

function responseCell(request) {
  if (request.response === null) {
    return element("span", {}, request.client_left ? "client left" : "in progress");
  }
  const { status, delivered } = request.response;
  const text = [status ?? "none", delivered && `(${delivered})`].filter(Boolean).join(" ");
  return element("span", { className: status === null || status >= 400 || delivered ? "bad" : "good" }, text);
}

function queryText(query) {
  const pairs = Object.entries(query).flatMap(([name, values]) => values.map((value) => `${name}=${value}`));
  return pairs.length ? `?${pairs.join("&")}` : "";
}

function requestCell(request) {
  const line = `${request.method} ${request.path}${queryText(request.query)}`;
  const details = element("details", {}, element("summary", {}, element("code", {}, line)));
  details.dataset.id = request.id;
  details.append(element("pre", {}, JSON.stringify(request, null, 2)));
  return details;
}

const tabs = {
  async requests() {
    const filter = new URLSearchParams({ limit: 100 });
    for (const [name, value] of new FormData($("request-filter"))) {
      if (value) filter.set(name, value);
    }
    const open = new Set([...document.querySelectorAll("#request-rows details[open]")].map((each) => each.dataset.id));
    const { requests } = await admin("GET", `requests?${filter}`);
    fill($("request-rows"), requests.reverse().map((each) =>
      row(each.at.replace("T", " "), each.client ?? "", requestCell(each), responseCell(each), each.duration_ms ?? "", each.fault ?? "")));
    for (const details of document.querySelectorAll("#request-rows details")) {
      details.open = open.has(details.dataset.id);
    }
    showIfEmpty($("requests"), requests.length);
  },

  async faults() {
    const { faults } = await admin("GET", "faults");
    fill($("fault-rows"), faults.map((rule) => {
      const { id, matched, fired, last_miss, ...spec } = rule;
      const remove = element("button", { type: "button" }, "Remove");
      remove.onclick = () => attempt(async () => { await admin("DELETE", `faults/${id}`); await tabs.faults(); });
      return row(id, element("code", {}, JSON.stringify(spec)), matched, fired, last_miss ?? "", remove);
    }));
    showIfEmpty($("faults"), faults.length);
  },

  async data() {
    const choice = $("data-form").elements.type;
    const { counts } = await admin("GET", "entities");
    const chosen = choice.value || "key_links";
    fill(choice, [["key_links", "key links"], ...Object.keys(counts).map((name) => [name, `${name} (${counts[name]})`])]
      .map(([value, label]) => element("option", { value, selected: value === chosen }, label)));
    const isLinks = chosen === "key_links";
    $("data-form").querySelector("button").disabled = isLinks;
    const records = isLinks ? (await admin("GET", "state")).key_links : (await admin("GET", `entities/${chosen}`)).entities;
    const shown = records.slice(-200).reverse();
    const fields = [...new Set(shown.flatMap(Object.keys))];
    fill($("data-head"), fields.length ? [element("tr", {}, ...fields.map((field) => element("th", {}, field)))] : []);
    fill($("data-rows"), shown.map((record) => row(...fields.map((field) => {
      const value = record[field];
      return value !== null && typeof value === "object" ? element("code", {}, JSON.stringify(value)) : value ?? "";
    }))));
    showIfEmpty($("data"), records.length);
  },

  async snapshots() {
    const { snapshots } = await admin("GET", "snapshots");
    fill($("snapshot-rows"), snapshots.map((name) => {
      const button = (label, action, done) => {
        const control = element("button", { type: "button" }, label);
        control.onclick = () => attempt(action, done);
        return control;
      };
      return element("li", {}, element("strong", {}, name),
        button("Restore", () => admin("POST", `snapshots/${name}/restore`), `Restored ${name}.`),
        button("Show changes", () => showDiff(name)),
        button("Delete", async () => { await admin("DELETE", `snapshots/${name}`); await tabs.snapshots(); }));
    }));
    showIfEmpty($("snapshots"), snapshots.length);
  },

  async settings() {
    const clock = await admin("GET", "clock");
    $("clock").textContent = `${clock.now}${clock.frozen ? " (frozen)" : ""}`;
    if ($("settings-form").contains(document.activeElement)) return; // somebody is typing there
    const settings = await admin("GET", "settings");
    fill($("settings-form"), Object.entries(settings).map(([name, value]) =>
      element("label", {}, name, settingInput(name, value))));
  },

  async rules() {
    const { behaviours, evidence } = await admin("GET", "behaviours");
    fill($("rule-rows"), behaviours.map((rule) => row(
      element("code", {}, rule.name),
      element("span", { className: rule.evidence, title: evidence[rule.evidence] }, rule.evidence),
      rule.says, rule.setting ?? "", rule.decided)));
  },
};

function settingInput(name, value) {
  const { description, accepts, choices, repeatable } = options.settings[name];
  const current = Array.isArray(value) ? value.join(" ") : value === null ? "" : String(value);
  const input = choices.length
    ? element("select", { name }, ...choices.map((each) => element("option", { selected: each === current }, each)))
    : element("input", { name, value: current, placeholder: `off, or ${accepts}` });
  input.title = description;
  input.onchange = () => attempt(async () => {
    const text = input.value.trim();
    await admin("PATCH", "settings", { [name]: repeatable ? text.split(/\s+/).filter(Boolean) : text || null });
  }, `${name} changed.`);
  return input;
}

async function showDiff(name) {
  const diff = await admin("GET", `snapshots/${name}/diff`);
  const count = diff.added.length + diff.changed.length + diff.removed.length;
  fill($("diff"), [
    element("h2", {}, `Changes since ${name}: ${count}`),
    element("pre", {}, JSON.stringify(diff, null, 2)),
  ]);
}

// What the header shows.

async function showHeader() {
  const health = await admin("GET", "health");
  $("health").textContent = `version ${health.version}, port ${health.port}, up ${Math.round(health.uptime)} s`;
  const { isolated, worlds } = await call("GET", "worlds");
  $("world-choice").hidden = !isolated;
  if (isolated && document.activeElement !== $("world")) {
    fill($("world"), [["", "requests without a client code"], ...worlds.map(({ client }) => [client, client])]
      .map(([value, label]) => element("option", { value, selected: value === (world ?? "") }, label)));
  }
}

async function refresh() {
  if (document.hidden) return;
  try {
    await showHeader();
    await tabs[tab]();
    $("loading").hidden = true;
  } catch (error) {
    if (error.status === 401) askForToken();
    else $("health").textContent = `unreachable: ${error.message}`;
  }
}

function open(name) {
  tab = name in tabs ? name : "requests";
  for (const button of document.querySelectorAll("nav button")) {
    const current = button.dataset.tab === tab;
    current ? button.setAttribute("aria-current", "page") : button.removeAttribute("aria-current");
    $(button.dataset.tab).hidden = !current;
  }
  clear($("diff"));
  refresh();
}

// What the controls do.

for (const button of document.querySelectorAll("nav button")) {
  button.onclick = () => { showMessage(""); location.hash = button.dataset.tab; };
}
window.onhashchange = () => open(location.hash.slice(1));
$("world").onchange = () => { world = $("world").value || null; refresh(); };
$("reset").onclick = () => confirm("Reset to the fixture? All data, fault rules and the request log are lost.")
  && attempt(async () => { await admin("POST", "reset"); await refresh(); }, "Reset to the fixture.");
$("clear-log").onclick = () => attempt(async () => { await admin("DELETE", "requests"); await tabs.requests(); });
$("release").onclick = () => attempt(async () => { await admin("PUT", "clock", { frozen: false }); await tabs.settings(); });

function onSubmit(form, action, done) {
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(() => action(Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== "")), form), done);
  };
}

onSubmit($("request-filter"), () => tabs.requests());
onSubmit($("fault-form"), async ({ method, path, effect, phase, times, probability }) => {
  const match = { ...(method && { method }), ...(path && { path }) };
  const when = { ...(times && { times: Number(times) }), ...(probability && { probability: Number(probability) }) };
  await admin("POST", "faults", { name: effect, match, when, phase, effect: effects[effect] });
  await tabs.faults();
});
onSubmit($("data-form"), async ({ type, id }) => {
  await admin("POST", `entities/${type}`, id ? { id: Number(id) } : {});
  await tabs.data();
});
onSubmit($("snapshot-form"), async ({ name }, form) => {
  await admin("PUT", `snapshots/${name}`);
  form.reset();
  await tabs.snapshots();
});
onSubmit($("clock-form"), async ({ now, advance }, form) => {
  await admin("PUT", "clock", now ? { now } : { advance: advance ?? "" });
  form.reset();
  await tabs.settings();
});
$("data-form").elements.type.onchange = () => attempt(tabs.data);
fill($("fault-form").elements.effect, Object.entries(options.effects).map(([group, members]) =>
  element("optgroup", { label: group }, ...Object.keys(members).map((name) => element("option", {}, name)))));

// Data may be large, and people read it: it is loaded only when they open the tab.
const timer = setInterval(() => (tab === "data" ? showHeader().catch(() => {}) : refresh()), REFRESH);
open(location.hash.slice(1));
