// A shop that credits every payment exactly once, whatever is killed when.
//
//     node shop.mjs ws://127.0.0.1:7074 http://127.0.0.1:7072 ./orders ban_3… ban_1…
//
// Each account is one order. A credit is a line on the disk before its payment is acknowledged, and has the hash of the send as its
// name; the place in the stream moves only behind what is on the disk; and where the server cannot say that nothing is missing, the
// ledger is asked.

import { mkdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, paymentsSince, toBan } from 'banano-ws';
import { fileStore } from 'banano-ws/file-store';

const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
const [url, rpc, folder, ...orders] = process.argv.slice(2);
if (!folder || orders.length === 0) throw new Error('usage: node shop.mjs WS_URL RPC_URL FOLDER ACCOUNT…');

mkdirSync(folder, { recursive: true });
const file = await open(`${folder}/credits`, 'a+');
const text = readFileSync(`${folder}/credits`, 'utf8');
// A kill in the middle of a line: that credit was not given, and is given anew.
const whole = text.slice(0, text.lastIndexOf('\n') + 1);
await file.truncate(Buffer.byteLength(whole));
/** Payments that are in the book, or on their way into it. */
const credited = new Map(whole.split('\n').map((line) => [line.split(' ')[0], Promise.resolve()]));

/** Credits a payment, unless it was. On the disk when it resolves. */
function credit(account, { hash, amount }) {
  const write = async () => {
    await file.appendFile(`${hash} ${account} ${amount}\n`);
    await file.sync();
    console.log('credited', toBan(amount), 'BAN to', account);
  };
  if (!credited.has(hash)) credited.set(hash, write());
  return credited.get(hash);
}

/** Credits everything that ever came to the orders. Tries until the ledger answers. */
async function ask() {
  for (;;) {
    try {
      for (const account of orders) {
        for (const payment of await paymentsSince(rpc, account, null)) await credit(account, payment);
      }
      return;
    } catch (error) {
      console.log('the ledger does not answer:', error.message);
      await sleep(200);
    }
  }
}

const client = new Client(url, { WebSocket, backoffCapMs: 2_000 });
const payments = client.subscribe('confirmation', { accounts: orders }, { store: fileStore(`${folder}/cursors.json`), name: 'shop' });
/** What is not asked yet has to be before anything behind it is acknowledged. */
let ledger = payments.ready.then(ask);
payments.on('continuity', ({ outcome }) => {
  if (outcome !== 'resumed') ledger = ledger.then(ask);
});
console.log('open');
for await (const event of payments) {
  const { amount, block } = event.message;
  if (block?.subtype === 'send' && orders.includes(block.link_as_account)) {
    await credit(block.link_as_account, { hash: event.hash, amount: BigInt(amount) });
  }
  await ledger;
  await event.ack();
}
