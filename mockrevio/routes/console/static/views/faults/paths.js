// Suggestions for a path of the API.

import { get } from "../../lib/api.js";
import { useLoad } from "../../lib/load.js";
import { html } from "../../lib/html.js";
import { Combobox } from "../../ui/forms.js";

const ALWAYS = ["IntegrationKeyLink", "IntegrationSystem", "IntegrationEntityType", "SystemStatus"];
const MOST = 8;

/** The endpoints of the world, key links first. */
export function useEndpoints() {
  const { data } = useLoad(() => get("resources"), []);
  const others = (data?.resources ?? []).filter(({ methods }) => methods.length).map(({ path }) => path);
  return [...ALWAYS, ...others];
}

function suggestions(endpoints, text) {
  const wanted = text.toLowerCase().replace(/^\/?(v1\/?)?/, "").replace(/[/*]+$/, "");
  const found = endpoints.filter((each) => each.toLowerCase().includes(wanted)).slice(0, MOST);
  return found.flatMap((endpoint) => [
    { value: `/v1/${endpoint}*`, text: `/v1/${endpoint}*`, note: "all" },
    ...(found.length > 2 ? [] : [
      { value: `/v1/${endpoint}`, text: `/v1/${endpoint}`, note: "the collection" },
      { value: `/v1/${endpoint}/*`, text: `/v1/${endpoint}/*`, note: "one record" },
    ]),
  ]);
}

/** A field for a path, which suggests those of the API. */
export function PathField({ endpoints, value, onValue, label = "Path", ...rest }) {
  return html`<${Combobox} label=${label} value=${value} onValue=${onValue} onPick=${(option) => onValue(option.value)}
    suggest=${(text) => suggestions(endpoints, text)} placeholder="any path" ...${rest} />`;
}
