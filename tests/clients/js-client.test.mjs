// clients/js against servers that do as told: a plain node, and one that knows cursors.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import WebSocket from 'ws';

import { Backoff } from '../../clients/js/src/backoff.js';
import { Emitter } from '../../clients/js/src/emitter.js';
import { fileStore } from '../../clients/js/src/file-store.js';
import { Client, memoryStore, Pool, Refused, webStore } from '../../clients/js/src/index.js';
import { temporaryFolder } from './support/folder.mjs';
import { confirmation, plainNode, ScriptedServer, withCursors } from './support/scripted-server.mjs';

const ACCOUNTS = [
  'ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh',
  'ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f',
  'ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo',
];
const isAction = (action) => (request) => request.action === action;

/** A client whose waits are short. */
function client(t, url, settings = {}) {
  const made = new Client(url, { WebSocket, backoffBaseMs: 5, backoffCapMs: 20, ...settings });
  t.after(() => made.close());
  return made;
}

/** The next value of an event. */
const next = (emitter, name) => new Promise((resolve) => {
  const stop = emitter.on(name, (value) => {
    stop();
    resolve(value);
  });
});

/** The next `count` events. */
async function take(events, count) {
  const taken = [];
  while (taken.length < count) taken.push((await events.next()).value);
  return taken;
}

const hashes = (events) => events.map(({ hash }) => hash);
const at = (sequence, more = {}) => confirmation(`H${sequence}`, { cursor: `0000000a-${sequence}`, ...more });

test('events come to an iterator, each once, in order', async (t) => {
  const server = await ScriptedServer.start(t);
  const subscription = client(t, server.url).subscribe('confirmation', { include_block: false });
  await subscription.ready;
  const { id, ...request } = await server.request();
  assert.deepEqual(request, {
    action: 'subscribe', topic: 'confirmation', ack: true, cursor: true, options: { include_block: false },
  });
  for (const hash of ['A', 'B', 'A', 'C']) server.send(confirmation(hash));
  const [first, ...rest] = await take(subscription[Symbol.asyncIterator](), 3);
  assert.equal(first.time, 1_700_000_000_000);
  assert.equal(first.message.amount, '1');
  assert.deepEqual(hashes([first, ...rest]), ['A', 'B', 'C'], 'A was confirmed twice and is told once');
});

test('events come to listeners', async (t) => {
  const server = await ScriptedServer.start(t);
  const subscription = client(t, server.url).subscribe('vote');
  const told = next(subscription, 'event');
  await subscription.ready;
  server.send({ topic: 'vote', time: '1', message: { account: 'ban_1' } });
  assert.equal((await told).message.account, 'ban_1');
  assert.throws(() => subscription[Symbol.asyncIterator](), /has listeners/);
});

test('a listener that throws is reported, and harms no other', (t) => {
  const reported = t.mock.method(globalThis, 'queueMicrotask', () => {});
  const emitter = new Emitter();
  emitter.on('event', () => { throw new Error('of the listener'); });
  let told = 0;
  const stop = emitter.on('event', (value) => { told += value; });
  emitter.emit('event', 2);
  stop();
  emitter.emit('event', 2);
  assert.equal(told, 2);
  const [{ arguments: [report] }] = reported.mock.calls;
  assert.throws(report, /of the listener/);
});

test('to leave the loop unsubscribes', async (t) => {
  const server = await ScriptedServer.start(t);
  const subscription = client(t, server.url).subscribe('confirmation');
  await subscription.ready;
  server.send(confirmation('A'));
  for await (const event of subscription) {
    assert.equal(event.hash, 'A');
    break;
  }
  assert.equal((await server.request(isAction('unsubscribe'))).topic, 'confirmation');
});

test('to close the client ends the loop, and what waits for an acknowledgement', async (t) => {
  const server = await ScriptedServer.start(t);
  const closing = client(t, server.url);
  const subscription = closing.subscribe('confirmation');
  await subscription.ready;
  server.send(confirmation('A'));
  const seen = [];
  for await (const { hash } of subscription) {
    seen.push(hash);
    closing.close();
  }
  assert.deepEqual(seen, ['A']);
  const waiting = client(t, 'ws://127.0.0.1:1');
  const { ready } = waiting.subscribe('confirmation');
  waiting.close();
  await assert.rejects(ready, /the subscription was closed/);
});

test('a plain node that was away: the client is back, and says that it does not know what it missed', async (t) => {
  const server = await ScriptedServer.start(t);
  const subscription = client(t, server.url).subscribe('confirmation', { accounts: [ACCOUNTS[0]] });
  assert.deepEqual(await next(subscription, 'continuity'), { outcome: 'live' });
  server.drop();
  assert.deepEqual(await next(subscription, 'continuity'), { outcome: 'unknown' });
  await server.request();
  const { id, ...again } = await server.request();
  assert.deepEqual(again.options, { accounts: [ACCOUNTS[0]] });
  server.send(confirmation('B'));
  assert.deepEqual(hashes(await take(subscription[Symbol.asyncIterator](), 1)), ['B']);
});

test('a server with cursors is asked to go on from the last event, and what overlaps is told once', async (t) => {
  const server = await ScriptedServer.start(t, withCursors(() => '0000000a-20'));
  const subscription = client(t, server.url).subscribe('started_election');
  const election = (sequence, more) => ({
    topic: 'started_election', time: '1', cursor: `0000000a-${sequence}`, ...more, message: { hash: `H${sequence}` },
  });
  await subscription.ready;
  server.send(election(21));
  server.send(election(23));
  const events = subscription[Symbol.asyncIterator]();
  await take(events, 2);
  server.drop();
  const resumed = next(subscription, 'continuity');
  await server.request();
  assert.equal((await server.request(isAction('subscribe'))).since, '0000000a-23');
  assert.deepEqual(await resumed, { outcome: 'resumed', since: '0000000a-23', cursor: '0000000a-20' });
  server.send(election(23, { replayed: 'true' }));
  server.send(election(24, { replayed: 'true' }));
  server.send(election(25));
  const [missed, live] = await take(events, 2);
  assert.deepEqual([missed.hash, missed.replayed, live.hash, live.replayed], ['H24', true, 'H25', false]);
});

test('an expired cursor is told as a gap, and what the server still has is asked for', async (t) => {
  const held = { oldest: '0000000b-5', newest: '0000000b-9' };
  const server = await ScriptedServer.start(t, (request, to) => {
    if (request.since === undefined || request.since === 'oldest') return withCursors(() => '0000000b-9')(request, to);
    return to.send({ error: 'too old', code: 'cursor_expired', time: '1', id: request.id, ...held });
  });
  const store = memoryStore();
  await store.save('shop', '0000000a-3');
  const subscription = client(t, server.url).subscribe('confirmation', {}, { store, name: 'shop' });
  const gap = { outcome: 'gap', since: '0000000a-3', oldest: '0000000b-5', cursor: '0000000b-9' };
  assert.deepEqual(await next(subscription, 'continuity'), gap);
  server.send(confirmation('OLD', { cursor: '0000000b-1', replayed: 'true' }));
  assert.deepEqual(hashes(await take(subscription[Symbol.asyncIterator](), 1)), ['OLD']);
});

test('a server that falls silent is found out by a ping, and left', async (t) => {
  const server = await ScriptedServer.start(t, (request, to) => {
    if (request.action !== 'ping' || to.number > 1) plainNode(request, to);
  });
  const { connection } = client(t, server.url, { heartbeatMs: 20, heartbeatTimeoutMs: 20 });
  await next(connection, 'open');
  const { reason } = await next(connection, 'close');
  assert.equal(reason, 'no answer to a ping in time');
  await next(connection, 'open');
  assert.ok((await next(connection, 'latency')).ms >= 0, 'the second connection is answered, and stays');
  assert.equal(connection.state.state, 'open');
});

test('when a URL is dead the next one is taken, and one that answers is kept', async (t) => {
  const gone = await ScriptedServer.start(t);
  const deadUrl = gone.url;
  await gone.stop();
  const server = await ScriptedServer.start(t);
  const made = client(t, [deadUrl, server.url]);
  await made.subscribe('confirmation').ready;
  assert.equal(made.connection.url, server.url);
  server.drop();
  await next(made.connection, 'open');
  assert.equal(made.connection.url, server.url);
});

test('the waits double up to the cap, times a number from 0 to 1', () => {
  const longest = new Backoff(100, 1_000, () => 1);
  assert.deepEqual(Array.from({ length: 6 }, () => longest.next()), [100, 200, 400, 800, 1_000, 1_000]);
  longest.ended(500);
  assert.equal(longest.next(), 1_000, 'a connection that did not last does not count');
  longest.ended(10_000);
  assert.equal(longest.next(), 100);
  assert.equal(new Backoff(100, 1_000, () => 0.25).next(), 25);
  for (let attempt = 0, many = new Backoff(100, 1_000, () => 1); attempt < 2_000; attempt += 1) assert.ok(many.next() <= 1_000);
});

test('the cursor is stored once everything before it is acknowledged, and the next run begins there', async (t) => {
  const server = await ScriptedServer.start(t, withCursors(() => '0000000a-0'));
  const store = memoryStore();
  const first = client(t, server.url).subscribe('confirmation', {}, { store });
  await first.ready;
  for (const sequence of [1, 2, 3]) server.send(at(sequence));
  const [one, two, three] = await take(first[Symbol.asyncIterator](), 3);
  await two.ack();
  assert.equal(store.load('confirmation'), undefined, 'event 1 is not done');
  await one.ack();
  assert.equal(store.load('confirmation'), '0000000a-2');
  first.close();

  await client(t, server.url).subscribe('confirmation', {}, { store }).ready;
  await server.request(({ since }) => since === '0000000a-2');
  await three.ack();
  assert.equal(store.load('confirmation'), '0000000a-3');
});

test('a full queue pauses the topic, and resumes it with nothing lost', async (t) => {
  let sent = 0;
  const server = await ScriptedServer.start(t, withCursors(() => `0000000a-${sent}`));
  const subscription = client(t, server.url).subscribe('confirmation', {}, { queueMax: 4 });
  await subscription.ready;
  for (sent = 1; sent < 8; sent += 1) server.send(at(sent));
  await server.request(isAction('unsubscribe'));
  const events = subscription[Symbol.asyncIterator]();
  const first = await take(events, 2);
  const { since } = await server.request((request) => request.since !== undefined);
  assert.equal(since, '0000000a-4', 'behind the last event that found room');
  for (let sequence = 5; sequence < 8; sequence += 1) server.send(at(sequence, { replayed: 'true' }));
  const rest = await take(events, 5);
  assert.deepEqual(hashes([...first, ...rest]), ['H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'H7']);
  assert.equal(subscription.dropped, 0);
});

test('events that nobody acknowledges pause the topic, too', async (t) => {
  const server = await ScriptedServer.start(t, withCursors(() => '0000000a-0'));
  const subscription = client(t, server.url).subscribe('confirmation', {}, { store: memoryStore(), queueMax: 2 });
  await subscription.ready;
  for (const sequence of [1, 2, 3]) server.send(at(sequence));
  const [one, two] = await take(subscription[Symbol.asyncIterator](), 2);
  await server.request(isAction('unsubscribe'));
  await Promise.all([one.ack(), two.ack()]);
  await server.request(({ since }) => since === '0000000a-2');
});

for (const [overflow, kept] of [['drop-oldest', ['H3', 'H4']], ['drop-newest', ['H1', 'H2']]]) {
  test(`${overflow} keeps the queue's bound and counts what it lost`, async (t) => {
    const server = await ScriptedServer.start(t);
    const made = client(t, server.url);
    const subscription = made.subscribe('confirmation', {}, { queueMax: 2, overflow });
    await subscription.ready;
    for (const sequence of [1, 2, 3, 4]) server.send(at(sequence));
    await made.ping();
    assert.equal(subscription.queued, 2);
    assert.equal(subscription.dropped, 2);
    assert.deepEqual(hashes(await take(subscription[Symbol.asyncIterator](), 2)), kept);
  });
}

test('changes of accounts are told together, and again after an outage', async (t) => {
  const server = await ScriptedServer.start(t);
  const [a, b, c] = ACCOUNTS;
  const subscription = client(t, server.url).subscribe('confirmation', { accounts: [a] });
  await subscription.ready;
  await Promise.all([subscription.addAccounts(b), subscription.addAccounts(c.replace('ban_', 'nano_')), subscription.removeAccounts(a)]);
  const updates = [await server.request(isAction('update')), await server.request(isAction('update'))];
  assert.deepEqual(updates.map(({ options }) => options), [{ accounts_add: [b, c] }, { accounts_del: [a] }]);
  server.drop();
  await next(subscription, 'continuity');
  await server.request();
  assert.deepEqual((await server.request(isAction('subscribe'))).options, { accounts: [b, c] });
  await assert.rejects(subscription.addAccounts('ban_1'), /is not an account/);
});

test('accounts that are added while the server is away are in the next subscribe', async (t) => {
  const server = await ScriptedServer.start(t);
  const subscription = client(t, server.url).subscribe('confirmation', { accounts: [] });
  await subscription.ready;
  server.drop();
  await subscription.addAccounts(ACCOUNTS[0]);
  await server.request();
  assert.deepEqual((await server.request(isAction('subscribe'))).options, { accounts: [ACCOUNTS[0]] });
});

test('accounts that the server refuses are not listened to', async (t) => {
  const server = await ScriptedServer.start(t, (request, to) => {
    if (request.action !== 'update') return plainNode(request, to);
    return to.send({ error: 'too many accounts', code: 'limit_exceeded', time: '1', id: request.id });
  });
  const subscription = client(t, server.url).subscribe('confirmation', { accounts: [] });
  await subscription.ready;
  await assert.rejects(subscription.addAccounts(ACCOUNTS[0]), { code: 'limit_exceeded' });
  server.drop();
  await next(subscription, 'continuity');
  await server.request();
  assert.deepEqual((await server.request(isAction('subscribe'))).options, { accounts: [] });
});

test('what the server refuses is thrown, by `ready` and by the iterator', async (t) => {
  const server = await ScriptedServer.start(t, (request, to) => {
    to.send({ error: 'unknown topic "x"', code: 'unknown_topic', time: '1', id: request.id });
  });
  const subscription = client(t, server.url).subscribe('x');
  await assert.rejects(subscription.ready, (error) => error instanceof Refused && error.code === 'unknown_topic');
  await assert.rejects(subscription[Symbol.asyncIterator]().next(), /unknown topic/);
});

test("a plain node's silence ends in an error that says so", async (t) => {
  const server = await ScriptedServer.start(t);
  const subscription = client(t, server.url, { requestTimeoutMs: 30 }).subscribe('unknown');
  await assert.rejects(subscription.ready, /no answer to subscribe unknown.*a plain node is silent/);
});

test('a quiet subscription renews its place', async (t) => {
  let newest = 5;
  const server = await ScriptedServer.start(t, withCursors(() => `0000000a-${newest}`));
  const store = memoryStore();
  const subscription = client(t, server.url).subscribe('bootstrap', undefined, { store, refreshMs: 20 });
  await subscription.ready;
  await server.request();
  newest = 9_000;
  assert.equal((await server.request()).since, undefined);
  while (store.load('bootstrap') !== '0000000a-9000') await server.request();
  server.drop();
  assert.equal((await server.request(({ since }) => since !== undefined)).since, '0000000a-9000');
});

test('a pool spreads accounts, and tells a block between two connections once', async (t) => {
  const server = await ScriptedServer.start(t);
  const pool = new Pool(server.url, { size: 2, WebSocket, backoffBaseMs: 5 });
  t.after(() => pool.close());
  const connections = [];
  server.answer = (request, connection) => {
    connections.push({ ...connection, accounts: request.options.accounts });
    plainNode(request, connection);
  };
  const subscription = pool.subscribe('confirmation', { accounts: ACCOUNTS });
  await subscription.ready;
  assert.equal(connections.length, 2);
  assert.deepEqual(connections.flatMap(({ accounts }) => accounts).sort(), [...ACCOUNTS].sort());
  for (const hash of ['A', 'B']) for (const connection of connections) connection.send(confirmation(hash));
  const events = await take(subscription[Symbol.asyncIterator](), 2);
  assert.deepEqual(hashes(events).sort(), ['A', 'B']);
  assert.throws(() => pool.subscribe('confirmation', {}, {}), /subscribed to confirmation already/);
});

test('a file keeps cursors of several names, and a broken file is named', async () => {
  const folder = temporaryFolder('cursors');
  const path = join(folder, 'cursors.json');
  const store = fileStore(path);
  assert.equal(await store.load('shop'), undefined);
  await Promise.all([store.save('shop', '0000000a-1'), store.save('log', '0000000a-2'), store.save('shop', '0000000a-3')]);
  assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { shop: '0000000a-3', log: '0000000a-2' });
  assert.equal(await fileStore(path).load('log'), '0000000a-2');
  await writeFile(path, 'x');
  await assert.rejects(fileStore(path).load('log'), /cursors\.json holds no cursors/);
});

test('a web storage keeps a cursor', () => {
  const items = new Map();
  const store = webStore({ getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) });
  assert.equal(store.load('shop'), null);
  store.save('shop', '0000000a-1');
  assert.equal(store.load('shop'), '0000000a-1');
});

test('wrong settings are refused with what would be right', () => {
  assert.throws(() => new Client('http://x', { WebSocket }), /must begin with ws:\/\/ or wss:\/\//);
  assert.throws(() => new Client([], { WebSocket }), /must begin with/);
  assert.throws(() => new Client('ws://x', { WebSocket: undefined }), /npm install ws/);
  assert.throws(() => new Pool('ws://x', { size: 0, WebSocket }), /1 to 100/);
});
