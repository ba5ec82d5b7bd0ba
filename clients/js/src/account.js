// Accounts: public keys and their text. Used for checking what a user typed, and for hashing blocks.

import { blake2b } from './blake2b.js';
import { fromHex, shown, toHex } from './hex.js';

const ALPHABET = '13456789abcdefghijkmnopqrstuwxyz';
/** Banano's own prefix, and those that name the same key (protocol.md §5). */
const PREFIX = /^(?:ban|nano|xrb)[_-]/;
const KEY_CHARACTERS = 52;
const CHECKSUM_CHARACTERS = 8;

/**
 * The account of a public key, in Banano's spelling.
 *
 * @param {string} publicKey 64 hexadecimal digits
 * @throws {TypeError} if it is none
 */
export function accountOf(publicKey) {
  const key = fromHex(publicKey, 32, 'the public key');
  const text = encode(BigInt(`0x${toHex(key)}`), KEY_CHARACTERS);
  return `ban_${text}${checksum(key)}`;
}

/**
 * The public key in an account, in 64 upper-case hexadecimal digits.
 *
 * @param {string} account `ban_…`; `ban-`, `nano_`, `nano-`, `xrb_` and `xrb-` name the same key
 * @throws {TypeError} that says what is wrong with it
 */
export function publicKeyOf(account) {
  return toHex(keyIn(canonical(account)));
}

/**
 * What is wrong with an account, in words; `null` if it is one.
 *
 * @param {unknown} account
 * @returns {string | null}
 */
export function accountFault(account) {
  return fault(account);
}

/**
 * The same account in Banano's spelling, so that two spellings compare equal.
 *
 * @param {string} account
 * @throws {TypeError} if it is none
 */
export function canonical(account) {
  const wrong = fault(account);
  if (wrong) throw new TypeError(`${shown(account)} is not an account: ${wrong}`);
  return account.replace(PREFIX, 'ban_');
}

/** @param {unknown} account @returns {string | null} */
function fault(account) {
  if (typeof account !== 'string') return 'it must be text';
  if (!PREFIX.test(account)) return 'it must begin with ban_';
  const body = account.replace(PREFIX, '');
  const length = KEY_CHARACTERS + CHECKSUM_CHARACTERS;
  if (body.length !== length) return `${length} characters must follow the prefix, there are ${body.length}`;
  const strange = [...body].find((character) => !ALPHABET.includes(character));
  if (strange) return `the character ${strange} is not used in accounts`;
  if (!'13'.includes(body.charAt(0))) return 'the first character after the prefix must be 1 or 3';
  return checksum(keyIn(account)) === body.slice(KEY_CHARACTERS) ? null : 'the checksum does not fit: is there a typing error?';
}

/** @param {string} account a sound one, but for its checksum */
function keyIn(account) {
  const text = account.replace(PREFIX, '').slice(0, KEY_CHARACTERS);
  const number = [...text].reduce((sum, character) => (sum << 5n) | BigInt(ALPHABET.indexOf(character)), 0n);
  return fromHex(number.toString(16).padStart(64, '0'), 32, 'the public key');
}

/** @param {Uint8Array} key */
function checksum(key) {
  const digest = blake2b(5, key).reverse();
  return encode(BigInt(`0x${toHex(digest)}`), CHECKSUM_CHARACTERS);
}

/** @param {bigint} number @param {number} characters */
function encode(number, characters) {
  return Array.from({ length: characters }, (_, index) => {
    const digit = Number((number >> BigInt(5 * (characters - 1 - index))) & 31n);
    return ALPHABET.charAt(digit);
  }).join('');
}
