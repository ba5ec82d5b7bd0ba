// The Node.js sample of Banano's WebSocket documentation, with its best practices in it.
//
//     node node.mjs ws://127.0.0.1:7074 ban_3… ban_1…
//
// It comes back after a loss, notices a dead connection, waits for the acknowledgement, leaves out repeats, and checks what it is told.

import { accountFault, Client, Refused } from 'banano-ws';

const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
const [url = 'wss://ws.banano.trade', ...accounts] = process.argv.slice(2);
for (const account of accounts) {
  const fault = accountFault(account);
  if (fault) throw new Error(`${account}: ${fault}`);
}

const client = new Client(url, { WebSocket });
client.connection.on('state', ({ state, delayMs, reason }) => {
  if (state === 'open') console.log('Connected to Banano WebSocket server');
  if (state === 'waiting') console.log(`Disconnected (${reason || 'no reason given'}), trying again in ${Math.round(delayMs)} ms`);
});

const confirmations = client.subscribe('confirmation', accounts.length > 0 ? { accounts } : {});
const votes = client.subscribe('vote');
confirmations.on('continuity', ({ outcome }) => console.log('Confirmations:', outcome));
votes.on('event', ({ message }) => console.log(`Vote from ${message.account} for ${message.blocks.join(', ')}`));
try {
  await Promise.all([confirmations.ready, votes.ready]);
} catch (error) {
  if (error instanceof Refused) console.log('The server says no:', error.code, error.message);
  throw error;
}
for await (const event of confirmations) {
  const { ok, fault } = event.validate();
  if (!ok) console.log('Left out, it cannot be right:', fault);
  else console.log(`Block confirmed: ${event.hash}, ${event.message.amount_decimal} BAN of ${event.message.account}`);
}
