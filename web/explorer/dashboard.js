// The explorer's front page: how the network does, right now.

import { fill, h, keyed } from '../shared/dom.js';
import { Histogram, TimeChart } from '../shared/charts.js';
import * as show from '../shared/format.js';
import { SECONDS } from './model.js';
import { accountLink, bar, blockLink, panel, share, stateOf, table, weight } from './parts.js';

const BLOCKS_SHOWN = 20;
const ELECTIONS_SHOWN = 8;
const REPRESENTATIVES_SHOWN = 8;
const CHART_MS = 1_000;
/** Between the ranges of the histogram. */
const EDGES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** @typedef {import('./main.js').Explorer} Explorer */

/** @param {Explorer} explorer @returns {import('./main.js').View} */
export function dashboard({ model, ledger, network }) {
  const tiles = new Map(['Confirmed', 'Not confirmed yet', 'Half confirmed within', 'Votes', 'Elections in progress'].map((name) => [name, h('dd')]));
  const [rates, latencies] = [h('div'), h('div')];
  const blocks = table(['Block', 'What', '>Amount', 'From', 'To', '?State', '>?Seen'], 'Recent blocks, newest first');
  const elections = table(['Block', 'Tally', '>Voted', '>?Finally', '>Age'], 'Elections, those in progress first');
  const voters = table(['Representative', 'Share of weight', '>Votes/s', '>?Final', '>?Last vote'], 'Votes by representative');
  const accounts = table(['Account', '>Balance', '>Receivable'], 'Accounts of the dev network');
  const node = h(
    'div', { class: 'dashboard' },
    h('dl', { class: 'tiles', 'aria-label': 'Now' }, ...[...tiles].map(([name, value]) => h('div', { class: 'tile' }, h('dt', {}, name), value))),
    panel('Blocks per second', rates),
    panel('Time from first seen to confirmed', latencies),
    panel('Elections', elections.box),
    panel('Votes by representative', voters.box),
    panel('Recent blocks', blocks.box),
    network && network.accounts.length > 0 && ledger ? panel('Accounts of the dev network', accounts.box) : null,
  );
  const rateChart = new TimeChart(rates, {
    name: 'Blocks', unit: 'blocks/s', series: [{ name: 'seen', kind: 'seen' }, { name: 'confirmed', kind: 'confirmed' }],
  });
  const latencyChart = new Histogram(latencies, { name: 'Time from first seen to confirmed', unit: 'blocks', edges: EDGES_MS.map((ms) => (ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`)) });
  let chartsAt = -Infinity;

  const drawBlocks = blockRows(model, blocks.body);
  const drawElections = electionRows(model, elections.body);
  const drawVoters = voterRows(model, voters.body);
  const drawAccounts = balanceRows(accounts.body, network, ledger, model);
  return {
    node,
    title: 'Explorer',
    draw() {
      const { now } = model;
      tell(tiles, 'Confirmed', `${rate(model.confirmed.rate(now, 10))} /s`);
      tell(tiles, 'Not confirmed yet', show.count(model.unconfirmed.size));
      tell(tiles, 'Half confirmed within', model.latency.count ? show.span(model.latency.quantile(0.5)) : '–');
      tell(tiles, 'Votes', `${rate(model.votes.rate(now, 10))} /s`);
      tell(tiles, 'Elections in progress', show.count(model.active.length));
      if (performance.now() - chartsAt >= CHART_MS) {
        chartsAt = performance.now();
        rateChart.draw([model.stored.until(now), model.confirmed.until(now)].map((counts) => counts.slice(-SECONDS)));
        latencyChart.draw(model.latency.histogram(EDGES_MS), [0.5, 0.9, 0.99].map((part) => ({
          name: `${part * 100} % within`, kind: 'none', text: model.latency.count ? show.span(model.latency.quantile(part)) : '–',
        })));
      }
      drawBlocks();
      drawElections();
      drawVoters();
      drawAccounts();
    },
  };
}

/** @param {Map<string, HTMLElement>} tiles @param {string} name @param {string} text */
function tell(tiles, name, text) {
  const tile = tiles.get(name);
  if (tile && tile.textContent !== text) tile.textContent = text;
}

/** @param {number} perSecond */
const rate = (perSecond) => (perSecond >= 10 ? show.count(Math.round(perSecond)) : perSecond.toFixed(1));

/** The last items of a map, the newest first. @template Item @param {Map<string, Item>} map @param {number} count @param {(item: Item) => boolean} [wanted] */
function newest(map, count, wanted = () => true) {
  const all = [...map.values()];
  const found = [];
  for (let index = all.length - 1; index >= 0 && found.length < count; index -= 1) {
    const item = /** @type {Item} */ (all[index]);
    if (wanted(item)) found.push(item);
  }
  return found;
}

/** @param {import('./model.js').Model} model @param {HTMLElement} body */
function blockRows(model, body) {
  return () => keyed(body, newest(model.blocks, BLOCKS_SHOWN), ({ hash }) => hash, ({ hash }) => h('tr', {}, h('th', { scope: 'row' }, blockLink(hash))), (row, block) => {
    const { subtype, amount, account, other, confirmedAt, seenAt } = block;
    const told = [subtype, amount, account, other, confirmedAt].join(' ');
    if (row.dataset.told === told) return;
    row.dataset.told = told;
    const isIn = subtype === 'receive' || subtype === 'open';
    const name = row.firstElementChild;
    fill(
      row, name, h('td', {}, subtype), h('td', { class: 'number' }, amount === null ? '…' : show.ban(amount)),
      h('td', {}, accountLink(isIn ? other : account)), h('td', {}, accountLink(isIn ? account : other)), h('td', { class: 'least' }, stateOf(block)),
      h('td', { class: 'number mono quiet least' }, show.clock(seenAt ?? confirmedAt ?? 0)),
    );
  });
}

/** @param {import('./model.js').Model} model @param {HTMLElement} body */
function electionRows(model, body) {
  /** @type {WeakMap<HTMLElement, ReturnType<typeof bar>>} */
  const bars = new WeakMap();
  return () => {
    const active = model.active.slice(-ELECTIONS_SHOWN);
    const over = newest(model.elections, ELECTIONS_SHOWN - active.length, ({ state }) => state !== 'active');
    const needed = model.quorum ? share(model.quorum.quorum, model.quorum.online) : null;
    keyed(body, [...active, ...over], ({ hash }) => hash, ({ hash }) => {
      const tally = bar('tally');
      const row = h(
        'tr', {}, h('th', { scope: 'row' }, blockLink(hash, 'election')), h('td', { class: 'wide' }, tally.box, h('span', { class: 'percent' })),
        h('td', { class: 'number' }), h('td', { class: 'number least' }), h('td', { class: 'number' }),
      );
      bars.set(row, tally);
      return row;
    }, (row, election) => {
      const { share: part, finalShare, rows } = model.tally(election);
      const { state, endedAt, startedAt } = election;
      bars.get(row)?.set(part, finalShare, needed);
      row.className = state;
      const cells = [...row.children];
      const percent = cells[1]?.lastElementChild;
      if (percent) percent.textContent = `${Math.round(part)} %`;
      const texts = [
        String(rows.filter(({ firstMs, finalMs }) => firstMs !== null || finalMs !== null).length),
        String(rows.filter(({ finalMs }) => finalMs !== null).length),
        state === 'active' ? show.span(Math.max(0, model.now - startedAt)) : `${state === 'stopped' ? 'dropped' : ''} ${show.span(Math.max(0, (endedAt ?? startedAt) - startedAt))}`,
      ];
      texts.forEach((text, index) => {
        const cell = cells[index + 2];
        if (cell && cell.textContent !== text) cell.textContent = text;
      });
    });
  };
}

/** @param {import('./model.js').Model} model @param {HTMLElement} body */
function voterRows(model, body) {
  /** @type {WeakMap<HTMLElement, ReturnType<typeof bar>>} */
  const bars = new WeakMap();
  return () => {
    const all = model.weight;
    const sorted = [...model.representatives.values()].sort((a, b) => Number((b.weight ?? 0n) - (a.weight ?? 0n)) || b.votes - a.votes);
    keyed(body, sorted.slice(0, REPRESENTATIVES_SHOWN), ({ account }) => account, ({ account }) => {
      const part = bar('weight');
      const row = h(
        'tr', {}, h('th', { scope: 'row' }, accountLink(account)), h('td', { class: 'wide' }, part.box, h('span', { class: 'percent' })),
        h('td', { class: 'number' }), h('td', { class: 'number least' }), h('td', { class: 'number quiet least' }),
      );
      bars.set(row, part);
      return row;
    }, (row, { weight: of, votes, finals, lastAt, perSecond }) => {
      const part = share(of, all);
      bars.get(row)?.set(0, part ?? 0);
      const cells = [...row.children];
      cells[1]?.setAttribute('title', weight(of));
      const percent = cells[1]?.lastElementChild;
      if (percent) percent.textContent = part === null ? '?' : `${part.toFixed(1)} %`;
      const texts = [rate(perSecond.rate(model.now, 10)), votes ? `${Math.round((finals / votes) * 100)} %` : '–', lastAt ? `${show.span(Math.max(0, model.now - lastAt))} ago` : '–'];
      texts.forEach((text, index) => {
        const cell = cells[index + 2];
        if (cell && cell.textContent !== text) cell.textContent = text;
      });
    });
  };
}

/**
 * Balances, asked for when something happened to one of the accounts, and not more than once a second.
 *
 * @param {HTMLElement} body
 * @param {import('../shared/network.js').Network | null} network
 * @param {import('./ledger.js').Ledger | null} ledger
 * @param {import('./model.js').Model} model
 */
function balanceRows(body, network, ledger, model) {
  const accounts = network?.accounts.map(({ account }) => account) ?? [];
  let askedAt = -Infinity;
  let isAsking = false;
  return () => {
    const isFirst = askedAt === -Infinity;
    if (!ledger || accounts.length === 0 || isAsking || performance.now() - askedAt < 1_000) return;
    if (!isFirst && !accounts.some((account) => model.touched.has(account))) return;
    accounts.forEach((account) => model.touched.delete(account));
    askedAt = performance.now();
    isAsking = true;
    ledger.balances(accounts).then((balances) => {
      keyed(body, accounts, (account) => account, (account) => h(
        'tr', {}, h('th', { scope: 'row' }, accountLink(account)), h('td', { class: 'number' }), h('td', { class: 'number quiet' }),
      ), (row, account) => {
        const { balance = '0', receivable = '0' } = balances.get(account) ?? {};
        fill(/** @type {Element} */ (row.children[1]), show.ban(balance));
        fill(/** @type {Element} */ (row.children[2]), receivable === '0' ? '' : show.ban(receivable));
      });
    }).catch(() => {
      // The next change asks again; meanwhile the table shows what was known.
    }).finally(() => { isAsking = false; });
  };
}
