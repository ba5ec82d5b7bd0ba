// Killed at random moments while blocks pour in: the next start holds every block that `process` had answered for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { keyPair, signedBlock } from './support/blocks.mjs';
import { DevNetwork } from './support/dev-network.mjs';

const ROUNDS = process.env.DEEP === 'true' ? 40 : 5;
const KILL_AFTER_MS_MAX = 1_200;
/** JavaScript takes some 10 ms to sign a block, so a few senders are enough to keep it busy. */
const SENDERS = 3;
const KILL_START_AFTER_MS_MAX = 300;
const FAUCET_LOOPS = 32;
const CONFIRMED_WITHIN_MS = 60_000;
const AMOUNT = 1_000n;

/** Numbers below 1 from a seed, the same ones for the same seed (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One funded account that sends without pause, and remembers what it was told. */
class Sender {
  /** Blocks that `process` answered for, oldest first. */
  answered = [];
  /** The block on its way when the process died: it may have been stored or not. */
  unanswered = null;

  constructor(keys, destination, info) {
    Object.assign(this, { keys, destination });
    this.representative = info.representative;
    this.frontier = info.frontier;
    this.balance = BigInt(info.balance);
    this.height = Number(info.block_count);
  }

  async run(network) {
    for (;;) {
      const balance = this.balance - AMOUNT;
      const signed = signedBlock(this.keys.privateKey, {
        account: this.keys.account,
        previous: this.frontier,
        representative: this.representative,
        balance: balance.toString(),
        link: this.destination.publicKey,
      });
      this.unanswered = signed.hash;
      const answer = await network.ask('process', {
        json_block: 'true', subtype: 'send', block: signed.block, do_work: true,
      });
      assert.equal(answer.hash, signed.hash, `process answered ${JSON.stringify(answer)}`);
      this.#stored(signed.hash);
    }
  }

  #stored(hash) {
    this.balance -= AMOUNT;
    this.height += 1;
    this.frontier = hash;
    this.answered.push(hash);
    this.unanswered = null;
  }

  /** After a restart: the ledger must end where this sender thinks, or one block further. */
  async check(network) {
    const info = await network.call('account_info', { account: this.keys.account });
    if (info.frontier === this.unanswered) this.#stored(this.unanswered);
    this.unanswered = null;
    const found = { frontier: info.frontier, height: Number(info.block_count), balance: BigInt(info.balance) };
    assert.deepEqual(found, { frontier: this.frontier, height: this.height, balance: this.balance });
  }
}

/** The network's faucet in a loop: blocks that the node itself signs, for the loads that JavaScript is too slow to sign. */
class Faucet {
  answered = [];

  constructor(destination) {
    this.destination = destination;
  }

  async run(network) {
    for (;;) {
      const { hash } = await network.call('dev_faucet', { account: this.destination.account, amount: AMOUNT.toString() });
      this.answered.push(hash);
    }
  }

  async check(network) {
    for (let from = 0; from < this.answered.length; from += 1_000) {
      const hashes = this.answered.slice(from, from + 1_000);
      const answer = await network.call('blocks_info', { hashes, json_block: 'true', include_not_found: 'true' });
      assert.deepEqual([...(answer.blocks_not_found || [])], [], 'the faucet answered for these, and they are gone');
    }
  }
}

/** Runs all `loads` until the process is gone; only the loss of the connection may end them. */
async function loadUntilKilled(network, loads, after_ms) {
  let killed = false;
  const running = loads.map((load) => load.run(network).catch((error) => {
    if (!killed || error.name === 'AssertionError') throw error;
  }));
  const all = Promise.all(running);
  await Promise.race([all, sleep(after_ms)]);
  killed = true;
  await network.kill();
  await all;
}

async function checkEveryBlock(network, senders, fromHeight) {
  for (const [index, sender] of senders.entries()) {
    if (sender.answered.length === 0) continue;
    const { blocks } = await network.call('blocks_info', { hashes: sender.answered, json_block: 'true' });
    sender.answered.forEach((hash, position) => {
      assert.ok(blocks[hash], `${hash} was answered for, and is gone`);
      assert.equal(blocks[hash].block_account, sender.keys.account);
      assert.equal(Number(blocks[hash].height), fromHeight[index] + position + 1);
    });
  }
}

/** Waits until every sender's chain is confirmed to its end: what was stored is elected after a restart, too. */
async function untilAllConfirmed(network, senders) {
  const deadline = performance.now() + CONFIRMED_WITHIN_MS;
  for (const sender of senders) {
    for (;;) {
      const info = await network.call('account_info', { account: sender.keys.account, include_confirmed: 'true' });
      if (info.confirmed_frontier === sender.frontier) break;
      assert.ok(
        performance.now() < deadline,
        `${sender.keys.account}: confirmed to ${info.confirmed_height}, stored to ${info.block_count}`,
      );
      await sleep(20);
    }
  }
}

test(`${ROUNDS} kills during load lose no block that was answered for`, async (t) => {
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`repeat with CRASH_SEED=${seed}`);
  const random = randomFrom(seed);

  const network = await DevNetwork.start(t);
  await network.end();
  const data = ['--data', `${network.folder}/data`, '--activity', '300'];
  await network.restart(...data);

  const destination = keyPair('C4'.repeat(32), 0);
  const senders = await Promise.all(network.accounts.slice(0, SENDERS).map(async ({ index, account }) => new Sender(
    keyPair(network.seed, index),
    destination,
    await network.call('account_info', { account, representative: 'true' }),
  )));
  const fromHeight = senders.map((sender) => sender.height);

  const faucets = Array.from({ length: FAUCET_LOOPS }, () => new Faucet(keyPair('FA'.repeat(32), 0)));

  for (let round = 1; round <= ROUNDS; round += 1) {
    await loadUntilKilled(network, [...senders, ...faucets], random() * KILL_AFTER_MS_MAX);
    if (random() < 0.5) await network.restartAndKill(random() * KILL_START_AFTER_MS_MAX, ...data);
    await network.restart(...data);
    for (const sender of senders) await sender.check(network);
    await checkEveryBlock(network, senders, fromHeight);
    for (const faucet of faucets) await faucet.check(network);
  }

  await untilAllConfirmed(network, senders);
  const sum = (loads) => loads.reduce((total, { answered }) => total + answered.length, 0);
  const stored = sum(senders);
  t.diagnostic(`${stored} blocks of senders and ${sum(faucets)} of the faucet were answered for over ${ROUNDS} kills`);
  assert.ok(stored > ROUNDS && sum(faucets) > ROUNDS, 'the load reached the ledger');
  const { receivable } = await network.call('account_balance', {
    account: destination.account, include_only_confirmed: 'false',
  });
  assert.equal(BigInt(receivable), AMOUNT * BigInt(stored), 'every send left exactly one receivable');
});
