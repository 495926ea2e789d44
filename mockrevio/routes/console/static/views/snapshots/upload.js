// Replacing the state by a file: it is checked first, with every mistake and its place, and says what it holds.

import { html, useState } from "../../lib/html.js";
import { put } from "../../lib/api.js";
import { formatBytes, formatNumber, inWords, plural } from "../../lib/format.js";
import { parseJson } from "../../lib/json.js";
import { Button, Notice } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Field } from "../../ui/forms.js";
import { replaceState } from "../../ui/state-actions.js";

const MOST = 50; // mistakes

export function Upload({ onClose }) {
  const [file, setFile] = useState(null); // { name, text, size, document }
  const [problem, setProblem] = useState(null); // { message, mistakes }
  const [busy, setBusy] = useState(false);
  const run = async (action) => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (error) {
      setProblem({ message: error.message, mistakes: error.mistakes ?? [] });
    }
    setBusy(false);
  };
  const choose = ([chosen]) => run(async () => {
    setFile(null);
    if (!chosen) return;
    const text = await chosen.text();
    const document = parseJson(text, chosen.name);
    await put("state?dry_run=true", undefined, { text });
    setFile({ name: chosen.name, size: chosen.size, text, document });
  });
  const replace = () => run(async () => {
    if (await replaceState(file.text, file.name)) onClose();
  });
  const foot = html`<${Button} onClick=${onClose}>Cancel<//>
    <${Button} kind="danger filled" type="submit" disabled=${file === null || busy}>Replace the state<//>`;
  return html`<${Dialog} title="Upload a state" foot=${foot} onClose=${onClose} onSubmit=${replace}>
    <${Field} label="Fixture file" help="A fixture, or a state or snapshot that was downloaded here (JSON).">
      ${(id, described) => html`<input class="input" type="file" autofocus id=${id} aria-describedby=${described} accept=".json,application/json"
        onChange=${(event) => choose(event.target.files)} />`}
    <//>
    ${busy && html`<p class="muted" role="status">Checking…</p>`}
    ${problem !== null && html`<${Problem} ...${problem} />`}
    ${file !== null && html`<${Contents} file=${file} />`}
  <//>`;
}

function Problem({ message, mistakes }) {
  if (mistakes.length === 0) return html`<${Notice} tone="bad" role="alert"><p>${message}</p><//>`;
  return html`<${Notice} tone="bad" role="alert">
    <p>The file has ${plural(mistakes.length, "mistake")}. Nothing was changed.</p>
    <dl class="mistakes">${mistakes.slice(0, MOST).map(({ place, message: text }, index) => html`
      <dt key=${`${index}p`}><code>${place.replace(/^document: /, "")}</code></dt><dd key=${`${index}m`}>${text}</dd>`)}</dl>
    ${mistakes.length > MOST && html`<p>And ${formatNumber(mistakes.length - MOST)} more.</p>`}
  <//>`;
}

/** What a document holds, as `[[name, count], …]`. */
function contentsOf({ entities = {}, records = {}, key_links: links = [], faults = [], settings = {} }) {
  return [
    ...[...Object.entries(entities), ...Object.entries(records)].map(([name, list]) => [inWords(name), list.length]),
    ["Key links", links.length], ["Fault rules", faults.length], ["Settings", Object.keys(settings).length],
  ].filter(([, count]) => count > 0);
}

function Contents({ file }) {
  const contents = contentsOf(file.document);
  return html`<div class="stack tight">
    <p><strong>${file.name}</strong> <span class="muted">${formatBytes(file.size)}, valid.</span> It holds:</p>
    ${contents.length === 0
      ? html`<p class="muted">nothing: the world would be empty.</p>`
      : html`<ul class="contents">${contents.map(([name, count]) => html`<li key=${name}><span>${name}</span><span class="number">${formatNumber(count)}</span></li>`)}</ul>`}
    <${Notice} tone="warn"><p>All records, key links, fault rules and settings of the world are replaced. The clock and the log of calls stay. You can undo it.</p><//>
  </div>`;
}
