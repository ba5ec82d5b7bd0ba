// Pieces that the explorer's pages share: links, facts, states, bars.

import { accountFault, RAW_PER_BAN } from '../../clients/js/src/index.js';
import { copy, h } from '../shared/dom.js';
import * as show from '../shared/format.js';

/** @param {string | null | undefined} account */
export const accountLink = (account) => (account ? h('a', { class: 'mono', href: `#/account/${account}`, title: account }, show.account(account)) : '');

/** @param {string | null | undefined} hash @param {string} [page] */
export const blockLink = (hash, page = 'block') => (hash ? h('a', { class: 'mono', href: `#/${page}/${hash}`, title: hash }, show.hash(hash)) : '');

/** What a person typed as a page of the explorer; null if it is none. @param {string} text @param {import('../shared/network.js').Network | null} network */
export function pageOf(text, network) {
  const wanted = text.trim();
  if (/^[0-9a-f]{64}$/i.test(wanted)) return `#/block/${wanted.toUpperCase()}`;
  const own = /^#(\d+)$/.exec(wanted);
  const account = own ? network?.accounts[Number(own[1])]?.account : wanted;
  return account && !accountFault(account) ? `#/account/${account}` : null;
}

/** A long value to read and to copy. @param {string} text @param {string} name */
export function copied(text, name) {
  const button = h('button', { type: 'button', class: 'small', 'aria-label': `Copy ${name}` }, 'Copy');
  button.addEventListener('click', () => void copy(button, text));
  return h('span', { class: 'copied' }, h('code', {}, text), button);
}

/** @param {[string, Node | string | null | undefined][]} rows those without a value are left out */
export function facts(rows) {
  return h('dl', { class: 'facts' }, ...rows.filter(([, value]) => value !== null && value !== undefined && value !== '').flatMap(([name, value]) => [
    h('dt', {}, name), h('dd', {}, value),
  ]));
}

/** @param {import('./model.js').Block} block */
export const stateOf = ({ confirmedAt, confirmation }) => (confirmedAt === null
  ? h('span', { class: 'chip warn' }, 'unconfirmed')
  : h('span', { class: 'chip good', title: confirmation }, 'confirmed'));

/** A bar for a share of something. @param {string} kind */
export function bar(kind) {
  const parts = [h('span', { class: 'part first' }), h('span', { class: 'part final' }), h('span', { class: 'mark', hidden: true })];
  const box = h('span', { class: `bar ${kind}`, 'aria-hidden': 'true' }, ...parts);
  return {
    box,
    /** In percent. @param {number} first @param {number} [final] @param {number | null} [mark] */
    set(first, final = 0, mark = null) {
      const [one, two, line] = parts;
      if (one) one.style.width = `${Math.min(100, first)}%`;
      if (two) two.style.width = `${Math.min(100, final)}%`;
      if (line) {
        line.hidden = mark === null;
        line.style.left = `${Math.min(100, mark ?? 0)}%`;
      }
    },
  };
}

/** @param {string[]} names of the columns; those that begin with `>` are numbers, with `?` the first to go on a phone @param {string} caption */
export function table(names, caption) {
  const body = h('tbody');
  const box = h(
    'div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', { class: 'sr' }, caption), h('thead', {}, h('tr', {}, ...names.map((name) => (
      h('th', { scope: 'col', class: `${name.includes('>') ? 'number' : ''} ${name.includes('?') ? 'least' : ''}` }, name.replace(/[>?]/g, ''))
    )))), body),
  );
  return { box, body };
}

/** @param {string} name @param {...(Node | string | null | false)} children */
export function panel(name, ...children) {
  const id = `panel-${name.replace(/\W+/g, '-').toLowerCase()}`;
  return h('section', { class: 'panel', 'aria-labelledby': id }, h('h2', { id }, name), ...children);
}

/** In whole BAN: nobody votes with less. @param {bigint | null} raw */
export const weight = (raw) => (raw === null ? 'not known' : show.ban(raw - (raw % RAW_PER_BAN)));

/** In percent. @param {bigint | null} part @param {bigint} all */
export const share = (part, all) => (part === null || all === 0n ? null : Number((part * 1_000_000n) / all) / 10_000);
