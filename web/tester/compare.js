// Two servers side by side: which confirmations did one of them miss, and who was first? Each gets a connection of its own.

import { Connection } from '../../clients/js/src/index.js';
import { byId, fill, h } from '../shared/dom.js';
import * as show from '../shared/format.js';

/** A confirmation that only one has told for so long is missed by the other. */
const GRACE_MS = 5_000;
/** Blocks that are remembered. */
const BLOCKS_MAX = 20_000;
const MISSED_SHOWN = 20;

/** @typedef {{ at: (number | null)[], since: number }} Told when each server told it, in milliseconds of this page's clock */

class Comparison {
  /** By hash, oldest first. @type {Map<string, Told>} */
  #blocks = new Map();
  #connections;
  /** What of each server: whether it is connected, blocks told, blocks that it told first, and since when it is watched. */
  sides;
  /** Milliseconds by which the first was ahead, of the last blocks that both told. @type {number[]} */
  #leads = [];

  /** @param {string[]} urls two */
  constructor(urls) {
    this.sides = urls.map((url) => ({ url, state: 'connecting', told: 0, first: 0, since: Infinity }));
    this.#connections = urls.map((url, side) => {
      const connection = new Connection(url);
      const of = /** @type {typeof this.sides[number]} */ (this.sides[side]);
      connection.on('state', ({ state }) => { of.state = state; });
      connection.on('open', () => {
        connection.send(JSON.stringify({ action: 'subscribe', topic: 'confirmation', ack: true, options: { include_block: false } }));
      });
      connection.on('message', ({ data }) => {
        // From the first acknowledgement on it is expected to tell everything, also after an outage: that is the point.
        if (data?.ack === 'subscribe') of.since = Math.min(of.since, performance.now());
        if (data?.topic === 'confirmation' && typeof data.message?.hash === 'string') this.#told(data.message.hash, side);
      });
      connection.open();
      return connection;
    });
  }

  stop() {
    for (const connection of this.#connections) connection.close();
  }

  /** Milliseconds by which half of the blocks came earlier from the first to tell them. */
  get lead() {
    return [...this.#leads].sort((a, b) => a - b)[Math.floor(this.#leads.length / 2)] ?? 0;
  }

  /** Blocks that one side has not told in time, newest first. @param {number} side */
  missed(side) {
    const before = performance.now() - GRACE_MS;
    const all = [...this.#blocks].filter(([, { at, since }]) => at[side] === null && since < before && since > (this.sides[side]?.since ?? 0));
    return all.map(([hash]) => hash).reverse();
  }

  /** @param {string} hash @param {number} side */
  #told(hash, side) {
    const of = this.sides[side];
    const now = performance.now();
    const known = this.#blocks.get(hash) ?? { at: [null, null], since: now };
    if (!of || known.at[side] !== null) return;
    known.at[side] = now;
    of.told += 1;
    this.#blocks.set(hash, known);
    const other = known.at[1 - side];
    if (other !== null && other !== undefined) {
      const first = this.sides[1 - side];
      if (first) first.first += 1;
      this.#leads.push(now - other);
      if (this.#leads.length > 1_000) this.#leads.shift();
    }
    for (const [oldest] of this.#blocks) {
      if (this.#blocks.size <= BLOCKS_MAX) break;
      this.#blocks.delete(oldest);
    }
  }
}

/** Lets the panel of the page work. @param {() => string} url of the server that the page is about */
export function offerComparison(url) {
  const other = byId('other-url', 'input');
  const button = byId('compare', 'button');
  const result = byId('compared', 'div');
  /** @type {Comparison | null} */
  let comparison = null;
  byId('comparison', 'form').addEventListener('submit', (event) => {
    event.preventDefault();
    comparison?.stop();
    comparison = comparison ? null : new Comparison([url(), other.value]);
    button.textContent = comparison ? 'Stop' : 'Compare';
    draw();
  });
  function draw() {
    if (!comparison) return;
    const { sides, lead } = comparison;
    const missed = sides.map((_, side) => comparison?.missed(side) ?? []);
    fill(
      result,
      h(
        'table', {}, h('caption', { class: 'sr' }, 'Confirmations of the two servers'),
        h('thead', {}, h('tr', {}, ...['Server', 'Told', 'First', 'Missed'].map((name, index) => h('th', { scope: 'col', class: index > 0 && 'number' }, name)))),
        h('tbody', {}, ...sides.map(({ url: of, state, told, first, since }, side) => h(
          'tr', {}, h('th', { scope: 'row', title: of }, h('span', { class: 'host' }, new URL(of).host), (state !== 'open' || since === Infinity) && h('span', { class: 'warn' }, ` ${state === 'open' ? 'not subscribed yet' : state}`)),
          h('td', { class: 'number' }, show.count(told)), h('td', { class: 'number' }, show.count(first)),
          h('td', { class: `number ${missed[side]?.length ? 'bad' : 'good'}` }, show.count(missed[side]?.length ?? 0)),
        ))),
      ),
      h('p', { class: 'quiet' }, lead > 0 ? `The first is ahead by ${show.span(lead)} half of the time. ` : '', `Missed: not told within ${GRACE_MS / 1_000} s of the other.`),
      ...sides.map(({ url: of }, side) => (missed[side]?.length ?? 0) > 0 && h(
        'details', {}, h('summary', {}, `Missed by ${new URL(of).host}`), h('ul', { class: 'plain mono missed' }, ...(missed[side] ?? []).slice(0, MISSED_SHOWN).map((hash) => h('li', {}, hash))),
      )),
    );
  }
  setInterval(draw, 1_000);
}
