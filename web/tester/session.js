// The tester's connection: sends what the person wrote, unchanged, and after an outage subscribes again, from the last cursor where
// the subscription has one. Tells what that came to.

import { Connection } from '../../clients/js/src/index.js';
import { Emitter } from '../../clients/js/src/emitter.js';

/**
 * A topic that the server was asked for.
 *
 * @typedef {object} Subscribed
 * @property {any} request as it was sent
 * @property {string | null} cursor of the last event, if it tells cursors
 * @property {number} events since the subscription was made
 * @property {string | null} since where it was resumed
 * @property {number} replayed events after that
 * @property {string | null} asked `since` of the resume on its way
 * @property {string} note what is certain about the last outage
 * @property {'good' | 'warn' | 'bad' | ''} mood of the note
 */

/** Ids of requests that the session makes by itself. */
const RESUME = 'resume-';

/**
 * @extends {Emitter<{
 *   state: import('../../clients/js/src/connection.js').ConnectionState,
 *   line: { direction: 'in' | 'out' | 'note', kind?: string, text: string, data: any },
 *   subscriptions: Map<string, Subscribed>,
 *   latency: number,
 * }>}
 */
export class Session extends Emitter {
  /** @type {Connection | null} */
  #connection = null;
  /** By topic. @type {Map<string, Subscribed>} */
  #subscribed = new Map();

  /** @param {string} url @param {string} [name] by which the server is to know this client */
  connect(url, name) {
    this.disconnect();
    const connection = new Connection(name ? named(url, name) : url, { heartbeatMs: 10_000 });
    this.#connection = connection;
    connection.on('state', (state) => this.emit('state', state));
    connection.on('open', () => this.#opened(url));
    connection.on('close', ({ code, reason }) => this.#note('close', `${code} ${reason}`.trim()));
    connection.on('sent', ({ text }) => this.emit('line', { direction: 'out', text, data: JSON.parse(text) }));
    connection.on('message', ({ text, data }) => this.#received(text, data));
    connection.on('latency', ({ ms }) => this.emit('latency', ms));
    connection.open();
  }

  disconnect() {
    this.#connection?.close();
    this.#connection = null;
    this.#subscribed.clear();
    this.#changed();
  }

  get isOpen() {
    return this.#connection?.isOpen ?? false;
  }

  /** Sends text, and remembers what it subscribes to. @param {string} text JSON @returns {boolean} whether it was sent */
  send(text) {
    if (!this.#connection?.send(text)) return false;
    const request = JSON.parse(text);
    const { action, topic } = request;
    if (action === 'subscribe') {
      this.#subscribed.set(topic, { request, cursor: null, events: 0, since: null, replayed: 0, asked: null, note: '', mood: '' });
    } else if (action === 'unsubscribe') {
      this.#subscribed.delete(topic);
    } else if (action === 'update') {
      const subscribed = this.#subscribed.get(topic);
      if (subscribed) subscribed.request = updated(subscribed.request, request.options ?? {});
    }
    this.#changed();
    return true;
  }

  /** @param {string} url */
  #opened(url) {
    this.#note('open', url);
    for (const [topic, subscribed] of this.#subscribed) {
      subscribed.replayed = 0;
      subscribed.since = subscribed.cursor;
      this.#resubscribe(topic, subscribed, subscribed.cursor);
    }
  }

  /** @param {string} topic @param {Subscribed} subscribed @param {string | null} since */
  #resubscribe(topic, subscribed, since) {
    subscribed.asked = since;
    const again = { ...subscribed.request, ack: true, id: `${RESUME}${topic}` };
    delete again.since;
    if (since !== null) again.since = since;
    this.#connection?.send(JSON.stringify(again));
  }

  /** @param {string} text @param {any} data */
  #received(text, data) {
    this.emit('line', { direction: 'in', text, data });
    if (typeof data?.topic === 'string') this.#event(data);
    else if (typeof data?.id === 'string' && data.id.startsWith(RESUME)) this.#resumed(data);
    else if (data?.ack === 'subscribe') this.#placed(data);
    else if (data?.error !== undefined) this.#refused(data);
  }

  /** @param {any} data */
  #event(data) {
    const subscribed = this.#subscribed.get(data.topic);
    if (!subscribed) return;
    subscribed.events += 1;
    if (data.replayed === 'true') {
      subscribed.replayed += 1;
      if (subscribed.mood === 'good') subscribed.note = resumedNote(subscribed);
    }
    if (data.cursor) subscribed.cursor = data.cursor;
  }

  /** The answer to a subscribe that the session made by itself. @param {any} data */
  #resumed(data) {
    const topic = data.id.slice(RESUME.length);
    const subscribed = this.#subscribed.get(topic);
    if (!subscribed) return;
    if (data.code === 'cursor_expired' && subscribed.asked !== null) {
      // What is left, if anything; else from now on.
      const isFirst = subscribed.asked !== 'oldest';
      if (isFirst) subscribed.note = `gap: the server no longer has all that came after ${subscribed.since}; it goes on from ${data.oldest}`;
      subscribed.mood = 'bad';
      subscribed.cursor = null;
      this.#resubscribe(topic, subscribed, isFirst ? 'oldest' : null);
    } else if (data.error !== undefined) {
      subscribed.note = data.error;
      subscribed.mood = 'bad';
    } else if (subscribed.asked !== 'oldest' && (subscribed.asked !== null || subscribed.since === null)) {
      const isResumed = subscribed.asked !== null && data.cursor !== undefined;
      subscribed.mood = isResumed ? 'good' : 'warn';
      subscribed.note = isResumed
        ? resumedNote(subscribed)
        : 'back; what happened meanwhile is not known: the subscription has no cursor';
    }
    subscribed.cursor ??= data.cursor ?? null;
    this.#changed();
  }

  /** A subscribe of the person's was acknowledged with the place where live begins. @param {any} data */
  #placed(data) {
    const last = [...this.#subscribed.values()].at(-1);
    if (last && data.cursor) last.cursor ??= data.cursor;
  }

  /** Nodes name nothing in an error; the last subscribe that got no event yet is the one. @param {any} data */
  #refused(data) {
    const last = [...this.#subscribed].at(-1);
    if (!last || last[1].events > 0 || (data.id !== undefined && data.id !== String(last[1].request.id))) return;
    if (!['unknown_topic', 'missing_topic', 'invalid_option', 'limit_exceeded', 'cursor_expired'].includes(data.code)) return;
    this.#subscribed.delete(last[0]);
    this.#changed();
  }

  /** @param {string} kind @param {string} text */
  #note(kind, text) {
    this.emit('line', { direction: 'note', kind, text, data: null });
  }

  #changed() {
    this.emit('subscriptions', this.#subscribed);
  }
}

/** @param {string} url @param {string} name */
function named(url, name) {
  const known = new URL(url);
  known.searchParams.set('client', name);
  return known.href;
}

/** @param {Subscribed} subscribed */
const resumedNote = ({ since, replayed }) => `resumed at ${since}, replayed ${replayed}, no gap`;

/** The request that makes the subscription as it is after an update. @param {any} request @param {any} changes */
function updated(request, changes) {
  const options = { ...request.options };
  for (const [name, values] of Object.entries(changes)) {
    const match = /^(.*)_(add|del)$/.exec(name);
    if (!match || !Array.isArray(values)) continue;
    const [, list = '', what] = match;
    const rest = (options[list] ?? []).filter((/** @type {string} */ value) => !values.includes(value));
    options[list] = what === 'add' ? [...rest, ...values] : rest;
  }
  return { ...request, options };
}
