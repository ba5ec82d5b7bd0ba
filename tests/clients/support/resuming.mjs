// Clients of the raw protocol that lose connections and go on behind their last cursor, and the model that says what they must have.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import WebSocket from 'ws';

const WAIT_MS_MAX = 60_000;

/** Numbers below 1 from a seed, the same ones for the same seed (mulberry32). */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const sequenceOf = (cursor) => Number(cursor.split('-')[1]);

/** What the options of `Client` let through: docs/protocol.md, 6.1.3 and 11.1, for state blocks. */
function passes(options, { account, amount, block }) {
  if (options.accounts && !options.accounts.includes(account) && !options.accounts.includes(block.link_as_account)) return false;
  if (options.subtypes && !options.subtypes.includes(block.subtype)) return false;
  return !options.min_amount || BigInt(amount) >= BigInt(options.min_amount);
}

/** One client that loses its connection now and then, and goes on behind the last cursor that it read. */
export class Client {
  events = [];
  cursor = null;
  begin = null;
  #socket = null;

  constructor(options) {
    this.options = options;
  }

  connect(url) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    const request = { action: 'subscribe', topic: 'confirmation', ack: true, options: this.options };
    const place = this.cursor ? { since: this.cursor } : { cursor: true };
    socket.on('open', () => socket.send(JSON.stringify({ ...request, ...place })));
    socket.on('error', () => {});
    socket.on('message', (text) => {
      // What arrives after the client has given up its connection is as if it had never come.
      if (socket === this.#socket) this.#read(JSON.parse(text));
    });
  }

  #read(message) {
    this.error ??= message.error;
    if (message.ack) {
      this.begin ??= sequenceOf(message.cursor);
      this.cursor ??= message.cursor;
    } else if (message.topic) {
      this.events.push(message);
      this.cursor = message.cursor;
    }
  }

  disconnect() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
  }

  get isConnected() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }
}

export async function until(what, isDone) {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!await isDone()) {
    if (performance.now() > deadline) assert.fail(`not in time: ${what()}`);
    await sleep(20);
  }
}

/** What there is to listen to, as `scout` has seen it: options of a subscription, by chance. */
export function chanceOptions(random, scout) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const accounts = [...new Set(scout.events.map(({ message }) => message.account))];
  const amounts = scout.events.map(({ message }) => message.amount).filter((amount) => amount !== '0');
  return {
    ...(random() < 0.6 && { accounts: Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(accounts)) }),
    ...(random() < 0.4 && { subtypes: [pick(['send', 'receive'])] }),
    ...(random() < 0.3 && { min_amount: pick(amounts) }),
  };
}

/**
 * Waits until every client has as much as `witness`, which listens to everything from the beginning, says it must have, and until it is
 * quiet; then compares, event by event. `last` is a block that was made when all traffic had ended: whoever has it has the rest.
 */
export async function haveWhatTheyMust(clients, witness, last, seed) {
  const modelOf = ({ options, begin }) => witness.events
    .filter((event) => sequenceOf(event.cursor) > begin && passes(options, event.message))
    .map((event) => event.cursor);
  const hasLast = () => witness.events.some(({ message }) => message.hash === last);
  await until(() => `${last}; the witness has ${witness.events.length}, ${witness.error}`, hasLast);
  await until(
    () => clients.map((client) => `${client.events.length} of ${modelOf(client).length}, ${client.error}`).join('; '),
    () => clients.every((client) => client.begin !== null && client.events.length >= modelOf(client).length),
  );
  // Blocks that were left over may still be confirmed; then it is quiet.
  for (let quiet = 0, known = -1; quiet < 20; quiet += 1) {
    if (witness.events.length !== known) quiet = 0;
    known = witness.events.length;
    await sleep(50);
  }
  const hashes = new Set(witness.events.map(({ message }) => message.hash));
  assert.equal(hashes.size, witness.events.length, 'every block is confirmed once');
  for (const [place, client] of clients.entries()) {
    assert.equal(client.error, undefined);
    const got = client.events.map((event) => event.cursor);
    assert.deepEqual(got, modelOf(client), `client ${place}, ${JSON.stringify(client.options)}, seed ${seed}`);
  }
  return clients.reduce((sum, client) => sum + client.events.length, 0);
}
