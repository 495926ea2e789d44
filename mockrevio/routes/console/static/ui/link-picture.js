// Which systems are linked to which kinds of records, as a picture: a ribbon for each pair, as wide as it has links.

import { html, useEffect, useRef, useState } from "../lib/html.js";
import { formatNumber, inWords, plural } from "../lib/format.js";
import { href } from "../lib/router.js";

const GAP = 14; // pixels between two bars
const BAR = 10;
const SERIES = 6; // colours in tokens.css

/** `links` are the pairs of the overview with their counts. */
export function LinkPicture({ links }) {
  const frame = useRef(null);
  const [width, setWidth] = useState(600);
  const [active, setActive] = useState(null);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(Math.max(260, contentRect.width)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const { ribbons, left, right, height } = layOut(links, width);
  const margin = labelWidth(width);
  return html`<div class="link-picture" ref=${frame}>
    <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="group" aria-label="Which systems are linked with which records">
      ${ribbons.map((ribbon) => html`<a key=${ribbon.key} href=${ribbon.href} class="ribbon" aria-label=${ribbon.text}
          data-dim=${active !== null && active !== ribbon.from && active !== ribbon.to && active !== ribbon.key ? "" : undefined}
          onMouseEnter=${() => setActive(ribbon.key)} onMouseLeave=${() => setActive(null)}
          onFocus=${() => setActive(ribbon.key)} onBlur=${() => setActive(null)}>
        <path d=${ribbon.path} style=${{ fill: `var(--series-${ribbon.colour})` }}><title>${ribbon.text}</title></path>
      </a>`)}
      ${left.map((bar) => html`<g key=${bar.name} onMouseEnter=${() => setActive(bar.id)} onMouseLeave=${() => setActive(null)}>
        <rect x=${margin} y=${bar.y} width=${BAR} height=${bar.height} rx="3" style=${{ fill: `var(--series-${bar.colour})` }} />
        <text x=${margin - 8} y=${bar.y + bar.height / 2} text-anchor="end" dominant-baseline="middle">${short(bar.name, width)}
          <title>${bar.name}: ${plural(bar.count, "link")}</title></text>
      </g>`)}
      ${right.map((bar) => html`<g key=${bar.name} onMouseEnter=${() => setActive(bar.id)} onMouseLeave=${() => setActive(null)}>
        <rect x=${width - margin - BAR} y=${bar.y} width=${BAR} height=${bar.height} rx="3" class="bar-right" />
        <text x=${width - margin + 8} y=${bar.y + bar.height / 2} dominant-baseline="middle">${short(inWords(bar.name), width)}
          <tspan class="count" dx="5">${formatNumber(bar.count)}</tspan><title>${bar.name}: ${plural(bar.count, "link")}</title></text>
      </g>`)}
    </svg>
  </div>`;
}

const labelWidth = (width) => Math.min(150, Math.max(92, width * 0.24));
const short = (text, width) => {
  const most = Math.floor((labelWidth(width) - 36) / 6.4);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
};

function layOut(links, width) {
  const left = bars(links, "integration_system_id", "system_name");
  const right = bars(links, "integration_entity_type_id", "entity_type_name");
  const total = links.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(left.length, right.length);
  const height = Math.max(150, most * 34 + 8);
  for (const side of [left, right]) place(side, height, total);
  const colours = new Map(left.map((bar, index) => [bar.id, (index % SERIES) + 1]));
  for (const bar of left) bar.colour = colours.get(bar.id);
  const margin = labelWidth(width);
  const from = new Map(left.map((bar) => [bar.id, { ...bar, used: 0 }]));
  const to = new Map(right.map((bar) => [bar.id, { ...bar, used: 0 }]));
  const order = new Map(right.map((bar, index) => [bar.id, index]));
  const rank = new Map(left.map((bar, index) => [bar.id, index]));
  const pairs = links.map((pair) => ({ ...pair, from: `s${pair.integration_system_id}`, to: `t${pair.integration_entity_type_id}` }))
    .sort((a, b) => rank.get(a.from) - rank.get(b.from) || order.get(a.to) - order.get(b.to));
  const ribbons = pairs.map((pair) => {
    const start = from.get(pair.from);
    const end = to.get(pair.to);
    const startHeight = (pair.count / start.count) * start.height;
    const endHeight = (pair.count / end.count) * end.height;
    const path = ribbonPath(margin + BAR, start.y + start.used, startHeight, width - margin - BAR, end.y + end.used, endHeight);
    start.used += startHeight;
    end.used += endHeight;
    return {
      key: `${pair.from}${pair.to}`, from: pair.from, to: pair.to, path, colour: colours.get(pair.from),
      text: `${pair.system_name} with ${inWords(pair.entity_type_name)}: ${plural(pair.count, "link")}`,
      href: href("links", { system: pair.integration_system_id, type: pair.integration_entity_type_id }),
    };
  });
  return { ribbons, left, right, height };
}

function bars(links, idField, nameField) {
  const found = new Map();
  for (const pair of links) {
    const id = `${idField === "integration_system_id" ? "s" : "t"}${pair[idField]}`;
    const bar = found.get(id) ?? { id, name: pair[nameField] ?? `Type ${pair[idField]}`, count: 0 };
    bar.count += pair.count;
    found.set(id, bar);
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** Heights as the counts are, but none so low that it could not be seen or named. */
function place(side, height, total) {
  const room = height - GAP * (side.length - 1);
  const least = Math.min(18, room / side.length);
  const heights = side.map(({ count }) => Math.max(least, (count / total) * room));
  const surplus = heights.reduce((sum, each) => sum + each, 0) - room;
  const above = heights.reduce((sum, each) => sum + each - least, 0);
  let y = 0;
  side.forEach((bar, index) => {
    bar.height = heights[index] - (above > 0 ? ((heights[index] - least) / above) * surplus : 0);
    bar.y = y;
    y += bar.height + GAP;
  });
}

function ribbonPath(x1, y1, height1, x2, y2, height2) {
  const middle = (x1 + x2) / 2;
  return `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2} L${x2},${y2 + height2} `
    + `C${middle},${y2 + height2} ${middle},${y1 + height1} ${x1},${y1 + height1} Z`;
}
