// Settings of the whole server, which are set where it is started.

import { html } from "../../lib/html.js";
import { Badge, Panel } from "../../ui/basics.js";
import { Table } from "../../ui/table.js";
import { isSame } from "./apply.js";
import { valueInWords } from "./words.js";

export function ServerSettings({ settings }) {
  if (settings.length === 0) return null;
  const columns = [
    { key: "name", title: "Setting", hideLabel: true, cell: (setting) => html`<div id=${`setting-${setting.name}`} tabindex="-1">
      <code>${setting.option}</code><div class="muted small">${setting.help}</div></div>` },
    { key: "value", title: "Value", cell: (setting) => html`<span class="anywhere">${valueInWords(setting, setting.value)}</span>` },
    { key: "default", title: "Default", cell: (setting) => html`<span class="muted anywhere">${valueInWords(setting, setting.default)}</span>` },
    { key: "how", title: "Set by", cell: ({ set_by: by, variable, value, default: standard }) => (by === null
      ? html`<code class="muted xsmall anywhere">${variable}</code>`
      : html`<${Badge} tone=${isSame(value, standard) ? "" : "accent"} mono>${by}<//>`) },
  ];
  return html`<${Panel} title="The server" note="read-only" flush>
    <p class="muted small panel-note">These are set where mockrevio is started: on the command line, such as <code>mockrevio serve --port 7385</code>, in the environment, or in a file (<code>--config</code>).</p>
    <${Table} label="Settings of the server" columns=${columns} rows=${settings} rowKey=${({ name }) => name} />
  <//>`;
}
