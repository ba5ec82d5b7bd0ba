// What README.md shows is what a reader gets.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { listen } from './support/confirmations.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { runInNode } from './support/program.mjs';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const RPC_IN_README = 'http://127.0.0.1:7072';
const BALANCE_BAN = 100_000n;

/** The first code block of a language. */
function codeBlock(language) {
  const [, rest] = readme.split(`\`\`\`${language}\n`);
  return rest.split('```')[0];
}

test('the accounts, keys and seed in the README are those of the program', async (t) => {
  const network = await DevNetwork.start(t);
  const banner = codeBlock('');
  for (const { account, private_key: key, balance } of network.accounts.slice(0, 2)) {
    assert.ok(banner.includes(account) && banner.includes(key), account);
    assert.equal(BigInt(balance), BALANCE_BAN * 10n ** 29n);
  }
  assert.ok(banner.includes(network.seed));
  const firstLine = banner.split('\n')[0];
  assert.ok(network.output.includes(firstLine), `${firstLine} is not in:\n${network.output}`);
});

test('the first payment of the README is confirmed', async (t) => {
  const network = await DevNetwork.start(t);
  const seen = await listen(t, network.ws);
  const [, body] = readme.match(new RegExp(`curl -d '(.*)' ${RPC_IN_README}`));
  const { action, ...members } = JSON.parse(body);
  const { hash } = await network.call(action, members);
  await seen.wait(hash);
  assert.equal(seen.messages[0].message.amount_decimal, '1.5');
});

test('the program in the README pays and receives', async (t) => {
  const network = await DevNetwork.start(t);
  const seen = await listen(t, network.ws);
  const text = codeBlock('js');
  assert.ok(text.includes(RPC_IN_README));
  const program = await runInNode(t, text.replace(RPC_IN_README, network.rpc));
  assert.deepEqual(await program.exited, { code: 0, signal: null });
  const [sent, received] = program.lines;
  await seen.until(() => seen.hashes.length === 2, 'both blocks');
  assert.equal(sent, `sent ${seen.hashes[0]}`);
  assert.ok(received.includes(seen.hashes[1]), received);
});
