// The records of one resource.

import { html, useMemo, useState } from "../../lib/html.js";
import { entityPath, get } from "../../lib/api.js";
import { inWords } from "../../lib/format.js";
import { PAGE, SEARCH_WAIT, useLastPage, useListing } from "../../lib/listing.js";
import { useLoad } from "../../lib/load.js";
import { href, navigate } from "../../lib/router.js";
import { chooseFields, valueAt } from "../../lib/telling.js";
import { Button, ButtonLink, Empty, Loaded, PageHead, Panel } from "../../ui/basics.js";
import { FilterChip } from "../../ui/filters.js";
import { SearchField } from "../../ui/forms.js";
import { findRecord } from "../../ui/revio.js";
import { Pager, Table } from "../../ui/table.js";
import { Value } from "../../ui/values.js";
import { GenerateDialog } from "./generate.js";
import { oneOf, titleOf } from "./words.js";

const MOST_FIELDS = 5;
const CONDITION = "field."; // what the names of parameters that are conditions on fields begin with

export function RecordList({ resource, resources }) {
  const { params, search, sort, offset, change, turn } = useListing();
  const conditions = Object.entries(params).filter(([name]) => name.startsWith(CONDITION));
  const query = { ...Object.fromEntries(conditions), search, sort, offset, limit: PAGE, labels: "true" };
  const details = useLoad(() => get(`resources/${encodeURIComponent(resource.name)}`), []);
  const state = useLoad(() => get(entityPath(resource.name), query), [JSON.stringify(query)], ["data"], search ? SEARCH_WAIT : undefined);
  useLastPage(offset, state.data?.count ?? 0, turn);
  const clear = () => change({ search: null, ...Object.fromEntries(conditions.map(([each]) => [each, null])) });
  const both = { data: state.data && details.data && { ...state.data, details: details.data }, error: state.error ?? details.error, reload: state.reload };
  return html`<${PageHead} title=${titleOf(resource)} crumbs=${[["Records", href("records")]]} actions=${html`<${Actions} resource=${resource} />`}>
      ${resource.entity_type ? html`Entity type <code>${resource.entity_type}</code>, at ` : "At "}<code>/v1/${resource.path}</code>
      ${resource.methods.length > 0 && html` (${resource.methods.join(", ")})`}
    <//>
    <div class="toolbar" role="search">
      <${SearchField} label=${`Search ${titleOf(resource).toLowerCase()}`} value=${search} onValue=${(value) => change({ search: value })}
        placeholder="Search by id, name, or any value" />
      ${conditions.map(([each, value]) => html`<${Condition} key=${each} name=${each.slice(CONDITION.length)} value=${value} details=${details.data}
        resources=${resources} onRemove=${() => change({ [each]: null })} />`)}
    </div>
    <${Panel} flush>
      <${Loaded} state=${both} lines=${8}>${(data) => (data.count === 0
        ? html`<${NoRecords} resource=${resource} filtered=${search || conditions.length > 0} clear=${clear} />`
        : html`<${Rows} data=${data} resources=${resources} sort=${sort} onSort=${(value) => change({ sort: value })} />
            <${Pager} offset=${offset} size=${PAGE} count=${data.count} onOffset=${turn} />`)}
      <//>
    <//>`;
}

/** A condition on a field; if that refers to a record, with its name. */
function Condition({ name, value, details, resources, onRemove }) {
  const path = details?.fields.find((field) => field.name === name)?.refers_to;
  const target = resources.find((each) => each.path === path);
  const { data } = useLoad(() => findRecord(target, value), [target?.name, value]);
  return html`<${FilterChip} text=${`${name} is ${value}${data?.label ? `, ${data.label}` : ""}`} onRemove=${onRemove} />`;
}

function Actions({ resource }) {
  const [generating, setGenerating] = useState(false);
  return html`
    ${resource.generated && html`<${Button} icon="sparkles" onClick=${() => setGenerating(true)}>50 more<//>`}
    <${ButtonLink} kind="primary" icon="plus" href=${href("records", resource.name, "new")}>New ${oneOf(resource)}<//>
    ${generating && html`<${GenerateDialog} resource=${resource} onClose=${() => setGenerating(false)} />`}`;
}

function Rows({ data, resources, sort, onSort }) {
  const { details, entities: records, labels } = data;
  const columns = useMemo(() => columnsOf(details, resources, records, labels), [data]);
  const id = details.id_field;
  const rows = records.map((record, index) => ({ record, label: labels[index], key: details.id_repeats ? `${record[id]}-${index}` : record[id] }));
  return html`<${Table} label=${titleOf(details)} columns=${columns} rows=${rows} rowKey=${({ key }) => key} sorted=${sort ?? id} onSort=${onSort}
    onOpen=${({ record }) => navigate("records", details.name, record[id])} />`;
}

function columnsOf(details, resources, records, labels) {
  const id = details.id_field;
  const open = (record, text, classes) => html`<a class=${classes} href=${href("records", details.name, record[id])}>${text}</a>`;
  const columns = [{ key: id, title: "Id", sort: id, cell: ({ record }) => open(record, record[id], "number") }];
  if (labels.some(Boolean)) {
    columns.push({ key: "label", title: "Name", cell: ({ record, label }) => label && html`<span class="cell-text strong">${open(record, label, "plain")}</span>` });
  }
  for (const field of chooseFields(details, records, labels, MOST_FIELDS)) {
    const target = field.refers_to && resources.find(({ path }) => path === field.refers_to);
    columns.push({
      key: field.name, title: inWords(field.path.at(-1)), sort: field.name, end: field.kind === "decimal",
      cell: ({ record }) => html`<${Cell} field=${field} value=${valueAt(record, field.path)} target=${target} />`,
    });
  }
  return columns;
}

function Cell({ field, value, target }) {
  if (value === null || value === undefined || value === "") return null;
  if (target && value) return html`<a class="number" href=${href("records", target.name, value)} title=${`${target.name} ${value}`}>${value}</a>`;
  return html`<span class="cell-text"><${Value} name=${field.name} kind=${field.kind} value=${value} /></span>`;
}

function NoRecords({ resource, filtered, clear }) {
  if (filtered) {
    return html`<${Empty} level=${2} icon="search" title="No record matches" actions=${html`<${Button} onClick=${clear}>Clear the search<//>`}>
      All words must occur in a record's values.<//>`;
  }
  return html`<${Empty} level=${2} icon="database" title=${`No ${titleOf(resource).toLowerCase()} yet`} actions=${html`<${Actions} resource=${resource} />`}>
    ${resource.generated ? "Add made-up ones, or write one yourself. Clients see them at once." : "Write the first one. Clients see it at once."}<//>`;
}
