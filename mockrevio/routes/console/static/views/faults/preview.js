// A rule in words, as JSON that can be edited, and as code.

import { html, useEffect, useState } from "../../lib/html.js";
import { ruleInWords } from "../../lib/fault-words.js";
import { ruleAsCurl, ruleAsPytest } from "../../lib/snippets.js";
import { Panel } from "../../ui/basics.js";
import { Code, CopyButton } from "../../ui/code.js";
import { TextArea } from "../../ui/forms.js";
import { Tabs } from "../../ui/tabs.js";

const TABS = [["json", "JSON"], ["curl", "curl"], ["pytest", "pytest"]];

export function Preview({ rule, setRule, options }) {
  const [tab, setTab] = useState("json");
  return html`<div class="rule-preview"><${Panel} title="The rule">
    <div class="stack">
      <p class="rule-words" aria-live="polite">${inWords(rule, options)}</p>
      <${Tabs} label="The rule as" tabs=${TABS} current=${tab} onChange=${setTab}>
        ${tab === "json" && html`<${JsonEditor} rule=${rule} setRule=${setRule} />`}
        ${tab === "curl" && html`<${Code} text=${ruleAsCurl(rule)} label="curl" />`}
        ${tab === "pytest" && html`<${Code} text=${ruleAsPytest(rule)} label="pytest" />`}
      <//>
    </div>
  <//></div>`;
}

/** JSON that is edited may have any form for a moment. */
function inWords(rule, options) {
  try {
    return ruleInWords(rule, options);
  } catch {
    return "This is not a rule yet.";
  }
}

function JsonEditor({ rule, setRule }) {
  const [text, setText] = useState(() => JSON.stringify(rule, null, 2));
  const { value, error } = parse(text);
  const current = error !== null || JSON.stringify(value) === JSON.stringify(rule);
  useEffect(() => { if (!current) setText(JSON.stringify(rule, null, 2)); }, [JSON.stringify(rule)]);
  const edit = (next) => {
    setText(next);
    const read = parse(next);
    if (read.error === null) setRule(read.value);
  };
  return html`<div class="rule-json">
    <${TextArea} label="The rule as JSON" hideLabel rows=${16} value=${text} error=${error} onValue=${edit} help="Edit it here, or in the form." />
    <span class="code-copy"><${CopyButton} text=${text} label="Copy the JSON" /></span>
  </div>`;
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { value, error: null };
    return { value: null, error: "A rule is an object: {\"effect\": …}." };
  } catch (failure) {
    return { value: null, error: `Not JSON yet: ${failure.message}.` };
  }
}
