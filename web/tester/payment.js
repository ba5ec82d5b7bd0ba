// One's own payment, from unconfirmed over votes to confirmed, in the first ten seconds. On a dev network only: its keys are public.

import { Client, RAW_PER_BAN } from '../../clients/js/src/index.js';
import { fill, h } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { ownUrl, rpc, sendBlock } from '../shared/network.js';

const FINAL = '18446744073709551615';
/** After this long without a confirmation the steps say so; they go on waiting. */
const SLOW_MS = 5_000;

/**
 * Sends, and shows what becomes of it.
 *
 * @param {import('../shared/network.js').Network} network
 * @param {HTMLElement} list of steps
 */
export async function pay(network, list) {
  const [from, to] = network.accounts;
  if (!from || !to) return;
  const steps = new Steps(list);
  const client = new Client(ownUrl());
  try {
    // Listening first: what happens is over in milliseconds.
    const topics = ['new_unconfirmed_block', 'vote', 'confirmation'].map((topic) => client.subscribe(topic));
    await Promise.all(topics.map(({ ready }) => ready));
    const { hash, block } = await sendBlock(network, from, to.account, RAW_PER_BAN);
    const begun = performance.now();
    const since = () => performance.now() - begun;
    const slow = setTimeout(() => steps.say('confirmed', `not confirmed yet; are votes held back?`, ''), SLOW_MS);
    const voters = { first: new Set(), final: new Set() };
    const done = new Promise((resolve) => {
      for (const topic of topics) {
        topic.on('event', (event) => {
          if (event.topic === 'vote' && event.message.blocks.includes(hash)) {
            voters[event.message.timestamp === FINAL ? 'final' : 'first'].add(event.message.account);
            steps.done('votes', `${voters.first.size} voted, ${voters.final.size} finally`, since());
          } else if (event.hash === hash && event.topic === 'new_unconfirmed_block') {
            steps.done('unconfirmed', 'in the ledger, unconfirmed', since());
          } else if (event.hash === hash) {
            steps.done('confirmed', 'confirmed: it can no longer be undone', since());
            resolve(undefined);
          }
        });
      }
    });
    steps.say('sent', `sending 1 BAN as ${show.hash(hash)}`, '');
    await rpc(network.rpc, { action: 'process', json_block: 'true', subtype: 'send', block, do_work: true });
    steps.done('sent', `1 BAN sent as ${show.hash(hash)}`, 0);
    await done;
    clearTimeout(slow);
    // Final votes of slower representatives still come.
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  } catch (error) {
    steps.failed(error instanceof Error ? error.message : String(error));
  } finally {
    client.close();
  }
}

class Steps {
  #items;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#items = new Map(['sent', 'unconfirmed', 'votes', 'confirmed'].map((name) => [name, h('li', { 'data-step': name })]));
    fill(list, ...this.#items.values());
    this.say('sent', 'sent', '');
    this.say('unconfirmed', 'in the ledger', '');
    this.say('votes', 'votes of the representatives', '');
    this.say('confirmed', 'confirmed', '');
  }

  /** @param {string} name @param {string} text @param {string} ms */
  say(name, text, ms) {
    const item = this.#items.get(name);
    if (item) fill(item, h('span', {}, text), h('span', { class: 'ms' }, ms));
  }

  /** @param {string} name @param {string} text @param {number} ms */
  done(name, text, ms) {
    this.say(name, text, ms > 0 ? `+${show.span(ms)}` : '');
    this.#items.get(name)?.classList.add('done');
  }

  /** @param {string} text */
  failed(text) {
    const next = [...this.#items].find(([, item]) => !item.classList.contains('done'));
    if (!next) return;
    this.say(next[0], text, '');
    next[1].classList.add('failed');
  }
}
