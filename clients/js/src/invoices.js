// Invoices: wait until an account has been paid an amount. One connection and one subscription for all of them.
//
// The order makes it sure: first the account's newest block is asked for, then the account is listened to, then the ledger is asked
// what came since that block and what waits. A payment is in one of these or in several, and counts once, by its hash. After an
// outage that could not be resumed, the ledger is asked again.

import { canonical } from './account.js';
import { rawAmount } from './amount.js';
import { Backoff } from './backoff.js';
import { Emitter } from './emitter.js';
import { frontier, paymentsSince } from './payments.js';

/** @typedef {import('./payments.js').Payment} Payment */

/**
 * @typedef {object} InvoiceSettings
 * @property {number | Date} deadline when to give up: a Date, or milliseconds since 1970 as of `Date.now()`
 * @property {string[]} [ignore] hashes of payments that do not count: those that were credited before
 */

/**
 * @typedef {object} InvoiceState
 * @property {'waiting' | 'partial' | 'paid' | 'overpaid' | 'expired' | 'cancelled'} status
 * @property {bigint} received raw, so far
 * @property {bigint} missing raw; 0 if it is paid
 * @property {Payment[]} payments that count, each once
 * @property {boolean} isCertain false if the ledger could not be asked, so that a payment may be missing; then look again before you
 *   treat it as unpaid
 */

/** Longest wait that `setTimeout` can do, in milliseconds. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 10_000;

/** @extends {Emitter<{ state: InvoiceState, problem: unknown }>} */
export class Invoice extends Emitter {
  /** @type {Map<string, Payment>} */
  #payments = new Map();
  #ignored;
  /** @type {(state: InvoiceState) => void} */
  #settle = () => {};
  /** @type {'expired' | 'cancelled' | null} */
  #ended = null;
  #isCertain = false;

  /** @param {string} account @param {bigint} amount @param {InvoiceSettings} settings */
  constructor(account, amount, { deadline, ignore = [] }) {
    super();
    this.account = canonical(account);
    this.amount = rawAmount(amount);
    if (typeof amount !== 'bigint' || amount === 0n) throw new TypeError(`the amount is ${amount}: it must be a bigint of raw, 1 or more, as toRaw("1.5") makes it`);
    /** Milliseconds since 1970. */
    this.deadline = Number(deadline);
    if (!Number.isFinite(this.deadline)) throw new TypeError(`the deadline is ${deadline}: it must be a Date or milliseconds since 1970`);
    this.#ignored = new Set(ignore);
    /** Resolves once it is paid, overpaid, expired or cancelled. @type {Promise<InvoiceState>} */
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    /** Ends the wait; set by the owner. */
    this.cancel = () => this.end('cancelled', false);
  }

  /** Where it stands. @returns {InvoiceState} */
  get state() {
    const payments = [...this.#payments.values()];
    const received = payments.reduce((sum, { amount }) => sum + amount, 0n);
    const missing = received < this.amount ? this.amount - received : 0n;
    return { status: this.#status(received), received, missing, payments, isCertain: this.#isCertain || missing === 0n };
  }

  get isOpen() {
    return ['waiting', 'partial'].includes(this.state.status);
  }

  /** Takes a payment in. Called by the owner, as often as it hears of it. @param {Payment} payment */
  paid(payment) {
    if (!this.isOpen || this.#payments.has(payment.hash) || this.#ignored.has(payment.hash)) return;
    this.#payments.set(payment.hash, payment);
    this.#tell();
  }

  /** Called by the owner. @param {'expired' | 'cancelled'} status @param {boolean} isCertain */
  end(status, isCertain) {
    if (!this.isOpen) return;
    this.#ended = status;
    this.#isCertain = isCertain;
    this.#tell();
  }

  /** Its states, the last one included. */
  async *[Symbol.asyncIterator]() {
    /** @type {InvoiceState[]} */
    const states = [this.state];
    let wake = () => {};
    const stop = this.on('state', (state) => {
      states.push(state);
      wake();
    });
    try {
      for (;;) {
        const state = states.shift();
        if (state) yield state;
        else if (!this.isOpen) return;
        else await new Promise((resolve) => { wake = () => resolve(undefined); });
      }
    } finally {
      stop();
    }
  }

  /** @param {bigint} received @returns {InvoiceState['status']} */
  #status(received) {
    if (received > this.amount) return 'overpaid';
    if (received === this.amount) return 'paid';
    return this.#ended ?? (received > 0n ? 'partial' : 'waiting');
  }

  #tell() {
    const { state } = this;
    this.emit('state', state);
    if (!this.isOpen) this.#settle(state);
  }
}

/** All open invoices of a client. */
export class Invoices {
  #client;
  #rpc;
  #subscription;
  /** By account, with the newest block at the moment of asking. @type {Map<string, Watched>} */
  #watched = new Map();

  /** @param {import('./client.js').Client} client of their own @param {string} rpc */
  constructor(client, rpc) {
    this.#client = client;
    this.#rpc = rpc;
    this.#subscription = client.subscribe('confirmation', { accounts: [] });
    this.#subscription.on('event', (event) => this.#confirmed(event));
    this.#subscription.on('continuity', ({ outcome }) => {
      if (outcome === 'gap' || outcome === 'unknown') for (const watched of this.#watched.values()) void this.#look(watched);
    });
  }

  /**
   * @param {string} account @param {bigint} amount @param {InvoiceSettings} settings
   * @throws {Error} if another invoice waits for the same account: a payment could not be told apart
   */
  open(account, amount, settings) {
    const invoice = new Invoice(account, amount, settings);
    if (this.#watched.has(invoice.account)) {
      throw new Error(`an invoice waits for ${invoice.account} already: give each its own account`);
    }
    const watched = { invoice, since: /** @type {string | null} */ (null), isReady: false, isLooking: false, isAgain: false, timer: undefined };
    this.#watched.set(invoice.account, watched);
    this.#arm(watched);
    void invoice.settled.then(() => this.#release(watched));
    void this.#begin(watched);
    return invoice;
  }

  close() {
    for (const { invoice } of [...this.#watched.values()]) invoice.cancel();
    this.#client.close();
  }

  /** @param {Watched} watched */
  async #begin(watched) {
    const { account } = watched.invoice;
    await this.#untilDone(watched, async () => {
      watched.since = await frontier(this.#rpc, account);
      watched.isReady = true;
    });
    try {
      await this.#subscription.addAccounts(account);
    } catch (error) {
      watched.invoice.emit('problem', error);
    }
    await this.#look(watched);
  }

  /** Asks the ledger; once more, if it was asked for meanwhile. @param {Watched} watched */
  async #look(watched) {
    watched.isAgain = watched.isLooking;
    if (watched.isLooking || !watched.isReady) return;
    watched.isLooking = true;
    do {
      watched.isAgain = false;
      await this.#untilDone(watched, () => this.#count(watched));
    } while (watched.isAgain && watched.invoice.isOpen);
    watched.isLooking = false;
  }

  /** @param {Watched} watched */
  async #count({ invoice, since }) {
    for (const payment of await paymentsSince(this.#rpc, invoice.account, since)) invoice.paid(payment);
  }

  /** Tries until it works or the invoice is closed. @param {Watched} watched @param {() => Promise<void>} task */
  async #untilDone({ invoice }, task) {
    const backoff = new Backoff(RETRY_BASE_MS, RETRY_CAP_MS, Math.random);
    while (invoice.isOpen) {
      try {
        await task();
        return;
      } catch (error) {
        invoice.emit('problem', error);
        await Promise.race([invoice.settled, new Promise((resolve) => { setTimeout(resolve, backoff.next()); })]);
      }
    }
  }

  /** @param {import('./event.js').StreamEvent} event */
  #confirmed({ message }) {
    const { block, amount, hash, account } = message;
    if (block?.subtype !== 'send') return;
    this.#watched.get(canonical(block.link_as_account))?.invoice.paid({ hash, from: account, amount: BigInt(amount) });
  }

  /** @param {Watched} watched */
  #arm(watched) {
    const leftMs = Math.max(0, watched.invoice.deadline - Date.now());
    watched.timer = setTimeout(() => {
      if (Date.now() < watched.invoice.deadline) this.#arm(watched);
      else void this.#expire(watched);
    }, Math.min(leftMs, TIMER_MS_MAX));
  }

  /** A payment confirmed before the deadline counts, also if its notification is still on its way. @param {Watched} watched */
  async #expire(watched) {
    let isCertain = false;
    try {
      if (watched.isReady) await this.#count(watched);
      isCertain = watched.isReady;
    } catch (error) {
      watched.invoice.emit('problem', error);
    }
    watched.invoice.end('expired', isCertain);
  }

  /** @param {Watched} watched */
  #release({ invoice, timer }) {
    clearTimeout(timer);
    this.#watched.delete(invoice.account);
    // The connection may be gone: then there is nothing to take back.
    this.#subscription.removeAccounts(invoice.account).catch(() => {});
  }
}

/**
 * @typedef {object} Watched
 * @property {Invoice} invoice
 * @property {string | null} since the account's newest block when the invoice was opened
 * @property {boolean} isReady `since` is known
 * @property {boolean} isLooking the ledger is being asked
 * @property {boolean} isAgain and has to be asked once more
 * @property {ReturnType<typeof setTimeout> | undefined} timer
 */
