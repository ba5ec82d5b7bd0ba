// The page of a block: what it says, where it stands, what became of it.

import { fill, h } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { schemaOf } from '../shared/protocol.js';
import { tree } from '../shared/tree.js';
import { accountLink, blockLink, copied, facts, panel, stateOf } from './parts.js';

const ZERO = '0'.repeat(64);
const AGAIN_MS = 2_000;

/** @param {import('./main.js').Explorer} explorer @param {string} hash @returns {import('./main.js').View} */
export function blockPage({ model, ledger }, hash) {
  const about = h('div', { role: 'status' }, 'asking…');
  const life = h('ol', { class: 'life' });
  const contents = h('div', { class: 'tree' });
  const known = [panel('What became of it', life), panel('Contents', contents)];
  const node = h(
    'div', { class: 'stack' },
    h('div', { class: 'page-head' }, h('h2', {}, 'Block'), copied(hash, 'hash')),
    panel('What it does', about),
    ...known,
  );
  /** @type {any} */
  let info = null;
  let isFinal = false;
  let askedAt = -Infinity;
  let told = '';

  function show_() {
    const heard = model.blocks.get(hash);
    const election = model.elections.get(hash);
    const now = JSON.stringify([info?.confirmed, info?.successor, heard?.confirmedAt, heard?.amount, heard?.height, election?.state, election?.ballots.size, askedAt === -Infinity]);
    if (now === told) return;
    told = now;
    const block = info?.contents ?? heard?.contents;
    for (const part of known) part.hidden = !block?.type;
    if (!block?.type) {
      fill(about, ledger && askedAt === -Infinity ? 'asking…' : 'Neither the stream nor the RPC knows this block.');
      return;
    }
    const subtype = info?.subtype || heard?.subtype || block.type;
    const linked = info?.linked_account && info.linked_account !== '0' ? info.linked_account : heard?.other;
    const account = info?.block_account ?? block.account ?? heard?.account;
    const previous = block.previous === ZERO ? null : block.previous;
    const isConfirmed = info?.confirmed === 'true' || heard?.confirmedAt != null;
    fill(about, facts([
      ['State', heard ? stateOf(heard) : h('span', { class: `chip ${isConfirmed ? 'good' : 'warn'}` }, isConfirmed ? 'confirmed' : 'unconfirmed')],
      ['Kind', subtype],
      ['Amount', h('strong', {}, show.ban(info?.amount ?? heard?.amount ?? undefined) || 'not known')],
      [subtype === 'receive' || subtype === 'open' ? 'Received by' : 'Account', accountLink(account)],
      [subtype === 'send' ? 'To' : 'From', accountLink(linked)],
      ['Balance after it', info?.balance ? show.ban(info.balance) : block.type === 'state' ? show.ban(block.balance) : null],
      ['Representative', accountLink(block.representative)],
      ['Height', info?.height ?? heard?.height],
      ['Previous', blockLink(previous)],
      ['Next', info?.successor && info.successor !== ZERO ? blockLink(info.successor) : null],
      [subtype === 'receive' || subtype === 'open' ? 'Receives' : '', (subtype === 'receive' || subtype === 'open') ? blockLink(block.link ?? block.source) : null],
      ['Stored at', info ? show.date(Number(info.local_timestamp) * 1_000) : null],
    ]));
    fill(contents, tree(block, schemaOf('confirmation').properties.message.properties.block));
    fill(life, ...steps(heard, election, model).map(([at, text, more]) => h(
      'li', {}, h('span', { class: 'mono quiet' }, at === null ? '' : show.clock(at)), h('span', {}, text), more,
    )));
    if (!life.firstChild) fill(life, h('li', {}, h('span'), h('span', { class: 'quiet' }, 'It happened before this page was opened.')));
  }

  async function ask() {
    info = await ledger?.block(hash);
    isFinal = info?.confirmed === 'true';
    told = '';
  }

  return {
    node,
    title: `Block ${show.hash(hash)}`,
    draw() {
      // Once it is confirmed only its successor can change.
      const isDue = performance.now() - askedAt >= (isFinal ? 10 : 1) * AGAIN_MS;
      if (ledger && isDue) {
        askedAt = performance.now();
        void ask().catch(() => {}).then(show_);
      }
      show_();
    },
  };
}

/**
 * @param {import('./model.js').Block | undefined} block
 * @param {import('./model.js').Election | undefined} election
 * @param {import('./model.js').Model} model
 * @returns {[number | null, string, Node | null][]}
 */
function steps(block, election, model) {
  /** @type {[number | null, string, Node | null][]} */
  const found = [];
  const stored = /** @type {[number | null, string, Node | null]} */ ([block?.seenAt ?? null, 'stored in the ledger, unconfirmed', null]);
  const isFirst = block?.seenAt != null && (!election || block.seenAt <= election.startedAt);
  if (isFirst) found.push(stored);
  if (election) {
    const { rows, share, finalShare } = model.tally(election);
    found.push([election.startedAt, 'its election began', h('a', { href: `#/election/${election.hash}` }, 'election')]);
    if (!isFirst && block?.seenAt != null) found.push(stored);
    if (rows.length > 0) found.push([null, `${rows.length} representatives voted with ${share.toFixed(0)} % of the weight; finally ${finalShare.toFixed(0)} %`, null]);
    if (election.state === 'stopped') found.push([election.endedAt, 'dropped from its election without being confirmed', null]);
  }
  if (block?.confirmedAt != null) {
    const tookMs = block.seenAt === null ? null : Math.max(0, block.confirmedAt - block.seenAt);
    found.push([block.confirmedAt, `confirmed (${block.confirmation})${tookMs === null ? '' : `, ${show.span(tookMs)} after it was seen`}`, null]);
  }
  return found;
}
