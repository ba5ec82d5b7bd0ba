// The explorer's connection: all topics about blocks, elections and votes, from two minutes ago on where the server remembers them.
// Comes back by itself and misses nothing, as clients/js does.

import { Client } from '../../clients/js/src/index.js';
import { SECONDS } from './model.js';

/** @type {[string, Record<string, unknown> | undefined][]} */
const TOPICS = [
  ['started_election', undefined],
  ['new_unconfirmed_block', undefined],
  ['vote', undefined],
  ['confirmation', { include_election_info_with_votes: true, include_sideband_info: true, include_linked_account: true }],
  ['stopped_election', undefined],
];
/** Votes are many, and elections of the past tell theirs with the confirmation. */
const VOTES_SECONDS = 20;

/**
 * @param {string} url
 * @param {import('./model.js').Model} model
 * @param {{ changed: () => void, state: (text: string, mood: string) => void, note: (text: string) => void }} to
 * @returns {Client}
 */
export function follow(url, model, to) {
  const client = new Client(url, { heartbeatMs: 10_000 });
  client.connection.on('state', ({ state, code, delayMs = 0 }) => {
    if (state === 'open') to.state('live', 'open');
    else if (state === 'waiting') to.state(`lost (${code}); next try in ${(delayMs / 1_000).toFixed(1)} s`, 'waiting');
    else to.state(state === 'connecting' ? 'connecting' : 'not connected', state);
  });
  for (const [topic, options] of TOPICS) {
    const start = `time:${Date.now() - (topic === 'vote' ? VOTES_SECONDS : SECONDS) * 1_000}`;
    const subscription = client.subscribe(topic, options, { store: { load: async () => start, save: async () => {} } });
    let isFirst = true;
    subscription.on('event', (event) => {
      void event.ack();
      model.take(event);
      to.changed();
    });
    subscription.on('continuity', ({ outcome, since }) => {
      // At the start nothing was promised.
      if (!isFirst && outcome === 'gap') to.note(`the server no longer has all ${topic} events since ${since}: some are missing here`);
      if (!isFirst && outcome === 'unknown') to.note(`this server can't tell what happened while the connection was lost`);
      isFirst = false;
    });
    subscription.on('error', (error) => to.note(`${topic}: ${error instanceof Error ? error.message : error}`));
  }
  return client;
}
