// Events that wait for the program: a bounded queue, and what happens at its bound. Filled by feeds, emptied by an iterator or by
// listeners. Used by subscription.js.

/**
 * What happens to an event that finds the queue full.
 * - `pause`: the topic is unsubscribed until half of the queue is worked off, then resumed by cursor, so that nothing is lost. A
 *   plain node has no cursors: with it, what happens meanwhile is lost, and told as `unknown`.
 * - `drop-oldest`, `drop-newest`: one event is lost, and counted.
 *
 * @typedef {'pause' | 'drop-oldest' | 'drop-newest'} Overflow
 */

/** @template Item */
export class Inbox {
  /** @type {Item[]} */
  #items = [];
  /** Items before this one are taken. */
  #head = 0;
  /** @type {{ resolve: (result: IteratorResult<Item>) => void, reject: (error: unknown) => void }[]} */
  #waiting = [];
  /** @type {((item: Item) => void) | null} */
  #listener = null;
  /** Who was sent away and wants to be called back. @type {Set<() => void>} */
  #paused = new Set();
  #ended = false;
  /** @type {unknown} */
  #error = null;
  /** Events lost by a `drop-…` policy. */
  dropped = 0;

  /** @param {number} max items that may wait @param {Overflow} overflow */
  constructor(max, overflow) {
    if (!Number.isInteger(max) || max < 1) throw new TypeError(`queueMax is ${max}: it must be a whole number from 1`);
    if (!['pause', 'drop-oldest', 'drop-newest'].includes(overflow)) {
      throw new TypeError(`overflow is ${JSON.stringify(overflow)}: it must be pause, drop-oldest or drop-newest`);
    }
    this.max = max;
    this.overflow = overflow;
  }

  get length() {
    return this.#items.length - this.#head;
  }

  /**
   * Takes an item in. Returns false if it was not taken and the sender has to pause; `resume` is then called once there is room.
   *
   * @param {Item} item
   * @param {() => void} resume
   */
  offer(item, resume) {
    if (this.#ended) return true;
    if (this.#listener) {
      this.#listener(item);
      return true;
    }
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting.resolve({ done: false, value: item });
      return true;
    }
    if (this.length >= this.max) {
      if (this.overflow === 'pause') {
        this.#paused.add(resume);
        return false;
      }
      this.dropped += 1;
      if (this.overflow === 'drop-newest') return true;
      this.#take();
    }
    this.#items.push(item);
    return true;
  }

  /** The next item, now or later. @returns {Promise<IteratorResult<Item>>} */
  next() {
    if (this.length > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#error) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** From now on items go to `listener` and do not wait. @param {(item: Item) => void} listener */
  listen(listener) {
    while (this.length > 0) listener(this.#take());
    this.#listener = listener;
  }

  /** No more items. What waits can still be taken. @param {unknown} [error] thrown by `next` after that */
  end(error = null) {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (error) reject(error);
      else resolve({ done: true, value: undefined });
    }
  }

  /** @returns {Item} */
  #take() {
    const item = /** @type {Item} */ (this.#items[this.#head]);
    this.#head += 1;
    if (this.#head > 1_024 || this.#head === this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    if (this.#paused.size > 0 && this.length <= this.max / 2) {
      const paused = [...this.#paused];
      this.#paused.clear();
      paused.forEach((resume) => resume());
    }
    return item;
  }
}
