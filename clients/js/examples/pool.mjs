// Many accounts over several connections, as one stream: what a big service does.
//
//     node pool.mjs ws://127.0.0.1:7074 4 < accounts.txt
//
// Accounts come one a line, at the start or later. What comes together goes to the server together.

import { createInterface } from 'node:readline';
import { accountFault, Pool } from 'banano-ws';

const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
const [url, size = '4'] = process.argv.slice(2);
if (!url) throw new Error('usage: node pool.mjs WS_URL [CONNECTIONS] < ACCOUNTS');

const pool = new Pool(url, { WebSocket, size: Number(size) });
const events = pool.subscribe('confirmation', { accounts: [] });
let watched = 0;
createInterface({ input: process.stdin }).on('line', async (line) => {
  const account = line.trim();
  const fault = accountFault(account);
  if (fault) return console.log(`left out ${account}: ${fault}`);
  await events.addAccounts(account); // many calls become one message to each connection
  watched += 1;
  return console.log(`${watched} accounts over ${pool.clients.length} connections`);
});
// A block between accounts of two connections comes over both, and is told once.
for await (const { hash, message } of events) {
  console.log(message.block.subtype, message.amount_decimal, 'BAN', hash);
}
