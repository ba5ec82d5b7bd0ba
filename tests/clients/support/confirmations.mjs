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

/** Subscribes with npm's `ws` and collects every confirmation; resolves after the ack. */
export async function listen(t, url, options) {
  const seen = new Seen('ws');
  seen.messages = [];
  const socket = new WebSocket(url);
  t.after(() => socket.terminate());
  socket.on('close', (code, reason) => { seen.closed = { code, reason: reason.toString() }; });
  await once(socket, 'open');

  const acked = new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.ack === 'subscribe') return resolve();
      seen.messages.push(message);
      if (message.topic === 'confirmation') seen.add(message.message.hash);
    });
  });
  socket.send(JSON.stringify({ action: 'subscribe', topic: 'confirmation', ack: true, options }));
  await acked;
  return seen;
}
