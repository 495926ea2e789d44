// Fields with their labels, help and errors.

import { html, useEffect, useId, useRef, useState } from "../lib/html.js";
import { useDebounced } from "../lib/load.js";
import { Icon } from "./basics.js";

/** A label, a control, help and an error. `children(id, describedBy)` draws the control. */
export function Field({ label, help, error, hideLabel = false, children }) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? "visually-hidden" : undefined}>${label}</label>
    ${children(id, described)}
    ${help && html`<div class="field-help" id=${`${id}-help`}>${help}</div>`}
    ${error && html`<div class="field-error" id=${`${id}-error`} role="alert">${error}</div>`}
  </div>`;
}

/** One line of text. `onValue` gets each change. */
export function TextField({ label, help, error, hideLabel, value, onValue, ...rest }) {
  return html`<${Field} label=${label} help=${help} error=${error} hideLabel=${hideLabel}>
    ${(id, described) => html`<input class="input" id=${id} value=${value} aria-describedby=${described}
      aria-invalid=${error ? "true" : undefined} autocomplete="off" spellcheck=${false}
      onInput=${(event) => onValue(event.target.value)} ...${rest} />`}
  <//>`;
}

/** Several lines of text, such as JSON. */
export function TextArea({ label, help, error, hideLabel, value, onValue, rows = 10, ...rest }) {
  return html`<${Field} label=${label} help=${help} error=${error} hideLabel=${hideLabel}>
    ${(id, described) => html`<textarea class="textarea" id=${id} rows=${rows} value=${value} spellcheck=${false}
      aria-describedby=${described} aria-invalid=${error ? "true" : undefined}
      onInput=${(event) => onValue(event.target.value)} ...${rest}></textarea>`}
  <//>`;
}

/** A choice. `options` are values, or pairs of a value and a text; `groups` are pairs of a label and options. */
export function SelectField({ label, help, error, hideLabel, value, onValue, options = [], groups = [], ...rest }) {
  const draw = (each) => {
    const [key, text] = Array.isArray(each) ? each : [each, each];
    return html`<option key=${key} value=${key} selected=${String(key) === String(value)}>${text}</option>`;
  };
  return html`<${Field} label=${label} help=${help} error=${error} hideLabel=${hideLabel}>
    ${(id, described) => html`<select class="select" id=${id} value=${value} aria-describedby=${described}
        onChange=${(event) => onValue(event.target.value)} ...${rest}>
      ${options.map(draw)}
      ${groups.map(([name, members]) => html`<optgroup key=${name} label=${name}>${members.map(draw)}</optgroup>`)}
    </select>`}
  <//>`;
}

/** A field to search with. `onValue` gets the text once the user pauses. */
export function SearchField({ label, value, onValue, placeholder = label }) {
  const [text, setText] = useState(value);
  const settled = useDebounced(text);
  const sent = useRef(value);
  useEffect(() => { // another value from outside, such as the address
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (settled === sent.current) return;
    sent.current = settled;
    onValue(settled);
  }, [settled]);
  const id = useId();
  return html`<div class="grow"><label class="visually-hidden" for=${id}>${label}</label>
    <span class="search"><${Icon} name="search" />
      <input class="input" id=${id} type="search" value=${text} placeholder=${placeholder} autocomplete="off"
        spellcheck=${false} onInput=${(event) => setText(event.target.value)} />
    </span>
  </div>`;
}

/** Something that is on or off, and takes effect at once. */
export function Switch({ label, on, onToggle, danger = false, ...rest }) {
  return html`<button type="button" role="switch" class=${danger ? "switch danger" : "switch"} aria-checked=${String(on)}
    aria-label=${label} onClick=${() => onToggle(!on)} ...${rest}></button>`;
}

export function Checkbox({ label, checked, onValue, ...rest }) {
  return html`<label class="checkbox">
    <input type="checkbox" checked=${checked} onChange=${(event) => onValue(event.target.checked)} ...${rest} />${label}
  </label>`;
}

/**
 * A text with suggestions. `suggest(text)` returns or promises `[{ value, text, note }]`; `onPick` gets the one that is
 * chosen, `onValue` what is typed.
 */
export function Combobox({ label, help, error, value, onValue, onPick, suggest, placeholder, required }) {
  const [options, setOptions] = useState([]);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const wanted = useDebounced(value, 200);
  const listId = useId();
  useEffect(() => {
    if (!open) return undefined;
    let wantedStill = true;
    Promise.resolve(suggest(wanted)).then((found) => {
      if (!wantedStill) return;
      setOptions(found);
      setActive(found.length ? 0 : -1);
    }, () => setOptions([]));
    return () => { wantedStill = false; };
  }, [wanted, open]);
  const pick = (option) => {
    setOpen(false);
    onPick(option);
  };
  const move = (step) => setActive((active + step + options.length) % options.length);
  const onKey = (event) => {
    if (event.key === "ArrowDown" && !open) setOpen(true);
    else if (event.key === "ArrowDown" && options.length) move(1);
    else if (event.key === "ArrowUp" && options.length) move(-1);
    else if (event.key === "Enter" && open && options[active] && wanted === value) pick(options[active]);
    else if (event.key === "Escape" && open) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = open && options.length > 0;
  return html`<${Field} label=${label} help=${help} error=${error}>
    ${(id, described) => html`<div class="combobox" onFocusOut=${(event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
    }}>
      <input class="input" id=${id} role="combobox" aria-expanded=${String(shown)} aria-autocomplete="list"
        aria-controls=${shown ? listId : undefined} aria-activedescendant=${shown && active >= 0 ? `${listId}-${active}` : undefined}
        aria-describedby=${described} aria-invalid=${error ? "true" : undefined} autocomplete="off" spellcheck=${false}
        required=${required} placeholder=${placeholder} value=${value} onKeyDown=${onKey} onFocus=${() => setOpen(true)}
        onInput=${(event) => { setOpen(true); setActive(-1); onValue(event.target.value); }} />
      ${shown && html`<ul class="combobox-list" id=${listId} role="listbox" aria-label=${label}>
        ${options.map((option, index) => html`<li key=${option.value} id=${`${listId}-${index}`} role="option"
            aria-selected=${String(index === active)} onMouseDown=${(event) => { event.preventDefault(); pick(option); }}>
          <span class="clip">${option.text}</span><span class="muted small nowrap">${option.note}</span>
        </li>`)}
      </ul>`}
    </div>`}
  <//>`;
}
