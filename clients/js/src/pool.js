// Several connections as one: for more accounts or events than one connection should carry.

import { Client } from './client.js';
import { Subscription } from './subscription.js';

export class Pool {
  /** One for each connection. */
  #clients;

  /**
   * @param {string | string[]} urls as of `Client`
   * @param {ConstructorParameters<typeof Client>[1] & { size: number }} settings `size` is the number of connections, 1 to 100
   */
  constructor(urls, { size, ...settings }) {
    if (!Number.isInteger(size) || size < 1 || size > 100) throw new RangeError(`size is ${size}: it must be 1 to 100`);
    this.#clients = Array.from({ length: size }, () => new Client(urls, settings));
  }

  /** The clients, one for each connection. */
  get clients() {
    return this.#clients.slice();
  }

  /**
   * One stream of all connections. With `accounts`, each connection listens to a share of them, and a block between accounts of two
   * connections is told once; without, the connection with the fewest subscriptions carries all of the topic. The order is kept
   * within a connection, not between them.
   *
   * @param {string} topic
   * @param {Record<string, any>} [options]
   * @param {import('./subscription.js').SubscriptionSettings} [settings] without `store`, if there are `accounts`
   */
  subscribe(topic, options, settings) {
    const free = this.#clients.filter((client) => !client.topics.includes(topic));
    const clients = options?.accounts ? free : free.sort((a, b) => a.topics.length - b.topics.length).slice(0, 1);
    if (clients.length === 0) throw new Error(`every connection of this pool is subscribed to ${topic} already`);
    return new Subscription(clients, topic, options, settings);
  }

  /** Ends all subscriptions and connections. */
  close() {
    for (const client of this.#clients) client.close();
  }
}
