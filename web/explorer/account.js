// The page of an account: what it has, what waits for it, its chain; kept up to date by the stream.

import { RAW_PER_BAN } from '../../clients/js/src/index.js';
import { fill, h, keyed } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { sendBlock } from '../shared/network.js';
import { accountLink, blockLink, copied, facts, panel, table, weight } from './parts.js';

/** Pages of the chain that are kept in the table. */
const ROWS_MAX = 500;
const AGAIN_MS = 1_000;

/** @param {import('./main.js').Explorer} explorer @param {string} account @returns {import('./main.js').View} */
export function accountPage({ model, ledger, network }, account) {
  const about = h('div', { role: 'status' }, ledger ? 'asking…' : 'Only what was heard since this page was opened: the server tells of no RPC.');
  const chain = table(['>?Height', 'Block', 'What', '>Amount', 'State', 'Other side', '>When'], 'Chain, newest first');
  const waiting = table(['Send', '>Amount', 'From'], 'Sent to this account and not received yet');
  const none = h('p', { class: 'quiet' }, 'Nothing waits.');
  const older = h('button', { type: 'button', class: 'small', hidden: true }, 'Older blocks');
  const said = h('p', { class: 'quiet', role: 'status' });
  const own = network?.accounts.find((known) => known.account === account);
  const node = h(
    'div', { class: 'stack' },
    h('div', { class: 'page-head' }, h('h2', {}, own ? `Account #${own.index}` : 'Account'), copied(account, 'account')),
    panel('Now', about, network && ledger ? actions(network, ledger, account, said) : null, said),
    ledger ? panel('Receivable', none, waiting.box) : null,
    panel('Chain', chain.box, older),
  );
  waiting.box.hidden = true;

  /** @type {import('./ledger.js').Row[]} */
  let rows = [];
  /** @type {string | null} */
  let next = null;
  const drawChain = () => keyed(chain.body, rows, ({ hash }) => hash, ({ hash, height }) => h(
    'tr', {}, h('td', { class: 'number least' }, height), h('th', { scope: 'row' }, blockLink(hash)),
  ), (row, { hash, subtype, amount, other, at, isConfirmed }) => {
    const isSure = isConfirmed || model.blocks.get(hash)?.confirmedAt != null;
    if (row.dataset.told === `${isSure}`) return;
    row.dataset.told = `${isSure}`;
    const kept = [...row.children].slice(0, 2);
    fill(
      row, ...kept, h('td', {}, subtype), h('td', { class: `number ${subtype === 'send' ? 'out' : 'in'}` }, amount && amount !== '0' ? `${subtype === 'send' ? '−' : '+'}${show.ban(amount)}` : ''),
      h('td', {}, h('span', { class: `chip ${isSure ? 'good' : 'warn'}` }, isSure ? 'confirmed' : 'unconfirmed')), h('td', {}, accountLink(other)),
      h('td', { class: 'number quiet' }, show.date(at)),
    );
  });

  let askedAt = -Infinity;
  let isAsking = false;
  async function ask() {
    if (!ledger) return;
    const [info, page, receivables] = await Promise.all([ledger.account(account), ledger.chain(account), ledger.receivables(account)]);
    fill(about, info ? facts([
      ['Balance', h('strong', {}, show.ban(info.balance))],
      ['Confirmed balance', info.confirmed_balance === info.balance ? null : show.ban(info.confirmed_balance)],
      ['Receivable', info.receivable === '0' ? null : show.ban(info.receivable)],
      ['Representative', accountLink(info.representative)],
      ['Votes with', info.weight === '0' ? null : weight(BigInt(info.weight))],
      ['Height', `${info.block_count}, confirmed ${info.confirmed_height}`],
      ['Frontier', blockLink(info.frontier)],
      ['First block', blockLink(info.open_block)],
    ]) : 'This account has no block yet.');
    // What was loaded of the past stays below the newest page.
    const fresh = new Set(page.rows.map(({ hash }) => hash));
    if (rows.length <= page.rows.length) next = page.next;
    rows = [...page.rows, ...rows.filter(({ hash }) => !fresh.has(hash))].slice(0, ROWS_MAX);
    older.hidden = next === null || rows.length >= ROWS_MAX;
    none.hidden = receivables.length > 0;
    waiting.box.hidden = receivables.length === 0;
    keyed(waiting.body, receivables, ({ hash }) => hash, ({ hash, amount, source }) => h(
      'tr', {}, h('th', { scope: 'row' }, blockLink(hash)), h('td', { class: 'number' }, show.ban(amount)), h('td', {}, accountLink(source)),
    ));
    drawChain();
  }
  older.addEventListener('click', async () => {
    if (!ledger || !next) return;
    const page = await ledger.chain(account, next);
    const known = new Set(rows.map(({ hash }) => hash));
    rows = [...rows, ...page.rows.filter(({ hash }) => !known.has(hash))].slice(0, ROWS_MAX);
    next = page.next;
    older.hidden = next === null || rows.length >= ROWS_MAX;
    drawChain();
  });

  return {
    node,
    title: `Account ${show.account(account)}`,
    draw() {
      const isFirst = askedAt === -Infinity;
      if (!ledger) {
        const heard = [...model.blocks.values()].filter((block) => block.account === account).reverse().slice(0, ROWS_MAX);
        rows = heard.map(({ hash, subtype, other, amount, height, seenAt, confirmedAt }) => ({
          hash, subtype, other, amount, height: height ?? '', at: seenAt ?? confirmedAt ?? 0, isConfirmed: confirmedAt !== null,
        }));
        drawChain();
        return;
      }
      if (isAsking || performance.now() - askedAt < AGAIN_MS || (!isFirst && !model.touched.has(account))) return;
      model.touched.delete(account);
      askedAt = performance.now();
      isAsking = true;
      ask().catch((error) => fill(about, `The RPC did not answer: ${error instanceof Error ? error.message : error}`)).finally(() => { isAsking = false; });
    },
  };
}

/** What can be done to an account of a dev network. @param {import('../shared/network.js').Network} network @param {import('./ledger.js').Ledger} ledger @param {string} account @param {HTMLElement} said */
function actions(network, ledger, account, said) {
  const payer = network.accounts.find((known) => known.account !== account);
  const act = (/** @type {string} */ label, /** @type {() => Promise<string>} */ carryOut) => {
    const button = h('button', { type: 'button', class: 'small' }, label);
    button.addEventListener('click', async () => {
      button.disabled = true;
      said.textContent = await carryOut().catch((error) => (error instanceof Error ? error.message : String(error)));
      button.disabled = false;
    });
    return button;
  };
  return h(
    'div', { class: 'row' },
    act('100 BAN from the faucet', async () => {
      const { hash } = await ledger.ask({ action: 'dev_faucet', account, amount_decimal: '100' });
      return `sent as ${show.hash(hash)}`;
    }),
    payer ? act(`1 BAN from #${payer.index}`, async () => {
      const { hash, block } = await sendBlock(network, payer, account, RAW_PER_BAN);
      await ledger.ask({ action: 'process', json_block: 'true', subtype: 'send', block, do_work: true });
      return `sent as ${show.hash(hash)}`;
    }) : null,
  );
}
