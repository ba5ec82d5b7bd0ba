// The list of messages: only the rows that can be seen exist, so that 10,000 scroll as smoothly as ten. Keys and screen readers find
// their way by the active row.

import { h } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { summary } from './summary.js';

/** Rows beyond the edge of what can be seen. */
const SPARE = 8;
const ARROWS = { in: '←', out: '→', note: '·' };

/** @typedef {import('./log.js').Line} Line */

export class List {
  #box;
  #rows = h('div', { class: 'rows', role: 'presentation' });
  /** @type {HTMLElement[]} */
  #pool = [];
  /** What each row says. Not known by numbers: after a clear they begin anew. @type {WeakMap<HTMLElement, Line>} */
  #written = new WeakMap();
  /** @type {Line[]} */
  #lines = [];
  /** @type {Line | null} */
  #active = null;
  #onSelect;
  /** Whether it stays at the newest line. */
  isFollowing = true;

  /** @param {HTMLElement} box a listbox @param {(line: Line | null) => void} onSelect */
  constructor(box, onSelect) {
    this.#box = box;
    this.#onSelect = onSelect;
    box.append(this.#rows);
    box.addEventListener('scroll', () => {
      this.isFollowing = box.scrollTop + box.clientHeight >= box.scrollHeight - this.#height;
      this.#draw();
    });
    box.addEventListener('keydown', (event) => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(box);
  }

  get #height() {
    return matchMedia('(max-width: 860px)').matches ? 44 : 28;
  }

  /** Shows these lines. @param {Line[]} lines @param {number} gone how many went from their beginning */
  show(lines, gone = 0) {
    this.#lines = lines;
    this.#rows.style.height = `${lines.length * this.#height}px`;
    if (this.isFollowing) this.#box.scrollTop = lines.length * this.#height;
    else if (gone > 0) this.#box.scrollTop -= gone * this.#height;
    this.#draw();
  }

  /** @param {Line | null} line */
  select(line) {
    this.#active = line;
    this.#onSelect(line);
    this.#draw();
  }

  #draw() {
    const height = this.#height;
    const first = Math.max(0, Math.floor(this.#box.scrollTop / height) - SPARE);
    const last = Math.min(this.#lines.length, Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / height) + SPARE);
    while (this.#pool.length < last - first) this.#pool.push(this.#row());
    this.#pool.forEach((row, index) => {
      const line = first + index < last ? this.#lines[first + index] : undefined;
      row.hidden = line === undefined;
      if (line) this.#write(row, line, first + index, height);
    });
    const active = this.#pool.find((row) => !row.hidden && row.id === `line-${this.#active?.number}`);
    if (active) this.#box.setAttribute('aria-activedescendant', active.id);
    else this.#box.removeAttribute('aria-activedescendant');
  }

  #row() {
    const cell = (/** @type {string} */ name, more = {}) => h('span', { class: name, ...more });
    const row = h(
      'div', { class: 'message', role: 'option' },
      cell('at'), cell('way', { 'aria-hidden': 'true' }), cell('kind'), cell('what'), cell('size', { 'aria-hidden': 'true' }), cell('delta', { 'aria-hidden': 'true' }),
    );
    row.addEventListener('click', () => this.select(this.#lines[Number(row.dataset.index)] ?? null));
    this.#rows.append(row);
    return row;
  }

  /** @param {HTMLElement} row @param {Line} line @param {number} index @param {number} height */
  #write(row, line, index, height) {
    row.style.top = `${index * height}px`;
    row.setAttribute('aria-selected', String(line.number === this.#active?.number));
    if (this.#written.get(row) === line && row.dataset.index === String(index)) return;
    this.#written.set(row, line);
    row.id = `line-${line.number}`;
    row.dataset.index = String(index);
    row.dataset.kind = line.kind;
    row.setAttribute('aria-posinset', String(index + 1));
    row.setAttribute('aria-setsize', String(this.#lines.length));
    const texts = [
      show.clock(line.at), ARROWS[line.direction], line.kind, summary(line),
      line.direction === 'note' ? '' : show.bytes(line.text.length), line.number > 1 ? `+${line.deltaMs < 1_000 ? `${line.deltaMs} ms` : show.span(line.deltaMs)}` : '',
    ];
    texts.forEach((text, cell) => {
      const element = row.children[cell];
      if (element) element.textContent = text ?? '';
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const page = Math.max(1, Math.floor(this.#box.clientHeight / this.#height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (event.key === 'Escape') this.select(null);
    if (step === undefined || this.#lines.length === 0) return;
    event.preventDefault();
    const from = this.#active ? this.#lines.indexOf(this.#active) : -1;
    const begin = from < 0 ? (step < 0 ? this.#lines.length : -1) : from;
    const index = Math.min(this.#lines.length - 1, Math.max(0, begin + step));
    this.#reveal(index);
    this.select(this.#lines[index] ?? null);
  }

  /** @param {number} index */
  #reveal(index) {
    const [top, height] = [index * this.#height, this.#height];
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    if (top + height > this.#box.scrollTop + this.#box.clientHeight) this.#box.scrollTop = top + height - this.#box.clientHeight;
  }
}
