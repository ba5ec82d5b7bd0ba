// BLAKE2b (RFC 7693), the hash of accounts and blocks. Used by account.js, block.js and ed25519.js. No key, no salt.

const IV = new Uint32Array([
  // The eight 64-bit words of SHA-512's IV, each as low half, high half.
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
]);

/** Which word of the message each step of a round takes; rounds 10 and 11 begin anew. */
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** The four words of the state that each of a round's eight mixings works on. */
const MIXED = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];

const BLOCK_BYTES = 128;

/**
 * The hash of `parts`, one after the other.
 *
 * @param {number} length of the hash in bytes, 1 to 64
 * @param {...Uint8Array} parts
 * @returns {Uint8Array}
 */
export function blake2b(length, ...parts) {
  const input = joined(parts);
  const h = IV.slice();
  h[0] = at(h, 0) ^ 0x01010000 ^ length;
  const block = new Uint8Array(BLOCK_BYTES);
  for (let start = 0; ; start += BLOCK_BYTES) {
    const end = Math.min(start + BLOCK_BYTES, input.length);
    const isLast = start + BLOCK_BYTES >= input.length;
    block.fill(0).set(input.subarray(start, end));
    compress(h, block, end, isLast);
    if (isLast) break;
  }
  const bytes = new DataView(new ArrayBuffer(64));
  h.forEach((word, index) => bytes.setUint32(4 * index, word, true));
  return new Uint8Array(bytes.buffer, 0, length);
}

/** @param {Uint32Array} h @param {Uint8Array} block @param {number} count bytes so far @param {boolean} isLast */
function compress(h, block, count, isLast) {
  const view = new DataView(block.buffer);
  const m = Uint32Array.from({ length: 32 }, (_, index) => view.getUint32(4 * index, true));
  const v = new Uint32Array(32);
  v.set(h);
  v.set(IV, 16);
  v[24] = at(v, 24) ^ count;
  v[25] = at(v, 25) ^ Math.floor(count / 2 ** 32);
  if (isLast) {
    v[28] = ~at(v, 28);
    v[29] = ~at(v, 29);
  }
  for (let round = 0; round < 12; round += 1) {
    const order = SIGMA[round % 10] ?? [];
    for (let step = 0; step < 8; step += 1) {
      const [a = 0, b = 0, c = 0, d = 0] = MIXED[step] ?? [];
      const [x = 0, y = 0] = [order[2 * step], order[2 * step + 1]];
      mix(v, 2 * a, 2 * b, 2 * c, 2 * d, m, 2 * x, 2 * y);
    }
  }
  for (let index = 0; index < 16; index += 1) h[index] = at(h, index) ^ at(v, index) ^ at(v, index + 16);
}

/**
 * G of the RFC; all positions are those of low halves.
 *
 * @param {Uint32Array} v @param {number} a @param {number} b @param {number} c @param {number} d
 * @param {Uint32Array} m @param {number} x @param {number} y
 */
function mix(v, a, b, c, d, m, x, y) {
  add(v, a, v, b);
  add(v, a, m, x);
  xorRotate(v, d, a, 32);
  add(v, c, v, d);
  xorRotate(v, b, c, 24);
  add(v, a, v, b);
  add(v, a, m, y);
  xorRotate(v, d, a, 16);
  add(v, c, v, d);
  xorRotate(v, b, c, 63);
}

/** v[a] += w[b], as 64 bits. @param {Uint32Array} v @param {number} a @param {Uint32Array} w @param {number} b */
function add(v, a, w, b) {
  const low = at(v, a) + at(w, b);
  v[a] = low;
  v[a + 1] = at(v, a + 1) + at(w, b + 1) + (low > 0xffffffff ? 1 : 0);
}

/** v[d] = (v[d] ^ v[a]) >>> bits, as 64 bits. @param {Uint32Array} v @param {number} d @param {number} a @param {number} bits */
function xorRotate(v, d, a, bits) {
  let low = at(v, d) ^ at(v, a);
  let high = at(v, d + 1) ^ at(v, a + 1);
  if (bits >= 32) [low, high] = [high, low];
  const rest = bits % 32;
  v[d] = rest === 0 ? low : (low >>> rest) | (high << (32 - rest));
  v[d + 1] = rest === 0 ? high : (high >>> rest) | (low << (32 - rest));
}

/** A word that is there: all positions above are within bounds. @param {Uint32Array} words @param {number} index */
const at = (words, index) => /** @type {number} */ (words[index]);

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
