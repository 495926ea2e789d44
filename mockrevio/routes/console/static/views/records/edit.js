// Create a record, or change one.

import { html } from "../../lib/html.js";
import { entityPath, get, post, put, remove } from "../../lib/api.js";
import { withoutReloads } from "../../lib/live.js";
import { useLoad } from "../../lib/load.js";
import { href, navigate, useRoute } from "../../lib/router.js";
import { LoadError, Notice, PageHead, Skeleton } from "../../ui/basics.js";
import { toast } from "../../ui/toasts.js";
import { RecordForm } from "./form.js";
import { oneOf, titleOf } from "./words.js";

const crumbsOf = (resource) => [["Records", href("records")], [titleOf(resource), href("records", resource.name)]];

/** A form for a record that does not exist yet. The address may have values of its fields; `id` is that of its own. */
export function NewRecord({ resource, resources }) {
  const { params } = useRoute();
  const details = useLoad(() => get(`resources/${encodeURIComponent(resource.name)}`), []);
  const title = `New ${oneOf(resource)}`;
  if (!details.data) return html`<${Waiting} title=${title} crumbs=${crumbsOf(resource)} states=${[details]} />`;
  const { id, ...presets } = params;
  const texts = Object.fromEntries(details.data.fields.map(({ name }) => [name, presets[name]]).filter(([, text]) => text !== undefined));
  if (id !== undefined) texts[resource.id_field] = id;
  const save = async (makeRecord) => {
    const { entities: [added] } = await post(entityPath(resource.name), makeRecord({}));
    const own = added[resource.id_field];
    navigate("records", resource.name, own);
    toast(`${resource.name} ${own} is created.`, resource.id_repeats ? {} : { undo: () => withoutReloads(async () => {
      await remove(entityPath(resource.name, own));
      navigate("records", resource.name);
    }) });
  };
  return html`<${PageHead} title=${title} crumbs=${crumbsOf(resource)}>Everything but what is marked as required can be left empty.<//>
    <${RecordForm} resource=${details.data} resources=${resources} record=${{}} start=${texts} isNew action=${`Create the ${oneOf(resource)}`}
      save=${save} cancel=${href("records", resource.name)} />`;
}

export function EditRecord({ resource, resources, id }) {
  const path = entityPath(resource.name, id);
  const details = useLoad(() => get(`resources/${encodeURIComponent(resource.name)}`), []);
  const state = useLoad(() => get(path), [path]);
  const title = `Edit ${resource.name} ${id}`;
  const crumbs = [...crumbsOf(resource), [`${resource.name} ${id}`, href("records", resource.name, id)]];
  if (!details.data || !state.data) return html`<${Waiting} title=${title} crumbs=${crumbs} states=${[details, state]} />`;
  if (resource.id_repeats) {
    return html`<${PageHead} title=${title} crumbs=${crumbs} />
      <${Notice}>Ids of ${resource.path} may repeat, so these records can only be deleted, and others added.<//>`;
  }
  const save = async (makeRecord) => {
    const before = await get(path); // clients may have changed it meanwhile: their changes of other fields stay
    await put(path, makeRecord(before));
    navigate("records", resource.name, id);
    toast(`${resource.name} ${id} is saved.`, { undo: () => put(path, before) });
  };
  return html`<${PageHead} title=${title} crumbs=${crumbs} />
    <${RecordForm} resource=${details.data} resources=${resources} record=${state.data} start=${{}} action="Save" save=${save}
      cancel=${href("records", resource.name, id)} />`;
}

function Waiting({ title, crumbs, states }) {
  const failed = states.find(({ error }) => error);
  return html`<${PageHead} title=${title} crumbs=${crumbs} />
    ${failed ? html`<${LoadError} error=${failed.error} retry=${failed.reload} />` : html`<${Skeleton} lines=${8} />`}`;
}
