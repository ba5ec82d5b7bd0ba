// What the RPC knows beyond the stream: balances, chains, receivables, weights. Optional: a server without RPC is explored by what is
// heard.

import { rpc } from '../shared/network.js';

/**
 * @typedef {object} Row of an account's chain
 * @property {string} hash
 * @property {string} subtype
 * @property {string | null} other
 * @property {string | null} amount raw
 * @property {string} height
 * @property {number} at milliseconds since 1970
 * @property {boolean} isConfirmed
 */

export class Ledger {
  #url;

  /** @param {string} url of the RPC */
  constructor(url) {
    this.#url = url;
  }

  /** @param {Record<string, unknown>} command */
  ask(command) {
    return rpc(this.#url, command);
  }

  /** Weight that is needed, and of which it is a part, in raw; and the heaviest representatives. */
  async quorum() {
    const [quorum, heaviest] = await Promise.all([
      this.ask({ action: 'confirmation_quorum' }), this.ask({ action: 'representatives', sorting: 'true', count: '100' }),
    ]);
    // As nodes do: who is offline for a moment, or has not voted yet, does not make the quorum smaller.
    const online = [quorum.online_stake_total, quorum.trended_stake_total, quorum.online_weight_minimum].map(BigInt);
    return {
      quorum: BigInt(quorum.quorum_delta),
      online: online.reduce((most, weight) => (weight > most ? weight : most), 0n),
      weights: Object.entries(heaviest.representatives || {}).map(([account, weight]) => ({ account, weight: BigInt(weight) })),
    };
  }

  /** @param {string[]} accounts @returns {Promise<Map<string, { balance: string, receivable: string }>>} in raw */
  async balances(accounts) {
    const { balances } = await this.ask({ action: 'accounts_balances', accounts });
    return new Map(Object.entries(balances || {}));
  }

  /** What an account is; null if it has no block yet. @param {string} account */
  async account(account) {
    try {
      return await this.ask({ action: 'account_info', account, representative: 'true', weight: 'true', receivable: 'true', include_confirmed: 'true' });
    } catch (error) {
      if (error instanceof Error && error.message.includes('Account not found')) return null;
      throw error;
    }
  }

  /** The newest blocks of an account's chain, or those from `head` on. @param {string} account @param {string} [head] */
  async chain(account, head) {
    const { history, previous } = await this.ask({ action: 'account_history', account, count: '25', raw: 'true', ...(head ? { head } : {}) });
    /** @type {Row[]} */
    const rows = (Array.isArray(history) ? history : []).map((/** @type {any} */ row) => ({
      hash: row.hash,
      subtype: row.subtype ?? row.type,
      other: row.subtype === 'change' || row.type === 'change' ? null : row.account ?? null,
      amount: row.amount ?? null,
      height: row.height,
      at: Number(row.local_timestamp) * 1_000,
      isConfirmed: row.confirmed === 'true',
    }));
    return { rows, next: previous || null };
  }

  /** What was sent to an account and not received yet. @param {string} account */
  async receivables(account) {
    const { blocks } = await this.ask({ action: 'receivable', account, count: '50', source: 'true', include_only_confirmed: 'false', sorting: 'true' });
    return Object.entries(blocks || {}).map(([hash, { amount, source }]) => ({ hash, amount, source }));
  }

  /** A block; null if the node does not have it. @param {string} hash */
  async block(hash) {
    try {
      return await this.ask({ action: 'block_info', hash, json_block: 'true', include_linked_account: 'true' });
    } catch (error) {
      if (error instanceof Error && error.message.includes('Block not found')) return null;
      throw error;
    }
  }
}
