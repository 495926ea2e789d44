// Key links: which record of another system belongs to which record of Rev.io.

import { html } from "../lib/html.js";
import { get } from "../lib/api.js";
import { usePageTop } from "../lib/listing.js";
import { useLoad } from "../lib/load.js";
import { useRoute } from "../lib/router.js";
import { Loaded } from "../ui/basics.js";
import { LinkDetail } from "./links/detail.js";
import { EditLink, NewLink } from "./links/form.js";
import { LinkList } from "./links/list.js";

export default function Links() {
  const { rest } = useRoute();
  usePageTop(rest.join("/"));
  const catalog = useLoad(() => get("overview", { part: "catalog" }), [], ["data"], 5000);
  const [id, action] = rest;
  if (id === undefined) return html`<${LinkList} catalog=${catalog} />`;
  if (id !== "new" && action !== "edit") return html`<${LinkDetail} key=${id} id=${id} />`;
  return html`<${Loaded} state=${catalog} lines=${6}>${(known) => (id === "new"
    ? html`<${NewLink} known=${known} />`
    : html`<${EditLink} key=${id} id=${id} known=${known} />`)}<//>`;
}
