// Watches balances: what each account has, and what it can receive.
//
//     node balance.mjs ws://127.0.0.1:7074 http://127.0.0.1:7072 ban_3… ban_1…
//
// The ledger says where it begins, and again whenever something may have been missed; in between, confirmations say what changes.

import { Client, toBan } from 'banano-ws';

const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
const [url, rpc, ...accounts] = process.argv.slice(2);
if (!rpc || accounts.length === 0) throw new Error('usage: node balance.mjs WS_URL RPC_URL ACCOUNT…');

/** Asks the ledger, and prints what it says of each account. */
async function ask() {
  const body = JSON.stringify({ action: 'accounts_balances', accounts });
  const { balances } = await (await fetch(rpc, { method: 'POST', body })).json();
  for (const [account, { balance, receivable }] of Object.entries(balances)) {
    console.log(account, 'has', toBan(BigInt(balance)), 'BAN, can receive', toBan(BigInt(receivable)));
  }
}

const client = new Client(url, { WebSocket });
const confirmations = client.subscribe('confirmation', { accounts });
// Told after the server has acknowledged: what happens from here on comes as an event, so nothing falls between.
confirmations.on('continuity', ({ outcome }) => {
  console.log('listening:', outcome);
  if (outcome !== 'resumed') ask().catch((error) => console.log('the ledger does not answer:', error.message));
});
for await (const event of confirmations) {
  const { account, amount, block } = event.message;
  if (!event.validate().ok) continue;
  if (accounts.includes(account)) console.log(account, 'has', toBan(BigInt(block.balance)), 'BAN');
  if (block.subtype === 'send' && accounts.includes(block.link_as_account)) {
    console.log(block.link_as_account, 'can receive', toBan(BigInt(amount)), 'BAN more');
  }
}
