// The explorer in Chromium: real payments, forks and elections; a page for each account, block and election.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage, startBrowser } from './support/browser.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { checkWidth, checkWithAxe, open, PHONE, press, says } from './support/pages.mjs';
import { ScriptedServer } from './support/scripted-server.mjs';

const LIVE = '#state[data-state="open"]';
const rows = (page, name) => page.getByRole('region', { name }).locator('tbody tr');

test('a payment is seen, elected and confirmed; block, election and account have pages', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await open(browser, network, 'explorer', LIVE);
  await press(page, 'Send 1 BAN from #0 to #1');
  const row = rows(page, 'Recent blocks').filter({ hasText: '1 BAN' });
  await row.filter({ hasText: 'confirmed' }).first().waitFor();
  assert.match(await row.first().innerText(), /send\s+1 BAN\s+#0\s+#1/);
  await says(page, '.tile', /Half confirmed within\s*[\d.]+ (m?s)/);
  await rows(page, 'Accounts of the dev network').filter({ hasText: /#1.*1 BAN/ }).waitFor();
  await rows(page, 'Votes by representative').filter({ hasText: /R1.*%/ }).waitFor();
  const election = rows(page, 'Elections').first();
  await election.filter({ hasText: /(6[7-9]|[7-9]\d|100) %/ }).waitFor();
  assert.match(await page.locator('.chart svg').first().getAttribute('aria-label'), /Blocks, blocks\/s, last 120 seconds/);

  await election.getByRole('link').click();
  await says(page, 'h2', 'Election');
  await says(page, '.facts', /State\s*confirmed/);
  await says(page, '.facts', /Needed\s*67\.\d %/);
  await says(page, '.chart', 'quorum 67 %');
  assert.ok(await rows(page, 'Votes, heaviest first').count() >= 3);
  await page.locator('.facts').getByRole('link').first().click();

  await says(page, 'h2', 'Block');
  await says(page, '.facts', /Amount\s*1 BAN/);
  await says(page, '.life', /stored in the ledger/);
  await says(page, '.life', /confirmed \(active_quorum\), [\d.]+ ms after it was seen/);
  assert.equal(await page.locator('.tree').getByText('link_as_account').count(), 1);
  await page.locator('.facts').getByRole('link', { name: '#1' }).click();

  await says(page, 'h2', 'Account #1');
  await rows(page, 'Sent to this account').filter({ hasText: '1 BAN' }).waitFor();
  assert.ok(page.url().endsWith(`#/account/${network.accounts[1].account}`));
  await press(page, '100 BAN from the faucet');
  await rows(page, 'Sent to this account').filter({ hasText: '100 BAN' }).waitFor();
  assert.equal(await rows(page, 'Sent to this account').count(), 2);

  // A link to such a page opens it.
  const shared = await open(browser, network, `explorer#/account/${network.accounts[0].account}`, 'h2');
  await rows(shared, 'Chain').filter({ hasText: '−1 BAN' }).waitFor();
  await page.goBack();
  await says(page, 'h2', 'Block');
  assert.deepEqual([...page.faults, ...shared.faults], []);
});

test('an election that lasts is seen as it grows, and a fork shows its rival', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t, '--confirm', 'manual'), startBrowser(t)]);
  const page = await open(browser, network, 'explorer', LIVE);
  await press(page, 'Send 1 BAN from #0 to #1');
  const active = rows(page, 'Elections').and(page.locator('.active'));
  await active.first().waitFor();
  await says(page, '.tile', /Not confirmed yet\s*1/);
  await says(page, '.tile', /Elections in progress\s*1/);
  await active.getByRole('link').click();
  await says(page, '.facts', /State\s*in progress/);
  await network.call('dev_confirm');
  await says(page, '.facts', /State\s*confirmed/);
  await page.getByRole('link', { name: '← Overview' }).click();
  await says(page, '.tile', /Not confirmed yet\s*0/);
  assert.deepEqual(page.faults, []);
});

test('what is typed is found, and what is no account or hash is said to be none', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await open(browser, network, 'explorer', LIVE);
  const field = page.locator('#wanted');
  await field.fill('ban_nobody');
  await field.press('Enter');
  await says(page, '#search-fault', 'ban_');
  await field.fill('#3');
  await field.press('Enter');
  await says(page, 'h2', 'Account #3');
  const { hash } = await network.call('dev_faucet', { account: network.accounts[2].account });
  await field.fill(hash.toLowerCase());
  await field.press('Enter');
  await says(page, 'h2', 'Block');
  await says(page, '.facts', '#2');
  await field.fill('AB'.repeat(32));
  await field.press('Enter');
  await says(page, 'main', 'Neither the stream nor the RPC knows this block');
  assert.deepEqual(page.faults, []);
});

test('who comes later sees the last two minutes, and an outage leaves no hole', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const { hash } = await network.call('dev_faucet', { account: network.accounts[0].account });
  const page = await open(browser, network, 'explorer', LIVE);
  const link = (of) => rows(page, 'Recent blocks').locator(`a[href="#/block/${of}"]`);
  await link(hash).waitFor();
  const { disconnected } = await network.call('dev_disconnect');
  assert.notEqual(disconnected, '0');
  const second = await network.call('dev_faucet', { account: network.accounts[0].account });
  await link(second.hash).waitFor();
  await page.locator(LIVE).waitFor();
  assert.equal(await page.locator('#note').innerText(), '');
});

test('a server without RPC is explored by what it says', async (t) => {
  const account = `ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh`;
  const hash = 'AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC';
  const server = await ScriptedServer.start(t, (request, connection) => {
    connection.send({ ack: request.action, time: '1', id: request.id });
    if (request.topic !== 'confirmation') return;
    const time = String(Date.now());
    connection.send({ topic: 'confirmation', time, message: { account, amount: '1900000000000000000000000000000', hash, confirmation_type: 'active_quorum', block: { type: 'state', account, subtype: 'send', link_as_account: account } } });
  });
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await openPage(browser, `${network.http}/explorer?url=${encodeURIComponent(server.url)}`);
  await says(page, '#stranger', server.url);
  assert.equal(server.connections, 0, 'a stranger that a link names is not connected to');
  await press(page, 'Connect to it');
  await rows(page, 'Recent blocks').filter({ hasText: '19 BAN' }).waitFor();
  await page.goto(`${page.url()}#/account/${account}`);
  await rows(page, 'Chain').filter({ hasText: '−19 BAN' }).waitFor();
  await says(page, 'main', 'Only what was heard');
  // Nor is an RPC that a link names asked anything.
  const lured = await openPage(browser, `${network.http}/explorer?rpc=${encodeURIComponent('http://127.0.0.1:9/')}`);
  await says(lured, '#stranger', '127.0.0.1:9');
  assert.equal(await lured.locator(LIVE).count(), 0);
  assert.deepEqual([...page.faults, ...lured.faults], []);
});

test('a hostile server writes text, and nothing else, into the explorer', async (t) => {
  const evil = '<img src=x onerror="document.title=1">';
  const server = await ScriptedServer.start(t, (request, connection) => {
    connection.send({ ack: request.action, time: '1', id: request.id });
    connection.send({ topic: 'confirmation', time: evil, message: { hash: evil, account: evil, amount: evil, confirmation_type: evil, block: { type: evil, subtype: evil, link_as_account: evil }, election_info: { duration: evil, votes: [{ representative: evil, timestamp: evil, weight: evil }] } } });
    connection.send({ topic: 'vote', time: evil, message: { account: evil, blocks: evil, timestamp: evil } });
    connection.send({ topic: 'vote', time: evil, message: { account: evil, blocks: [evil], timestamp: evil } });
    connection.send({ topic: 'new_unconfirmed_block', time: evil, hash: evil, message: evil });
    connection.send({ topic: 'started_election', time: evil, message: {} });
  });
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await openPage(browser, `${network.http}/explorer?url=${encodeURIComponent(server.url)}`);
  await press(page, 'Connect to it');
  await rows(page, 'Recent blocks').filter({ hasText: '<img' }).first().waitFor();
  assert.equal(await page.locator('main img, main script').count(), 0);
  assert.equal(await page.title(), 'Explorer · banano-ws');
  assert.deepEqual(page.faults, []);
});

test('a thousand events a second leave the page smooth and its memory bounded', async (t) => {
  const hex = (number) => number.toString(16).toUpperCase().padStart(64, '0');
  const account = `ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh`;
  const server = await ScriptedServer.start(t, (request, connection) => {
    connection.send({ ack: request.action, time: '1', id: request.id });
    if (request.topic !== 'confirmation') return;
    let number = 0;
    const timer = setInterval(() => {
      for (let count = 0; count < 25; count += 1) {
        number += 1;
        const [hash, time] = [hex(number), String(Date.now())];
        connection.send({ topic: 'started_election', time, message: { hash } });
        connection.send({ topic: 'confirmation', time, message: { account, amount: '1', hash, confirmation_type: 'active_quorum', block: { type: 'state', account, subtype: 'send', link_as_account: account } } });
      }
    }, 50);
    t.after(() => clearInterval(timer));
  });
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await openPage(browser, `${network.http}/explorer?url=${encodeURIComponent(server.url)}`);
  await press(page, 'Connect to it');
  await says(page, '.tile', /Confirmed\s*[3-6]\d\d \/s/);
  // The longest that the page's one thread is busy, over three seconds.
  const { longest_ms, frames } = await page.evaluate(() => new Promise((resolve) => {
    const [begun, gaps] = [performance.now(), []];
    let last = begun;
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      if (now - begun < 3_000) requestAnimationFrame(frame);
      else resolve({ longest_ms: Math.max(...gaps), frames: gaps.length });
    };
    requestAnimationFrame(frame);
  }));
  t.diagnostic(`${frames} frames in 3 s, the longest ${Math.round(longest_ms)} ms`);
  assert.ok(await rows(page, 'Recent blocks').count() <= 20);
  assert.ok(await page.locator('*').count() < 1_500);
  assert.deepEqual(page.faults, []);
});

test('the explorer fits a phone, on each of its pages', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t, PHONE)]);
  const { hash } = await network.call('dev_faucet', { account: network.accounts[0].account });
  for (const path of ['', `#/account/${network.accounts[0].account}`, `#/block/${hash}`, `#/election/${hash}`]) {
    const page = await open(browser, network, `explorer${path}`, 'main .panel');
    await page.locator(LIVE).waitFor();
    await checkWidth(page);
    await page.close();
  }
});

test('axe finds no serious fault in the explorer', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const { hash } = await network.call('dev_faucet', { account: network.accounts[0].account });
  for (const [path, selector] of [['', 'tbody tr'], [`#/account/${network.accounts[0].account}`, '.facts'], [`#/block/${hash}`, '.life li'], [`#/election/${hash}`, '.facts']]) {
    const page = await open(browser, network, `explorer${path}`, selector);
    await page.locator(LIVE).waitFor();
    await checkWithAxe(page);
    await page.close();
  }
});

test('the explorer can be used by keyboard', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await open(browser, network, 'explorer', LIVE);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the contents');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.tiles').count(), 1, 'the skip link stays on the page');
  await page.locator('#wanted').focus();
  await page.keyboard.type('#1');
  await page.keyboard.press('Enter');
  await says(page, 'h2', 'Account #1');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'view');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement?.localName), 'body');
});
