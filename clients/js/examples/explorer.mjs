// A block explorer's feed: blocks as they come, elections, votes, confirmations, counted by topic.
//
//     node explorer.mjs ws://127.0.0.1:7074
//
// Who only looks prefers the newest: a queue that is full drops the oldest, and says how many.

import { Pool } from 'banano-ws';

const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
const [url] = process.argv.slice(2);
if (!url) throw new Error('usage: node explorer.mjs WS_URL');

const pool = new Pool(url, { WebSocket, size: 2 });
const counts = new Map();
const lines = {
  new_unconfirmed_block: ({ subtype, account }) => `${subtype} of ${account}, not confirmed yet`,
  started_election: ({ hash }) => `an election for ${hash}`,
  vote: ({ account, blocks }) => `${account} votes for ${blocks.length} blocks`,
  confirmation: ({ block, amount_decimal: amount, account }) => `${block.subtype} of ${amount} BAN by ${account}`,
};
for (const [topic, line] of Object.entries(lines)) {
  const events = pool.subscribe(topic, undefined, { queueMax: 1_000, overflow: 'drop-oldest' });
  events.on('continuity', ({ outcome }) => console.log(topic, outcome));
  events.on('event', ({ message }) => {
    counts.set(topic, (counts.get(topic) ?? 0) + 1);
    console.log(`${counts.get(topic)} ${topic}: ${line(message)}${events.dropped > 0 ? `, ${events.dropped} dropped` : ''}`);
  });
}
