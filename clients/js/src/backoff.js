// How long to wait before the next attempt: exponential, with full jitter and a cap, so that a thousand clients of a server that
// restarts do not come back at the same moment.

/** A connection that lasted this long was a good one: the next outage begins with short waits again. */
const GOOD_AFTER_MS = 10_000;

export class Backoff {
  #attempts = 0;

  /**
   * @param {number} baseMs the longest first wait
   * @param {number} capMs the longest wait at all
   * @param {() => number} random a number from 0 to below 1
   */
  constructor(baseMs, capMs, random) {
    this.baseMs = baseMs;
    this.capMs = capMs;
    this.random = random;
  }

  /** Attempts since the last good connection. */
  get attempts() {
    return this.#attempts;
  }

  /** Counts an attempt, and says how many milliseconds to wait before it. */
  next() {
    const longest = Math.min(this.capMs, this.baseMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.round(this.random() * longest);
  }

  /** Takes a connection's end into account. @param {number} lastedMs */
  ended(lastedMs) {
    if (lastedMs >= GOOD_AFTER_MS) this.#attempts = 0;
  }
}
