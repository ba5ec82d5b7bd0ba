// Signatures as Banano makes them: Ed25519 (RFC 8032) with BLAKE2b in place of SHA-512. Only checking, which needs no secret and
// so no constant time; some milliseconds each. No Web Crypto: browsers know SHA-512 only.

import { blake2b } from './blake2b.js';
import { toHex } from './hex.js';

const P = 2n ** 255n - 19n;
/** Order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n);

/** A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. @typedef {[bigint, bigint, bigint, bigint]} Point */

/** @type {Point} */
const NEUTRAL = [0n, 1n, 1n, 0n];
const BASE_Y = mod(4n * power(5n, P - 2n));
const BASE = /** @type {Point} */ (pointWith(BASE_Y, false));

/**
 * Whether `signature` is that of `publicKey` for `message`.
 *
 * @param {Uint8Array} publicKey 32 bytes
 * @param {Uint8Array} message
 * @param {Uint8Array} signature 64 bytes
 * @returns {boolean}
 */
export function verify(publicKey, message, signature) {
  const commitment = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32, 64));
  const key = decompress(publicKey);
  if (!key || s >= L) return false;
  const challenge = littleEndian(blake2b(64, commitment, publicKey, message)) % L;
  // R = sB - cA, compared as bytes: a commitment that is no point can't be equal.
  const [x, y, z, t] = times(challenge, key);
  const found = added(times(s, BASE), [mod(-x), y, z, mod(-t)]);
  return toHex(compress(found)) === toHex(commitment);
}

/** @param {bigint} number */
function mod(number) {
  const rest = number % P;
  return rest < 0n ? rest + P : rest;
}

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n;
  for (let [square, rest] = [mod(base), exponent]; rest > 0n; rest >>= 1n, square = mod(square * square)) {
    if (rest & 1n) result = mod(result * square);
  }
  return result;
}

/** @param {Point} a @param {Point} b @returns {Point} */
function added([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** @param {bigint} factor @param {Point} point @returns {Point} */
function times(factor, point) {
  let result = NEUTRAL;
  for (let [double, rest] = [point, factor]; rest > 0n; rest >>= 1n, double = added(double, double)) {
    if (rest & 1n) result = added(result, double);
  }
  return result;
}

/** @param {Point} point */
function compress([x, y, z]) {
  const inverse = power(z, P - 2n);
  const sign = mod(x * inverse) & 1n;
  let number = mod(y * inverse) | (sign << 255n);
  return Uint8Array.from({ length: 32 }, () => {
    const byte = Number(number & 255n);
    number >>= 8n;
    return byte;
  });
}

/** @param {Uint8Array} bytes @returns {Point | null} `null` if no point has this y */
function decompress(bytes) {
  const number = littleEndian(bytes);
  const y = number & (2n ** 255n - 1n);
  return y >= P ? null : pointWith(y, number >> 255n === 1n);
}

/** The point on the curve with this y, and x odd or even. @param {bigint} y @param {boolean} isOdd @returns {Point | null} */
function pointWith(y, isOdd) {
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  const square = mod(u * power(v, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * ROOT_OF_MINUS_1);
  if (mod(x * x) !== square || (x === 0n && isOdd)) return null;
  if ((x & 1n) === 1n !== isOdd) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

/** @param {Uint8Array} bytes */
const littleEndian = (bytes) => BigInt(`0x${toHex(bytes.slice().reverse())}`);
