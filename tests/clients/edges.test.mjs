// A network that publishes, two edges that serve, and a NATS server; each of them is killed and started again under load. Clients
// that move from edge to edge with their cursors have, in the end, exactly what a model says that looks at every event, in order.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { BINARY, DevNetwork } from './support/dev-network.mjs';
import { temporaryFolder } from './support/folder.mjs';
import { freePort, kill, startEdge, startNats } from './support/nats.mjs';
import { Program } from './support/program.mjs';
import { chanceOptions, Client, haveWhatTheyMust, randomFrom, until } from './support/resuming.mjs';

const DEEP = process.env.DEEP === 'true';
const CLIENTS = 50;
const ROUNDS = DEEP ? 16 : 8;
const ROUND_MS = DEEP ? 6_000 : 1_500;
const OUTAGE_MS = 400;
const BLOCKS_PER_SECOND = '150';
const SEED = 20_261_129;

test('fifty clients move between two edges while everything is killed in turn: nobody misses or repeats anything', async (t) => {
  const random = randomFrom(SEED);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const folder = temporaryFolder('edges');
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  const data = join(folder, 'data');
  const args = ['--data', data, '--journal', url];
  let nats = await startNats(t, port, join(folder, 'nats'));
  const network = await DevNetwork.start(t, ...args, '--activity', BLOCKS_PER_SECOND);
  const edges = [await startEdge(t, url, folder, 'a'), await startEdge(t, url, folder, 'b')];

  const scout = new Client({});
  scout.connect(edges[0].ws);
  await until(() => `${scout.events.length} events`, () => scout.events.length >= 200);
  const clients = [scout, ...Array.from({ length: CLIENTS - 1 }, () => new Client(chanceOptions(random, scout)))];
  t.after(() => clients.forEach((client) => client.disconnect()));
  const comeAndGo = async (ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const client = pick(clients);
      if (client.isConnected && random() < 0.5) client.disconnect();
      else if (!client.isConnected) client.connect(pick(edges).ws);
      await sleep(10);
    }
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    await comeAndGo(ROUND_MS * (0.5 + random() / 2));
    const victim = round % 4;
    if (victim === 0) {
      await kill(nats);
      await comeAndGo(OUTAGE_MS);
      nats = await startNats(t, port, join(folder, 'nats'));
    } else if (victim === 1) {
      await kill(edges[1]);
      edges[1] = await startEdge(t, url, folder, 'b');
    } else if (victim === 2) {
      await network.kill();
      await network.restart(...args, '--activity', BLOCKS_PER_SECOND);
    } else {
      // What happens now only the network's own folder has, when it is killed.
      await kill(nats);
      await comeAndGo(OUTAGE_MS);
      await network.kill();
      nats = await startNats(t, port, join(folder, 'nats'));
      await network.restart(...args, '--activity', BLOCKS_PER_SECOND);
    }
  }
  await network.kill();
  await network.restart(...args);

  // An edge that starts later knows the same events by the same cursors.
  await kill(edges[1]);
  edges[1] = await startEdge(t, url, folder, 'b');
  const witness = new Client({});
  witness.cursor = 'oldest';
  witness.begin = 0;
  t.after(() => witness.disconnect());
  witness.connect(edges[1].ws);
  clients.forEach((client, place) => {
    client.disconnect();
    client.connect(edges[place % 2].ws);
  });
  const { hash: last } = await network.call('dev_faucet', { account: network.accounts[0].account, amount: '1000' });
  const got = await haveWhatTheyMust(clients, witness, last, SEED);

  // A time before what the edge has in memory is looked up in the stream.
  const late = new Client({});
  t.after(() => late.disconnect());
  late.cursor = `time:${witness.events[5].time}`;
  late.connect(edges[1].ws);
  await until(() => `${late.events.length} events since ${late.cursor}, ${late.error}`, () => late.events.length > 0);
  assert.equal(late.events[0].cursor, witness.events.find(({ time }) => time >= witness.events[5].time).cursor);

  // What the edges have told is what the network's own folder says, in its order.
  await network.end();
  const source = new Program(t, BINARY, ['journal', 'export', data, 'confirmation']);
  assert.deepEqual(await source.exited, { code: 0, signal: null });
  const hashes = (events) => events.map(({ message }) => message.hash);
  assert.deepEqual(hashes(witness.events), hashes(source.lines.map((line) => JSON.parse(line))));
  t.diagnostic(`${witness.events.length} confirmations, ${got} messages, ${ROUNDS + 1} kills`);
});
