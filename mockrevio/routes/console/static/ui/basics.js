// Small parts: icons, buttons, badges, panels, what stands where nothing is.

import icons from "../vendor/icons.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { toast } from "./toasts.js";

/** An icon of Lucide's, by name. It is decoration: what it means is said in words beside it or by a label. */
export function Icon({ name, large = false }) {
  return html`<svg class=${large ? "icon large" : "icon"} viewBox="0 0 24 24" aria-hidden="true"
    dangerouslySetInnerHTML=${{ __html: icons[name] }}></svg>`;
}

/** A button. `kind` is "primary", "danger", "quiet" or several of these; `label` names one with only an icon. */
export function Button({ kind = "", icon, label, small = false, children, type = "button", ...rest }) {
  const only = icon && !children;
  return html`<button type=${type} class=${`button ${kind} ${small ? "small" : ""} ${only ? "icon-only" : ""}`}
      aria-label=${label} title=${only ? label : undefined} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;
}

/** A link that looks like a button. */
export function ButtonLink({ kind = "", icon, small = false, children, ...rest }) {
  return html`<a class=${`button ${kind} ${small ? "small" : ""}`} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </a>`;
}

/**
 * A button that runs something asynchronous; meanwhile it does nothing, but keeps the focus. Errors appear as a toast,
 * unless `onError` is given.
 */
export function ActionButton({ run, done, onError, disabled, ...rest }) {
  const [busy, setBusy] = useState(false);
  const shown = useRef(true);
  useEffect(() => () => { shown.current = false; }, []);
  const click = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await run();
      if (done) toast(done);
    } catch (error) {
      (onError ?? ((each) => toast(each.message, { bad: true })))(error);
    }
    if (shown.current) setBusy(false);
  };
  return html`<${Button} ...${rest} disabled=${disabled} aria-busy=${busy ? "true" : undefined} onClick=${click} />`;
}

/** A short text on a soft background. `tone` is "good", "warn", "bad", "info", "accent", "violet" or nothing. */
export function Badge({ tone = "", icon, href, mono = false, title, children }) {
  const classes = `badge ${tone} ${mono ? "mono" : ""}`;
  const content = html`${icon && html`<${Icon} name=${icon} />`}<span class="clip">${children}</span>`;
  return href
    ? html`<a class=${classes} href=${href} title=${title}>${content}</a>`
    : html`<span class=${classes} title=${title}>${content}</span>`;
}

/** A part of a view with a border. `flush` leaves out the space around its content, for tables. */
export function Panel({ title, note, actions, flush = false, children, level = 2, ...rest }) {
  return html`<section class="panel" ...${rest}>
    ${(title || actions) && html`<div class="panel-head">
      ${level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`}
      ${note && html`<span class="panel-head-note">${note}</span>`}${actions}
    </div>`}
    <div class=${flush ? "panel-body flush" : "panel-body"}>${children}</div>
  </section>`;
}

/** The head of a view: its name, what it is for, and what can be done. `crumbs` lead back: `[[text, href], ...]`. */
export function PageHead({ title, crumbs, actions, children }) {
  return html`<div class="page-head">
    <div class="page-head-text">
      ${crumbs && html`<nav class="crumbs" aria-label="Breadcrumbs">
        ${crumbs.map(([text, href]) => html`<a key=${href} href=${href}>${text}</a><span aria-hidden="true">/</span>`)}
      </nav>`}
      <h1>${title}</h1>
      ${children && html`<p>${children}</p>`}
    </div>
    ${actions && html`<div class="page-head-actions">${actions}</div>`}
  </div>`;
}

/** What stands where nothing is yet: what would be here, and what to do first. `level` is that of its heading. */
export function Empty({ icon = "sparkles", title, actions, children, level = 3 }) {
  return html`<div class="empty">
    <${Icon} name=${icon} />${level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`}${children && html`<p>${children}</p>`}
    ${actions && html`<div class="row">${actions}</div>`}
  </div>`;
}

/** An explanation or a warning above the content. */
export function Notice({ tone = "", icon = tone ? "triangle-alert" : "info", children, ...rest }) {
  return html`<div class=${`notice ${tone}`} ...${rest}><${Icon} name=${icon} /><div>${children}</div></div>`;
}

/** What went wrong while loading, with a way to try again. */
export function LoadError({ error, retry }) {
  return html`<${Notice} tone="bad" role="alert"><p>${error.message}</p>
    ${retry && html`<${Button} small onClick=${retry} icon="refresh-cw">Try again<//>`}
  <//>`;
}

/** Grey lines where something will be. */
export function Skeleton({ lines = 4 }) {
  return html`<div aria-hidden="true">${Array.from({ length: lines }, (_, index) =>
    html`<span class="skeleton" key=${index} style=${{ width: `${95 - (index * 17) % 40}%` }}></span>`)}</div>`;
}

/** The content of a view once it is loaded: `children(data)`; before, grey lines or what went wrong. */
export function Loaded({ state, lines, children }) {
  if (state.data === null) {
    return state.error
      ? html`<${LoadError} error=${state.error} retry=${state.reload} />`
      : html`<${Skeleton} lines=${lines} />`;
  }
  return html`${state.error && html`<${LoadError} error=${state.error} retry=${state.reload} />`}${children(state.data)}`;
}

/** A number with what it counts. */
export function Stat({ value, children, href }) {
  const content = html`<strong>${value}</strong><span>${children}</span>`;
  return href ? html`<a class="stat" href=${href}>${content}</a>` : html`<div class="stat">${content}</div>`;
}

/** Names with values: `[[name, value], ...]`; null leaves a line out. */
export function Facts({ facts }) {
  return html`<dl class="facts">${facts.filter(Boolean).map(([name, value], index) => {
    const key = typeof name === "string" ? name : index;
    return html`<dt key=${key}>${name}</dt><dd key=${`${key}=`}>${value}</dd>`;
  })}</dl>`;
}
