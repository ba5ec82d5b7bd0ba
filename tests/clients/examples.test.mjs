// The JavaScript examples of the published documentation, with only the URL changed.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';


import { startBrowser } from './support/browser.mjs';
import { listen } from './support/confirmations.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { here } from './support/folder.mjs';
import { runInNode } from './support/program.mjs';

const banani = createRequire(import.meta.url)('banani');

const URL_IN_EXAMPLES = 'wss://ws.banano.trade';
const ADDRESSES_IN_EXAMPLE = [
  'ban_1youraccount111111111111111111111111111111111111111111111111111',
  'ban_3anotheraccount1111111111111111111111111111111111111111111111111',
];
const CONNECTED = 'Connected to Banano WebSocket server';
const DISCONNECTED = 'Disconnected from Banano WebSocket server';
const PAYMENTS_MAX = 50;

/** An example's text with `replacements` done; each must be there exactly once. */
async function example(name, ...replacements) {
  let text = await readFile(`${here}examples/${name}`, 'utf8');
  for (const [from, to] of replacements) {
    assert.equal(text.split(from).length, 2, `${from} stands once in ${name}`);
    text = text.replace(from, to);
  }
  return text;
}

/**
 * Pays from account 0 to account 1 until `isSeen`. The examples ask for no acknowledgement, so nobody can know when they are
 * subscribed; a payment made a moment too early is one that they rightly do not see.
 */
async function payUntil(network, isSeen) {
  const wallet = new banani.Wallet(new banani.RPC(network.rpc), network.seed, 0);
  for (let payment = 1; payment <= PAYMENTS_MAX; payment += 1) {
    const hash = await wallet.send(network.accounts[1].account, '1');
    const seen = await Promise.race([isSeen(), new Promise((resolve) => { setTimeout(resolve, 200); })]);
    if (seen) return hash;
  }
  throw new Error(`not seen after ${PAYMENTS_MAX} payments`);
}

test('the Node.js example with its invalid addresses stays connected and prints nothing', async (t) => {
  const network = await DevNetwork.start(t);
  const listener = await listen(t, network.ws);
  const program = await runInNode(t, await example('node.cjs', [URL_IN_EXAMPLES, network.ws]));
  await program.line((line) => line === CONNECTED, CONNECTED);

  const wallet = new banani.Wallet(new banani.RPC(network.rpc), network.seed, 0);
  for (let payment = 0; payment < 5; payment += 1) {
    await listener.wait(await wallet.send(network.accounts[1].account, '1'));
  }
  assert.ok(program.isRunning);
  await network.stop();
  await program.line((line) => line === DISCONNECTED, DISCONNECTED);
  assert.deepEqual(program.lines, [CONNECTED, DISCONNECTED]);
});

test('the Node.js example with valid accounts prints their confirmations', async (t) => {
  const network = await DevNetwork.start(t);
  const [payer, payee] = network.accounts;
  const program = await runInNode(t, await example(
    'node.cjs',
    [URL_IN_EXAMPLES, network.ws],
    [ADDRESSES_IN_EXAMPLE[0], payee.account],
    [ADDRESSES_IN_EXAMPLE[1], network.accounts[2].account],
  ));
  await program.line((line) => line === CONNECTED, CONNECTED);
  const confirmed = program.line((line) => line.startsWith('Block confirmed: '));
  await payUntil(network, () => confirmed);

  await program.line((line) => line === `Account: ${payer.account}`);
  await program.line((line) => line === `Amount: ${10n ** 29n}`);
  const hash = (await confirmed).split(' ')[2];
  const { block_account: account } = await network.call('block_info', { hash, json_block: 'true' });
  assert.equal(account, payer.account);
});

test('the browser example prints a real confirmation in Chromium', async (t) => {
  const network = await DevNetwork.start(t);
  const script = await example('browser.js', [URL_IN_EXAMPLES, network.ws]);
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><link rel="icon" href="data:,"><script>\n${script}\n</script>`);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());

  const browser = await startBrowser(t);

  const page = await browser.newPage();
  const lines = [];
  page.on('console', (message) => lines.push(message.text()));
  page.on('pageerror', (error) => lines.push(`page error: ${error}`));
  const connected = page.waitForEvent('console', (message) => message.text() === CONNECTED);
  const seen = page.waitForEvent('console', (message) => message.text() === 'Block type: send');
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await connected;
  await payUntil(network, () => seen);

  assert.equal(lines[0], CONNECTED);
  assert.ok(lines.includes(`New confirmed block for ${network.accounts[0].account}`), lines.join('\n'));
  assert.ok(lines.includes(`Amount: ${10n ** 29n}`), lines.join('\n'));
  assert.ok(!lines.some((line) => /error|Disconnected/i.test(line)), lines.join('\n'));
});
