// All resources with the number of their records: first those that key links can point at.

import { html } from "../../lib/html.js";
import { formatNumber, plural } from "../../lib/format.js";
import { useListing } from "../../lib/listing.js";
import { href } from "../../lib/router.js";
import { hasWords, wordsOf } from "../../lib/words.js";
import { Button, Empty, Loaded, PageHead } from "../../ui/basics.js";
import { SearchField } from "../../ui/forms.js";
import { titleOf } from "./words.js";

export function ResourceList({ state }) {
  const { search, change } = useListing();
  return html`<${PageHead} title="Records">
      Everything that Rev.io's API shows. What you change here, clients see with their next call.
    <//>
    <div class="toolbar" role="search">
      <${SearchField} label="Search resources" value=${search} onValue=${(value) => change({ search: value })} placeholder="Search resources, such as Bills" />
    </div>
    <${Loaded} state=${state} lines=${8}>${({ resources }) => html`<${Groups} resources=${matching(resources, search)} clear=${() => change({ search: null })} />`}<//>`;
}

function matching(resources, search) {
  const words = wordsOf(search);
  return resources.filter(({ name, path }) => hasWords(`${name} ${path} ${titleOf({ path })}`, words));
}

function Groups({ resources, clear }) {
  if (resources.length === 0) {
    return html`<${Empty} level=${2} icon="search" title="No resource matches" actions=${html`<${Button} onClick=${clear}>Clear the search<//>`} />`;
  }
  const linkable = resources.filter(({ entity_type: type }) => type);
  const others = resources.filter(({ entity_type: type }) => !type);
  return html`<div class="stack resource-groups">
    <${Group} title="Can have key links" resources=${linkable} />
    <${Group} title="All others" resources=${others} />
  </div>`;
}

function Group({ title, resources }) {
  if (resources.length === 0) return null;
  const count = resources.reduce((total, each) => total + each.count, 0);
  return html`<section>
    <div class="resources-head"><h2>${title}</h2><span class="panel-head-note">${plural(count, "record")}</span></div>
    <ul class="resources">${resources.map((resource) => html`<li key=${resource.path}>
      <a class="resource" href=${href("records", resource.name)}>
        <span class="resource-name">${titleOf(resource)}</span>
        <span class="resource-count number">${formatNumber(resource.count)}</span>
        <code class="resource-path clip">${resource.entity_type ?? `/v1/${resource.path}`}</code>
      </a></li>`)}
    </ul>
  </section>`;
}
