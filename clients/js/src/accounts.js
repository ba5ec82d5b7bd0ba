// The accounts of one subscription: what is wanted, and what the server has yet to be told, coalesced. Used by feed.js.

import { canonical } from './account.js';

/**
 * Changes that go to the server together.
 *
 * @typedef {object} Batch
 * @property {Set<string>} add
 * @property {Set<string>} del
 * @property {Promise<void>} done
 * @property {() => void} resolve
 * @property {(error: unknown) => void} reject
 */

export class Accounts {
  /** @type {Set<string>} */
  #wanted;
  /** @type {Batch | null} */
  #batch = null;

  /**
   * @param {Iterable<string>} accounts
   * @param {number} max that one subscription may have
   * @throws {TypeError} if one is no account, {RangeError} if there are too many
   */
  constructor(accounts, max) {
    this.#wanted = new Set(Array.from(accounts, canonical));
    this.max = max;
    this.#checkRoom(0);
  }

  get list() {
    return [...this.#wanted];
  }

  get size() {
    return this.#wanted.size;
  }

  /** @param {string} account */
  has(account) {
    return this.#wanted.has(canonical(account));
  }

  /** @param {string[]} accounts @returns {Promise<void>} when the server knows */
  add(accounts) {
    const added = accounts.map(canonical).filter((account) => !this.#wanted.has(account));
    this.#checkRoom(added.length);
    const batch = this.#open();
    for (const account of added) {
      this.#wanted.add(account);
      if (!batch.del.delete(account)) batch.add.add(account);
    }
    return batch.done;
  }

  /** @param {string[]} accounts @returns {Promise<void>} when the server knows */
  remove(accounts) {
    const removed = accounts.map(canonical).filter((account) => this.#wanted.has(account));
    const batch = this.#open();
    for (const account of removed) {
      this.#wanted.delete(account);
      if (!batch.add.delete(account)) batch.del.add(account);
    }
    return batch.done;
  }

  /** What is to be told now, or null. */
  take() {
    const batch = this.#batch;
    this.#batch = null;
    return batch;
  }

  /** A batch that the server refused has no effect, here neither. @param {Batch} batch @param {unknown} error */
  refused(batch, error) {
    for (const account of batch.add) this.#wanted.delete(account);
    for (const account of batch.del) this.#wanted.add(account);
    batch.reject(error);
  }

  /** @returns {Batch} */
  #open() {
    if (!this.#batch) {
      let settle = /** @type {Pick<Batch, 'resolve' | 'reject'>} */ ({});
      /** @type {Promise<void>} */
      const done = new Promise((resolve, reject) => {
        settle = { resolve, reject };
      });
      // Who does not wait is not to be bothered by an unhandled rejection.
      done.catch(() => {});
      this.#batch = { add: new Set(), del: new Set(), done, ...settle };
    }
    return this.#batch;
  }

  /** @param {number} more */
  #checkRoom(more) {
    if (this.#wanted.size + more > this.max) {
      throw new RangeError(`${this.#wanted.size + more} accounts: one subscription takes ${this.max}; a Pool spreads them`);
    }
  }
}
