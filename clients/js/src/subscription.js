// A subscription as programs hold it: a stream of events, from one connection or, in a pool, from several.

import { Emitter } from './emitter.js';
import { Unanswered } from './errors.js';
import { Feed } from './feed.js';
import { Inbox } from './inbox.js';
import { Seen } from './seen.js';

/**
 * @typedef {object} SubscriptionSettings
 * @property {number} [queueMax] events that may wait for the program; default 10,000
 * @property {import('./inbox.js').Overflow} [overflow] what happens when more come; default `pause`, which loses nothing
 * @property {number} [dedupe] blocks that are remembered, so that one confirmed twice is told once; 0 for none. Default 10,000
 * @property {import('./stores.js').CursorStore} [store] where the place in the stream outlives the program
 * @property {string} [name] under which the store keeps it; default: the topic
 * @property {number} [maxAccounts] in the list of accounts; default 14,000, which fits the server's default message of 1 MiB
 * @property {number} [batchMs] how long changes of accounts wait for more of them; default 20
 * @property {number} [refreshMs] silence after which the place in the stream is renewed; default 300,000
 */

/**
 * @typedef {object} SubscriptionEvents
 * @property {import('./event.js').StreamEvent} event each event; to listen is instead of iterating
 * @property {import('./feed.js').Continuity} continuity after each subscribe: what is certain about the time before
 * @property {unknown} error the subscription has ended: the server refused it, or the store could not be read
 */

/** @extends {Emitter<SubscriptionEvents>} */
export class Subscription extends Emitter {
  /** @type {Feed[]} */
  #feeds;
  /** @type {Inbox<import('./event.js').StreamEvent>} */
  #inbox;
  #seen;
  /** Who gets the events; decided once. @type {'iterator' | 'listeners' | null} */
  #consumer = null;
  /** @type {import('./feed.js').Continuity[]} */
  #continuity;

  /**
   * Called by `Client.subscribe` and `Pool.subscribe`.
   *
   * @param {import('./client.js').Client[]} clients one feed each; accounts are spread over them
   * @param {string} topic
   * @param {Record<string, any>} [options] of docs/protocol.md, section 6 and 11
   * @param {SubscriptionSettings} [settings]
   */
  constructor(clients, topic, options, settings = {}) {
    super();
    const { queueMax = 10_000, overflow = 'pause', dedupe = 10_000, store, name = topic, ...rest } = settings;
    if (store && overflow !== 'pause') throw new TypeError('a cursor store needs overflow `pause`: the others lose events');
    if (store && clients.length > 1) throw new TypeError('a subscription of a pool can have no cursor store: each connection has a place of its own');
    this.topic = topic;
    this.#inbox = new Inbox(queueMax, overflow);
    // One block may come over two connections of a pool, once for each of its accounts.
    this.#seen = new Seen(clients.length > 1 ? dedupe : 0);
    this.#continuity = [];
    const shares = spread(options?.accounts, clients.length);
    const feedSettings = {
      maxAccounts: 14_000, batchMs: 20, refreshMs: 300_000, ...rest, dedupe, store, name, pendingMax: queueMax,
    };
    /** @type {Promise<void>[]} */
    const ready = [];
    this.#feeds = clients.map((client, index) => {
      let settle = { resolve: () => {}, reject: (/** @type {unknown} */ _error) => {} };
      ready.push(new Promise((resolve, reject) => {
        settle = { resolve, reject };
      }));
      return new Feed(client, topic, options?.accounts ? { ...options, accounts: shares[index] } : options, feedSettings, {
        offer: (event, resume) => this.#offer(event, resume),
        continuity: (continuity) => {
          settle.resolve();
          this.#continuity[index] = continuity;
          this.emit('continuity', continuity);
        },
        failed: (error) => {
          settle.reject(error);
          this.#failed(error);
        },
        // By this subscription, or by its client.
        closed: () => {
          settle.reject(new Unanswered('the subscription was closed'));
          this.close();
        },
      });
    });
    /** Resolves once the server has acknowledged; rejects with what it said against it. @type {Promise<void>} */
    this.ready = Promise.all(ready).then(() => {});
    this.ready.catch(() => {});
    clients.forEach((client, index) => client.adopt(/** @type {Feed} */ (this.#feeds[index])));
  }

  /** What was said last about the time before, of each connection. */
  get continuity() {
    return this.#continuity.slice();
  }

  /** Events that wait to be taken. */
  get queued() {
    return this.#inbox.length;
  }

  /** Events lost to a full queue; always 0 with overflow `pause`. */
  get dropped() {
    return this.#inbox.dropped;
  }

  /**
   * Listens to more accounts. Many calls become one message to the server.
   *
   * @param {...string} accounts
   * @returns {Promise<void>} when the server knows
   * @throws {TypeError} if one is no account, {RangeError} if there are too many
   */
  addAccounts(...accounts) {
    return this.#change(accounts, 'add');
  }

  /**
   * Listens to these accounts no more.
   *
   * @param {...string} accounts
   * @returns {Promise<void>} when the server knows
   */
  removeAccounts(...accounts) {
    return this.#change(accounts, 'del');
  }

  /** Ends it. What waits in the queue can still be taken. */
  close() {
    this.#inbox.end();
    for (const feed of this.#feeds) feed.close();
  }

  /**
   * Calls `listener` for each event of this name. After the first one for `event`, events wait no more, and can't be iterated over.
   *
   * @template {keyof SubscriptionEvents} Name
   * @param {Name} name
   * @param {(value: SubscriptionEvents[Name]) => void} listener
   * @override
   */
  on(name, listener) {
    if (name === 'event' && this.#consumer === 'iterator') throw new TypeError('the subscription is iterated: its events go there');
    const stop = super.on(name, listener);
    if (name === 'event' && this.#consumer === null) {
      this.#consumer = 'listeners';
      this.#inbox.listen((event) => this.emit('event', event));
    }
    return stop;
  }

  /** Each event once. To leave the loop closes the subscription. */
  [Symbol.asyncIterator]() {
    if (this.#consumer === 'listeners') throw new TypeError('the subscription has listeners: its events go there');
    this.#consumer = 'iterator';
    return {
      next: () => this.#inbox.next(),
      return: async () => {
        this.close();
        return { done: /** @type {const} */ (true), value: undefined };
      },
    };
  }

  /** @param {import('./event.js').StreamEvent} event @param {() => void} resume */
  #offer(event, resume) {
    const { identity } = event;
    if (identity !== null && this.#seen.has(identity)) return true;
    if (!this.#inbox.offer(event, resume)) return false;
    if (identity !== null) this.#seen.add(identity);
    return true;
  }

  /** @param {unknown} error */
  #failed(error) {
    this.#inbox.end(error);
    for (const feed of this.#feeds) feed.close();
    this.emit('error', error);
  }

  /** @param {string[]} accounts @param {'add' | 'del'} what */
  async #change(accounts, what) {
    const shares = spread(accounts, this.#feeds.length);
    await Promise.all(this.#feeds.map(async (feed, index) => {
      const share = shares[index] ?? [];
      if (share.length > 0 || !feed.accounts) await (what === 'add' ? feed.change(share, []) : feed.change([], share));
    }));
  }
}

/**
 * Accounts by connection; the same account always goes to the same one.
 *
 * @param {string[]} [accounts] @param {number} [count]
 */
function spread(accounts = [], count = 1) {
  /** @type {string[][]} */
  const shares = Array.from({ length: count }, () => []);
  for (const account of accounts) {
    // The end of an account is its checksum: as good as random, and the same in every spelling.
    const number = [...account.slice(-4)].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 0);
    shares[number % count]?.push(account);
  }
  return shares;
}
