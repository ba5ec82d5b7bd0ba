// clients/js against the dev network: real payments, outages, invoices.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import WebSocket from 'ws';

import { Client, RAW_PER_BAN, toRaw } from '../../clients/js/src/index.js';
import { DevNetwork } from './support/dev-network.mjs';

const banani = createRequire(import.meta.url)('banani');

const FRESH_SEED = '5A'.repeat(32);
const TOPICS = [
  'confirmation', 'vote', 'started_election', 'stopped_election', 'active_difficulty', 'work', 'telemetry',
  'new_unconfirmed_block', 'bootstrap',
];
const inOneMinute = () => Date.now() + 60_000;

const wallet = (network, index, seed = network.seed) => new banani.Wallet(new banani.RPC(network.rpc), seed, index);

function client(t, network, settings = {}) {
  const made = new Client(network.ws, { WebSocket, rpc: network.rpc, backoffBaseMs: 20, backoffCapMs: 100, ...settings });
  t.after(() => made.close());
  return made;
}

/** The first state of an invoice that has `status`. */
async function until(invoice, status) {
  for await (const state of invoice) if (state.status === status) return state;
  throw new Error(`the invoice ended without ${status}: ${invoice.state.status}`);
}

/** A class of sockets that can be cut off: none connects while `isCut`. */
function cuttableSockets() {
  const open = new Set();
  return class extends WebSocket {
    static isCut = false;

    static cut() {
      this.isCut = true;
      for (const socket of open) socket.terminate();
    }

    constructor(url) {
      super(url);
      open.add(this);
      this.on('close', () => open.delete(this));
      if (new.target.isCut) this.terminate();
    }
  };
}

test('every topic can be subscribed to, and a payment is valid in every detail', async (t) => {
  const network = await DevNetwork.start(t);
  const made = client(t, network);
  await Promise.all(TOPICS.map((topic) => made.subscribe(topic).ready));
  made.close();

  const listening = client(t, network);
  const confirmed = listening.subscribe('confirmation', { accounts: [network.accounts[1].account] });
  const unconfirmed = listening.subscribe('new_unconfirmed_block');
  await Promise.all([confirmed.ready, unconfirmed.ready]);
  const hash = await wallet(network, 0).send(network.accounts[1].account, '1.5');
  for (const subscription of [unconfirmed, confirmed]) {
    const { value: event } = await subscription[Symbol.asyncIterator]().next();
    assert.equal(event.hash, hash);
    assert.deepEqual(event.validate(), { ok: true, hash: true, signature: true, fault: null });
  }
  assert.ok(await listening.ping() >= 0);
  await assert.rejects(listening.request({ action: 'jump' }), { code: 'unknown_action' });
});

test('a server that is killed and comes back: the client is there again, and says what it knows', async (t) => {
  const network = await DevNetwork.start(t);
  const subscription = client(t, network).subscribe('confirmation');
  await subscription.ready;
  const events = subscription[Symbol.asyncIterator]();
  const first = await wallet(network, 0).send(network.accounts[1].account, '1');
  assert.equal((await events.next()).value.hash, first);

  await network.kill();
  const back = new Promise((resolve) => { subscription.on('continuity', resolve); });
  await network.restart();
  assert.notEqual((await back).outcome, 'resumed', 'the journal was in memory');
  const second = await wallet(network, 0).send(network.accounts[1].account, '2');
  assert.equal((await events.next()).value.hash, second);
});

test('an invoice that is paid in two parts', async (t) => {
  const network = await DevNetwork.start(t);
  const { account } = network.accounts[3];
  const invoice = client(t, network).awaitPayment(account, toRaw('2'), { deadline: inOneMinute() });
  const first = await wallet(network, 0).send(account, '0.5');
  const partial = await until(invoice, 'partial');
  assert.deepEqual([partial.received, partial.missing], [RAW_PER_BAN / 2n, (3n * RAW_PER_BAN) / 2n]);
  const second = await wallet(network, 1).send(account, '1.5');
  const { status, received, missing, payments, isCertain } = await invoice.settled;
  assert.deepEqual({ status, received, missing, isCertain }, { status: 'paid', received: 2n * RAW_PER_BAN, missing: 0n, isCertain: true });
  assert.deepEqual(payments, [
    { hash: first, from: network.accounts[0].account, amount: RAW_PER_BAN / 2n },
    { hash: second, from: network.accounts[1].account, amount: (3n * RAW_PER_BAN) / 2n },
  ]);
});

test('what waited at the moment of asking counts, once, and more than enough is overpaid', async (t) => {
  const network = await DevNetwork.start(t);
  const shop = wallet(network, 0, FRESH_SEED);
  const waiting = await wallet(network, 0).send(shop.address, '1');
  const ignored = await wallet(network, 1).send(shop.address, '5');
  const invoice = client(t, network).awaitPayment(shop.address, toRaw('3'), { deadline: inOneMinute(), ignore: [ignored] });
  assert.deepEqual((await until(invoice, 'partial')).payments.map(({ hash }) => hash), [waiting]);
  await shop.receive_all();
  const last = await wallet(network, 0).send(shop.address, '4');
  const { status, received, payments } = await invoice.settled;
  assert.equal(status, 'overpaid');
  assert.equal(received, 5n * RAW_PER_BAN);
  assert.deepEqual(payments.map(({ hash }) => hash), [waiting, last]);
});

test('payments of an outage count, received or not, each once', async (t) => {
  const network = await DevNetwork.start(t);
  const shop = wallet(network, 4);
  const before = await wallet(network, 0).send(shop.address, '7');
  await shop.receive_all();

  const Sockets = cuttableSockets();
  const invoice = client(t, network, { WebSocket: Sockets }).awaitPayment(shop.address, toRaw('3'), { deadline: inOneMinute() });
  const first = await wallet(network, 0).send(shop.address, '1');
  await until(invoice, 'partial');
  Sockets.cut();
  const received = await wallet(network, 0).send(shop.address, '0.5');
  await shop.receive_all();
  const waiting = await wallet(network, 0).send(shop.address, '1.5');
  Sockets.isCut = false;
  const { status, payments } = await invoice.settled;
  assert.equal(status, 'paid');
  assert.deepEqual(payments.map(({ hash }) => hash).sort(), [first, received, waiting].sort());
  assert.ok(!payments.some(({ hash }) => hash === before), 'it was received before the invoice');
});

test('an invoice that nobody pays expires, and is certain of it', async (t) => {
  const network = await DevNetwork.start(t);
  const made = client(t, network);
  const { account } = network.accounts[5];
  const invoice = made.awaitPayment(account, 1n, { deadline: Date.now() + 300 });
  assert.throws(() => made.awaitPayment(account, 1n, { deadline: inOneMinute() }), /an invoice waits for ban_.* already/);
  const { status, isCertain, missing } = await invoice.settled;
  assert.deepEqual({ status, isCertain, missing }, { status: 'expired', isCertain: true, missing: 1n });
  const again = made.awaitPayment(account, 1n, { deadline: inOneMinute() });
  again.cancel();
  assert.equal((await again.settled).status, 'cancelled');
});

test('an invoice without an RPC expires and says that it is not certain', async (t) => {
  const network = await DevNetwork.start(t);
  const made = client(t, network, { rpc: 'http://127.0.0.1:1/' });
  const invoice = made.awaitPayment(network.accounts[5].account, 1n, { deadline: new Date(Date.now() + 100) });
  const problem = new Promise((resolve) => { invoice.on('problem', resolve); });
  const { status, isCertain } = await invoice.settled;
  assert.deepEqual({ status, isCertain }, { status: 'expired', isCertain: false });
  assert.ok(await problem);
});

test('an invoice that makes no sense is refused', async (t) => {
  const network = await DevNetwork.start(t);
  const made = client(t, network);
  const { account } = network.accounts[5];
  const rows = [
    [['ban_1', 1n, { deadline: 1 }], /is not an account/],
    [[account, 0n, { deadline: 1 }], /1 or more/],
    [[account, '1', { deadline: 1 }], /must be a bigint/],
    [[account, 1n, { deadline: 'soon' }], /must be a Date/],
  ];
  for (const [args, text] of rows) assert.throws(() => made.awaitPayment(...args), text);
  assert.throws(() => client(t, network, { rpc: undefined }).awaitPayment(account, 1n, { deadline: 1 }), /needs the RPC/);
});
