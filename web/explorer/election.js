// The page of an election: how its tally grows towards the quorum, and who voted when.

import { StepChart } from '../shared/charts.js';
import { fill, h, keyed } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { accountLink, bar, blockLink, copied, facts, panel, share, table, weight } from './parts.js';

/** @param {import('./main.js').Explorer} explorer @param {string} hash @returns {import('./main.js').View} */
export function electionPage({ model }, hash) {
  const about = h('div', { role: 'status' });
  const chartBox = h('div');
  const votes = table(['Representative', 'Share of weight', '>?Weight', '>First', '>Final'], 'Votes, heaviest first');
  const known = [panel('Tally over time', chartBox), panel('Votes', votes.box)];
  const node = h(
    'div', { class: 'stack' },
    h('div', { class: 'page-head' }, h('h2', {}, 'Election'), copied(hash, 'hash')),
    panel('State', about),
    ...known,
  );
  const chart = new StepChart(chartBox, {
    name: 'Tally', unit: '% of the weight online', threshold: 'quorum', xText: (ms) => show.span(ms).replace('.0', ''),
    series: [{ name: 'voted', kind: 'seen' }, { name: 'finally', kind: 'confirmed' }],
  });
  /** @type {WeakMap<HTMLElement, ReturnType<typeof bar>>} */
  const bars = new WeakMap();
  let told = '';
  return {
    node,
    title: `Election ${show.hash(hash)}`,
    draw() {
      const election = model.elections.get(hash);
      for (const part of known) part.hidden = !election;
      if (!election) {
        fill(about, h('p', { class: 'quiet' }, 'Nothing was heard of this election since the page was opened. ', h('a', { href: `#/block/${hash}` }, 'See the block')));
        return;
      }
      const { state, startedAt, endedAt, durationMs, ballots } = election;
      const ageMs = Math.max(0, (state === 'active' ? model.now : endedAt ?? startedAt) - startedAt);
      const now = JSON.stringify([state, state === 'active' ? Math.floor(ageMs / 250) : 0, [...ballots].map(([, { first, final }]) => [first, final]), String(model.weight)]);
      if (now === told) return;
      told = now;
      const { rows, share: part, finalShare } = model.tally(election);
      const needed = model.quorum ? share(model.quorum.quorum, model.quorum.online) : null;
      const block = model.blocks.get(hash);
      const rivals = block ? [...model.blocks.values()].filter((other) => other.hash !== hash && other.contents.previous === block.contents.previous && other.account === block.account) : [];
      const word = { active: ['warn', 'in progress'], confirmed: ['good', 'confirmed'], stopped: ['bad', 'dropped'] }[state];
      fill(about, facts([
        ['State', h('span', { class: `chip ${word[0]}` }, word[1] ?? '')],
        ['Block', blockLink(hash)],
        ['By', block ? accountLink(block.account) : null],
        ['Rivals', rivals.length > 0 ? h('span', {}, ...rivals.map((rival) => blockLink(rival.hash))) : null],
        ['Began', show.clock(startedAt)],
        [state === 'active' ? 'Lasts' : 'Lasted', durationMs && state === 'confirmed' ? `${durationMs} ms by the node's clock` : show.span(ageMs)],
        ['Voted', `${rows.length} representatives, ${part.toFixed(1)} % of the weight; finally ${finalShare.toFixed(1)} %`],
        ['Needed', needed === null ? 'not known without the RPC' : `${needed.toFixed(1)} % of the weight online in final votes`],
      ]));
      const grow = (/** @type {'firstMs' | 'finalMs'} */ which) => {
        let value = 0;
        return rows
          .map((row) => ({ at: which === 'firstMs' ? row.firstMs ?? row.finalMs : row.finalMs, share: row.share ?? 0 }))
          .filter((/** @type {{ at: number | null, share: number }} */ row) => row.at !== null)
          .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
          .map((row) => ({ at: row.at ?? 0, value: (value += row.share) }));
      };
      const steps = [grow('firstMs'), grow('finalMs')];
      chart.draw({ steps, end: Math.max(ageMs, ...steps.flat().map(({ at }) => at), 1), threshold: needed });
      rows.sort((a, b) => Number((b.weight ?? 0n) - (a.weight ?? 0n)));
      keyed(votes.body, rows, ({ account }) => account, ({ account }) => {
        const of = bar('weight');
        const row = h('tr', {}, h('th', { scope: 'row' }, accountLink(account)), h('td', { class: 'wide' }, of.box, h('span', { class: 'percent' })), h('td', { class: 'number least' }), h('td', { class: 'number mono' }), h('td', { class: 'number mono' }));
        bars.set(row, of);
        return row;
      }, (row, { share: of, weight: raw, firstMs, finalMs }) => {
        bars.get(row)?.set(of ?? 0, finalMs === null ? 0 : of ?? 0);
        const cells = [...row.children];
        const percent = cells[1]?.lastElementChild;
        if (percent) percent.textContent = of === null ? '?' : `${of.toFixed(1)} %`;
        [weight(raw), ...[firstMs, finalMs].map((ms) => (ms === null ? '–' : `+${ms} ms`))].forEach((text, index) => {
          const cell = cells[index + 2];
          if (cell) cell.textContent = text;
        });
      });
    },
  };
}
