// Tabs, moved between with the arrow keys.

import { html, useId, useRef } from "../lib/html.js";

/** `tabs` are pairs of a name and a title; `children` is the panel of the `current` one. */
export function Tabs({ label, tabs, current, onChange, children }) {
  const id = useId();
  const list = useRef(null);
  const onKey = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const names = tabs.map(([name]) => name);
    const index = (names.indexOf(current) + step + names.length) % names.length;
    onChange(names[index]);
    list.current.children[index].focus();
  };
  return html`<div>
    <div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${onKey}>
      ${tabs.map(([name, title]) => html`<button key=${name} type="button" role="tab" id=${`${id}-${name}`}
        aria-selected=${String(name === current)} aria-controls=${`${id}-panel`} tabindex=${name === current ? 0 : -1}
        onClick=${() => onChange(name)}>${title}</button>`)}
    </div>
    <div class="tab-panel" role="tabpanel" id=${`${id}-panel`} aria-labelledby=${`${id}-${current}`}>${children}</div>
  </div>`;
}
