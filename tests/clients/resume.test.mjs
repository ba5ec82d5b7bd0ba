// Killed and started again on the same folder: every client that comes back with its last cursor has, in the end, exactly
// what a model says that looks at every event, in order.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startBrowser } from './support/browser.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { temporaryFolder } from './support/folder.mjs';
import { chanceOptions, Client, haveWhatTheyMust, randomFrom, until } from './support/resuming.mjs';

const DEEP = process.env.DEEP === 'true';
const CLIENTS = 50;
const ROUNDS = DEEP ? 12 : 3;
const ROUND_MS = DEEP ? 8_000 : 2_500;
const BLOCKS_PER_SECOND = '150';
const WAIT_MS_MAX = 60_000;
const SEED = 20_261_124;

test('fifty clients with filters that lose connections, and a server that is killed: nobody misses or repeats anything', async (t) => {
  const random = randomFrom(SEED);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const data = temporaryFolder('resume');
  const args = ['--data', data];
  const network = await DevNetwork.start(t, ...args, '--activity', BLOCKS_PER_SECOND);

  // Who there is to listen to is seen in the traffic.
  const scout = new Client({});
  scout.connect(network.ws);
  await until(() => `${scout.events.length} events`, () => scout.events.length >= 200);
  const clients = [scout, ...Array.from({ length: CLIENTS - 1 }, () => new Client(chanceOptions(random, scout)))];
  t.after(() => clients.forEach((client) => client.disconnect()));

  for (let round = 0; round < ROUNDS; round += 1) {
    const end = performance.now() + ROUND_MS * (0.5 + random() / 2);
    while (performance.now() < end) {
      const client = pick(clients);
      if (client.isConnected && random() < 0.5) client.disconnect();
      else if (!client.isConnected) client.connect(network.ws);
      await sleep(10);
    }
    await network.kill();
    clients.forEach((client) => client.disconnect());
    const isLast = round === ROUNDS - 1;
    await network.restart(...args, ...(isLast ? [] : ['--activity', BLOCKS_PER_SECOND]));
  }

  // No more traffic: what a client gets that listens from the beginning is all there is.
  const witness = new Client({});
  witness.cursor = 'oldest';
  witness.begin = 0;
  witness.connect(network.ws);
  clients.forEach((client) => client.connect(network.ws));
  const got = await haveWhatTheyMust(clients, witness, await faucet(network), SEED);
  t.diagnostic(`${witness.events.length} confirmations, ${got} messages, ${ROUNDS} kills`);
});

/** Reads the stream of `curl -N` until it ends: messages and ids. */
function curl(url, ...headers) {
  const child = spawn('curl', ['-sN', ...headers.flatMap((header) => ['-H', header]), url]);
  const told = { messages: [], id: null, child };
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop();
    for (const line of lines) {
      if (line.startsWith('id: ')) told.id = line.slice(4);
      if (line.startsWith('data: ')) told.messages.push(JSON.parse(line.slice(6)));
    }
  });
  told.ended = once(child, 'exit');
  return told;
}

const faucet = async (network) => {
  const { hash } = await network.call('dev_faucet', { account: network.accounts[0].account, amount: '1000' });
  return hash;
};

test('curl goes on after a server was killed', async (t) => {
  const data = temporaryFolder('resume');
  const network = await DevNetwork.start(t, '--data', data);
  const url = `${network.http}/events?topic=confirmation&subtypes=send`;
  const first = curl(url);
  t.after(() => first.child.kill());
  await until(() => 'the place', () => first.id !== null);
  const before = await faucet(network);
  await until(() => `${before}`, () => first.messages.length === 1);
  await network.kill();
  await first.ended;
  await network.restart('--data', data);
  const missed = await faucet(network);
  const second = curl(url, `Last-Event-ID: ${first.id}`);
  t.after(() => second.child.kill());
  await until(() => `${missed}, got ${second.messages.length}`, () => second.messages.length === 1);
  const live = await faucet(network);
  await until(() => `${live}, got ${second.messages.length}`, () => second.messages.length === 2);
  assert.deepEqual(first.messages.map(({ message }) => message.hash), [before]);
  assert.deepEqual(second.messages.map(({ message }) => message.hash), [missed, live]);
});

test("Chromium's EventSource goes on by itself after a server was killed", async (t) => {
  const data = temporaryFolder('resume');
  const network = await DevNetwork.start(t, '--data', data);
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  await page.goto(network.http);
  await page.evaluate(() => new Promise((resolve) => {
    globalThis.hashes = [];
    const source = new EventSource('/events?topic=confirmation&subtypes=send');
    source.addEventListener('open', resolve, { once: true });
    source.addEventListener('message', ({ data }) => globalThis.hashes.push(JSON.parse(data).message.hash));
  }));
  const seen = async (hashes) => {
    await page.waitForFunction((count) => globalThis.hashes.length >= count, hashes.length, { timeout: WAIT_MS_MAX });
    assert.deepEqual(await page.evaluate(() => globalThis.hashes), hashes);
  };
  const before = await faucet(network);
  await seen([before]);
  await network.kill();
  await network.restart('--data', data);
  // The browser waits a second before it comes back.
  const missed = await faucet(network);
  await seen([before, missed]);
  const live = await faucet(network);
  await seen([before, missed, live]);
});
