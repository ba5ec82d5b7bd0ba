// A connection that comes back: opens a WebSocket, notices when it is dead, waits, tries the next URL. Knows nothing of topics:
// client.js does. Never has two sockets at a time.

import { Backoff } from './backoff.js';
import { Emitter } from './emitter.js';
import { Heartbeat } from './heartbeat.js';

/**
 * @typedef {object} ConnectionSettings
 * @property {any} [WebSocket] the class to use; default: the global one. Node.js before 22 has none: give that of npm's `ws`
 * @property {number} [connectTimeoutMs] how long a handshake may take; default 10,000
 * @property {number} [heartbeatMs] silence after which the server is asked whether it lives; default 20,000
 * @property {number} [heartbeatTimeoutMs] how long it may take to answer; default 10,000
 * @property {number} [backoffBaseMs] the longest wait before the first new attempt; default 250
 * @property {number} [backoffCapMs] the longest wait before any attempt; default 30,000
 * @property {() => number} [random] for tests; default `Math.random`
 */

/**
 * @typedef {object} ConnectionState
 * @property {'idle' | 'connecting' | 'open' | 'waiting' | 'closed'} state `waiting` for the next attempt; `closed` for good
 * @property {string} url of this or the next attempt
 * @property {number} attempts since the last good connection
 * @property {number} [delayMs] with `waiting`: how long
 * @property {number} [code] with `waiting` or `closed`: the close code of the last connection, 1006 if it just broke
 * @property {string} [reason] in words
 */

/**
 * @typedef {object} ConnectionEvents
 * @property {ConnectionState} state each change of it
 * @property {{ url: string }} open connected: say what you want
 * @property {{ code: number, reason: string }} close the connection is gone; the next is on its way unless the state is `closed`
 * @property {{ text: string, data: any }} message as it came, and parsed; `data` is undefined if it is no JSON
 * @property {{ text: string }} sent
 * @property {{ ms: number }} latency time from a heartbeat's ping to its pong
 */

/** Close codes of the server that say when to come back (docs/protocol.md). */
const POLICY = 1008;
const SLOW_CONSUMER = 4000;
/** How a socket ends that is found dead here; never on the wire. */
const BROKEN = 1006;

/** @extends {Emitter<ConnectionEvents>} */
export class Connection extends Emitter {
  #urls;
  #settings;
  #backoff;
  /** @type {ConnectionState} */
  #state;
  /** Index of the URL in use. */
  #current = 0;
  /** @type {any} */
  #socket = null;
  /** @type {Heartbeat | null} */
  #heartbeat = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #openedAt = 0;

  /**
   * @param {string | string[]} urls one, or several that serve the same: the next is taken when one can't be reached
   * @param {ConnectionSettings} [settings]
   */
  constructor(urls, settings = {}) {
    super();
    this.#urls = [urls].flat().map(String);
    this.#settings = {
      WebSocket: globalThis.WebSocket,
      connectTimeoutMs: 10_000,
      heartbeatMs: 20_000,
      heartbeatTimeoutMs: 10_000,
      backoffBaseMs: 250,
      backoffCapMs: 30_000,
      random: Math.random,
      ...settings,
    };
    const wrong = this.#urls.find((url) => !/^wss?:\/\//.test(url));
    if (wrong !== undefined || this.#urls.length === 0) {
      throw new TypeError(`the URL is ${JSON.stringify(wrong ?? urls)}: it must begin with ws:// or wss://`);
    }
    if (!this.#settings.WebSocket) {
      throw new TypeError("there is no global WebSocket (Node.js before 22): npm install ws, and give { WebSocket } from 'ws'");
    }
    this.#backoff = new Backoff(this.#settings.backoffBaseMs, this.#settings.backoffCapMs, this.#settings.random);
    this.#state = { state: 'idle', url: this.url, attempts: 0 };
  }

  /** The URL in use, or to be tried next. */
  get url() {
    return /** @type {string} */ (this.#urls[this.#current]);
  }

  /** What it is doing. */
  get state() {
    return this.#state;
  }

  get isOpen() {
    return this.#state.state === 'open';
  }

  /** Connects, and stays connected until `close`. Nothing happens if it does already; while it waits, it stops waiting. */
  open() {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#become('connecting');
    let socket;
    try {
      socket = new this.#settings.WebSocket(this.url);
    } catch (error) {
      this.#lost(BROKEN, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#opened();
    socket.onmessage = (/** @type {{ data: unknown }} */ { data }) => this.#received(data);
    socket.onclose = (/** @type {{ code: number, reason: string }} */ { code, reason }) => this.#lost(code, String(reason ?? ''));
    // A close follows every error, and browsers do not say what went wrong.
    socket.onerror = () => {};
    this.#timer = setTimeout(() => this.drop('no handshake in time'), this.#settings.connectTimeoutMs);
  }

  /**
   * Sends text. Nothing is kept for later: what should be said on every connection is said on `open`.
   *
   * @param {string} text
   * @returns {boolean} whether it was handed to an open socket
   */
  send(text) {
    if (!this.isOpen) return false;
    this.#socket.send(text);
    this.emit('sent', { text });
    return true;
  }

  /** Gives this socket up, and connects anew. @param {string} reason told in `close` */
  drop(reason) {
    if (this.#socket) this.#lost(BROKEN, reason);
  }

  /** Ends it for good. */
  close() {
    clearTimeout(this.#timer);
    if (this.#state.state === 'closed') return;
    const wasOpen = this.isOpen;
    this.#release();
    this.#become('closed', { code: 1000, reason: 'closed here' });
    if (wasOpen) this.emit('close', { code: 1000, reason: 'closed here' });
  }

  #opened() {
    clearTimeout(this.#timer);
    this.#openedAt = performance.now();
    this.#heartbeat = new Heartbeat(this.#settings.heartbeatMs, this.#settings.heartbeatTimeoutMs, {
      ping: (text) => this.send(text),
      latency: (ms) => this.emit('latency', { ms }),
      dead: () => this.drop('no answer to a ping in time'),
    });
    this.#become('open');
    this.emit('open', { url: this.url });
  }

  /** @param {unknown} data */
  #received(data) {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(/** @type {ArrayBuffer} */ (data));
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    if (!this.#heartbeat?.heard(parsed)) this.emit('message', { text, data: parsed });
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    clearTimeout(this.#timer);
    const wasOpen = this.isOpen;
    this.#release();
    if (wasOpen) this.#backoff.ended(performance.now() - this.#openedAt);
    // A server that was reached is asked first again: it knows our cursors. One that wasn't makes room for the next.
    if (!wasOpen) this.#current = (this.#current + 1) % this.#urls.length;
    const delayMs = this.#delay(code);
    this.#become('waiting', { delayMs, code, reason });
    if (wasOpen) this.emit('close', { code, reason });
    // A listener may have closed this, or not wanted to wait.
    if (this.#state.state === 'waiting') this.#timer = setTimeout(() => this.open(), delayMs);
  }

  /** @param {number} code */
  #delay(code) {
    const delayMs = this.#backoff.next();
    if (code === SLOW_CONSUMER) return 0;
    // Refused by policy: asking often would not help.
    if (code === POLICY) return Math.round(this.#settings.backoffCapMs * (0.5 + this.#settings.random() / 2));
    return delayMs;
  }

  /** Forgets the socket; whatever it still says is not heard. */
  #release() {
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    // `onerror` stays: npm's ws throws errors that nobody listens for.
    try {
      socket.close();
    } catch {
      // It had not even begun.
    }
  }

  /** @param {ConnectionState['state']} state @param {Partial<ConnectionState>} [more] */
  #become(state, more = {}) {
    this.#state = { state, url: this.url, attempts: this.#backoff.attempts, ...more };
    this.emit('state', this.#state);
  }
}
