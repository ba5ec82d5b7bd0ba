// The network behind this page: where its WebSocket and RPC are, and, on a dev network, which accounts it has.

import { nameAccount } from './format.js';

/**
 * @typedef {object} DevAccount
 * @property {number} index
 * @property {string} account
 * @property {string} private_key public, like everything of a dev network
 * @property {string} public_key
 */

/**
 * @typedef {object} Network
 * @property {string} ws
 * @property {string} rpc
 * @property {string} network
 * @property {DevAccount[]} accounts
 * @property {string[]} representatives the heaviest first
 */

/** The WebSocket of the server that this page came from. */
export const ownUrl = () => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${location.pathname.replace(/[^/]*$/, '')}`;

/** What the server says of itself; null if it says nothing. @returns {Promise<Network | null>} */
export async function network() {
  try {
    const response = await fetch('network.json');
    if (!response.ok) return null;
    const found = await response.json();
    for (const { index, account } of found.accounts ?? []) nameAccount(account, `#${index}`);
    // The server calls itself by the address that it listens on; we may have come by another.
    const rpc = new URL(found.rpc);
    rpc.hostname = location.hostname;
    const representatives = await nameRepresentatives(rpc.href);
    return { ...found, rpc: rpc.href, accounts: found.accounts ?? [], representatives };
  } catch {
    return null;
  }
}

/** R1, R2 … by weight. Without an answer they keep their long names. @param {string} url */
async function nameRepresentatives(url) {
  try {
    const { representatives } = await rpc(url, { action: 'representatives', sorting: 'true', count: '99' });
    const accounts = Object.keys(representatives || {});
    accounts.forEach((account, index) => nameAccount(account, `R${index + 1}`));
    return accounts;
  } catch {
    // They are names only.
    return [];
  }
}

/**
 * One RPC command.
 *
 * @param {string} url
 * @param {Record<string, unknown>} command
 * @returns {Promise<any>}
 */
export async function rpc(url, command) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(command) });
  const answer = await response.json();
  if (answer.error) throw new Error(`${command.action}: ${answer.error}`);
  return answer;
}

/**
 * Makes a signed send on a dev network. The RPC signs it: its keys are public.
 *
 * @param {Network} network
 * @param {DevAccount} from
 * @param {string} to
 * @param {bigint} amount raw
 * @returns {Promise<{ hash: string, block: any }>} to be given to RPC `process`
 */
export async function sendBlock({ rpc: url }, from, to, amount) {
  const info = await rpc(url, { action: 'account_info', account: from.account, representative: 'true' });
  const made = await rpc(url, {
    action: 'block_create', json_block: 'true', type: 'state', key: from.private_key, account: from.account,
    previous: info.frontier, representative: info.representative, balance: (BigInt(info.balance) - amount).toString(), link: to,
  });
  return { hash: made.hash, block: made.block };
}
