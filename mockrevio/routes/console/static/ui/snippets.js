// Programs in several languages, one at a time.

import { html, useState } from "../lib/html.js";
import { Code } from "./code.js";
import { Tabs } from "./tabs.js";

let chosen = "curl"; // the language that was last looked at, also for the next call

/** `programs` are pairs of a language and a text. */
export function Snippets({ programs }) {
  const [language, setLanguage] = useState(chosen);
  const current = programs.some(([name]) => name === language) ? language : programs[0][0];
  const change = (name) => {
    chosen = name;
    setLanguage(name);
  };
  return html`<${Tabs} label="Language" current=${current} onChange=${change} tabs=${programs.map(([name]) => [name, name])}>
    <${Code} text=${programs.find(([name]) => name === current)[1]} label=${`${current} code`} />
  <//>`;
}
