// Charts as SVG: axes with units, a legend, and words for those who can't see them. Drawn anew from their numbers; they keep none.

import { fill, h, svg } from './dom.js';

const MARGIN = { top: 22, right: 14, bottom: 24, left: 46 };

/** Round numbers from 0 to above `max`, about `parts` steps. @param {number} max @param {number} [parts] */
export function ticks(max, parts = 4) {
  const rough = Math.max(max, 1e-9) / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999) ?? 10 * power;
  return Array.from({ length: Math.max(1, Math.ceil(max / step)) + 1 }, (_, index) => index * step);
}

/** @param {number} value */
export const short = (value) => {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))} k`;
  return String(Number(value.toPrecision(3)));
};

/** What all charts have: a size that follows the page's, a frame of axes. */
class Chart {
  #box;
  #height;
  width = 0;

  /** @param {HTMLElement} box @param {number} height in px */
  constructor(box, height) {
    this.#box = box;
    this.#height = height;
    box.classList.add('chart');
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry?.contentRect.width ?? 0);
      if (width === this.width) return;
      this.width = width;
      this.redraw();
    }).observe(box);
  }

  redraw() {}

  get inner() {
    return { width: Math.max(10, this.width - MARGIN.left - MARGIN.right), height: this.#height - MARGIN.top - MARGIN.bottom };
  }

  /**
   * @param {{ label: string, unit: string, yTicks: number[], yText?: (value: number) => string, xTicks: { at: number, text: string }[], legend: Node[] }} frame
   *   `at` from 0 to 1
   * @param {SVGElement[]} marks inside of the axes
   */
  put({ label, unit, yTicks, yText = short, xTicks, legend }, marks) {
    const { width, height } = this.inner;
    const top = yTicks.at(-1) || 1;
    const drawing = svg(
      'svg', { width: this.width, height: this.#height, role: 'img', 'aria-label': label },
      svg('text', { class: 'unit', x: 4, y: 12 }, unit),
      svg(
        'g', { transform: `translate(${MARGIN.left} ${MARGIN.top})` },
        ...yTicks.map((value) => svg(
          'g', { transform: `translate(0 ${height - (value / top) * height})` },
          svg('line', { class: value === 0 ? 'axis' : 'grid', x2: width }), svg('text', { class: 'tick', x: -7, y: 4, 'text-anchor': 'end' }, yText(value)),
        )),
        ...xTicks.map(({ at, text }) => svg(
          'g', { transform: `translate(${at * width} ${height})` },
          svg('line', { class: 'axis', y2: 4 }), svg('text', { class: 'tick', y: 17, 'text-anchor': at === 0 ? 'start' : at === 1 ? 'end' : 'middle' }, text),
        )),
        ...marks,
      ),
    );
    fill(this.#box, legend.length > 0 && h('div', { class: 'legend' }, ...legend), drawing);
    return drawing;
  }
}

/** @param {string} name @param {string} kind class of the mark @param {string} [value] */
const legend = (name, kind, value = '') => h('span', {}, h('span', { class: `key ${kind}` }), name, value && h('b', {}, ` ${value}`));

/** The values between those that nobody knows. @param {(number | null)[]} values */
function runs(values) {
  /** @type {{ begin: number, values: number[] }[]} */
  const found = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const last = found.at(-1);
    if (last && last.begin + last.values.length === index) last.values.push(value);
    else found.push({ begin: index, values: [value] });
  });
  return found;
}

/** Lines over the last seconds. */
export class TimeChart extends Chart {
  #what;
  /** @type {(number | null)[][]} */
  #values = [];
  /** Which second the person points at, from the left. @type {number | null} */
  #pointed = null;

  /**
   * @param {HTMLElement} box
   * @param {{ name: string, unit: string, series: { name: string, kind: string }[], isWhole?: boolean, height?: number }} what `kind` is the
   *   class of a line, `isWhole` if there is nothing between 0 and 1
   */
  constructor(box, what) {
    super(box, what.height ?? 210);
    this.#what = what;
    box.addEventListener('pointermove', ({ offsetX }) => {
      const last = (this.#values[0]?.length ?? 1) - 1;
      this.#pointed = Math.max(0, Math.min(last, Math.round(((offsetX - MARGIN.left) / this.inner.width) * last)));
      this.redraw();
    });
    box.addEventListener('pointerleave', () => {
      this.#pointed = null;
      this.redraw();
    });
  }

  /** @param {(number | null)[][]} values per series, one a second, oldest first; null for those that nobody knows */
  draw(values) {
    this.#values = values;
    this.redraw();
  }

  /** @override */
  redraw() {
    if (this.width === 0 || this.#values.length === 0) return;
    const { name, unit, series, isWhole = false } = this.#what;
    const seconds = this.#values[0]?.length ?? 0;
    const last = Math.max(1, seconds - 1);
    const yTicks = ticks(Math.max(1, ...this.#values.flat().map((value) => value ?? 0))).filter((value) => !isWhole || Number.isInteger(value));
    const top = yTicks.at(-1) ?? 1;
    const { width, height } = this.inner;
    const x = (/** @type {number} */ index) => ((index / last) * width).toFixed(1);
    const said = (/** @type {number | null | undefined} */ value) => (value === null || value === undefined ? '–' : short(value));
    const at = this.#pointed ?? last;
    const ago = last - at;
    const marks = series.flatMap(({ kind }, index) => {
      return runs(this.#values[index] ?? []).flatMap(({ begin, values }) => {
        const line = values.map((value, place) => `${x(begin + place)},${(height - (value / top) * height).toFixed(1)}`).join(' ');
        return [
          svg('polygon', { class: `area ${kind}`, points: `${x(begin)},${height} ${line} ${x(begin + values.length - 1)},${height}` }),
          svg('polyline', { class: `line ${kind}`, points: line }),
        ];
      });
    });
    if (this.#pointed !== null) marks.push(svg('line', { class: 'pointer', x1: (at / last) * width, x2: (at / last) * width, y2: height }));
    const told = series.map((line, index) => ({ ...line, value: said(this.#values[index]?.[at]) }));
    const parts = width < 420 ? 2 : 4;
    this.put({
      label: `${name}, ${unit}, last ${seconds} seconds. Now: ${series.map((line, index) => `${line.name} ${said(this.#values[index]?.at(-1))}`).join(', ')}.`,
      unit,
      yTicks,
      xTicks: Array.from({ length: parts + 1 }, (_, part) => {
        const back = Math.round(seconds * (1 - part / parts));
        return { at: part / parts, text: back === 0 ? 'now' : `−${back} s` };
      }),
      legend: [...told.map(({ name: of, kind, value }) => legend(of, kind, value)), h('span', { class: 'quiet when' }, this.#pointed === null ? '' : `${ago} s ago`)],
    }, marks);
  }
}

/** How many fell into which range. */
export class Histogram extends Chart {
  #what;
  /** @type {number[]} */
  #counts = [];
  /** @type {{ name: string, kind: string, text: string }[]} */
  #facts = [];

  /** @param {HTMLElement} box @param {{ name: string, unit: string, edges: string[], height?: number }} what `edges` between the ranges, as text */
  constructor(box, what) {
    super(box, what.height ?? 210);
    this.#what = what;
  }

  /** @param {number[]} counts one more than edges @param {{ name: string, kind: string, text: string }[]} facts told in the legend */
  draw(counts, facts) {
    this.#counts = counts;
    this.#facts = facts;
    this.redraw();
  }

  /** @override */
  redraw() {
    if (this.width === 0 || this.#counts.length === 0) return;
    const { name, unit, edges } = this.#what;
    const { width, height } = this.inner;
    const yTicks = ticks(Math.max(1, ...this.#counts));
    const top = yTicks.at(-1) ?? 1;
    const wide = width / this.#counts.length;
    const every = wide < 26 ? 3 : wide < 40 ? 2 : 1;
    this.put({
      label: `${name}. ${this.#facts.map(({ name: of, text }) => `${of} ${text}`).join(', ')}.`,
      unit,
      yTicks,
      xTicks: edges.map((text, index) => ({ at: (index + 1) / this.#counts.length, text })).filter((_, index) => index % every === 0),
      legend: this.#facts.map(({ name: of, kind, text }) => legend(of, kind, text)),
    }, this.#counts.map((count, index) => svg(
      'rect', { class: 'column', x: index * wide + 1.5, width: Math.max(1, wide - 3), y: height - (count / top) * height, height: (count / top) * height },
      svg('title', {}, `${edges[index - 1] ?? '0'} to ${edges[index] ?? '∞'}: ${count}`),
    )));
  }
}

/** Something that grows in steps, towards a threshold. */
export class StepChart extends Chart {
  #what;
  /** @type {{ steps: { at: number, value: number }[][], end: number, threshold: number | null } | null} */
  #last = null;

  /** @param {HTMLElement} box @param {{ name: string, unit: string, series: { name: string, kind: string }[], threshold: string, xText: (at: number) => string, height?: number }} what */
  constructor(box, what) {
    super(box, what.height ?? 230);
    this.#what = what;
  }

  /** @param {{ steps: { at: number, value: number }[][], end: number, threshold: number | null }} numbers per series; values in percent */
  draw(numbers) {
    this.#last = numbers;
    this.redraw();
  }

  /** @override */
  redraw() {
    if (this.width === 0 || !this.#last) return;
    const { name, unit, series, threshold: word, xText } = this.#what;
    const { steps, end, threshold } = this.#last;
    const { width, height } = this.inner;
    const xs = ticks(Math.max(end, 1), width < 420 ? 3 : 6);
    const right = xs.at(-1) ?? 1;
    const x = (/** @type {number} */ at) => ((at / right) * width).toFixed(1);
    const y = (/** @type {number} */ value) => (height - (Math.min(value, 100) / 100) * height).toFixed(1);
    const marks = series.flatMap(({ kind }, index) => {
      let path = `M0,${y(0)}`;
      for (const { at, value } of steps[index] ?? []) path += `H${x(at)}V${y(value)}`;
      path += `H${x(end)}`;
      return [svg('path', { class: `area ${kind}`, d: `${path}V${y(0)}Z` }), svg('path', { class: `line ${kind}`, d: path })];
    });
    if (threshold !== null) {
      marks.push(
        svg('line', { class: 'threshold', x2: width, y1: y(threshold), y2: y(threshold) }),
        svg('text', { class: 'tick strong', x: 5, y: Number(y(threshold)) - 5 }, `${word} ${threshold.toFixed(0)} %`),
      );
    }
    this.put({
      label: `${name}: ${series.map((line, index) => `${line.name} ${(steps[index]?.at(-1)?.value ?? 0).toFixed(0)} %`).join(', ')}${threshold === null ? '' : `; ${word} at ${threshold.toFixed(0)} %`}.`,
      unit,
      yTicks: [0, 25, 50, 75, 100],
      xTicks: xs.map((at) => ({ at: at / right, text: xText(at) })),
      legend: series.map((line, index) => legend(line.name, line.kind, `${(steps[index]?.at(-1)?.value ?? 0).toFixed(0)} %`)),
    }, marks);
  }
}
