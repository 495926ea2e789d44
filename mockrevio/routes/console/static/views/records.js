// Records: every resource of Rev.io's API, its records, and what they have to do with each other.

import { html } from "../lib/html.js";
import { get } from "../lib/api.js";
import { usePageTop } from "../lib/listing.js";
import { useLoad } from "../lib/load.js";
import { href, useRoute } from "../lib/router.js";
import { ButtonLink, Empty, Loaded, PageHead } from "../ui/basics.js";
import { RecordList } from "./records/browse.js";
import { RecordDetail } from "./records/detail.js";
import { EditRecord, NewRecord } from "./records/edit.js";
import { ResourceList } from "./records/resources.js";

export default function Records() {
  const { rest } = useRoute();
  usePageTop(rest.join("/"));
  const state = useLoad(() => get("resources"), [], ["data"], 2000);
  const [name, id, action] = rest;
  if (name === undefined) return html`<${ResourceList} state=${state} />`;
  return html`<${Loaded} state=${state} lines=${6}>${({ resources }) => {
    const resource = resources.find((each) => [each.name, each.path].some((known) => known.toLowerCase() === name.toLowerCase()));
    if (!resource) return html`<${NoResource} name=${name} />`;
    const known = { resource, resources };
    if (id === undefined) return html`<${RecordList} key=${resource.name} ...${known} />`;
    if (id === "new") return html`<${NewRecord} key=${resource.name} ...${known} />`;
    if (action === "edit") return html`<${EditRecord} key=${`${resource.name}/${id}`} id=${id} ...${known} />`;
    return html`<${RecordDetail} key=${`${resource.name}/${id}`} id=${id} ...${known} />`;
  }}<//>`;
}

function NoResource({ name }) {
  return html`<${PageHead} title=${name} crumbs=${[["Records", href("records")]]} />
    <${Empty} level=${2} icon="circle-alert" title=${`There is no resource ${name}`} actions=${html`<${ButtonLink} href=${href("records")}>All resources<//>`}>
      Resources are named by entity type, such as CUSTOMER, or by path, such as BillProfiles.<//>`;
}
