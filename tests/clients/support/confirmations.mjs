// What a listener has seen: a list that grows, and a way to wait for what is still to come.

import { once } from 'node:events';
import WebSocket from 'ws';

const WAIT_MS_MAX = 20_000;

/** Hashes in the order in which they were seen, repeats included. */
export class Seen {
  hashes = [];
  #waiting = [];

  constructor(who) {
    this.who = who;
  }

  add(hash) {
    this.hashes.push(hash);
    this.#waiting = this.#waiting.filter((wake) => !wake());
  }

  /** Waits until `hash` has been seen. */
  async wait(hash) {
    await this.until(() => this.hashes.includes(hash), hash);
  }

  /** Waits until `isDone` holds; it is asked again after each hash. */
  until(isDone, what) {
    if (isDone()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.who} did not see ${what}; saw ${this.hashes.join(', ') || 'nothing'}`)),
        WAIT_MS_MAX,
      );
      this.#waiting.push(() => {
        if (!isDone()) return false;
        clearTimeout(timer);
        resolve();
        return true;
      });
    });
  }
}

/**
 * Subscribes with npm's `ws` and collects every confirmation; resolves after the ack. `messages` are all events as they came,
 * `subscribe` adds another topic on the same connection.
 */
export async function listen(t, url, options) {
  const seen = new Seen('ws');
  seen.messages = [];
  const socket = new WebSocket(url);
  t.after(() => socket.terminate());
  await once(socket, 'open');

  const waitingForAck = [];
  socket.on('error', (error) => waitingForAck.forEach(({ reject }) => reject(error)));
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    if (message.ack) return waitingForAck.shift().resolve();
    seen.messages.push(message);
    if (message.topic === 'confirmation') seen.add(message.message.hash);
  });
  seen.subscribe = (topic, topicOptions) => new Promise((resolve, reject) => {
    waitingForAck.push({ resolve, reject });
    socket.send(JSON.stringify({ action: 'subscribe', topic, ack: true, options: topicOptions }));
  });
  await seen.subscribe('confirmation', options);
  return seen;
}
