// The page of operators in Chromium, and how it reads a server's numbers.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startBrowser } from './support/browser.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { checkWidth, checkWithAxe, open, PHONE, says } from './support/pages.mjs';

const { Look } = await import(new URL('../../web/status/metrics.js', import.meta.url));

test('numbers are read as Prometheus writes them', () => {
  const text = (count) => [
    '# HELP a_total What is "counted".', '# TYPE a_total counter',
    `a_total{topic="vote",odd="a\\"b\\\\c\\nd"} ${count}`, `a_total{topic="work"} 1 1700000000000`, 'b 2.5e3', 'inf +Inf',
    't_seconds_bucket{le="0.001"} 50', 't_seconds_bucket{le="0.01"} 90', 't_seconds_bucket{le="+Inf"} 100',
    '', 'no sample',
  ].join('\n');
  const [first, second] = [new Look(text(10), 1_000), new Look(text(30), 3_000)];
  assert.equal(first.sum('a_total'), 11);
  assert.equal(first.sum('a_total', { topic: 'work' }), 1);
  assert.equal(first.sum('a_total', { topic: 'none' }), null);
  assert.equal(first.all('a_total')[0].labels.odd, 'a"b\\c\nd');
  assert.equal(first.sum('b'), 2_500);
  assert.equal(first.sum('inf'), Infinity);
  assert.equal(second.rate('a_total', first, { topic: 'vote' }), 10);
  assert.equal(second.rate('a_total', null), null);
  assert.equal(new Look(text(4), 2_000).rate('a_total', first, { topic: 'vote' }), 4, 'a server that was started anew');
  assert.equal(first.quantile('t_seconds', 0.5), 0.001);
  assert.ok(Math.abs(first.quantile('t_seconds', 0.7) - 0.0055) < 1e-9);
  assert.equal(first.quantile('t_seconds', 0.99), 0.01);
  assert.equal(first.quantile('none', 0.5), null);
});

test('an operator sees clients, topics, queues, journal and sources, and when the server goes', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const tester = await open(browser, network, '', '#state[data-state="open"]');
  await tester.getByRole('button', { name: 'Send', exact: true }).click();
  await tester.locator('#subscriptions li').waitFor();
  const page = await open(browser, network, 'status', '#sources tr');
  await says(page, '#sources .chip', 'up');
  await says(page, '#tile-ready', /^ready/);
  await says(page, '#tile-sessions', /^2 of [\d\u202f]+ connections/);
  await says(page, '#topics tr', /confirmation\s*1/);
  await network.call('dev_faucet', { account: network.accounts[0].account });
  await says(page, '#journal', /Window\s*\d+ to [1-9]/);
  await says(page, '#queues', /Hand out a batch\s*half within/);
  assert.match(await page.locator('#clients svg').getAttribute('aria-label'), /Clients, clients, last 120 seconds/);
  assert.deepEqual(page.faults, []);
  await network.end();
  await says(page, '#tile-ready', 'no answer');
});

test('the status page fits a phone', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t, PHONE)]);
  const page = await open(browser, network, 'status', '#sources tr');
  await says(page, '#tile-ready', /^ready/);
  await checkWidth(page);
});

test('axe finds no serious fault in the status page', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await open(browser, network, 'status', '#sources tr');
  await says(page, '#tile-ready', /^ready/);
  await checkWithAxe(page);
});
