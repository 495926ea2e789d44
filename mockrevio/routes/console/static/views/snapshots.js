// Snapshots: saving and restoring named states, what has changed since, and the state as a file.

import { html, useEffect, useState } from "../lib/html.js";
import { get, put, remove } from "../lib/api.js";
import { download } from "../lib/download.js";
import { dateOf, formatBytes, plural, timeAgo } from "../lib/format.js";
import { useLoad } from "../lib/load.js";
import { currentRoute, href, navigate, useRoute } from "../lib/router.js";
import { ActionButton, Badge, Button, ButtonLink, Empty, Loaded, PageHead, Panel } from "../ui/basics.js";
import { confirm } from "../ui/dialog.js";
import { TextField } from "../ui/forms.js";
import { AUTOMATIC, ResetButton, restoreSnapshot } from "../ui/state-actions.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toasts.js";
import { Changes } from "./snapshots/changes.js";
import { Upload } from "./snapshots/upload.js";

const NAME = /^(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$))[a-z0-9_-][a-z0-9._-]{0,63}$/; // as the server checks it
const NAME_HELP = "1 to 64 lowercase letters, digits, dots, dashes or underscores, without a leading dot; not a name that Windows reserves, such as con.";

export default function Snapshots() {
  const { rest: [name] } = useRoute();
  return name === undefined ? html`<${Listing} />` : html`<${Detail} key=${name} name=${name} />`;
}

function Listing() {
  const state = useLoad(() => get("snapshots", { details: "true" }), [], ["snapshots"]);
  const [uploading, setUploading] = useState(false);
  return html`<div class="stack">
    <${PageHead} title="Snapshots" actions=${html`
      <${ActionButton} icon="download" run=${() => download("state", "state")}>Download the state<//>
      <${Button} icon="upload" onClick=${() => setUploading(true)}>Upload a state<//>
      <${ResetButton} kind="">Reset to the fixture<//>`}>
      A snapshot is the whole state under a name: records, key links, fault rules and settings. Save one, run your code, and see what it changed or go back.
    <//>
    <${Save} names=${state.data?.snapshots ?? []} />
    <${Panel} title="Saved" note=${state.data && state.data.count > 0 && plural(state.data.count, "snapshot")} flush>
      <${Loaded} state=${state}>${({ details }) => (details.length === 0
        ? html`<${Empty} icon="camera" title="No snapshots yet">Save the state as it is now, above. Then any change can be compared with it and taken back.<//>`
        : html`<${SnapshotTable} details=${details} />`)}<//>
    <//>
    ${uploading && html`<${Upload} onClose=${() => setUploading(false)} />`}
  </div>`;
}

function Save({ names }) {
  const [name, setName] = useState("");
  const [error, setError] = useState(null);
  const wrong = name !== "" && !NAME.test(name);
  const replaces = names.includes(name);
  const save = async () => {
    if (replaces && !(await confirm({ title: `Replace ${name}?`, text: "The state that was saved under this name is lost.", action: "Replace" }))) return;
    await put(`snapshots/${encodeURIComponent(name)}`);
    toast(`Saved ${name}.`);
    setName("");
  };
  const submit = async (event) => {
    event.preventDefault();
    if (name === "" || wrong) {
      setError(`Give it a name: ${NAME_HELP}`);
      return;
    }
    await save().catch((each) => setError(each.message));
  };
  return html`<${Panel} title="Save the state as it is now">
    <form class="save-form" onSubmit=${submit} novalidate>
      <${TextField} label="Name" value=${name} placeholder="before-import" error=${wrong ? `This name is not allowed: ${NAME_HELP}` : error}
        help=${replaces ? "There is a snapshot with this name. Saving replaces it." : "Lowercase letters, digits, dots, dashes and underscores."}
        onValue=${(value) => { setName(value); setError(null); }} />
      <${Button} kind="primary" icon="save" type="submit" disabled=${wrong}>${replaces ? "Replace" : "Save"}<//>
    </form>
  <//>`;
}

function SnapshotTable({ details }) {
  const now = useNow();
  const columns = [
    { key: "name", title: "Name", hideLabel: true, cell: ({ name }) => html`<span class="row">
      <a class="strong anywhere" href=${href("snapshots", name)}>${name}</a>
      ${AUTOMATIC.has(name) && html`<${Badge} title="Saved by the console before the state was replaced">automatic<//>`}</span>` },
    { key: "saved", title: "Saved", cell: ({ saved_at: saved }) => html`<span title=${`${dateOf(saved)} UTC`}>${timeAgo(Date.parse(`${saved}Z`), now)}</span>` },
    { key: "size", title: "Size", end: true, cell: ({ size }) => formatBytes(size) },
    { key: "actions", title: "Actions", hideLabel: true, end: true, cell: ({ name }) => html`<span class="row end">
      <${ButtonLink} small icon="arrow-left-right" href=${href("snapshots", name)} aria-label=${`Compare ${name} with now`}>Compare<//>
      <${ActionButton} small icon="rotate-ccw" run=${() => restoreSnapshot(name)} aria-label=${`Restore ${name}`}>Restore<//>
      <${ActionButton} small kind="quiet" icon="download" label=${`Download ${name}`} run=${() => download(`snapshots/${name}`, name)} />
      <${ActionButton} small kind="quiet danger" icon="trash-2" label=${`Delete ${name}`} run=${() => removeSnapshot(name)} />
    </span>` },
  ];
  const newestFirst = details.toSorted((a, b) => b.saved_at.localeCompare(a.saved_at));
  return html`<${Table} label="Snapshots" columns=${columns} rows=${newestFirst} rowKey=${({ name }) => name}
    onOpen=${({ name }) => navigate("snapshots", name)} />`;
}

/** The time in milliseconds, often enough for "5 minutes ago". */
function useNow() {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

async function removeSnapshot(name) {
  const agreed = await confirm({ title: `Delete ${name}?`, text: "The saved state is lost. The world itself does not change.", action: "Delete" });
  if (!agreed) return;
  await remove(`snapshots/${encodeURIComponent(name)}`);
  toast(`Deleted ${name}.`);
  if (currentRoute().rest[0] === name) navigate("snapshots");
}

function Detail({ name }) {
  return html`<div class="stack">
    <${PageHead} title=${name} crumbs=${[["Snapshots", href("snapshots")]]} actions=${html`
      <${ActionButton} icon="rotate-ccw" kind="primary" run=${() => restoreSnapshot(name)}>Restore<//>
      <${ActionButton} icon="download" run=${() => download(`snapshots/${encodeURIComponent(name)}`, name)}>Download<//>
      <${ActionButton} icon="trash-2" kind="danger" run=${() => removeSnapshot(name)}>Delete<//>`}>
      What has changed since this snapshot was saved.
    <//>
    <${Changes} name=${name} />
  </div>`;
}
