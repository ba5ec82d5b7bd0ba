// Finds out that a connection is dead: asks by the protocol's own ping after a silence, and gives up if nothing at all comes back
// in time. Browsers can't send the WebSocket's pings. Used by connection.js, one per socket.

export class Heartbeat {
  #quietMs;
  #timeoutMs;
  #to;
  #heardAt = performance.now();
  #pingedAt = 0;
  #count = 0;
  /** Id of the ping that is not answered yet. */
  #id = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} quietMs silence after which to ask
   * @param {number} timeoutMs how long an answer may take
   * @param {{ ping: (text: string) => void, latency: (ms: number) => void, dead: () => void }} to whom to tell
   */
  constructor(quietMs, timeoutMs, to) {
    this.#quietMs = quietMs;
    this.#timeoutMs = timeoutMs;
    this.#to = to;
    this.#timer = setTimeout(() => this.#check(), quietMs);
  }

  /** Takes note of a message. Returns whether it was the answer to a ping of ours. @param {any} data */
  heard(data) {
    this.#heardAt = performance.now();
    if (data?.ack !== 'pong' || this.#id === '' || data.id !== this.#id) return false;
    this.#id = '';
    this.#to.latency(this.#heardAt - this.#pingedAt);
    return true;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #check() {
    const leftMs = this.#quietMs - (performance.now() - this.#heardAt);
    if (leftMs > 0) {
      this.#timer = setTimeout(() => this.#check(), leftMs);
      return;
    }
    this.#count += 1;
    this.#id = `heartbeat-${this.#count}`;
    this.#pingedAt = performance.now();
    this.#to.ping(JSON.stringify({ action: 'ping', id: this.#id }));
    this.#timer = setTimeout(() => this.#judge(), this.#timeoutMs);
  }

  #judge() {
    const sinceMs = performance.now() - this.#pingedAt;
    const isHeard = this.#heardAt >= this.#pingedAt;
    // Far too late: this program slept (a laptop, a tab in the background), and the answer may lie unread.
    const slept = sinceMs > 2 * this.#timeoutMs;
    if (isHeard || slept) this.#check();
    else this.#to.dead();
  }
}
