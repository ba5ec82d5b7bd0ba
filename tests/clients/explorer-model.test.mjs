// What the explorer knows and counts, without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const web = (path) => import(new URL(`../../web/${path}`, import.meta.url));
const { Model } = await web('explorer/model.js');
const { Durations, PerSecond } = await web('shared/series.js');

const FINAL = '18446744073709551615';
const hex = (number) => number.toString(16).toUpperCase().padStart(64, '0');
const at = (time, topic, message, more = {}) => ({ topic, time, message, replayed: false, ...more });
const state = (account, balance, previous, more = {}) => ({ type: 'state', account, balance, previous, ...more });

test('counts are by whole seconds, forget the oldest and take latecomers in', () => {
  const counts = new PerSecond(4);
  for (const ms of [10_000, 10_900, 12_100, 11_500]) counts.add(ms);
  assert.deepEqual(counts.until(13_000), [0, 2, 1, 1]);
  assert.equal(counts.rate(13_000, 2), 1);
  assert.deepEqual(counts.until(15_500), [1, 1, 0, 0]);
  counts.add(2_000);
  assert.deepEqual(counts.until(99_000), [0, 0, 0, 0]);
});

test('of durations the last are kept, and their quantiles and histogram told', () => {
  const durations = new Durations(4);
  for (const ms of [1_000, 1, 2, 3, 4]) durations.add(ms);
  assert.equal(durations.count, 4);
  assert.equal(durations.quantile(0.5), 3);
  assert.equal(durations.quantile(1), 4);
  assert.deepEqual(durations.histogram([2, 4]), [1, 2, 1]);
  assert.equal(new Durations(4).quantile(0.5), 0);
});

test('a block is seen, elected and confirmed; its amount is known as soon as its previous is', () => {
  const model = new Model();
  const [first, second] = [hex(1), hex(2)];
  model.take(at(1_000, 'confirmation', { account: 'a', amount: '5', hash: first, confirmation_type: 'inactive', block: state('a', '100', hex(0), { subtype: 'receive' }) }));
  model.take(at(2_000, 'new_unconfirmed_block', state('a', '40', first, { subtype: 'send', link_as_account: 'b' }), { hash: second }));
  const block = model.blocks.get(second);
  assert.deepEqual([block.amount, block.other, block.subtype, block.confirmedAt], ['60', 'b', 'send', null]);
  assert.deepEqual([...model.unconfirmed], [second]);

  model.take(at(2_010, 'started_election', { hash: second }));
  model.quorum = { quorum: 67n, online: 100n };
  model.weigh('r', 70n);
  model.take(at(2_020, 'vote', { account: 'r', blocks: [second], timestamp: '1', type: 'vote' }));
  assert.equal(model.active.length, 1);
  assert.deepEqual(model.tally(model.elections.get(second)).share, 70);
  model.take(at(2_030, 'vote', { account: 'r', blocks: [second], timestamp: FINAL, type: 'vote' }));
  model.take(at(2_040, 'confirmation', { account: 'a', amount: '60', hash: second, confirmation_type: 'active_quorum', block: state('a', '40', first), election_info: { duration: '25', votes: [{ representative: 'r', timestamp: FINAL, weight: '70' }] } }));
  const { rows, finalShare } = model.tally(model.elections.get(second));
  assert.deepEqual([rows[0].firstMs, rows[0].finalMs, finalShare], [10, 20, 70]);
  assert.equal(model.active.length, 0);
  assert.equal(model.unconfirmed.size, 0);
  assert.equal(model.latency.quantile(0.5), 40);
});

test('a block that is told twice counts once, a late vote starts no election, a loser is dropped', () => {
  const model = new Model();
  const confirmed = at(1_000, 'confirmation', { account: 'a', amount: '5', hash: hex(1), confirmation_type: 'inactive' });
  model.take(confirmed);
  model.take(confirmed);
  assert.equal(model.confirmed.until(2_000).at(-1), 1);
  model.take(at(1_500, 'vote', { account: 'r', blocks: [hex(9)], timestamp: FINAL, type: 'late' }));
  assert.equal(model.elections.size, 0);
  model.take(at(1_600, 'started_election', { hash: hex(7) }));
  model.take(at(1_700, 'stopped_election', { hash: hex(7) }));
  assert.equal(model.elections.get(hex(7)).state, 'stopped');
});

test('what is kept is bounded', () => {
  const model = new Model();
  for (let number = 0; number < 6_000; number += 1) {
    model.take(at(number, 'new_unconfirmed_block', state(`a${number}`, '1', hex(0)), { hash: hex(number) }));
    model.take(at(number, 'vote', { account: `r${number}`, blocks: [hex(number)], timestamp: '1', type: 'vote' }));
  }
  assert.equal(model.blocks.size, 5_000);
  assert.equal(model.unconfirmed.size, 5_000);
  assert.equal(model.elections.size, 2_000);
  assert.equal(model.representatives.size, 1_000);
  assert.ok(model.touched.size <= 5_002);
  assert.equal(model.blocks.has(hex(0)), false);
});
