// The front door: one connection, its requests and their answers, its subscriptions.

import { Connection } from './connection.js';
import { Refused, Unanswered } from './errors.js';
import { Invoices } from './invoices.js';
import { Subscription } from './subscription.js';

/**
 * @typedef {object} ClientSettings
 * @property {number} [requestTimeoutMs] how long the server may take to acknowledge; default 10,000. A plain node says nothing at
 *   all to a request that it does not understand
 * @property {string} [rpc] URL of the node RPC, for `awaitPayment`
 */

/** @typedef {(error: Refused | Unanswered | null, ack: any) => void} OnReply */

export class Client {
  /** @type {Map<string, { onReply: OnReply, timer: ReturnType<typeof setTimeout> }>} */
  #waiting = new Map();
  /** By topic: a connection has one subscription to each. @type {Map<string, import('./feed.js').Feed>} */
  #feeds = new Map();
  #lastId = 0;
  #urls;
  #settings;
  /** @type {Invoices | null} */
  #invoices = null;

  /**
   * Connects, and stays connected until `close`.
   *
   * @param {string | string[]} urls of the server, `ws://` or `wss://`; several that serve the same: the next is taken when one can't be
   *   reached
   * @param {ClientSettings & import('./connection.js').ConnectionSettings} [settings]
   */
  constructor(urls, settings = {}) {
    this.#urls = urls;
    this.#settings = settings;
    this.requestTimeoutMs = settings.requestTimeoutMs ?? 10_000;
    /** The connection, to watch its state and every message. */
    this.connection = new Connection(urls, settings);
    this.connection.on('message', ({ data }) => this.#received(data));
    this.connection.on('open', () => {
      for (const feed of [...this.#feeds.values()]) feed.start();
    });
    this.connection.on('close', () => this.#lost());
    // A moment later, so that the program can listen to the connection first.
    queueMicrotask(() => {
      if (this.connection.state.state === 'idle') this.connection.open();
    });
  }

  get isOpen() {
    return this.connection.isOpen;
  }

  /** What this client is subscribed to. */
  get topics() {
    return [...this.#feeds.keys()];
  }

  /**
   * Subscribes now and after every outage.
   *
   * @param {string} topic such as `confirmation`
   * @param {Record<string, any>} [options] of the topic: docs/protocol.md, sections 6 and 11
   * @param {import('./subscription.js').SubscriptionSettings} [settings]
   * @returns {Subscription} to iterate over, or to listen to; `ready` tells when the server has acknowledged
   * @throws {Error} if this client is subscribed to the topic already: a connection has one subscription to each
   */
  subscribe(topic, options, settings) {
    this.#checkFree(topic);
    return new Subscription([this], topic, options, settings);
  }

  /**
   * Resolves once the client is connected; at once if it is.
   *
   * @returns {Promise<void>}
   * @throws {Unanswered} if it is not in `requestTimeoutMs`; it goes on trying
   */
  opened() {
    if (this.isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = () => {
        stop();
        clearTimeout(timer);
      };
      const stop = this.connection.on('state', ({ state }) => {
        if (state !== 'open' && state !== 'closed') return;
        done();
        if (state === 'open') resolve();
        else reject(new Unanswered('the client was closed'));
      });
      const timer = setTimeout(() => {
        done();
        reject(new Unanswered(`not connected to ${this.connection.url} in ${this.requestTimeoutMs} ms`));
      }, this.requestTimeoutMs);
    });
  }

  /**
   * Sends any request, once the client is connected, and waits for its answer.
   *
   * @param {Record<string, any>} members such as `{ action: 'ping' }`; `ack` and `id` are added
   * @returns {Promise<any>} the acknowledgement
   * @throws {Refused} with the server's words, {Unanswered} if none came in time
   */
  async request(members) {
    await this.opened();
    return new Promise((resolve, reject) => {
      this.ask({ ack: true, ...members }, (error, ack) => (error ? reject(error) : resolve(ack)));
    });
  }

  /** Time to the server and back, in milliseconds. */
  async ping() {
    await this.opened();
    const from = performance.now();
    await this.request({ action: 'ping' });
    return performance.now() - from;
  }

  /**
   * Waits until `account` has been paid `amount`: docs in README.md. Uses a connection of its own, one for all invoices.
   *
   * @param {string} account
   * @param {bigint} amount in raw: `toRaw('1.5')`
   * @param {import('./invoices.js').InvoiceSettings} settings
   * @returns {import('./invoices.js').Invoice}
   */
  awaitPayment(account, amount, settings) {
    const { rpc } = this.#settings;
    if (!rpc) throw new TypeError('awaitPayment needs the RPC: give { rpc: "http://…" } to the client');
    this.#invoices ??= new Invoices(new Client(this.#urls, this.#settings), rpc);
    return this.#invoices.open(account, amount, settings);
  }

  /** Ends all subscriptions and the connection. Invoices that are open are cancelled. */
  close() {
    this.#invoices?.close();
    this.#invoices = null;
    for (const feed of [...this.#feeds.values()]) feed.close();
    this.connection.close();
  }

  /**
   * Sends a request; `onReply` is called once, and before any message that follows the answer. For the classes of this library.
   *
   * @param {Record<string, any>} members
   * @param {OnReply} onReply
   */
  ask(members, onReply) {
    this.#lastId += 1;
    const id = `js-${this.#lastId}`;
    if (!this.connection.send(JSON.stringify({ ...members, id }))) {
      onReply(new Unanswered(`not connected to ${this.connection.url}`), null);
      return;
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      const what = [members.action, members.topic].filter(Boolean).join(' ');
      onReply(new Unanswered(`no answer to ${what} in ${this.requestTimeoutMs} ms; a plain node is silent when it refuses`), null);
    }, this.requestTimeoutMs);
    this.#waiting.set(id, { onReply, timer });
  }

  /** A subscription's part on this connection. For the classes of this library. @param {import('./feed.js').Feed} feed */
  adopt(feed) {
    this.#feeds.set(feed.topic, feed);
    feed.start();
  }

  /** @param {import('./feed.js').Feed} feed */
  forget(feed) {
    if (this.#feeds.get(feed.topic) === feed) this.#feeds.delete(feed.topic);
  }

  /** @param {string} topic */
  #checkFree(topic) {
    if (this.#feeds.has(topic)) {
      throw new Error(`this client is subscribed to ${topic} already: change that subscription, or make another client`);
    }
    if (this.connection.state.state === 'closed') throw new Error('this client is closed');
  }

  /** @param {any} data */
  #received(data) {
    const waiting = data?.ack === undefined && data?.error === undefined ? undefined : this.#waiting.get(data.id);
    if (waiting) {
      this.#waiting.delete(data.id);
      clearTimeout(waiting.timer);
      if (data.error === undefined) waiting.onReply(null, data);
      else waiting.onReply(new Refused(data), null);
    } else if (typeof data?.topic === 'string' && data.message) {
      this.#feeds.get(data.topic)?.received(data);
    }
  }

  #lost() {
    for (const feed of this.#feeds.values()) feed.lost();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { onReply, timer } of waiting) {
      clearTimeout(timer);
      onReply(new Unanswered('the connection went away before the answer came'), null);
    }
  }
}
