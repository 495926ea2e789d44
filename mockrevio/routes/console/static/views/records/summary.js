// A record in short, for views that are about something else.

import { html } from "../../lib/html.js";
import { entityPath, get } from "../../lib/api.js";
import { inWords } from "../../lib/format.js";
import { useLoad } from "../../lib/load.js";
import { href } from "../../lib/router.js";
import { chooseFields, valueAt } from "../../lib/telling.js";
import { Facts, Loaded, Panel } from "../../ui/basics.js";
import { Value } from "../../ui/values.js";

const MOST = 8;

export function RecordSummary({ name, id }) {
  const path = entityPath(name, id);
  const state = useLoad(async () => {
    const [resource, record, references] = await Promise.all([
      get(`resources/${encodeURIComponent(name)}`), get(path), get(`${path}/references`)]);
    return { resource, record, references };
  }, [path], ["data"], 2000);
  const open = html`<a href=${href("records", name, id)}>Open the record</a>`;
  return html`<${Panel} title=${`${inWords(name)} ${id}`} note=${state.data?.references.label} actions=${open}>
    <${Loaded} state=${state}>${({ resource, record, references }) => {
      const meant = new Map(references.refers_to.map((each) => [each.field, each]));
      const fields = chooseFields(resource, [record], [references.label], MOST);
      return html`<${Facts} facts=${fields.map((field) => [html`<code>${field.name}</code>`,
        html`<${Value} name=${field.name} kind=${field.kind} value=${valueAt(record, field.path)} reference=${meant.get(field.name)} />`])} />`;
    }}<//>
  <//>`;
}
