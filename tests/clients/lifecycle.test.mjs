// How the program starts and ends, as a script sees it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import WebSocket from 'ws';

import { keyPair, signedBlock } from './support/blocks.mjs';
import { listen } from './support/confirmations.mjs';
import { BINARY, DevNetwork } from './support/dev-network.mjs';
import { Program } from './support/program.mjs';

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} ends the program cleanly, and clients are told`, async (t) => {
    const network = await DevNetwork.start(t);
    const socket = new WebSocket(network.ws);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    assert.deepEqual(await network.end(signal), { code: 0, signal: null });
    const [code, reason] = await closed;
    assert.equal(code, 1001);
    assert.equal(reason.toString(), 'Shutting down');
  });
}

test('a port in use is one line that names the port and the flag', async (t) => {
  const network = await DevNetwork.start(t);
  for (const [flag, url] of [['--listen', network.ws], ['--rpc-listen', network.rpc]]) {
    const taken = new URL(url);
    const free = { '--listen': '127.0.0.1:0', '--rpc-listen': '127.0.0.1:0' };
    const flags = Object.entries({ ...free, [flag]: taken.host }).flat();
    const second = new Program(t, BINARY, ['dev', ...flags]);
    const { code } = await second.exited;
    assert.notEqual(code, 0);
    const errors = second.lines.filter((line) => line.includes(taken.port));
    assert.equal(errors.length, 1, second.lines.join('\n'));
    assert.ok(errors[0].includes(flag), errors[0]);
  }
});

test('with --data a second start goes on where the first ended', async (t) => {
  const network = await DevNetwork.start(t);
  await network.end();
  const data = ['--data', `${network.folder}/data`];
  await network.restart(...data);
  const { accounts, seed } = network;
  const before = await network.call('block_count');

  const hash = await payOnce(t, network);
  assert.deepEqual(await network.end(), { code: 0, signal: null });
  await network.restart(...data);

  assert.deepEqual(network.accounts.map(({ account }) => account), accounts.map(({ account }) => account));
  assert.equal(network.seed, seed);
  const after = await network.call('block_count');
  assert.equal(Number(after.count), Number(before.count) + 1);
  assert.equal((await network.call('block_info', { hash })).confirmed, 'true');
});

/** Waits for the confirmation of a send by account 0, made by the network's own `process`. */
async function payOnce(t, network) {
  const keys = keyPair(network.seed, 0);
  const info = await network.call('account_info', { account: keys.account, representative: 'true' });
  const { hash, block } = signedBlock(keys.privateKey, {
    account: keys.account,
    previous: info.frontier,
    representative: info.representative,
    balance: (BigInt(info.balance) - 1n).toString(),
    link: keyPair(network.seed, 1).publicKey,
  });
  const seen = await listen(t, network.ws);
  await network.call('process', { json_block: 'true', subtype: 'send', block, do_work: true });
  await seen.wait(hash);
  return hash;
}
