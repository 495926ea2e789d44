// Dialogs, in the browser's own element, which keeps the focus inside. It goes back to where it was when they close.

import { html, useEffect, useId, useRef } from "../lib/html.js";
import { createStore, useStore } from "../lib/store.js";
import { Button } from "./basics.js";

/** A dialog with a title, content and buttons at its foot. `onClose` is called when the user leaves it. */
export function Dialog({ title, wide = false, foot, onClose, onSubmit, children }) {
  const element = useRef(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement;
    dialog.showModal();
    return () => { // the element is already gone, so the browser does not give the focus back
      dialog.close();
      if (opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  const content = html`
    <div class="dialog-head"><h2 id=${id}>${title}</h2>
      <${Button} kind="quiet" icon="x" label="Close" onClick=${onClose} /></div>
    <div class="dialog-body">${children}</div>
    ${foot && html`<div class="dialog-foot">${foot}</div>`}`;
  const submit = (event) => {
    event.preventDefault();
    onSubmit();
  };
  return html`<dialog ref=${element} class=${wide ? "dialog wide" : "dialog"} aria-labelledby=${id}
      onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    ${onSubmit ? html`<form class="dialog-form" onSubmit=${submit} novalidate>${content}</form>` : content}
  </dialog>`;
}

const question = createStore(null);

/** Ask before something is lost. Promises true if the user agrees. */
export function confirm({ title, text, action, danger = true }) {
  return new Promise((done) => question.set({ title, text, action, danger, done }));
}

export function Confirmation() {
  const asked = useStore(question);
  if (asked === null) return null;
  const answer = (agreed) => {
    question.set(null);
    asked.done(agreed);
  };
  const foot = html`<${Button} onClick=${() => answer(false)}>Cancel<//>
    <${Button} kind=${asked.danger ? "danger filled" : "primary"} type="submit">${asked.action}<//>`;
  return html`<${Dialog} title=${asked.title} foot=${foot} onClose=${() => answer(false)} onSubmit=${() => answer(true)}>
    <p>${asked.text}</p>
  <//>`;
}
