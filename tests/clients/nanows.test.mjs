// nanows's typed models accept the messages of all nine topics, each from its real cause in a dev network.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DevNetwork } from './support/dev-network.mjs';
import { python } from './support/program.mjs';

const MODELS = {
  confirmation: 'ConfirmationMessage',
  vote: 'VoteMessage',
  started_election: 'ElectionMessage',
  stopped_election: 'ElectionMessage',
  active_difficulty: 'ActiveDifficultyMessage',
  work: 'WorkMessage',
  telemetry: 'TelemetryMessage',
  new_unconfirmed_block: 'UnconfirmedBlockMessage',
  bootstrap: 'BootstrapMessage',
};

/** The first event of a topic that nanows read, now or later, as its model holds it. */
async function event(program, topic, isWanted = () => true) {
  const read = (line) => JSON.parse(line.slice(line.indexOf('{')));
  const line = await program.line(
    (text) => text.startsWith(`${topic} ${MODELS[topic]} `) && isWanted(read(text)),
    `${topic} as ${MODELS[topic]}`,
  );
  return read(line);
}

test('nanows reads every topic into its models, from real causes', { timeout: 60_000 }, async (t) => {
  const network = await DevNetwork.start(t);
  const program = python(t, 'venv', 'nanows_topics.py', network.ws);
  await program.line((line) => line === 'subscribed', 'subscribed');
  const [payer, payee] = network.accounts;

  const { hash } = await network.call('dev_faucet', { account: payee.account, amount_decimal: '2' });
  const stored = await event(program, 'new_unconfirmed_block', ({ block }) => block.link_as_account === payee.account);
  assert.equal(stored.block.subtype, 'send');
  await event(program, 'started_election', (it) => it.hash === hash);
  const vote = await event(program, 'vote', ({ blocks }) => blocks.includes(hash));
  assert.equal(vote.vote_type, 'vote');
  const confirmed = await event(program, 'confirmation', (it) => it.hash === hash);
  assert.equal(confirmed.amount, `2${'0'.repeat(29)}`);
  assert.equal(confirmed.block.link_as_account, payee.account);

  // Of two blocks for one place, one loses. Nobody votes before both are there: a winner may be confirmed before its rival comes.
  await network.call('dev_pause_votes');
  const fork = await network.call('dev_fork', { account: payer.account });
  const candidates = async () => {
    const { confirmations } = await network.call('confirmation_active');
    if (confirmations === '') return 0;
    const infos = await Promise.all(confirmations.map((root) => network.ask('confirmation_info', { root, json_block: true })));
    return Math.max(...infos.map(({ blocks }) => Object.keys(blocks ?? {}).length));
  };
  while (await candidates() < 2) await new Promise(setImmediate);
  await network.call('dev_pause_votes', { paused: false });
  const lost = await event(program, 'stopped_election', (it) => [fork.hash, fork.fork].includes(it.hash));
  assert.ok(lost.hash);

  const { work } = await network.call('work_generate', { hash });
  const generated = await event(program, 'work', ({ request }) => request.hash === hash);
  assert.equal(generated.success, true);
  assert.equal(generated.result.work, work);
  assert.deepEqual(generated.bad_peers, []);

  const told = await event(program, 'telemetry');
  assert.match(told.node_id, /^node_/);
  assert.match(told.port, /^[0-9]+$/);

  const difficulty = await event(program, 'active_difficulty');
  assert.match(difficulty.multiplier, /^[0-9]+\.[0-9]{15}$/);
  assert.match(difficulty.network_current, /^[0-9a-f]{16}$/);

  await network.call('dev_join');
  const started = await event(program, 'bootstrap', ({ reason }) => reason === 'started');
  const exited = await event(program, 'bootstrap', ({ reason, id }) => reason === 'exited' && id === started.id);
  assert.match(exited.total_blocks, /^[0-9]+$/);

  // nanows knows three types of votes; nodes have five. Of what else happened it refused nothing.
  const complaints = program.lines.filter((line) => /^(Error|Failed|Traceback)/.test(line));
  assert.deepEqual(complaints.filter((line) => !/'(late|ignored)' is not a valid VoteType/.test(line)), []);
});
