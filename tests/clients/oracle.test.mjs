// Another implementation's opinion: npm's nanocurrency recomputes what our RPC and WebSocket say.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { hashOf, hasWork, isSignedBy, keyPair, publicKeyOf, signedBlock, ZERO } from './support/blocks.mjs';
import { listen } from './support/confirmations.mjs';
import { DevNetwork } from './support/dev-network.mjs';

const blake2b = createRequire(import.meta.url)('blake2b');

/** What every block of a dev network must reach in the first epochs. */
const DEV_THRESHOLD = 'fe00000000000000';

const FINAL = 2n ** 64n - 1n;

/** What a vote signs: the word, the hashes in order, and the timestamp with its duration bits, little endian. */
function voteHash({ blocks, timestamp, duration }) {
  const packed = BigInt(timestamp) === FINAL ? FINAL : BigInt(timestamp) | BigInt(duration);
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(packed);
  const message = Buffer.concat([Buffer.from('vote '), ...blocks.map((hash) => Buffer.from(hash, 'hex')), time]);
  return blake2b(32).update(message).digest('hex').toUpperCase();
}

/** A vote's signature, written as one big decimal number, as hexadecimal. */
const hexSignature = (decimal) => BigInt(decimal).toString(16).toUpperCase().padStart(128, '0');

test('keys and accounts that the network prints follow from its seed', async (t) => {
  const network = await DevNetwork.start(t);
  assert.equal(network.accounts.length, 10);
  for (const account of network.accounts) {
    const keys = keyPair(network.seed, account.index);
    assert.equal(account.account, keys.account);
    assert.equal(account.private_key.toUpperCase(), keys.privateKey.toUpperCase());
    assert.equal(account.public_key.toUpperCase(), keys.publicKey.toUpperCase());
  }
});

test('every block of the funded accounts has the hash, signature and work that it claims', async (t) => {
  const network = await DevNetwork.start(t);
  for (const { account, public_key: publicKey } of network.accounts) {
    let { frontier } = await network.call('account_info', { account });
    while (frontier !== ZERO) {
      const { contents } = await network.call('block_info', { hash: frontier, json_block: 'true' });
      assert.equal(contents.type, 'state');
      assert.equal(hashOf(contents), frontier);
      assert.ok(isSignedBy(publicKey, frontier, contents.signature), `${frontier}: signature`);
      const root = contents.previous === ZERO ? publicKey : contents.previous;
      assert.ok(hasWork(root, contents.work, DEV_THRESHOLD), `${frontier}: work ${contents.work}`);
      frontier = contents.previous;
    }
  }
});

test('a block signed elsewhere is stored under its own hash, and confirmed by votes that verify', async (t) => {
  const network = await DevNetwork.start(t);
  const keys = keyPair(network.seed, 0);
  const info = await network.call('account_info', { account: keys.account, representative: 'true' });
  const { hash, block } = signedBlock(keys.privateKey, {
    account: keys.account,
    previous: info.frontier,
    representative: info.representative,
    balance: (BigInt(info.balance) - 1n).toString(),
    link: keyPair(network.seed, 1).publicKey,
  });
  const { work } = await network.call('work_generate', { hash: info.frontier });
  assert.ok(hasWork(info.frontier, work, DEV_THRESHOLD));
  const validated = await network.call('work_validate', { hash: info.frontier, work });
  assert.equal(validated.valid_all, '1', JSON.stringify(validated));

  const seen = await listen(t, network.ws, { include_election_info_with_votes: true });
  await seen.subscribe('vote');
  const answer = await network.call('process', { json_block: true, subtype: 'send', block: { ...block, work } });
  assert.equal(answer.hash, hash);
  await seen.wait(hash);

  const { message } = seen.messages.find(({ topic }) => topic === 'confirmation');
  const votes = seen.messages.filter(({ topic }) => topic === 'vote').map((event) => event.message);
  assert.equal(hashOf(message.block), hash);
  assert.equal(message.block.work, work);
  const { tally, voters, votes: counted } = message.election_info;
  assert.equal(counted.length, Number(voters));
  assert.equal(counted.reduce((sum, { weight }) => sum + BigInt(weight), 0n), BigInt(tally));

  assert.ok(votes.length > 0, 'votes come before the confirmation that they cause');
  for (const vote of votes) {
    const key = publicKeyOf(vote.account);
    assert.ok(isSignedBy(key, voteHash(vote), hexSignature(vote.signature)), JSON.stringify(vote));
  }
});

test('process refuses a signature that nanocurrency refuses', async (t) => {
  const network = await DevNetwork.start(t);
  const keys = keyPair(network.seed, 0);
  const info = await network.call('account_info', { account: keys.account, representative: 'true' });
  const { block } = signedBlock(keyPair(network.seed, 1).privateKey, {
    account: keys.account,
    previous: info.frontier,
    representative: info.representative,
    balance: (BigInt(info.balance) - 1n).toString(),
    link: keys.publicKey,
  });
  const answer = await network.ask('process', { json_block: 'true', subtype: 'send', block, do_work: true });
  assert.deepEqual(answer, { error: 'Bad signature' });
});
