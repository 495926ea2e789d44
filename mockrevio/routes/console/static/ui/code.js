// Text to read exactly or to copy: JSON, commands, programs.

import { html, memo } from "../lib/html.js";
import { prettyJson } from "../lib/json.js";
import { ActionButton } from "./basics.js";
import { toast } from "./toasts.js";

/** Copy a text. Where the browser has no clipboard (a page without https), the user can copy it from a selection. */
export async function copy(text, what = "Copied.") {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("The browser does not allow copying. Select the text and copy it by hand.");
  }
  toast(what);
}

export function CopyButton({ text, label = "Copy", children, ...rest }) {
  return html`<${ActionButton} icon="copy" small kind="quiet" label=${label} ...${rest}
    run=${() => copy(typeof text === "function" ? text() : text)}>${children}<//>`;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;
const MAX_COLOURED = 60_000; // characters; colouring more would take a moment

function coloured(text) {
  if (text.length > MAX_COLOURED) return text;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, match.index));
    const kind = match[2] ? "key" : match[1] ? "string" : "literal";
    parts.push(html`<span class=${kind}>${match[1] ?? match[0]}</span>`, match[2] ?? "");
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** A block of text with a button that copies it. `json` puts JSON in lines and colours it. */
export const Code = memo(({ text, json = false, label = "Code", copyable = true }) => {
  const shown = json ? prettyJson(text) : text;
  return html`<div class=${copyable ? "code with-copy" : "code"}>
    <pre tabindex="0" role="group" aria-label=${label}><code>${json ? coloured(shown) : shown}</code></pre>
    ${copyable && html`<span class="code-copy"><${CopyButton} text=${shown} label=${`Copy: ${label}`} /></span>`}
  </div>`;
});
