// The examples of clients/js, as a reader would run them, with real payments.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { cp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';


import { startBrowser } from './support/browser.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { folderBesidePackages } from './support/folder.mjs';
import { Program } from './support/program.mjs';

const { Wallet, RPC } = createRequire(import.meta.url)('banani');
const library = fileURLToPath(new URL('../../clients/js/', import.meta.url));
const BAN = 10n ** 29n;
const KILLS = process.env.DEEP === 'true' ? 100 : 6;
const ORDERS = 3;
const ORDER_SEED = '5A'.repeat(32);

/** Runs an example where the packages are that it imports; `line` waits for one that contains all of `parts`. */
async function run(t, name, ...args) {
  const folder = folderBesidePackages();
  await cp(library, join(folder, 'node_modules/banano-ws'), { recursive: true });
  await cp(`${library}examples/${name}`, join(folder, name));
  const program = new Program(t, process.execPath, [join(folder, name), ...args]);
  program.says = (...parts) => program.line((line) => parts.every((part) => line.includes(part)), parts.join(' … '));
  return program;
}

const pay = (network, account, ban = '1') => network.call('dev_faucet', { account, amount_decimal: ban });

test('the balance monitor begins with the ledger and goes on with what happens', async (t) => {
  const network = await DevNetwork.start(t);
  const [, payee, other] = network.accounts;
  const monitor = await run(t, 'balance.mjs', network.ws, network.rpc, payee.account);
  await monitor.says(`${payee.account} has 100000 BAN, can receive 0`);
  await pay(network, payee.account, '1.5');
  await monitor.says(`${payee.account} can receive 1.5 BAN more`);
  const wallet = new Wallet(new RPC(network.rpc), network.seed, 1);
  await wallet.receive_all();
  await monitor.says(`${payee.account} has 100001.5 BAN`);
  await wallet.send(other.account, '2');
  await monitor.says(`${payee.account} has 99999.5 BAN`);
});

test('the explorer counts what happens on four topics', async (t) => {
  const network = await DevNetwork.start(t);
  const explorer = await run(t, 'explorer.mjs', network.ws);
  for (const topic of ['new_unconfirmed_block', 'started_election', 'vote', 'confirmation']) await explorer.says(`${topic} live`);
  await pay(network, network.accounts[0].account, '3');
  await explorer.says('new_unconfirmed_block: send of ban_');
  await explorer.says('1 started_election: an election for ');
  await explorer.says('vote: ban_', 'votes for 1 blocks');
  await explorer.says('1 confirmation: send of 3');
});

test('the pool hears of all its accounts, also those that come later, once each', async (t) => {
  const network = await DevNetwork.start(t);
  const pool = await run(t, 'pool.mjs', network.ws, '3');
  const accounts = network.accounts.map(({ account }) => account);
  pool.child.stdin.write(`${accounts.slice(0, 8).join('\n')}\nban_1typo\n`);
  await pool.says('8 accounts over 3 connections');
  await pool.says('left out ban_1typo: ');
  pool.child.stdin.write(`${accounts.slice(8).join('\n')}\n`);
  await pool.says('10 accounts over 3 connections');
  const hashes = [];
  for (let index = 0; index < 9; index += 1) {
    // Both its accounts are watched, by different connections or by one.
    hashes.push(await new Wallet(new RPC(network.rpc), network.seed, index).send(accounts[index + 1], '1'));
  }
  for (const hash of hashes) await pool.says(`send 1.0 BAN ${hash}`);
  const sends = pool.lines.filter((line) => line.startsWith('send '));
  assert.equal(new Set(sends).size, sends.length, sends.join('\n'));
});

test('the improved Node.js sample tells confirmations and votes, and comes back after a restart', async (t) => {
  const network = await DevNetwork.start(t);
  const data = join(network.folder, 'data');
  await network.end();
  await network.restart('--data', data);
  const sample = await run(t, 'node.mjs', network.ws, network.accounts[1].account);
  await sample.says('Connected to Banano WebSocket server');
  await sample.says('Confirmations: live');
  const { hash } = await pay(network, network.accounts[1].account);
  await sample.says('Vote from ban_', hash);
  await sample.says(`Block confirmed: ${hash}, 1`);
  await network.kill();
  await sample.says('Disconnected', 'trying again in');
  await network.restart('--data', data);
  await sample.says('Confirmations: resumed');
  const again = await pay(network, network.accounts[1].account);
  await sample.says(`Block confirmed: ${again.hash}, 1`);
  const typo = await run(t, 'node.mjs', network.ws, 'ban_1youraccount111111111111111111111111111111111111111111111111111');
  assert.equal((await typo.exited).code, 1);
});

test('the improved browser sample shows a confirmation in Chromium, as text', async (t) => {
  const network = await DevNetwork.start(t);
  const kinds = { '.html': 'text/html', '.js': 'text/javascript' };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    response.setHeader('Content-Type', kinds[extname(pathname)] ?? 'text/plain');
    response.end(await readFile(join(library, pathname)));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/examples/browser.html?url=${network.ws}`);
  await page.getByText('listening').waitFor();
  await pay(network, network.accounts[1].account, '2.5');
  await page.getByText('send 2.5 BAN of ban_').waitFor();
  await network.call('dev_disconnect');
  await page.getByText('back, nothing missed').waitFor();
  await pay(network, network.accounts[1].account, '4.5');
  await page.getByText('send 4.5 BAN of ban_').waitFor();
});

test('the shop credits each payment exactly once, whatever is killed', async (t) => {
  const network = await DevNetwork.start(t);
  const data = join(network.folder, 'data');
  await network.end();
  await network.restart('--data', data);
  // Accounts of their own, that nobody has paid yet.
  const orders = Array.from({ length: ORDERS }, (_, index) => new Wallet(new RPC(network.rpc), ORDER_SEED, index).address);
  const folder = join(network.folder, 'orders');
  const open = () => run(t, 'shop.mjs', network.ws, network.rpc, folder, ...orders);
  const credits = async () => {
    const text = await readFile(join(folder, 'credits'), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean).map((line) => line.split(' '));
  };
  let shop = await open();
  const paid = new Map();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const victim = kill % 3;
    const payments = Array.from({ length: 6 }, async (_, index) => {
      const account = orders[index % ORDERS];
      const { hash } = await pay(network, account, '1');
      paid.set(hash, account);
    });
    if (victim === 0) {
      shop.child.kill('SIGKILL');
      await shop.exited;
    }
    await Promise.all(payments);
    if (victim === 1) {
      await network.kill();
      await network.restart('--data', data);
    } else if (victim === 2) {
      await network.call('dev_disconnect');
    } else {
      shop = await open();
    }
  }
  const last = await pay(network, orders[0], '7');
  paid.set(last.hash, orders[0]);
  const deadline = performance.now() + 30_000;
  while ((await credits()).length < paid.size) {
    assert.ok(performance.now() < deadline && shop.isRunning, `${(await credits()).length} of ${paid.size}\n${shop.lines.join('\n')}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  const book = await credits();
  assert.deepEqual(new Map(book.map(([hash, account]) => [hash, account])), paid);
  assert.equal(book.length, paid.size, 'each once');
  assert.equal(book.reduce((sum, [, , amount]) => sum + BigInt(amount), 0n), BigInt(paid.size - 1) * BAN + 7n * BAN);
  t.diagnostic(`${paid.size} payments, ${KILLS} kills`);
});
