// The explorer: one stream, one model, and the page that the URL names. Draws once a frame at most, whatever comes.

import { RAW_PER_BAN } from '../../clients/js/src/index.js';
import { batched, byId, fill } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { network as ask, ownUrl, sendBlock } from '../shared/network.js';
import { accountPage } from './account.js';
import { blockPage } from './block.js';
import { dashboard } from './dashboard.js';
import { electionPage } from './election.js';
import { Ledger } from './ledger.js';
import { Model } from './model.js';
import { pageOf } from './parts.js';
import { follow } from './stream.js';

/** Rows that change faster can't be read. */
const DRAW_MS = 250;
const WEIGHTS_MS = 30_000;

/**
 * What pages work with.
 *
 * @typedef {object} Explorer
 * @property {Model} model
 * @property {Ledger | null} ledger null if there is no RPC
 * @property {import('../shared/network.js').Network | null} network the one behind this page, if it is the one that is explored
 */

/** @typedef {{ node: HTMLElement, title: string, draw: () => void }} View */

const asked = new URLSearchParams(location.search);
const url = asked.get('url') ?? ownUrl();
const isOwn = url === ownUrl();
/** Servers that a link names are strangers until the person says otherwise: until then nobody is asked anything. */
const TRUST = 'banano-ws explored';
const isTrusted = (isOwn && !asked.has('rpc')) || sessionStorage.getItem(TRUST) === location.search;

const model = new Model();
const network = isOwn ? await ask() : null;
const rpcUrl = asked.get('rpc') ?? network?.rpc ?? null;
const ledger = rpcUrl && isTrusted ? new Ledger(rpcUrl) : null;
/** @type {Explorer} */
const explorer = { model, ledger, network };

// --- Pages --------------------------------------------------------------------------------------

const main = byId('view', 'main');
const pauseButton = byId('pause', 'button');
let isPaused = false;
/** @type {View} */
let view = dashboard(explorer);

/** @type {Record<string, (explorer: Explorer, id: string) => View>} */
const PAGES = { account: accountPage, block: blockPage, election: electionPage };

function open() {
  const [, kind = '', value = ''] = location.hash.split('/');
  const page = PAGES[kind];
  const isPage = page !== undefined && pageOf(value, network) !== null;
  view = isPage ? page(explorer, kind === 'account' ? value : value.toUpperCase()) : dashboard(explorer);
  fill(main, view.node);
  document.title = `${view.title} · banano-ws`;
  byId('overview', 'a').hidden = !isPage;
  view.draw();
}

const redraw = batched(() => {
  if (!isPaused) view.draw();
}, DRAW_MS);

window.addEventListener('hashchange', () => {
  // The skip link goes to a place on this page, not to another.
  if (location.hash && !location.hash.startsWith('#/')) return;
  open();
  // A new page, as if it had been loaded: screen readers begin at its top.
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});
pauseButton.addEventListener('click', () => {
  isPaused = !isPaused;
  pauseButton.setAttribute('aria-pressed', String(isPaused));
  redraw();
});

// --- Head of the page ---------------------------------------------------------------------------

const search = byId('search', 'form');
search.addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId('wanted', 'input');
  const page = pageOf(field.value, network);
  byId('search-fault', 'p').textContent = page ? '' : 'An account (ban_…), a hash of 64 hexadecimal digits, or #0 of the dev network.';
  field.setAttribute('aria-invalid', String(!page));
  if (!page) return;
  field.value = '';
  location.hash = page;
});

byId('server', 'input').value = url;
byId('server-rpc', 'input').value = rpcUrl ?? '';
byId('source', 'form').addEventListener('submit', (event) => {
  event.preventDefault();
  const next = new URLSearchParams();
  const [server, rpc] = [byId('server', 'input').value, byId('server-rpc', 'input').value];
  if (server !== ownUrl()) next.set('url', server);
  if (rpc && rpc !== network?.rpc) next.set('rpc', rpc);
  const search = next.size > 0 ? `?${next}` : '';
  sessionStorage.setItem(TRUST, search);
  location.search = search;
});

if (network?.accounts.length && ledger) {
  const [from, to] = network.accounts;
  const button = byId('pay', 'button');
  button.hidden = false;
  button.addEventListener('click', async () => {
    if (!from || !to) return;
    button.disabled = true;
    try {
      const { block } = await sendBlock(network, from, to.account, RAW_PER_BAN);
      await ledger.ask({ action: 'process', json_block: 'true', subtype: 'send', block, do_work: true });
    } catch (error) {
      note(error instanceof Error ? error.message : String(error));
    }
    button.disabled = false;
  });
}

/** @param {string} text */
function note(text) {
  byId('note', 'p').textContent = `${show.clock(Date.now())}  ${text}`;
}

// --- Start --------------------------------------------------------------------------------------

async function learnWeights() {
  if (!ledger) return;
  try {
    const { quorum, online, weights } = await ledger.quorum();
    model.quorum = { quorum, online };
    for (const { account, weight } of weights) model.weigh(account, weight);
  } catch {
    // Weights are then learnt from confirmations.
  }
  redraw();
}

function start() {
  follow(url, model, {
    changed: redraw,
    state: (text, mood) => {
      byId('state', 'p').dataset.state = mood;
      byId('state-text', 'span').textContent = text;
    },
    note,
  });
  void learnWeights();
  setInterval(() => void learnWeights(), WEIGHTS_MS);
  // Time goes on when nothing comes.
  setInterval(redraw, 1_000);
}

open();
if (isTrusted) {
  start();
} else {
  byId('stranger', 'p').hidden = false;
  byId('stranger-url', 'code').textContent = [url, asked.get('rpc')].filter(Boolean).join(' and ');
  byId('trust', 'button').addEventListener('click', () => {
    sessionStorage.setItem(TRUST, location.search);
    location.reload();
  });
}
