// What an account was paid, asked of the ledger: for the start of an invoice, and after an outage that could not be resumed.

import { ask, RpcError } from './rpc.js';

/**
 * A confirmed send to the account.
 *
 * @typedef {object} Payment
 * @property {string} hash of the send: the same payment always has the same
 * @property {string} from
 * @property {bigint} amount in raw
 */

/** Entries asked for at once, and the most pages of them: more payments than that to one invoice is nobody's use. */
const PAGE = 1_000;
const PAGES_MAX = 100;
const NOT_OPENED = 'Account not found';

/**
 * The newest block of the account's chain; null if it has none.
 *
 * @param {string} rpc URL
 * @param {string} account
 * @returns {Promise<string | null>}
 */
export async function frontier(rpc, account) {
  try {
    return (await ask(rpc, { action: 'account_info', account })).frontier;
  } catch (error) {
    if (error instanceof RpcError && error.text === NOT_OPENED) return null;
    throw error;
  }
}

/**
 * What waits to be received, and what was received after the block `since`.
 *
 * @param {string} rpc URL
 * @param {string} account
 * @param {string | null} since a block of the account's chain; null for its beginning
 * @returns {Promise<Payment[]>}
 */
export async function paymentsSince(rpc, account, since) {
  // In this order: what is received in between is in the first answer, or in the second, or in both.
  return [...await receivable(rpc, account), ...await received(rpc, account, since)];
}

/** @param {string} rpc @param {string} account @returns {Promise<Payment[]>} */
async function receivable(rpc, account) {
  const { blocks } = await ask(rpc, {
    action: 'receivable', account, count: String(PAGE * PAGES_MAX), source: 'true', include_only_confirmed: 'true',
  });
  // An empty list is the empty string, as everywhere in a node's answers.
  return Object.entries(blocks || {}).map(([hash, { amount, source }]) => ({ hash, from: source, amount: BigInt(amount) }));
}

/** @param {string} rpc @param {string} account @param {string | null} since @returns {Promise<Payment[]>} */
async function received(rpc, account, since) {
  /** @type {Payment[]} */
  const payments = [];
  let head = await frontier(rpc, account);
  for (let page = 0; head && head !== since && page < PAGES_MAX; page += 1) {
    const answer = await ask(rpc, { action: 'account_history', account, head, count: String(PAGE), raw: 'true' });
    for (const entry of answer.history || []) {
      if (entry.hash === since) return payments;
      const isReceive = ['receive', 'open'].includes(entry.subtype ?? entry.type);
      // Confirmed receives only: of the others, the send may not be confirmed; if it gets there, a notification will say so.
      if (isReceive && entry.confirmed !== 'false') {
        payments.push({ hash: entry.link ?? entry.source, from: entry.account, amount: BigInt(entry.amount) });
      }
    }
    head = answer.previous ?? null;
  }
  return payments;
}
