// What the explorer knows: blocks, elections, representatives and rates, learnt from the stream. Bounded: the oldest go. No element and no
// socket in here; stream.js feeds it, the views read it.

import { Durations, PerSecond } from '../shared/series.js';

const BLOCKS_MAX = 5_000;
const ELECTIONS_MAX = 2_000;
const REPRESENTATIVES_MAX = 1_000;
/** An election of which nothing was heard for so long is over, whatever became of it. */
const FORGOTTEN_MS = 300_000;
/** How far back charts go. */
export const SECONDS = 120;
const FINAL = '18446744073709551615';

/**
 * @typedef {object} Block
 * @property {string} hash
 * @property {string} account
 * @property {string} subtype
 * @property {string | null} other the account on the other side of the transfer
 * @property {string | null} amount raw; null if not known yet
 * @property {any} contents as the stream told it
 * @property {number | null} seenAt server's time
 * @property {number | null} confirmedAt
 * @property {string} confirmation its type; empty while there is none
 * @property {string | null} height
 */

/**
 * @typedef {object} Ballot
 * @property {number | null} first when its first vote came, server's time
 * @property {number | null} final
 * @property {bigint | null} weight raw, if the election told it
 */

/**
 * @typedef {object} Election
 * @property {string} hash
 * @property {number} startedAt server's time
 * @property {number} heardAt
 * @property {'active' | 'confirmed' | 'stopped'} state
 * @property {number | null} endedAt
 * @property {number | null} durationMs as the node says
 * @property {Map<string, Ballot>} ballots by representative
 */

/** @typedef {{ account: string, weight: bigint | null, votes: number, finals: number, lastAt: number, perSecond: PerSecond }} Representative */

export class Model {
  /** By hash, oldest first. @type {Map<string, Block>} */
  blocks = new Map();
  /** By hash, oldest first. @type {Map<string, Election>} */
  elections = new Map();
  /** @type {Map<string, Representative>} */
  representatives = new Map();
  /** Hashes of blocks that were seen and are not confirmed. @type {Set<string>} */
  unconfirmed = new Set();
  confirmed = new PerSecond(SECONDS);
  stored = new PerSecond(SECONDS);
  votes = new PerSecond(SECONDS);
  latency = new Durations(2_000);
  /** Events that ever came. */
  events = 0;
  /** Weight that is needed, and that is online, in raw; from the RPC. @type {{ quorum: bigint, online: bigint } | null} */
  quorum = null;
  /** Accounts that events were about since somebody asked last. @type {Set<string>} */
  touched = new Set();
  #skewMs = -Infinity;

  /** The server's time now, as far as its events tell. */
  get now() {
    return Date.now() + (Number.isFinite(this.#skewMs) ? this.#skewMs : 0);
  }

  /** Elections that are going on, the longest first. */
  get active() {
    const { now } = this;
    return [...this.elections.values()].filter(({ state, heardAt }) => state === 'active' && now - heardAt < FORGOTTEN_MS);
  }

  /** All weight that is online; of those who were heard, if nobody tells more. */
  get weight() {
    if (this.quorum) return this.quorum.online;
    return [...this.representatives.values()].reduce((sum, { weight }) => sum + (weight ?? 0n), 0n);
  }

  /** @param {{ topic: string, time: number, message: any, hash?: string | undefined, replayed: boolean }} event */
  take({ topic, time: told, message, hash, replayed }) {
    // Whatever a server says must not end the clock.
    const time = Number.isFinite(told) ? told : this.now;
    this.events += 1;
    if (!replayed) this.#skewMs = Math.max(this.#skewMs, time - Date.now());
    if (topic === 'confirmation') this.#confirmed(message, time);
    else if (topic === 'new_unconfirmed_block' && hash) this.#stored(hash, message, time);
    else if (topic === 'vote') this.#voted(message, time);
    else if (topic === 'started_election') this.#election(message.hash, time);
    else if (topic === 'stopped_election') this.#stopped(message.hash, time);
  }

  /** Tells a representative's weight. @param {string} account @param {bigint} weight */
  weigh(account, weight) {
    const known = this.#representative(account);
    if (known) known.weight = weight;
  }

  /** The votes of an election, as shares of all weight, in the order in which they came. @param {Election} election */
  tally({ ballots, startedAt }) {
    const all = this.weight;
    const rows = [...ballots].map(([account, { first, final, weight }]) => {
      const known = weight ?? this.representatives.get(account)?.weight ?? null;
      const share = known === null || all === 0n ? null : Number((known * 1_000_000n) / all) / 10_000;
      return {
        account, share, weight: known,
        firstMs: first === null ? null : Math.max(0, first - startedAt),
        finalMs: final === null ? null : Math.max(0, final - startedAt),
      };
    });
    const sum = (/** @type {typeof rows} */ of) => of.reduce((total, { share }) => total + (share ?? 0), 0);
    return { rows, share: sum(rows), finalShare: sum(rows.filter(({ finalMs }) => finalMs !== null)) };
  }

  /** @param {any} message @param {number} time */
  #confirmed(message, time) {
    const { hash, account, amount, block, confirmation_type: type, election_info: info, sideband } = message;
    const known = this.#block(hash, account, block ?? {});
    const wasConfirmed = known.confirmedAt !== null;
    known.amount = amount ?? known.amount;
    known.confirmation = type;
    known.confirmedAt ??= time;
    known.height = sideband?.height ?? known.height;
    this.unconfirmed.delete(hash);
    if (wasConfirmed) return;
    this.confirmed.add(time);
    if (known.seenAt !== null) this.latency.add(Math.max(0, time - known.seenAt));
    else if (type === 'active_quorum' && Number(info?.duration) > 0) this.latency.add(Number(info.duration));
    const election = this.elections.get(hash) ?? (type === 'active_quorum' ? this.#election(hash, time - Number(info?.duration ?? 0)) : null);
    if (!election) return;
    election.state = 'confirmed';
    election.endedAt = time;
    election.durationMs = info ? Number(info.duration) : election.durationMs;
    for (const { representative, timestamp, weight } of Array.isArray(info?.votes) ? info.votes : []) {
      const ballot = election.ballots.get(representative) ?? { first: null, final: null, weight: null };
      ballot.weight = raw(weight);
      if (timestamp === FINAL) ballot.final ??= time;
      else ballot.first ??= Number(timestamp) || time;
      election.ballots.set(representative, ballot);
      if (ballot.weight !== null) this.weigh(representative, ballot.weight);
    }
  }

  /** @param {string} hash @param {any} contents @param {number} time */
  #stored(hash, contents, time) {
    const known = this.#block(hash, contents.account ?? '', contents);
    if (known.seenAt !== null) return;
    known.seenAt = time;
    this.stored.add(time);
    if (known.confirmedAt === null) this.unconfirmed.add(hash);
    const before = this.blocks.get(contents.previous)?.contents.balance;
    if (known.amount === null && before !== undefined && contents.type === 'state') known.amount = difference(before, contents.balance);
  }

  /** @param {any} message @param {number} time */
  #voted({ account, blocks, timestamp, type }, time) {
    this.votes.add(time);
    const isFinal = timestamp === FINAL;
    const representative = this.#representative(account);
    if (representative) {
      representative.votes += 1;
      representative.finals += isFinal ? 1 : 0;
      representative.lastAt = time;
      representative.perSecond.add(time);
    }
    for (const hash of Array.isArray(blocks) ? blocks : []) {
      // A vote that comes late is no sign of an election.
      const election = type === 'late' ? this.elections.get(hash) : this.#election(hash, time);
      if (!election) continue;
      const ballot = election.ballots.get(account) ?? { first: null, final: null, weight: null };
      if (isFinal) ballot.final ??= time;
      else ballot.first ??= time;
      election.ballots.set(account, ballot);
      election.heardAt = Math.max(election.heardAt, time);
    }
  }

  /** @param {string} hash @param {number} time */
  #stopped(hash, time) {
    const election = this.#election(hash, time);
    if (election.state !== 'active') return;
    election.state = 'stopped';
    election.endedAt = time;
  }

  /** @param {string} hash @param {string} account @param {any} contents @returns {Block} */
  #block(hash, account, contents) {
    const subtype = contents.subtype ?? (contents.type === 'state' ? '' : contents.type) ?? '';
    const linked = contents.linked_account && contents.linked_account !== '0' ? contents.linked_account : null;
    const other = linked ?? contents.destination ?? (subtype === 'send' ? contents.link_as_account : null) ?? null;
    const known = this.blocks.get(hash);
    if (known) {
      if (contents.type) known.contents = { ...known.contents, ...contents };
      known.subtype ||= subtype;
      known.other ??= other;
      this.#touch(known);
      return known;
    }
    const made = {
      hash, account, subtype, other, amount: null, contents, seenAt: null, confirmedAt: null, confirmation: '', height: null,
    };
    this.blocks.set(hash, made);
    for (const [oldest] of this.blocks) {
      if (this.blocks.size <= BLOCKS_MAX) break;
      this.blocks.delete(oldest);
      this.unconfirmed.delete(oldest);
    }
    this.#touch(made);
    return made;
  }

  /** @param {Block} block */
  #touch({ account, other }) {
    if (this.touched.size > BLOCKS_MAX) this.touched.clear();
    this.touched.add(account);
    if (other) this.touched.add(other);
  }

  /** @param {string} hash @param {number} time @returns {Election} */
  #election(hash, time) {
    const known = this.elections.get(hash);
    if (known) {
      known.startedAt = Math.min(known.startedAt, time);
      known.heardAt = Math.max(known.heardAt, time);
      return known;
    }
    /** @type {Election} */
    const made = { hash, startedAt: time, heardAt: time, state: 'active', endedAt: null, durationMs: null, ballots: new Map() };
    this.elections.set(hash, made);
    for (const [oldest] of this.elections) {
      if (this.elections.size <= ELECTIONS_MAX) break;
      this.elections.delete(oldest);
    }
    return made;
  }

  /** @param {string} account @returns {Representative | null} null if there are too many */
  #representative(account) {
    const known = this.representatives.get(account);
    if (known || this.representatives.size >= REPRESENTATIVES_MAX) return known ?? null;
    const made = { account, weight: null, votes: 0, finals: 0, lastAt: 0, perSecond: new PerSecond(60) };
    this.representatives.set(account, made);
    return made;
  }
}

/** @param {any} text a number in raw; null if it is none */
const raw = (text) => (/^\d{1,39}$/.test(text) ? BigInt(text) : null);

/** @param {string} before @param {string} after balances in raw */
function difference(before, after) {
  const [then, now] = [raw(before), raw(after)];
  if (then === null || now === null) return null;
  return String(now < then ? then - now : now - then);
}
