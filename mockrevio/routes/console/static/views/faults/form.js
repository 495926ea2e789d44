// A form for a whole rule: beside it, the rule in words, as JSON to edit, and as code to copy.

import { html, useEffect, useMemo, useRef, useState } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { useOptions } from "../../lib/load.js";
import { href, navigate, useRoute } from "../../lib/router.js";
import { useSubmit } from "../../lib/submit.js";
import { Button, ButtonLink, LoadError, Notice, PageHead, Panel, Skeleton } from "../../ui/basics.js";
import { Checkbox } from "../../ui/forms.js";
import { toast } from "../../ui/toasts.js";
import { DraftField, NUMBER, withPart } from "./drafts.js";
import { EffectFields } from "./effect-fields.js";
import { MatchFields } from "./match-fields.js";
import { useEndpoints } from "./paths.js";
import { Preview } from "./preview.js";
import { arm, replace, scopeMatch, specification } from "./rules.js";
import { WhenFields } from "./when-fields.js";

/** The form for the rule with this id, or for a new one ("new"): empty, for a scope, or a copy (`?from=3`). */
export function RuleForm({ id }) {
  const { params } = useRoute();
  const options = useOptions();
  const [rule, setRule] = useState(null);
  const [failure, setFailure] = useState(null);
  useEffect(() => { start(id, params).then(setRule, setFailure); }, [id]);
  const isNew = id === "new";
  const head = html`<${PageHead} title=${isNew ? "New rule" : `Rule ${id}`} crumbs=${[["Faults", href("faults")]]}>
    ${isNew ? "Which calls it is for, when it fires, and what happens then." : "Saving it starts its counts again."}<//>`;
  if (failure) return html`<div class="stack">${head}<${LoadError} error=${failure} /></div>`;
  if (!rule || !options) return html`<div class="stack">${head}<${Skeleton} lines=${10} /></div>`;
  return html`<div class="stack">${head}<${Editor} id=${id} rule=${rule} setRule=${setRule} options=${options} /></div>`;
}

async function start(id, params) {
  if (id !== "new") return specification(await get(`faults/${encodeURIComponent(id)}`));
  if (params.from) return specification(await get(`faults/${encodeURIComponent(params.from)}`));
  const match = scopeMatch(params);
  return specification({
    ...(Object.keys(match).length ? { match } : {}), ...(params.for ? { when: { for: params.for } } : {}), effect: { preset: "unavailable" },
  });
}

/** The places that have a field of their own; what is wrong elsewhere is listed above the buttons. */
const WITH_FIELD = /^(name|seed|effect(\.(status|body|headers|preset|latency|connection|delivery|drip)\b.*)?|when\.\w+|match\.(method|path|client|query|headers|body|not)\b.*)$/;

function errorsOf(failure) {
  const mistakes = (failure?.mistakes ?? []).map(({ place, message }) => ({ place: place.replace(/^fault\.?/, ""), message }));
  const text = ({ place, message }, at) => (place.length > at.length ? `${place.slice(at.length).replace(/^\./, "")} ${message}` : message);
  return {
    at: (place) => mistakes.filter((each) => each.place === place || (place.includes(".") && /^[.[]/.test(each.place.slice(place.length)) && each.place.startsWith(place)))
      .map((each) => text(each, place)).join("\n") || null,
    others: failure ? (mistakes.length ? mistakes.filter(({ place }) => !WITH_FIELD.test(place)).map(({ place, message }) => `${place} ${message}`) : [failure.message]) : [],
    count: mistakes.length,
  };
}

function Editor({ id, rule, setRule, options }) {
  const endpoints = useEndpoints();
  const form = useRef(null);
  const { error, busy, submit } = useSubmit(async () => {
    const saved = id === "new" ? await arm(rule) : await replace(id, rule);
    toast(id === "new" ? `Rule ${saved.id} is armed.` : `Rule ${saved.id} is changed, and armed again.`);
    navigate("faults");
  }, form);
  const errors = useMemo(() => errorsOf(error), [error]);
  const set = (name) => (value) => setRule((before) => specification(withPart(before, name, value)));
  return html`<form class="rule-columns" ref=${form} onSubmit=${submit} novalidate>
    <div class="stack">
      <${Parts} rule=${rule} set=${set} setRule=${setRule} options=${options} endpoints=${endpoints} errors=${errors} />
      ${errors.others.length > 0 && html`<${Notice} tone="bad" role="alert">${errors.others.map((each) => html`<p key=${each}>${each}</p>`)}<//>`}
      ${errors.count > errors.others.length && html`<p class="field-error" role="status">The rule is not armed yet: see what is wrong at its fields.</p>`}
      <div class="row"><${Button} kind="primary" icon="zap" type="submit" disabled=${busy}>${id === "new" ? "Arm the rule" : "Save and arm again"}<//>
        <${ButtonLink} href=${href("faults")}>Cancel<//></div>
    </div>
    <${Preview} rule=${rule} setRule=${(next) => setRule(specification(next))} options=${options} />
  </form>`;
}

function Parts({ rule, set, setRule, options, endpoints, errors }) {
  const { faults } = options;
  const effect = typeof rule.effect === "object" && rule.effect !== null ? rule.effect : {};
  const delivery = effect.delivery !== undefined;
  return html`
    <${Panel} title="What happens">
      <div class="stack">
        <${About} delivery=${delivery} rule=${rule} setRule=${setRule} faults=${faults} />
        <${EffectFields} effect=${effect} onEffect=${set("effect")} faults=${faults} errors=${errors} />
        ${!delivery && html`<${Phase} value=${rule.phase} onValue=${set("phase")} phases=${faults.phases} />`}
      </div>
    <//>
    <${Panel} title=${delivery ? "To which notifications" : "To which calls"}>
      <${MatchFields} match=${rule.match} onMatch=${set("match")} parts=${faults.match} endpoints=${endpoints} errors=${errors} delivery=${delivery} />
    <//>
    <${Panel} title="When it fires" note="on every match, unless you say otherwise"><${WhenFields} when=${rule.when} onWhen=${set("when")} errors=${errors} /><//>
    <${Panel} title="Name and seed"><div class="fields">
      <${DraftField} label="Name" value=${rule.name} onValue=${set("name")} error=${errors.at("name")} help="Shown in X-Mock-Explain and in the log." />
      <${DraftField} label="Seed" as=${NUMBER} value=${rule.seed} onValue=${set("seed")} error=${errors.at("seed")} help="Makes its random decisions the same each time." inputmode="numeric" />
      <${Checkbox} label="Optional: a test passes although it never fired" checked=${rule.optional === true} onValue=${(on) => set("optional")(on || undefined)} />
    </div><//>`;
}

/** Calls of clients, or notifications of webhooks: each kind has effects of its own. */
function About({ delivery, rule, setRule, faults }) {
  const change = (toDelivery) => {
    if (toDelivery === delivery) return;
    const { phase, ...rest } = rule;
    const { method, client, ...match } = rest.match ?? {};
    const effect = toDelivery ? { delivery: faults.deliveries[0].name, latency: "30s" } : { preset: "unavailable" };
    setRule(specification({ ...rest, match: Object.keys(match).length ? match : undefined, effect }));
  };
  return html`<span class="fault-segments" role="group" aria-label="What the rule is about">
    <button type="button" aria-pressed=${String(!delivery)} onClick=${() => change(false)}>Calls of clients</button>
    <button type="button" aria-pressed=${String(delivery)} onClick=${() => change(true)}>Webhook notifications</button>
  </span>`;
}

const PHASES = {
  before_commit: ["Before the write", "nothing happens, nothing changes"],
  after_commit: ["After the write", "it happens, and the answer is lost: what retries must survive"],
};

function Phase({ value, onValue, phases }) {
  const [first] = phases; // the default
  return html`<fieldset class="field"><legend class="label">When the fault strikes</legend>
    ${phases.map((phase) => html`<label key=${phase} class="checkbox"><input type="radio" name="phase" checked=${(value ?? first) === phase}
      onChange=${() => onValue(phase === first ? undefined : phase)} /><span>${PHASES[phase]?.[0] ?? phase}: <span class="muted small">${PHASES[phase]?.[1]}</span></span></label>`)}
  </fieldset>`;
}
