// Payments by unmodified Banano libraries, seen by unmodified listeners: each confirmation once, none missing.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { listen, Seen } from './support/confirmations.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { python } from './support/program.mjs';

const require = createRequire(import.meta.url);
const bananojs = require('@bananocoin/bananojs');
const banani = require('banani');

const FRESH_SEED = '7A'.repeat(32);

/** Every confirmation that nanows prints; resolves once it is subscribed. */
async function nanows(t, url) {
  const seen = new Seen('nanows');
  seen.program = python(t, 'venv', 'nanows_listener.py', url);
  seen.details = new Map();
  seen.program.onLine = (line) => {
    const [word, hash, kind, subtype, linked] = line.split(' ');
    if (word !== 'confirmation') return;
    seen.details.set(hash, { kind, subtype, linked });
    seen.add(hash);
  };
  await seen.program.line((line) => line === 'subscribed', 'subscribed');
  return seen;
}

test('both libraries pay each other, and both listeners see every confirmation once', async (t) => {
  const network = await DevNetwork.start(t);
  const listeners = await Promise.all([listen(t, network.ws), nanows(t, network.ws)]);
  const confirmed = async (hash) => {
    await Promise.all(listeners.map((seen) => seen.wait(hash)));
    return hash;
  };
  const sent = [];

  bananojs.setBananodeApiUrl(network.rpc);
  const rpc = new banani.RPC(network.rpc);
  const wallet = new banani.Wallet(rpc, network.seed, 1);
  const [payer, payee] = network.accounts;
  assert.equal(wallet.address, payee.account, 'banani derives the account that the network printed');

  const balanceBefore = BigInt(await bananojs.getAccountBalanceRaw(payer.account));
  assert.equal(balanceBefore, BigInt(payer.balance));

  // bananojs pays, banani receives.
  const first = await bananojs.sendBananoWithdrawalFromSeed(network.seed, 0, payee.account, 19);
  sent.push(await confirmed(first));
  const received = await wallet.receive_all();
  assert.equal(received.length, 1);
  sent.push(await confirmed(received[0]));

  // banani pays, bananojs receives.
  sent.push(await confirmed(await wallet.send(payer.account, '7.5')));
  const deposit = await bananojs.receiveBananoDepositsForSeed(network.seed, 0, payer.account);
  assert.equal(deposit.receiveCount, 1, JSON.stringify(deposit));
  sent.push(await confirmed(deposit.receiveBlocks[0]));

  // Both open accounts that did not exist.
  const openedByBananojs = await bananojs.getBananoAccountFromSeed(FRESH_SEED, 0);
  sent.push(await confirmed(await wallet.send(openedByBananojs, '1')));
  const opened = await bananojs.receiveBananoDepositsForSeed(FRESH_SEED, 0, payer.account);
  assert.equal(opened.receiveCount, 1, JSON.stringify(opened));
  sent.push(await confirmed(opened.receiveBlocks[0]));

  const newWallet = new banani.Wallet(rpc, FRESH_SEED, 1);
  sent.push(await confirmed(await bananojs.sendBananoWithdrawalFromSeed(FRESH_SEED, 0, newWallet.address, 0.25)));
  const [openedByBanani] = await newWallet.receive_all();
  sent.push(await confirmed(openedByBanani));

  // A new representative, by both.
  sent.push(await confirmed(await newWallet.change_representative(payer.account)));
  sent.push(await confirmed(
    await bananojs.changeBananoRepresentativeForSeed(network.seed, 0, payee.account),
  ));

  const ban = 10n ** 29n;
  const balance = async (account) => BigInt(await bananojs.getAccountBalanceRaw(account));
  assert.equal(await balance(payer.account), balanceBefore - 19n * ban + 75n * ban / 10n);
  assert.equal(await balance(newWallet.address), ban / 4n);
  assert.equal((await newWallet.get_account_info(undefined, true)).representative, payer.account);

  const [byWs, byNanows] = listeners;
  for (const seen of listeners) {
    assert.deepEqual(seen.hashes, sent, `${seen.who}: every confirmation once, in the order in which they happened`);
  }
  assert.deepEqual(
    byWs.messages.map(({ message }) => message.block.subtype),
    ['send', 'receive', 'send', 'receive', 'send', 'receive', 'send', 'receive', 'change', 'change'],
  );
  assert.deepEqual(byNanows.details.get(first), { kind: 'active_quorum', subtype: 'send', linked: payee.account });
  assert.equal(byNanows.details.get(received[0]).linked, payer.account);
});

test('an account filter shows the payments of that account, with amounts', async (t) => {
  const network = await DevNetwork.start(t);
  const [payer, payee, stranger] = network.accounts;
  const all = await listen(t, network.ws);
  const filtered = await listen(t, network.ws, { accounts: [payee.account] });

  const wallet = (index) => new banani.Wallet(new banani.RPC(network.rpc), network.seed, index);
  const unseen = await wallet(0).send(stranger.account, '3');
  await all.wait(unseen);
  const paid = await wallet(0).send(payee.account, '2');
  await filtered.wait(paid);
  await all.wait(paid);
  const [received] = await wallet(1).receive_all();
  await filtered.wait(received);

  assert.deepEqual(filtered.hashes, [paid, received]);
  const [{ message }] = filtered.messages;
  assert.equal(message.account, payer.account);
  assert.equal(message.amount, (2n * 10n ** 29n).toString());
  assert.equal(message.amount_decimal, '2.0');
  assert.equal(message.block.link_as_account, payee.account);
});
