// clients/js: accounts, amounts, hashes and signatures against the vectors that the Rust crates are held to.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { accountFault, accountOf, hashOf, publicKeyOf, toBan, toRaw, validate } from '../../clients/js/src/index.js';
import { blake2b } from '../../clients/js/src/blake2b.js';
import { verify } from '../../clients/js/src/ed25519.js';
import { fromHex, toHex } from '../../clients/js/src/hex.js';

const data = new URL('../../crates/banano-primitives/tests/data/', import.meta.url);

async function vectors(name) {
  const { vectors: rows } = JSON.parse(await readFile(new URL(name, data), 'utf8'));
  assert.ok(rows.length > 3, name);
  return rows;
}

test('blake2b agrees with that of OpenSSL, at every length around a block and in parts', () => {
  for (const length of [0, 1, 3, 127, 128, 129, 255, 256, 257, 1_000]) {
    const bytes = new Uint8Array(length).map((_, index) => 7 * index);
    const hash = createHash('blake2b512').update(bytes).digest('hex').toUpperCase();
    assert.equal(toHex(blake2b(64, bytes)), hash, `${length} bytes`);
    assert.equal(toHex(blake2b(64, bytes.subarray(0, 50), bytes.subarray(50))), hash, `${length} bytes in two parts`);
  }
});

test('hashes of state and legacy blocks', async () => {
  for (const file of ['blocks_state.json', 'blocks_legacy.json']) {
    for (const { block, hash } of await vectors(file)) assert.equal(hashOf(block), hash);
  }
});

test('a member that is missing or wrong is named', async () => {
  const [{ block }] = await vectors('blocks_state.json');
  const rows = [
    [{ ...block, type: 'stat' }, /type is "stat"/],
    [{ ...block, previous: 'AB' }, /previous is "AB": it must be 64/],
    [{ ...block, link: undefined }, /link is undefined/],
    [{ ...block, balance: '1.5' }, /"1.5" is not an amount/],
    [{ ...block, account: `${block.account.slice(0, -1)}1` }, /checksum/],
  ];
  for (const [wrong, text] of rows) assert.throws(() => hashOf(wrong), text);
});

test('signatures, and the same with one bit changed', async () => {
  for (const row of await vectors('signatures.json')) {
    const key = fromHex(row.public_key, 32, 'key');
    const message = fromHex(row.message, 32, 'message');
    const signature = fromHex(row.signature, 64, 'signature');
    assert.ok(verify(key, message, signature));
    for (const [bytes, at] of [[message, 3], [signature, 0], [signature, 40], [key, 31]]) {
      bytes[at] ^= 1;
      assert.ok(!verify(key, message, signature), `byte ${at} of ${bytes.length}`);
      bytes[at] ^= 1;
    }
    signature.set(new Uint8Array(32).fill(0xff), 32);
    assert.ok(!verify(key, message, signature), 'a second half that is not below the order');
  }
});

test('accounts and their keys, in every spelling', async () => {
  for (const row of await vectors('accounts_valid.json')) {
    assert.equal(accountOf(row.public_key), row.account);
    for (const text of [row.account, row.account.replace('_', '-'), row.nano_account]) {
      assert.equal(publicKeyOf(text), row.public_key);
    }
  }
  for (const row of await vectors('accounts_invalid.json')) {
    // The Nano spellings are refused by Banano nodes and name a key all the same (docs/protocol.md, section 5).
    const isNanoSpelling = /Nano prefix/.test(row.reason);
    assert.equal(accountFault(row.account) === null, isNanoSpelling, `${row.account}: ${row.reason}`);
  }
});

test('amounts, exact in both directions', async () => {
  for (const { raw, ban } of await vectors('amounts.json')) {
    assert.equal(toBan(raw), ban);
    assert.equal(toRaw(ban), BigInt(raw));
  }
  for (const wrong of ['', '1.', '.5', '-1', '1e3', ' 1', '1,5', 1, `1.${'0'.repeat(30)}`, '4'.repeat(11)]) {
    assert.throws(() => toRaw(wrong), /is not an amount/, JSON.stringify(wrong));
  }
});

test('validate finds each lie of a confirmation', async () => {
  const [row, other] = await vectors('blocks_state.json');
  const account = row.block.account;
  const message = { account, amount: '1', hash: row.hash, block: { ...row.block, signature: row.signature } };
  const check = (changes) => validate({ topic: 'confirmation', message: { ...message, ...changes } });
  assert.deepEqual(check({}), { ok: true, hash: true, signature: true, fault: null });
  const rows = [
    [{ hash: other.hash }, /the block's hash is/],
    [{ block: undefined }, /no block/],
    [{ block: { ...message.block, balance: '7' } }, /the block's hash is/],
    [{ block: { ...message.block, signature: other.signature } }, /signature is not that of/],
    [{ account: other.block.account }, /belongs to/],
    [{ block: { ...message.block, representative: 'ban_1' } }, /is not an account/],
  ];
  for (const [changes, fault] of rows) {
    const result = check(changes);
    assert.equal(result.ok, false);
    assert.match(result.fault, fault);
  }
});
