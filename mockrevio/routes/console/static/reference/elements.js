// Helpers that build elements from text and other elements.

export function element(tag, properties = {}, ...children) {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return created;
}

export function fill(parent, children) {
  parent.replaceChildren(...children);
}
