// What a notification says about a block, recomputed: its hash, and who signed it.

import { canonical, publicKeyOf } from './account.js';
import { rawAmount } from './amount.js';
import { blake2b } from './blake2b.js';
import { verify } from './ed25519.js';
import { fromHex, shown, toHex } from './hex.js';

/**
 * A block as nodes write it: every value is text.
 *
 * @typedef {Record<string, string>} Block
 */

/**
 * Whether a notification is what it claims.
 *
 * @typedef {object} Validity
 * @property {boolean} ok nothing is wrong
 * @property {boolean} hash the block has the hash that the message names
 * @property {boolean | null} signature the account's key signed it; `null` if not checked
 * @property {string | null} fault what is wrong, in words
 */

/** 32 bytes that begin the hash of every state block. */
const STATE_PREAMBLE = fromHex('6'.padStart(64, '0'), 32, 'the preamble');

/** The bytes that each kind of block is the hash of, in order. @type {Record<string, (block: Block) => Uint8Array[]>} */
const HASHED = {
  state: (block) => [
    STATE_PREAMBLE, key(block, 'account'), hash(block, 'previous'), key(block, 'representative'),
    amount(rawAmount(member(block, 'balance'))), hash(block, 'link'),
  ],
  // The balance of a legacy send is hexadecimal (protocol.md §5).
  send: (block) => [hash(block, 'previous'), key(block, 'destination'), fromHex(member(block, 'balance'), 16, 'balance')],
  receive: (block) => [hash(block, 'previous'), hash(block, 'source')],
  open: (block) => [hash(block, 'source'), key(block, 'representative'), key(block, 'account')],
  change: (block) => [hash(block, 'previous'), key(block, 'representative')],
};

/**
 * The hash of a block, in upper-case hexadecimal.
 *
 * @param {Block} block state or legacy; its signature, work and the rest do not count
 * @throws {TypeError} that names the member that is missing or no value
 */
export function hashOf(block) {
  const parts = HASHED[member(block, 'type')];
  if (!parts) throw new TypeError(`type is ${shown(block.type)}: it must be ${Object.keys(HASHED).join(', ')}`);
  return toHex(blake2b(32, ...parts(block)));
}

/**
 * Recomputes what an event says of a block. Nothing is thrown for a bad event: `fault` says what is wrong with it.
 *
 * Epoch blocks are signed by keys that are not the account's: their signature is not checked.
 *
 * @param {{ topic: string, message: any, hash?: string | undefined }} event of `confirmation`, made with its block, or of
 *   `new_unconfirmed_block`
 * @param {object} [settings]
 * @param {boolean} [settings.signature] check the signature, too; some milliseconds. Default true
 * @returns {Validity}
 */
export function validate({ topic, message, hash: topHash }, { signature = true } = {}) {
  const result = { ok: false, hash: false, signature: /** @type {boolean | null} */ (null) };
  try {
    const block = topic === 'confirmation' ? message.block : message;
    const claimed = topic === 'confirmation' ? message.hash : topHash;
    if (!block) return { ...result, fault: 'the message has no block: subscribe without include_block false' };
    const found = hashOf(block);
    // Older nodes name no hash in new_unconfirmed_block: there is nothing to compare with.
    result.hash = claimed === undefined || found === claimed;
    if (!result.hash) return { ...result, fault: `the block's hash is ${found}, the message says ${shown(claimed)}` };

    const owner = topic === 'confirmation' ? message.account : block.account;
    if (block.account && canonical(owner) !== canonical(block.account)) {
      return { ...result, fault: `the block belongs to ${block.account}, the message says ${shown(owner)}` };
    }
    if (!signature || !owner || block.subtype === 'epoch') return { ...result, ok: true, fault: null };
    const publicKey = fromHex(publicKeyOf(owner), 32, 'the public key');
    const signed = fromHex(member(block, 'signature'), 64, 'signature');
    result.signature = verify(publicKey, fromHex(found, 32, 'the hash'), signed);
    return { ...result, ok: result.signature, fault: result.signature ? null : `the signature is not that of ${owner}` };
  } catch (error) {
    return { ...result, fault: error instanceof Error ? error.message : String(error) };
  }
}

/** @param {Block} block @param {string} name */
function member(block, name) {
  const value = block[name];
  if (typeof value !== 'string') throw new TypeError(`${name} is ${shown(value)}: it must be text`);
  return value;
}

/** @param {Block} block @param {string} name */
const hash = (block, name) => fromHex(member(block, name), 32, name);

/** @param {Block} block @param {string} name */
const key = (block, name) => fromHex(publicKeyOf(member(block, name)), 32, name);

/** @param {bigint} raw */
const amount = (raw) => fromHex(raw.toString(16).padStart(32, '0'), 16, 'balance');
