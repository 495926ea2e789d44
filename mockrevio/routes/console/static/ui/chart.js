// A live chart of numbers over time, drawn by uPlot in the colours of the page.

import uPlot from "../vendor/uplot.js";
import { html, useEffect, useRef } from "../lib/html.js";

/** The colour that a variable of tokens.css has now. */
function colour(element, name) {
  element.style.color = `var(${name})`;
  const value = getComputedStyle(element).color;
  element.style.color = "";
  return value;
}

/**
 * Series of numbers over Unix seconds. `data` is `[seconds, numbers, ...]`, `series` are `{ label, token, fill }` where the
 * token is a colour. `label` says what it shows to those who cannot see it.
 */
export function Chart({ data, series, label, height = 190 }) {
  const frame = useRef(null);
  const chart = useRef(null);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const element = frame.current;
    const draw = () => {
      chart.current?.destroy();
      chart.current = new uPlot(options(element, series, height), latest.current, element);
    };
    draw();
    const observer = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width > 0) chart.current.setSize({ width: contentRect.width, height });
    });
    observer.observe(element);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    addEventListener("themechange", draw);
    document.fonts.ready.then(draw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", draw);
      removeEventListener("themechange", draw);
      chart.current.destroy();
      chart.current = null;
    };
  }, [height]);
  useEffect(() => chart.current?.setData(data), [data]);
  return html`<div class="chart" ref=${frame} role="img" aria-label=${label} style=${{ minHeight: `${height}px` }}></div>`;
}

function options(element, series, height) {
  const text = colour(element, "--muted");
  const grid = { stroke: colour(element, "--line"), width: 1 };
  const axis = { stroke: text, grid, ticks: { show: false }, font: '11px "Inter", sans-serif' };
  const drawn = series.map(({ label, token, fill }) => ({
    label, stroke: colour(element, token), width: 1.75, points: { show: false },
    fill: fill ? colour(element, fill) : undefined,
    value: (_, value) => (value === null ? "" : String(value)),
  }));
  return {
    width: Math.max(200, element.clientWidth), height, padding: [10, 6, 0, 0],
    legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    scales: { y: { range: (_, low, high) => [0, Math.max(5, Math.ceil(high * 1.15))] } },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 26, values: (_, ticks) => ticks.map(clockTime) },
      { ...axis, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
    ],
    series: [{}, ...drawn],
  };
}

const clockTime = (second) => new Date(second * 1000).toTimeString().slice(0, 8);
