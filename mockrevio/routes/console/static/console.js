// The console: everything it shows and does goes through the admin calls, as any test's would.
// Texts are set as text, never as HTML: what callers sent must not run here.

import { call, useToken } from "./calls.js";
import { clear, element, fill, row } from "./elements.js";

const REFRESH = 2000; // milliseconds
const EFFECTS = {
  "503 unavailable": { preset: "unavailable" },
  "500 server error": { preset: "server_error" },
  "429 rate limited": { preset: "rate_limited" },
  "403 quota exceeded": { preset: "quota_exceeded" },
  "401 unauthorized": { preset: "unauthorized" },
  "502 HTML page of a proxy": { preset: "html_error" },
  "200 with an empty body": { preset: "empty_body" },
  "200 with broken JSON": { preset: "broken_json" },
  "connection reset": { connection: "reset" },
  "connection closed, no byte": { connection: "empty" },
  "answer cut off": { connection: "truncate" },
  "answer that is no HTTP": { connection: "garbage" },
  "no answer at all": { connection: "hang" },
  "two seconds late": { latency: "2s" },
  "dripping over five seconds": { drip: { chunks: 10, over: "5s" } },
};
const CHOICES = {
  auth: ["required", "off"],
  strict_login: ["false", "true"],
  duplicates: ["reject", "allow"],
  error_shape: ["array", "object"],
  page_size_over_max: ["clamp", "reject"],
  blank_search: ["ignore", "match"],
};
const EXAMPLES = {
  latency: "100ms..800ms",
  error_rate: "0.05:503",
  rate_limit: "500/60",
  quota: "150000/86400",
  subscription_key: "none",
};

const $ = (id) => document.getElementById(id);
let tab = "requests";
let world = null; // the client code whose world is shown; null for the one that all share

const admin = (method, path, body) => call(method, path, body, world);

function say(text, fine = false) {
  $("message").textContent = text;
  $("message").className = fine ? "fine" : "";
  $("message").hidden = !text;
}

async function attempt(action, done = "") {
  try {
    await action();
    say(done, true);
  } catch (error) {
    if (error.status === 401) {
      askForToken();
    } else {
      say(error.message);
    }
  }
}

function askForToken() {
  const token = prompt("This mock asks for its admin token (--admin-token):");
  if (token) {
    useToken(token);
    refresh();
  } else {
    say("The admin token is missing. Reload the page to enter it.");
    clearInterval(timer);
  }
}

// What each tab shows.

function showWhetherNone(section, count) {
  section.querySelector(".none").hidden = count > 0;
}

function answerCell(request) {
  const { status, delivered } = request.response;
  const text = [status ?? "none", delivered && `(${delivered})`].filter(Boolean).join(" ");
  return element("span", { className: status === null || status >= 400 || delivered ? "bad" : "good" }, text);
}

function queryText(query) {
  const pairs = Object.entries(query).flatMap(([name, values]) => values.map((value) => `${name}=${value}`));
  return pairs.length ? `?${pairs.join("&")}` : "";
}

function callCell(request) {
  const line = `${request.method} ${request.path}${queryText(request.query)}`;
  const details = element("details", {}, element("summary", {}, element("code", {}, line)));
  details.dataset.id = request.id;
  details.append(element("pre", {}, JSON.stringify(request, null, 2)));
  return details;
}

const show = {
  async requests() {
    const filter = new URLSearchParams({ limit: 100 });
    for (const [name, value] of new FormData($("request-filter"))) {
      if (value) filter.set(name, value);
    }
    const open = new Set([...document.querySelectorAll("#request-rows details[open]")].map((each) => each.dataset.id));
    const { requests } = await admin("GET", `requests?${filter}`);
    fill($("request-rows"), requests.reverse().map((each) =>
      row(each.at.replace("T", " "), each.client ?? "", callCell(each), answerCell(each), each.duration_ms, each.fault ?? "")));
    for (const details of document.querySelectorAll("#request-rows details")) {
      details.open = open.has(details.dataset.id);
    }
    showWhetherNone($("requests"), requests.length);
  },

  async faults() {
    const { faults } = await admin("GET", "faults");
    fill($("fault-rows"), faults.map((rule) => {
      const { id, matched, fired, last_miss, ...plan } = rule;
      const disarm = element("button", { type: "button" }, "Disarm");
      disarm.onclick = () => attempt(async () => { await admin("DELETE", `faults/${id}`); await show.faults(); });
      return row(id, element("code", {}, JSON.stringify(plan)), matched, fired, last_miss ?? "", disarm);
    }));
    showWhetherNone($("faults"), faults.length);
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
    showWhetherNone($("data"), records.length);
  },

  async snapshots() {
    const { snapshots } = await admin("GET", "snapshots");
    fill($("snapshot-rows"), snapshots.map((name) => {
      const button = (label, action, done) => {
        const made = element("button", { type: "button" }, label);
        made.onclick = () => attempt(action, done);
        return made;
      };
      return element("li", {}, element("strong", {}, name),
        button("Restore", () => admin("POST", `snapshots/${name}/restore`), `The world is as it was in ${name}.`),
        button("What changed", () => showDiff(name)),
        button("Throw away", async () => { await admin("DELETE", `snapshots/${name}`); await show.snapshots(); }));
    }));
    showWhetherNone($("snapshots"), snapshots.length);
  },

  async settings() {
    const clock = await admin("GET", "clock");
    $("clock").textContent = `${clock.now}${clock.frozen ? " (frozen)" : ""}`;
    if ($("settings-form").contains(document.activeElement)) return; // someone is typing there
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
  const now = Array.isArray(value) ? value.join(" ") : value === null ? "" : String(value);
  const input = CHOICES[name]
    ? element("select", { name }, ...CHOICES[name].map((each) => element("option", { selected: each === now }, each)))
    : element("input", { name, value: now, placeholder: `off, or ${EXAMPLES[name] ?? ""}` });
  input.onchange = () => attempt(async () => {
    const text = input.value.trim();
    const given = name === "subscription_key" ? text.split(/\s+/).filter(Boolean) : text || null;
    await admin("PATCH", "settings", { [name]: given });
  }, `${name} is changed.`);
  return input;
}

async function showDiff(name) {
  const diff = await admin("GET", `snapshots/${name}/diff`);
  const count = diff.added.length + diff.changed.length + diff.removed.length;
  fill($("diff"), [
    element("h2", {}, `Since ${name}: ${count} records differ`),
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
    fill($("world"), [["", "calls without a client code"], ...worlds.map(({ client }) => [client, client])]
      .map(([value, label]) => element("option", { value, selected: value === (world ?? "") }, label)));
  }
}

async function refresh() {
  if (document.hidden) return;
  try {
    await showHeader();
    await show[tab]();
  } catch (error) {
    if (error.status === 401) askForToken();
    else $("health").textContent = `not reachable: ${error.message}`;
  }
}

function open(name) {
  tab = name in show ? name : "requests";
  for (const button of document.querySelectorAll("nav button")) {
    const current = button.dataset.tab === tab;
    current ? button.setAttribute("aria-current", "page") : button.removeAttribute("aria-current");
    $(button.dataset.tab).hidden = !current;
  }
  clear($("diff"));
  refresh();
}

// What people do.

for (const button of document.querySelectorAll("nav button")) {
  button.onclick = () => { say(""); location.hash = button.dataset.tab; };
}
window.onhashchange = () => open(location.hash.slice(1));
$("world").onchange = () => { world = $("world").value || null; refresh(); };
$("reset").onclick = () => confirm("Make the world what its fixture describes? Its data, faults and log are lost.")
  && attempt(async () => { await admin("POST", "reset"); await refresh(); }, "The world is as its fixture describes it.");
$("forget").onclick = () => attempt(async () => { await admin("DELETE", "requests"); await show.requests(); });
$("release").onclick = () => attempt(async () => { await admin("PUT", "clock", { frozen: false }); await show.settings(); });

function onSubmit(form, action, done) {
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(() => action(Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== "")), form), done);
  };
}

onSubmit($("request-filter"), () => show.requests());
onSubmit($("fault-form"), async ({ method, path, effect, phase, times, probability }) => {
  const match = { ...(method && { method }), ...(path && { path }) };
  const when = { ...(times && { times: Number(times) }), ...(probability && { probability: Number(probability) }) };
  await admin("POST", "faults", { name: effect, match, when, phase, effect: EFFECTS[effect] });
  await show.faults();
});
onSubmit($("data-form"), async ({ type, id }) => {
  await admin("POST", `entities/${type}`, id ? { id: Number(id) } : {});
  await show.data();
});
onSubmit($("snapshot-form"), async ({ name }, form) => {
  await admin("PUT", `snapshots/${name}`);
  form.reset();
  await show.snapshots();
});
onSubmit($("clock-form"), async ({ now, advance }, form) => {
  await admin("PUT", "clock", now ? { now } : { advance: advance ?? "" });
  form.reset();
  await show.settings();
});
$("data-form").elements.type.onchange = () => attempt(show.data);
fill($("fault-form").elements.effect, Object.keys(EFFECTS).map((name) => element("option", {}, name)));

// The data may be large, and a person reads in it: it is shown anew when asked for.
const timer = setInterval(() => (tab === "data" ? showHeader().catch(() => {}) : refresh()), REFRESH);
open(location.hash.slice(1));
