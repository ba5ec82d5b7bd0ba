// Two gateways hear the same network and fill one stream; an edge serves it. One of them is killed under load, and later the other one
// while the first is back: a client of the edge has every confirmation once, each account's chain in its order.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';

import { BINARY, DevNetwork } from './support/dev-network.mjs';
import { temporaryFolder } from './support/folder.mjs';
import { freePort, kill, startEdge, startNats } from './support/nats.mjs';
import { Program } from './support/program.mjs';
import { Client, until } from './support/resuming.mjs';

const BLOCKS_PER_SECOND = '60';
/** Confirmations between two events of the test. */
const STRETCH = 150;

/** What `server` says to who subscribes from a place. */
function answer(server, since) {
  const socket = new WebSocket(server.ws);
  socket.on('open', () => socket.send(JSON.stringify({ action: 'subscribe', topic: 'confirmation', ack: true, since })));
  return once(socket, 'message').then(([text]) => {
    socket.terminate();
    return JSON.parse(text);
  });
}

async function startGateway(t, network, url, folder, name, listen = '127.0.0.1:0') {
  const file = join(folder, `${name}.json`);
  const gateway = new Program(t, BINARY, [
    'serve', '--listen', listen, '--upstream', network.ws, '--rpc', network.rpc, '--rpc-listen', '127.0.0.1:0',
    '--journal', url, '--config-out', file,
  ]);
  await gateway.line((line) => line.startsWith('Ready'));
  return Object.assign(gateway, JSON.parse(await readFile(file, 'utf8')));
}

test('of two gateways that fill one stream either may be killed: an edge tells each confirmation once and in order', async (t) => {
  const folder = temporaryFolder('gateways');
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  await startNats(t, port, join(folder, 'nats'));
  const network = await DevNetwork.start(t, '--nodes', '2', '--activity', BLOCKS_PER_SECOND);
  const first = await startGateway(t, network, url, folder, 'first');
  const second = await startGateway(t, network, url, folder, 'second');
  const edge = await startEdge(t, url, folder, 'edge');

  // What happens, as the network says it, and what is left of it behind gateways, stream and edge.
  const direct = new Client({});
  const behind = new Client({});
  t.after(() => [direct, behind].forEach((client) => client.disconnect()));
  direct.connect(network.ws);
  behind.connect(edge.ws);
  const hashesOf = (client) => client.events.map(({ message }) => message.hash);
  const more = async (client) => {
    const enough = client.events.length + STRETCH;
    await until(() => `${client.events.length} of ${enough} events, ${client.error}`, () => client.events.length >= enough);
  };

  await more(behind);
  const begun = hashesOf(behind)[0];
  await kill(first);
  await more(behind);
  const third = await startGateway(t, network, url, folder, 'third');
  // Both are heard, or killing the other one would prove nothing.
  const sources = async () => (await (await fetch(`${third.http}/metrics`)).text());
  await until(() => 'the new gateway hears the network', async () => /^banano_ws_upstream_messages_total\{.*\} [1-9]/m.test(await sources()));
  await more(behind);
  await kill(second);
  await more(behind);

  const { hash: last } = await network.call('dev_faucet', { account: network.accounts[0].account, amount: '1000' });
  for (const client of [direct, behind]) {
    await until(() => `${last}; ${client.events.length}, ${client.error}`, () => hashesOf(client).includes(last));
  }
  // From the first that both listened to, up to the last; what others pay meanwhile may come on either side of it.
  const all = hashesOf(direct);
  const must = all.slice(all.indexOf(begun), all.indexOf(last) + 1);
  assert.ok(all.includes(begun) && must.length >= 4 * STRETCH, `${must.length} confirmations are compared`);
  await until(() => 'all of them', () => {
    const got = new Set(hashesOf(behind));
    return must.every((hash) => got.has(hash));
  });
  const got = hashesOf(behind);
  assert.equal(new Set(got).size, got.length, 'nothing comes twice');
  const heads = new Map();
  for (const { message: { account, hash, block } } of behind.events) {
    if (heads.has(account)) assert.equal(block.previous, heads.get(account), `${hash} comes behind its previous`);
    heads.set(account, hash);
  }

  // Somebody heard all of it, one after the other. When nobody does, the edge knows.
  const begin = behind.events[0].cursor;
  assert.equal((await answer(edge, begin)).ack, 'subscribe');
  await kill(third);
  const watcher = new WebSocket(edge.ws);
  t.after(() => watcher.terminate());
  const said = [];
  watcher.on('open', () => watcher.send('{"action":"subscribe","topic":"status"}'));
  watcher.on('message', (text) => said.push(String(text)));
  await until(() => `an edge tells that nobody hears the network: ${said}`, () => said.some((text) => text.includes('no source of the stream')));
  await startGateway(t, network, url, folder, 'third', new URL(third.http).host);
  await until(() => 'what the third had not heard is known to be missing', async () => (await answer(edge, begin)).code === 'cursor_expired');
  t.diagnostic(`${got.length} confirmations, of which ${must.length} were compared`);
});
