// The last N keys, to tell what was seen before. Plain nodes repeat confirmations; two connections of a pool may show one block.

export class Seen {
  /** In the order in which they came. @type {Set<string>} */
  #keys = new Set();

  /** @param {number} max keys that are remembered; 0 remembers none */
  constructor(max) {
    this.max = max;
  }

  /** Whether `key` was added lately. @param {string} key */
  has(key) {
    return this.#keys.has(key);
  }

  /** @param {string} key */
  add(key) {
    if (this.max === 0) return;
    if (this.#keys.size >= this.max) {
      const [oldest] = this.#keys;
      this.#keys.delete(/** @type {string} */ (oldest));
    }
    this.#keys.add(key);
  }
}
