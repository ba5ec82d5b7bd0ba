// Bytes and their hexadecimal text. Used by everything that hashes.

/**
 * Upper-case digits, as the protocol writes hashes and keys.
 *
 * @param {Uint8Array} bytes
 */
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase();

/**
 * The bytes of exactly `length` bytes' digits.
 *
 * @param {string} text
 * @param {number} length in bytes
 * @param {string} what names the value in the error
 * @throws {TypeError} for any other text
 */
export function fromHex(text, length, what) {
  if (typeof text !== 'string' || text.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new TypeError(`${what} is ${shown(text)}: it must be ${2 * length} hexadecimal digits`);
  }
  return Uint8Array.from({ length }, (_, index) => Number.parseInt(text.slice(2 * index, 2 * index + 2), 16));
}

/**
 * A value as errors quote it, cut to 64 characters.
 *
 * @param {unknown} value
 */
export const shown = (value) => (JSON.stringify(value) ?? String(value)).slice(0, 64);
