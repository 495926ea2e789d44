// What every view is written with: Preact's elements in htm's templates, and hooks.
// Text is always set as text, never as HTML, so that nothing a client sent can run here.

import htm from "../vendor/htm.js";
import { Component, h } from "../vendor/preact.js";

export { Fragment, render } from "../vendor/preact.js";
export { useCallback, useEffect, useErrorBoundary, useId, useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.js";

export const html = htm.bind(h);

/** A component that is only drawn again if one of its properties is another one. */
export function memo(draw) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const names = new Set([...Object.keys(next), ...Object.keys(this.props)]);
      return [...names].some((name) => next[name] !== this.props[name]);
    }
    render(properties) {
      return draw(properties);
    }
  };
}
