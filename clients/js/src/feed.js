// One topic on one connection: subscribes, resumes by cursor after every outage, tells what is certain about the time between.
// Made by subscription.js, called by client.js for every message and every change of the connection.

import { Accounts } from './accounts.js';
import { Refused, Unanswered } from './errors.js';
import { StreamEvent } from './event.js';
import { Progress } from './progress.js';
import { Seen } from './seen.js';

/**
 * What is known about the time before the events that come next.
 * - `live`: the first subscription, from now on.
 * - `resumed`: nothing is missing since `since`.
 * - `gap`: the server no longer holds everything since `since`; it goes on from `oldest`, the earliest that it has.
 * - `unknown`: the server is a plain node, or another one without cursors. Ask the RPC what happened meanwhile.
 *
 * @typedef {object} Continuity
 * @property {'live' | 'resumed' | 'gap' | 'unknown'} outcome
 * @property {string} [since] the place that was asked for
 * @property {string} [cursor] where live events begin
 * @property {string} [oldest] with `gap`
 */

/**
 * @typedef {object} FeedSettings
 * @property {number} dedupe blocks that are remembered, to leave out repeats
 * @property {number} maxAccounts
 * @property {number} pendingMax events that may wait for their acknowledgement, if there is a store
 * @property {number} batchMs how long changes of accounts wait for more
 * @property {number} refreshMs silence after which the place in the stream is renewed
 * @property {import('./stores.js').CursorStore} [store]
 * @property {string} name under which the store keeps the cursor
 */

/**
 * Whom a feed tells.
 *
 * @typedef {object} FeedListener
 * @property {(event: StreamEvent, resume: () => void) => boolean} offer false: pause, and wait for `resume`
 * @property {(continuity: Continuity) => void} continuity
 * @property {(error: unknown) => void} failed the feed has ended
 * @property {() => void} closed it was ended from here, and will tell nothing more
 */

/** Accounts in one `update`: some 350 kB of text. */
const ACCOUNTS_PER_UPDATE = 5_000;

export class Feed {
  #client;
  #options;
  #settings;
  #to;
  /** @type {Accounts | null} */
  #accounts;
  #seen;
  /** @type {Progress | null} */
  #progress;
  /** `loading` the store's cursor, `off` until the connection opens, `asking`, `live`, `paused` by the queue, `closed`. */
  #phase = 'loading';
  /** Behind the last event that was taken in. @type {string | undefined} */
  #position;
  /** Whether it ever was live: what comes next is a come-back. */
  #wasLive = false;
  /** Whether all that was missed has come, so that the next ack's cursor is our place. */
  #isCaughtUp = false;
  /** Counts subscribe requests: the answer to an older one is no news. */
  #asked = 0;
  #eventsSinceRefresh = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #batchTimer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #refreshTimer;
  /** Batches that the subscribe on its way contains. @type {import('./accounts.js').Batch[]} */
  #covered = [];

  /**
   * @param {import('./client.js').Client} client
   * @param {string} topic
   * @param {Record<string, any> | undefined} options
   * @param {FeedSettings} settings
   * @param {FeedListener} to
   */
  constructor(client, topic, options, settings, to) {
    this.#client = client;
    this.topic = topic;
    this.#options = options;
    this.#settings = settings;
    this.#to = to;
    this.#accounts = options?.accounts ? new Accounts(options.accounts, settings.maxAccounts) : null;
    this.#seen = new Seen(settings.dedupe);
    this.#progress = settings.store ? new Progress(settings.store, settings.name) : null;
    void this.#load();
  }

  /** Accounts that it listens to; null if it does not filter by account. */
  get accounts() {
    return this.#accounts;
  }

  async #load() {
    try {
      this.#position = (await this.#progress?.load()) ?? undefined;
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#phase !== 'loading') return;
    this.#phase = 'off';
    this.start();
  }

  /** The connection is open, or there is room in the queue again. */
  start() {
    if (this.#phase !== 'off' || !this.#client.isOpen) return;
    this.#ask(this.#position, null);
  }

  /** The connection is gone. */
  lost() {
    clearInterval(this.#refreshTimer);
    if (this.#phase === 'asking' || this.#phase === 'live') this.#phase = 'off';
  }

  /** Ends it, here and at the server. */
  close() {
    if (this.#phase === 'closed') return;
    const wasThere = this.#phase === 'asking' || this.#phase === 'live';
    this.#end(new Unanswered('the subscription was closed'));
    if (wasThere) this.#client.ask({ action: 'unsubscribe', topic: this.topic, ack: true }, () => {});
    this.#to.closed();
  }

  /** A message of this topic. @param {any} data */
  received(data) {
    if (this.#phase !== 'live' || isBehind(data.cursor, this.#position)) return;
    this.#eventsSinceRefresh += 1;
    let entry = /** @type {import('./progress.js').Entry | null} */ (null);
    if (this.#progress && this.#progress.pending >= this.#settings.pendingMax) {
      this.#pause();
      return;
    }
    const event = new StreamEvent(data, () => this.#acknowledged(entry));
    const isRepeat = event.identity !== null && this.#seen.has(event.identity);
    if (!isRepeat) {
      // Before it is offered: a listener may acknowledge at once.
      if (this.#progress && event.cursor) entry = this.#progress.given(event.cursor);
      if (!this.#to.offer(event, () => this.#resume())) {
        if (entry) this.#progress?.withdraw(entry);
        this.#pause();
        return;
      }
      if (event.identity !== null) this.#seen.add(event.identity);
    }
    if (!event.replayed) this.#isCaughtUp = true;
    this.#position = event.cursor ?? this.#position;
  }

  /** @param {import('./progress.js').Entry | null} entry */
  async #acknowledged(entry) {
    if (!this.#progress || !entry) return;
    const written = this.#progress.done(entry);
    if (this.#progress.pending <= this.#settings.pendingMax / 2) this.#resume();
    await written;
  }

  /** Listens to more accounts, or fewer. Resolves when the server knows. @param {string[]} add @param {string[]} del */
  async change(add, del) {
    const accounts = this.#accounts;
    if (!accounts) throw new TypeError(`the subscription to ${this.topic} was made without \`accounts\`: it has no list to change`);
    if (this.#phase === 'closed') throw new Unanswered(`the subscription to ${this.topic} has ended`);
    const changes = [];
    if (add.length > 0) changes.push(accounts.add(add));
    if (del.length > 0) changes.push(accounts.remove(del));
    clearTimeout(this.#batchTimer);
    this.#batchTimer = setTimeout(() => this.#flush(), this.#settings.batchMs);
    await Promise.all(changes);
  }

  /**
   * @param {string | undefined} since
   * @param {Continuity | null} gap what the server refused just now
   */
  #ask(since, gap) {
    this.#phase = 'asking';
    this.#asked += 1;
    const asked = this.#asked;
    const batch = this.#accounts?.take();
    if (batch) this.#covered.push(batch);
    this.#client.ask(this.#request(since), (error, ack) => {
      if (asked !== this.#asked || this.#phase !== 'asking') return;
      if (!error) {
        this.#subscribed(since, ack.cursor, gap);
      } else if (error instanceof Refused && error.code === 'cursor_expired' && since !== undefined) {
        // `oldest` can expire, too, while the answer is on its way: then only live is left.
        const lost = gap ?? { outcome: /** @type {const} */ ('gap'), since, oldest: error.oldest };
        this.#ask(since === 'oldest' ? undefined : 'oldest', lost);
      } else if (error instanceof Unanswered && (this.#wasLive || !this.#client.isOpen)) {
        // The server took us before: it is the connection that is ill.
        this.#client.connection.drop(error.message);
      } else {
        this.#fail(error);
      }
    });
  }

  /** @param {string | undefined} since */
  #request(since) {
    const options = this.#accounts ? { ...this.#options, accounts: this.#accounts.list } : this.#options;
    return {
      action: 'subscribe',
      topic: this.topic,
      ack: true,
      cursor: true,
      ...(since === undefined ? {} : { since }),
      ...(options ? { options } : {}),
    };
  }

  /** @param {string | undefined} since @param {string | undefined} cursor @param {Continuity | null} gap */
  #subscribed(since, cursor, gap) {
    this.#phase = 'live';
    const isFirst = !this.#wasLive && since === undefined;
    this.#wasLive = true;
    this.#isCaughtUp = since === undefined || since === cursor;
    // Asked to go on from a place, the events after it are still to come. After a gap they may be of another journal.
    if (since === undefined || cursor === undefined) this.#position = cursor;
    else if (gap) this.#position = undefined;
    for (const batch of this.#covered.splice(0)) batch.resolve();
    this.#flush();
    clearInterval(this.#refreshTimer);
    this.#eventsSinceRefresh = 0;
    if (cursor !== undefined) this.#refreshTimer = setInterval(() => this.#refresh(), this.#settings.refreshMs);
    this.#to.continuity({ ...outcome(isFirst, since, cursor, gap), ...(cursor === undefined ? {} : { cursor }) });
  }

  /**
   * After a silence, learns where the stream is by now: while this topic is quiet the others move on, and a place that is too old
   * would look like a gap at the next outage. To subscribe again on a connection that lasts loses nothing.
   */
  #refresh() {
    const isQuiet = this.#eventsSinceRefresh === 0;
    this.#eventsSinceRefresh = 0;
    if (this.#phase !== 'live' || !isQuiet || !this.#isCaughtUp) return;
    const asked = this.#asked;
    this.#client.ask(this.#request(undefined), (error, ack) => {
      if (error || asked !== this.#asked || this.#phase !== 'live' || ack.cursor === undefined) return;
      this.#position = ack.cursor;
      // Should the write fail, the next acknowledgement says so.
      this.#progress?.passed(ack.cursor).catch(() => {});
    });
  }

  #pause() {
    this.#phase = 'paused';
    clearInterval(this.#refreshTimer);
    this.#client.ask({ action: 'unsubscribe', topic: this.topic, ack: true }, () => {});
  }

  #resume() {
    if (this.#phase !== 'paused') return;
    this.#phase = 'off';
    this.start();
  }

  /** Tells the server which accounts came and went. While it is not subscribed, the next subscribe will. */
  #flush() {
    clearTimeout(this.#batchTimer);
    if (this.#phase !== 'live') return;
    const batch = this.#accounts?.take();
    if (!batch) return;
    const changes = [
      ...chunks(batch.add).map((accounts) => ({ accounts_add: accounts })),
      ...chunks(batch.del).map((accounts) => ({ accounts_del: accounts })),
    ];
    let left = changes.length;
    if (left === 0) batch.resolve();
    for (const options of changes) {
      this.#client.ask({ action: 'update', topic: this.topic, ack: true, options }, (error) => {
        left -= 1;
        if (error instanceof Refused) {
          this.#accounts?.refused(batch, error);
        } else if (error) {
          if (!this.#covered.includes(batch)) this.#covered.push(batch);
          this.#client.connection.drop(error.message);
        } else if (left === 0 && !this.#covered.includes(batch)) {
          batch.resolve();
        }
      });
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#phase === 'closed') return;
    this.#end(error);
    this.#to.failed(error);
  }

  /** @param {unknown} error for those who wait for the server to know of an account */
  #end(error) {
    this.#phase = 'closed';
    clearTimeout(this.#batchTimer);
    clearInterval(this.#refreshTimer);
    const batch = this.#accounts?.take();
    for (const waiting of [...this.#covered.splice(0), ...(batch ? [batch] : [])]) waiting.reject(error);
    this.#client.forget(this);
  }
}

/**
 * @param {boolean} isFirst @param {string | undefined} since @param {string | undefined} cursor @param {Continuity | null} gap
 * @returns {Continuity}
 */
function outcome(isFirst, since, cursor, gap) {
  if (gap) return gap;
  if (isFirst) return { outcome: 'live' };
  if (since === undefined) return { outcome: 'unknown' };
  return { outcome: cursor === undefined ? 'unknown' : 'resumed', since };
}

/** Whether an event was taken in already: a resumed stream may overlap, another journal can't be compared. */
function isBehind(/** @type {string | undefined} */ cursor, /** @type {string | undefined} */ position) {
  if (cursor === undefined || position === undefined) return false;
  const [journal, sequence] = cursor.split('-');
  const [ourJournal, ours] = position.split('-');
  return journal === ourJournal && Number(sequence) <= Number(ours);
}

/** @param {Set<string>} accounts */
function chunks(accounts) {
  const all = [...accounts];
  const count = Math.ceil(all.length / ACCOUNTS_PER_UPDATE);
  return Array.from({ length: count }, (_, index) => all.slice(index * ACCOUNTS_PER_UPDATE, (index + 1) * ACCOUNTS_PER_UPDATE));
}
