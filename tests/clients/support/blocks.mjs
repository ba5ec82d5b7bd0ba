// Blocks signed by npm's nanocurrency: a second opinion on hashes and signatures, and a source of load.
//
// nanocurrency knows Nano's prefixes only; the prefix is in no hash.

import { createRequire } from 'node:module';

const nanocurrency = createRequire(import.meta.url)('nanocurrency');

export const ZERO = '0'.repeat(64);

/** The same account in Nano's spelling. */
export const asNano = (account) => account.replace(/^ban_/, 'nano_');

/** The same account in Banano's spelling. */
export const asBanano = (account) => account.replace(/^nano_/, 'ban_');

/** An account's key pair from a seed. */
export function keyPair(seed, index) {
  const privateKey = nanocurrency.deriveSecretKey(seed, index);
  const publicKey = nanocurrency.derivePublicKey(privateKey);
  return { privateKey, publicKey, account: asBanano(nanocurrency.deriveAddress(publicKey, { useNanoPrefix: true })) };
}

/** The public key inside an account. */
export const publicKeyOf = (account) => nanocurrency.derivePublicKey(asNano(account));

/** The hash of a state block; `link` is hexadecimal. */
export function hashOf({ account, previous, representative, balance, link }) {
  return nanocurrency.hashBlock({
    account: asNano(account), previous, representative: asNano(representative), balance, link,
  });
}

/** A signed state block without work, as RPC `process` takes it with `do_work`, and its hash. */
export function signedBlock(privateKey, { account, previous, representative, balance, link }) {
  const hash = hashOf({ account, previous, representative, balance, link });
  const signature = nanocurrency.signBlock({ hash, secretKey: privateKey });
  return { hash, block: { type: 'state', account, previous, representative, balance, link, signature } };
}

/** True when `signature` is that of `publicKey` for `hash`. */
export const isSignedBy = (publicKey, hash, signature) => nanocurrency.verifyBlock({ hash, signature, publicKey });

/** True when `work` meets `threshold` for `root`. */
export const hasWork = (root, work, threshold) => nanocurrency.validateWork({ blockHash: root, work, threshold });
