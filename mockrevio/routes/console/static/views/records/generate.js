// "50 more": made-up records with names, addresses, and references to records that exist.

import { html, useState, useRef } from "../../lib/html.js";
import { entityPath, post } from "../../lib/api.js";
import { plural } from "../../lib/format.js";
import { useSubmit } from "../../lib/submit.js";
import { Button } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { TextField } from "../../ui/forms.js";
import { toast } from "../../ui/toasts.js";
import { titleOf } from "./words.js";

export function GenerateDialog({ resource, onClose }) {
  const [count, setCount] = useState("50");
  const body = useRef(null);
  const { error, busy, submit } = useSubmit(async () => {
    const added = await post(entityPath(resource.name), { count: /^\d+$/.test(count) ? Number(count) : count });
    toast(`${plural(added.count, "record")} added to ${titleOf(resource).toLowerCase()}.`);
    onClose();
  }, body);
  const foot = html`<${Button} onClick=${onClose}>Cancel<//><${Button} kind="primary" type="submit" icon="sparkles" disabled=${busy}>Add them<//>`;
  return html`<${Dialog} title=${`More ${titleOf(resource).toLowerCase()}`} foot=${foot} onClose=${onClose} onSubmit=${submit}>
    <div ref=${body} class="stack">
      <p>Made-up records, with believable values and references to records that exist.</p>
      <${TextField} label="How many" inputmode="numeric" autofocus value=${count} onValue=${setCount} error=${error?.message} help="At most 100,000." />
    </div>
  <//>`;
}
