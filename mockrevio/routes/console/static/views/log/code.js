// A logged call as code to copy.

import { html } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { useLoad } from "../../lib/load.js";
import { callOf } from "../../lib/logged-call.js";
import { asTest, callSnippets } from "../../lib/snippets.js";
import { Snippets } from "../../ui/snippets.js";

export function CallCode({ entry, caveat }) {
  const overview = useLoad(() => get("overview"), []);
  const call = callOf(entry, overview.data);
  const note = entry.fault ? `answered by ${entry.fault}, which a test would have to arm first` : null;
  const test = asTest({ ...call, status: call.broken ? null : call.status, note });
  return html`${caveat && html`<p class="small muted">${caveat}</p>`}
    <${Snippets} programs=${entry.response === null ? callSnippets(call) : [...callSnippets(call), ["pytest", test]]} />`;
}
