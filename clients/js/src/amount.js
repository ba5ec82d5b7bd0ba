// Amounts: raw, the smallest unit, and BAN. Exact in both directions: no floating point.

import { shown } from './hex.js';

const DECIMALS = 29;
/** Raw in one BAN. */
export const RAW_PER_BAN = 10n ** BigInt(DECIMALS);
/** The most raw that a balance can hold. */
const RAW_MAX = 2n ** 128n - 1n;

/**
 * BAN as raw: `toRaw('1.5')` is `150000000000000000000000000000n`.
 *
 * @param {string} ban decimal digits with an optional fraction of up to 29 digits; no sign, no exponent
 * @returns {bigint}
 * @throws {TypeError} for other text, and for numbers: 0.1 is no exact amount
 */
export function toRaw(ban) {
  const match = typeof ban === 'string' ? /^(\d+)(?:\.(\d{1,29}))?$/.exec(ban) : null;
  const [, whole, fraction = ''] = match ?? [];
  const raw = whole === undefined ? -1n : BigInt(whole) * RAW_PER_BAN + BigInt(fraction.padEnd(DECIMALS, '0'));
  if (raw < 0n || raw > RAW_MAX) {
    throw new TypeError(`${shown(ban)} is not an amount: give BAN as text, such as "1.5", with at most ${DECIMALS} decimals`);
  }
  return raw;
}

/**
 * Raw as BAN, without trailing zeros: `toBan('150000000000000000000000000000')` is `'1.5'`.
 *
 * @param {bigint | string} raw
 * @returns {string}
 * @throws {TypeError} if it is no amount
 */
export function toBan(raw) {
  const amount = rawAmount(raw);
  const whole = amount / RAW_PER_BAN;
  const fraction = (amount % RAW_PER_BAN).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return fraction ? `${whole}.${fraction}` : whole.toString();
}

/**
 * An amount in raw, as the protocol writes it.
 *
 * @param {bigint | string} raw
 * @returns {bigint}
 * @throws {TypeError} if it is no amount
 */
export function rawAmount(raw) {
  const isText = typeof raw === 'string' && /^\d{1,39}$/.test(raw);
  const amount = typeof raw === 'bigint' ? raw : BigInt(isText ? raw : -1);
  if (amount < 0n || amount > RAW_MAX) {
    throw new TypeError(`${typeof raw === 'bigint' ? raw : shown(raw)} is not an amount: give raw, a bigint or decimal digits`);
  }
  return amount;
}
