// How far the program has come, for at-least-once processing: the cursor of the last event before which everything is
// acknowledged, written to a store. Used by feed.js, if the subscription has a store.

/** @typedef {{ cursor: string, done: boolean }} Entry */

export class Progress {
  #store;
  #name;
  /** Events given out and everything behind the first that is not acknowledged, oldest first. @type {Entry[]} */
  #open = [];
  /** The cursor to write next. @type {string | null} */
  #wanted = null;
  /** @type {Promise<void> | null} */
  #writing = null;

  /** @param {import('./stores.js').CursorStore} store @param {string} name */
  constructor(store, name) {
    this.#store = store;
    this.#name = name;
  }

  /** The place where the program left off. @returns {Promise<string | null>} */
  async load() {
    return (await this.#store.load(this.#name)) ?? null;
  }

  /** Events that are not acknowledged, or wait for an earlier one. */
  get pending() {
    return this.#open.length;
  }

  /** Takes note of an event that the program will get. @param {string} cursor @returns {Entry} */
  given(cursor) {
    const entry = { cursor, done: false };
    this.#open.push(entry);
    return entry;
  }

  /** The event was not taken after all: it will come again. Only for the newest. @param {Entry} entry */
  withdraw(entry) {
    if (this.#open.at(-1) === entry) this.#open.pop();
  }

  /** The program is done with an event. Resolves when that is written, if it is the next in order. @param {Entry} entry */
  async done(entry) {
    entry.done = true;
    let last = null;
    while (this.#open[0]?.done) last = this.#open.shift() ?? null;
    if (last) await this.#write(last.cursor);
  }

  /** Everything up to `cursor` concerned other subscriptions. @param {string} cursor */
  async passed(cursor) {
    if (this.#open.length === 0) await this.#write(cursor);
  }

  /** Writes the newest cursor; several that come during one write become one. @param {string} cursor */
  async #write(cursor) {
    this.#wanted = cursor;
    this.#writing ??= this.#writeAll();
    await this.#writing;
  }

  async #writeAll() {
    // One turn later, so that acknowledgements of one tick are one write.
    await Promise.resolve();
    try {
      while (this.#wanted !== null) {
        const cursor = this.#wanted;
        this.#wanted = null;
        await this.#store.save(this.#name, cursor);
      }
    } finally {
      this.#writing = null;
    }
  }
}
