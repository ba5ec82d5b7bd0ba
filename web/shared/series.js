// Numbers over time: counts per second, and how long things took. Bounded; no element in here.

/** Counts in each of the last seconds. */
export class PerSecond {
  #counts;
  #newest = 0;

  /** @param {number} seconds that are kept */
  constructor(seconds) {
    this.#counts = new Float64Array(seconds + 1);
  }

  /** @param {number} at milliseconds since 1970 @param {number} [count] */
  add(at, count = 1) {
    const second = Math.floor(at / 1_000);
    this.#advance(second);
    const age = this.#newest - second;
    if (age < this.#counts.length) this.#counts[second % this.#counts.length] = (this.#counts[second % this.#counts.length] ?? 0) + count;
  }

  /** The whole seconds before `now`, oldest first. @param {number} now milliseconds since 1970 @returns {number[]} */
  until(now) {
    const second = Math.floor(now / 1_000);
    this.#advance(second);
    const length = this.#counts.length;
    return Array.from({ length: length - 1 }, (_, index) => {
      const of = second - (length - 1) + index;
      return this.#newest - of < length ? this.#counts[of % length] ?? 0 : 0;
    });
  }

  /** Mean a second over the last whole seconds. @param {number} now @param {number} seconds */
  rate(now, seconds) {
    return this.until(now).slice(-seconds).reduce((sum, count) => sum + count, 0) / seconds;
  }

  /** @param {number} second */
  #advance(second) {
    if (second <= this.#newest) return;
    const steps = Math.min(second - this.#newest, this.#counts.length);
    for (let step = 0; step < steps; step += 1) this.#counts[(second - step) % this.#counts.length] = 0;
    this.#newest = second;
  }
}

/** The last durations. */
export class Durations {
  #max;
  /** @type {number[]} */
  #values = [];
  #next = 0;

  /** @param {number} max that are kept */
  constructor(max) {
    this.#max = max;
  }

  get count() {
    return this.#values.length;
  }

  /** @param {number} ms */
  add(ms) {
    this.#values[this.#next] = ms;
    this.#next = (this.#next + 1) % this.#max;
  }

  /** How long the fastest `share` of them took at most. @param {number} share from 0 to 1 */
  quantile(share) {
    const sorted = Float64Array.from(this.#values).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  }

  /** How many lie in each of the ranges that `edges` part; one range more than edges. @param {number[]} edges rising */
  histogram(edges) {
    const counts = new Array(edges.length + 1).fill(0);
    for (const ms of this.#values) {
      const at = edges.findIndex((edge) => ms < edge);
      counts[at < 0 ? edges.length : at] += 1;
    }
    return counts;
  }
}
