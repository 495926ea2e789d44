// Small helpers to make parts of a page out of texts and other parts.

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

export function clear(parent) {
  parent.replaceChildren();
}

export function fill(parent, children) {
  parent.replaceChildren(...children);
}

export function row(...cells) {
  return element("tr", {}, ...cells.map((cell) =>
    element("td", { className: typeof cell === "number" ? "number" : "" }, cell)));
}
