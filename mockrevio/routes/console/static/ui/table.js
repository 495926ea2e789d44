// Tables with keyed rows, sorting by columns, and pages. On a narrow screen each row becomes a card.

import { html } from "../lib/html.js";
import { formatNumber } from "../lib/format.js";
import { Button, Icon } from "./basics.js";

/**
 * A table. `columns` are `{ key, title, cell(row), sort, end, hideLabel }`; `sort` is the name to sort by. `sorted` is
 * "name" or "-name". `onOpen(row)` opens a row by click or Enter; its first cell should have a link for the keyboard.
 */
export function Table({ label, columns, rows, rowKey, sorted, onSort, onOpen, selected }) {
  return html`<div class="table-scroll"><table class="table cards" aria-label=${label}>
    <thead><tr>${columns.map((column) => html`<${Head} key=${column.key} column=${column} sorted=${sorted} onSort=${onSort} />`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${rowKey(row)} class=${onOpen ? "clickable" : undefined}
        aria-selected=${selected !== undefined && rowKey(row) === selected ? "true" : undefined}
        onClick=${onOpen && ((event) => { if (!ownAction(event)) onOpen(row); })}>
      ${columns.map((column) => html`<td key=${column.key} class=${column.end ? "end number" : undefined}
        data-label=${column.hideLabel ? undefined : column.title}>${column.cell(row)}</td>`)}
    </tr>`)}</tbody>
  </table></div>`;
}

/** Whether a click was meant for something in the row, or selected text to copy. */
export function ownAction(event) {
  return event.target.closest("a, button, input, select, label") !== null || String(getSelection()) !== "";
}

function Head({ column, sorted, onSort }) {
  const classes = column.end ? "end" : undefined;
  if (!column.sort || !onSort) return html`<th scope="col" class=${classes}>${column.title}</th>`;
  const current = sorted?.replace("-", "") === column.sort;
  const descending = current && sorted.startsWith("-");
  const direction = descending ? "descending" : "ascending";
  return html`<th scope="col" class=${classes} aria-sort=${current ? direction : undefined}>
    <button type="button" class="sort" data-sorted=${current ? direction : undefined}
        onClick=${() => onSort(current && !descending ? `-${column.sort}` : column.sort)}>
      ${column.title}<${Icon} name=${current ? (descending ? "arrow-down" : "arrow-up") : "chevrons-up-down"} />
    </button>
  </th>`;
}

/** Which part of a listing is shown, and how to get to the others. */
export function Pager({ offset, size, count, onOffset }) {
  const last = Math.min(offset + size, count);
  const pages = Math.ceil(count / size);
  return html`<div class="pager">
    <span aria-live="polite">${count ? `${formatNumber(offset + 1)}–${formatNumber(last)} of ${formatNumber(count)}` : "None"}</span>
    ${pages > 2 && html`<${PageChoice} page=${Math.floor(offset / size) + 1} pages=${pages} onPage=${(page) => onOffset((page - 1) * size)} />`}
    <span class="row">
      <${Button} small icon="chevron-left" disabled=${offset === 0} onClick=${() => onOffset(Math.max(0, offset - size))}>Previous<//>
      <${Button} small disabled=${last >= count} onClick=${() => onOffset(offset + size)}>Next<${Icon} name="chevron-right" /><//>
    </span>
  </div>`;
}

/** The number of the page, to type another one. */
function PageChoice({ page, pages, onPage }) {
  const choose = (event) => {
    const wanted = Math.min(pages, Math.max(1, Math.trunc(Number(event.target.value)) || page));
    event.target.value = wanted;
    if (wanted !== page) onPage(wanted);
  };
  return html`<label class="row page-choice">Page
    <input class="input" type="number" min="1" max=${pages} value=${page} key=${page} onChange=${choose} /> of ${formatNumber(pages)}</label>`;
}
