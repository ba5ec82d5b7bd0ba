// Command-line tools and libraries in wide use: each connects, subscribes, gets its ack, then a confirmation.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import ReconnectingWebSocket from 'reconnecting-websocket';
import WebSocket from 'ws';

import { Seen } from './support/confirmations.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { npmProgram, python } from './support/program.mjs';

const banani = createRequire(import.meta.url)('banani');

const SUBSCRIBE = { action: 'subscribe', topic: 'confirmation', ack: true };

function pay(network) {
  const wallet = new banani.Wallet(new banani.RPC(network.rpc), network.seed, 0);
  return wallet.send(network.accounts[1].account, '1');
}

/** Checks a program that prints each message on a line: the ack with its id first, then the confirmation of a payment. */
async function checkProgram(network, program, id) {
  const ack = JSON.parse(await program.line((line) => line.includes('"ack"'), 'an ack'));
  assert.equal(ack.ack, 'subscribe');
  assert.equal(ack.id, id);
  const hash = await pay(network);
  const { topic, message } = JSON.parse(await program.line((line) => line.includes(hash), hash));
  assert.equal(topic, 'confirmation');
  assert.equal(message.hash, hash);
  assert.equal(message.block.subtype, 'send');
  assert.equal(program.lines.filter((line) => line.includes(`"hash":"${hash}"`)).length, 1);
  assert.ok(program.isRunning);
}

test('wscat shows an ack and a confirmation', async (t) => {
  const network = await DevNetwork.start(t);
  const request = JSON.stringify({ ...SUBSCRIBE, id: 'wscat' });
  const program = npmProgram(t, 'wscat', '--no-color', '-c', network.ws, '-x', request, '-w', '-1');
  await checkProgram(network, program, 'wscat');
});

test('Python websockets, which offers compression, shows an ack and a confirmation', async (t) => {
  const network = await DevNetwork.start(t);
  await checkProgram(network, python(t, 'venv-websockets', 'websockets_listener.py', network.ws), 'websockets');
});

test('Python websocket-client, which sends pings, shows an ack and a confirmation', async (t) => {
  const network = await DevNetwork.start(t);
  const program = python(t, 'venv-websockets', 'websocket_client_listener.py', network.ws);
  await checkProgram(network, program, '7');
});

test('reconnecting-websocket comes back after the server was killed, and sees payments again', async (t) => {
  const network = await DevNetwork.start(t);
  const seen = new Seen('reconnecting-websocket');
  const acks = new Seen('reconnecting-websocket');
  const socket = new ReconnectingWebSocket(network.ws, [], {
    WebSocket, minReconnectionDelay: 50, maxReconnectionDelay: 200,
  });
  t.after(() => socket.close());
  socket.addEventListener('open', () => socket.send(JSON.stringify(SUBSCRIBE)));
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    if (message.ack) acks.add(`${message.ack} ${acks.hashes.length + 1}`);
    else seen.add(message.message.hash);
  });

  await acks.wait('subscribe 1');
  await seen.wait(await pay(network));
  await network.kill();
  await network.restart();
  await acks.wait('subscribe 2');
  await seen.wait(await pay(network));
});

test('a path and a query in the URL are accepted', async (t) => {
  const network = await DevNetwork.start(t);
  const url = new URL('/ws/?ticker=BAN&api=KEY', network.ws);
  const request = JSON.stringify({ ...SUBSCRIBE, id: 'path' });
  const program = npmProgram(t, 'wscat', '--no-color', '-c', url.href, '-x', request, '-w', '-1');
  await checkProgram(network, program, 'path');
});
