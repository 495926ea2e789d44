// The list of key links.

import { html } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { PAGE, SEARCH_WAIT, useLastPage, useListing } from "../../lib/listing.js";
import { useLoad } from "../../lib/load.js";
import { href, navigate } from "../../lib/router.js";
import { Button, ButtonLink, Empty, Loaded, PageHead, Panel } from "../../ui/basics.js";
import { FilterChip } from "../../ui/filters.js";
import { SearchField, SelectField } from "../../ui/forms.js";
import { Pager, Table } from "../../ui/table.js";
import { dateText } from "../../ui/values.js";
import { ExternalSide, RecordSide } from "./sides.js";

const COLUMNS = [
  { key: "id", title: "Link", sort: "integration_key_link_id", cell: ({ link }) => html`<a class="number" href=${href("links", link.integration_key_link_id)}
    aria-label=${`Key link ${link.integration_key_link_id}`}>${link.integration_key_link_id}</a>` },
  { key: "external", title: "External id", sort: "external_id", cell: (row) => html`<${ExternalSide} ...${row} />` },
  { key: "record", title: "Record", sort: "internal_id", cell: (row) => html`<span class="linked">
    <span class="link-arrow" role="img" aria-label="is linked with">↔</span><${RecordSide} ...${row} /></span>` },
  { key: "created", title: "Created", sort: "created_date", end: true, cell: ({ link }) => link.created_date
    && html`<time class="muted small nowrap" datetime=${link.created_date}>${dateText(link.created_date)}</time>` },
];
const FILTERS = ["search", "system", "type", "internal_id"];

export function LinkList({ catalog }) {
  const { params, search, sort, offset, change, turn } = useListing();
  const query = { ...Object.fromEntries(FILTERS.map((name) => [name, params[name]])), sort, offset, limit: PAGE, labels: "true" };
  const state = useLoad(() => get("key_links", query), [JSON.stringify(query)], ["data"], search ? SEARCH_WAIT : undefined);
  useLastPage(offset, state.data?.count ?? 0, turn);
  const filtered = FILTERS.some((name) => params[name]);
  const clear = () => change(Object.fromEntries(FILTERS.map((name) => [name, null])));
  return html`<${PageHead} title="Key links" actions=${html`<${ButtonLink} kind="primary" icon="plus" href=${href("links", "new")}>New key link<//>`}>
      Each ties a record of Rev.io to one of another system. Clients manage them at <code>/v1/IntegrationKeyLink</code>.
    <//>
    <${Filters} catalog=${catalog.data} params=${params} search=${search} change=${change} />
    <${Panel} flush>
      <${Loaded} state=${state} lines=${8}>${({ count, key_links: links, labels }) => (count === 0
        ? html`<${NoLinks} filtered=${filtered} clear=${clear} />`
        : html`<${Table} label="Key links" columns=${COLUMNS} sorted=${sort ?? "integration_key_link_id"} onSort=${(value) => change({ sort: value })}
              rows=${links.map((link, index) => ({ link, label: labels[index] }))} rowKey=${({ link }) => link.integration_key_link_id}
              onOpen=${({ link }) => navigate("links", link.integration_key_link_id)} />
            <${Pager} offset=${offset} size=${PAGE} count=${count} onOffset=${turn} />`)}
      <//>
    <//>`;
}

function Filters({ catalog, params, search, change }) {
  const systems = (catalog?.systems ?? []).map((each) => [each.integration_system_id, each.system_name]);
  const types = (catalog?.entity_types ?? []).map((each) => [each.integration_entity_type_id, each.entity_type_name]);
  const chosen = (value, options) => options.find(([id, name]) => String(id) === value || name === value)?.[0] ?? value ?? "";
  return html`<div class="toolbar" role="search">
    <${SearchField} label="Search key links" value=${search} onValue=${(value) => change({ search: value })}
      placeholder="Search by external id, record, name, system …" />
    <${SelectField} label="System" hideLabel value=${chosen(params.system, systems)} options=${[["", "All systems"], ...systems]}
      onValue=${(value) => change({ system: value })} />
    <${SelectField} label="Type" hideLabel value=${chosen(params.type, types)} options=${[["", "All types"], ...types]}
      onValue=${(value) => change({ type: value })} />
    ${params.internal_id && html`<${FilterChip} text=${`internal_id is ${params.internal_id}`} onRemove=${() => change({ internal_id: null })} />`}
  </div>`;
}

function NoLinks({ filtered, clear }) {
  if (filtered) {
    return html`<${Empty} level=${2} icon="search" title="No key link matches" actions=${html`<${Button} onClick=${clear}>Clear the search<//>`}>
      All words must occur in its ids, or in the names of the system, the type or the record.<//>`;
  }
  const create = html`<${ButtonLink} kind="primary" icon="plus" href=${href("links", "new")}>New key link<//>`;
  return html`<${Empty} level=${2} icon="link" title="No key links yet" actions=${create}>
    Create the first one here, or let your integration do it with <code>POST /v1/IntegrationKeyLink</code>.<//>`;
}

const OF_RECORD = COLUMNS.filter(({ key }) => key !== "record").map(({ sort, ...column }) => column);

/** The key links of one record. */
export function LinkTable({ label, links, labels }) {
  return html`<${Table} label=${label} columns=${OF_RECORD} rowKey=${({ link }) => link.integration_key_link_id}
    rows=${links.map((link, index) => ({ link, label: labels[index] }))} onOpen=${({ link }) => navigate("links", link.integration_key_link_id)} />`;
}
