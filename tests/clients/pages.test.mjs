// The pages in Chromium, as a person uses them: real payments, no fault in the console, nothing that the policy forbids.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import WebSocket from 'ws';

import { openPage, startBrowser } from './support/browser.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { here } from './support/folder.mjs';
import { checkWidth, checkWithAxe, PHONE, press, says, tabTo } from './support/pages.mjs';
import { npmProgram } from './support/program.mjs';
import { plainNode, ScriptedServer } from './support/scripted-server.mjs';

const { Replay } = await import(new URL('../../web/tester/replay.js', import.meta.url));

const TOPICS = [
  'confirmation', 'vote', 'started_election', 'stopped_election', 'active_difficulty', 'work', 'telemetry',
  'new_unconfirmed_block', 'bootstrap',
];

const connected = (page) => page.locator('#state[data-state="open"]').waitFor();
const rows = (page, kind) => page.locator(`#list .message:not([hidden])[data-kind="${kind}"]`);

async function tester(t, { network, browser, hash = '' } = {}) {
  const net = network ?? await DevNetwork.start(t);
  const page = await openPage(browser ?? await startBrowser(t), `${net.http}/${hash}`);
  return { network: net, page };
}

async function writeJson(page, request) {
  await page.fill('#json', JSON.stringify(request));
}

test('a visitor sees a payment of his own confirmed', async (t) => {
  const { network, page } = await tester(t);
  await connected(page);
  await press(page, 'Send 1 BAN from #0 to #1');
  await page.locator('[data-step="confirmed"].done').waitFor();
  assert.match(await page.locator('[data-step="votes"]').innerText(), /\d voted, \d finally/);
  const { receivable } = await network.call('account_balance', { account: network.accounts[1].account });
  assert.equal(BigInt(receivable), 10n ** 29n);
  assert.deepEqual(page.faults, []);
});

test('each topic can be subscribed to by the form, with each of its options', async (t) => {
  const { network, page } = await tester(t);
  await connected(page);
  for (const topic of TOPICS) {
    await page.selectOption('#request-topic', topic);
    await page.fill('#request-id', topic);
    await page.locator('#request details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    for (const field of await page.locator('#request [data-path="options"]').all()) {
      const [member, type] = [await field.getAttribute('data-member'), await field.getAttribute('data-type')];
      if (type === 'flag') await field.selectOption('true');
      else if (type === 'word') await field.selectOption({ index: 1 });
      else if (type === 'words') for (const box of await field.locator('input').all()) await box.check();
      else if (type === 'accounts') await field.fill(`${network.accounts[0].account}\n${network.accounts[1].account}`);
      else if (type === 'hashes') await field.fill('AB'.repeat(32));
      else await field.fill(member === 'min_amount' ? '0.5' : '2');
    }
    await press(page, 'Send');
    await says(page, '#list .message[data-kind="ack"]', `id ${topic}`);
    await page.locator(`#subscriptions [data-topic="${topic}"]`).waitFor();
  }
  const sent = JSON.parse(await page.inputValue('#json'));
  assert.equal(sent.topic, 'bootstrap');
  assert.equal(await rows(page, 'error').count(), 0);
  assert.deepEqual(page.faults, []);
});

test('the form and the JSON are two sides of one request', async (t) => {
  const { network, page } = await tester(t);
  const [{ account }] = network.accounts;
  await writeJson(page, { action: 'subscribe', topic: 'confirmation', strange: 7, options: { accounts: [account], min_amount: '150000000000000000000000000000' } });
  assert.equal(await page.inputValue('#request-options-accounts'), account);
  assert.equal(await page.inputValue('#request-options-min_amount'), '1.5');
  await page.fill('#request-options-min_amount', '2');
  await page.selectOption('#request-ack', 'true');
  assert.deepEqual(JSON.parse(await page.inputValue('#json')), {
    action: 'subscribe', topic: 'confirmation', strange: 7, ack: true,
    options: { accounts: [account], min_amount: '200000000000000000000000000000' },
  });
  await page.fill('#json', '{ "action": ');
  assert.ok(await page.locator('#send').isDisabled());
  await says(page, '#json-fault', 'no JSON');

  await writeJson(page, { action: 'subscribe', topic: 'confirmation' });
  await page.fill('#request-options-accounts', `${account.slice(0, -1)}9`);
  await says(page, '#request-options-accounts-fault', /checksum|not used/);
});

test('a mistake is answered with an error that can be read in full', async (t) => {
  const { page } = await tester(t);
  await connected(page);
  await writeJson(page, { action: 'subscribe', topic: 'confirmations', id: 'oops' });
  await press(page, 'Send');
  await rows(page, 'error').first().click();
  const detail = await page.locator('#detail').innerText();
  assert.match(detail, /unknown_topic/);
  assert.match(detail, /oops/);
  assert.equal(await page.locator('#subscriptions li').count(), 0);
});

test('a server that is killed: the page counts down, comes back, subscribes again and says what it knows', async (t) => {
  const { network, page } = await tester(t);
  await connected(page);
  await press(page, 'Send');
  await rows(page, 'ack').first().waitFor();
  await network.kill();
  await says(page, '#state-text', /1006.*Attempt \d+ in [\d.]+ s/);
  await network.restart();
  await connected(page);
  await says(page, '#subscriptions .note', /gap: the server no longer has|what happened meanwhile is not known/);
  await network.call('dev_faucet', { account: network.accounts[0].account });
  await rows(page, 'confirmation').first().waitFor();
});

test('a dropped connection is resumed, and the page says how much was replayed', async (t) => {
  const server = await ScriptedServer.start(t, (request, connection) => {
    if (request.action !== 'subscribe') return plainNode(request, connection);
    connection.send({ ack: 'subscribe', time: '1', id: request.id, cursor: '0000000a-9' });
    const event = (sequence, more) => ({ topic: 'confirmation', time: '1', cursor: `0000000a-${sequence}`, ...more, message: { hash: `H${sequence}`, amount: '1' } });
    if (request.since === undefined) connection.send(event(10));
    else for (const sequence of [11, 12]) connection.send(event(sequence, { replayed: 'true' }));
  });
  const { page } = await tester(t, { hash: `#url=${encodeURIComponent(server.url)}` });
  assert.equal(await page.locator('#state').getAttribute('data-state'), null, 'a stranger that a link names is not connected to');
  await press(page, 'Connect');
  await connected(page);
  await press(page, 'Send');
  await rows(page, 'confirmation').first().waitFor();
  server.drop();
  await says(page, '#subscriptions .note', 'resumed at 0000000a-10, replayed 2, no gap');
});

test('messages are filtered, paused, exported and cleared; the URL carries it all', async (t) => {
  const { network, page } = await tester(t);
  await connected(page);
  for (const topic of ['confirmation', 'vote']) {
    await writeJson(page, { action: 'subscribe', topic, ack: true });
    await press(page, 'Send');
  }
  const { hash } = await network.call('dev_faucet', { account: network.accounts[0].account });
  await rows(page, 'confirmation').first().waitFor();
  await page.fill('#filter', hash);
  await page.selectOption('#filter-topic', 'confirmation');
  await says(page, '#counts', /1 of \d+/);
  await page.locator('#list .message:not([hidden])').nth(1).waitFor({ state: 'hidden' });
  assert.equal(await page.locator('#list .message:not([hidden])').count(), 1);

  const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export')]);
  const [line, ...none] = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  assert.deepEqual(none, []);
  assert.equal(JSON.parse(line).message.message.hash, hash);

  // What a link says is there at once, also when the server takes its time to tell about its network.
  await page.context().route('**/network.json', () => {});
  const shared = await openPage(page.context(), page.url());
  assert.equal(await shared.inputValue('#filter'), hash);
  assert.equal(await shared.inputValue('#filter-topic'), 'confirmation');
  assert.deepEqual(JSON.parse(await shared.inputValue('#json')), JSON.parse(await page.inputValue('#json')));
  await shared.close();
  await page.context().unrouteAll();

  await page.fill('#filter', '');
  await page.selectOption('#filter-topic', '');
  await press(page, 'Pause');
  const before = await page.locator('#list .message:not([hidden])').count();
  await network.call('dev_faucet', { account: network.accounts[0].account });
  await says(page, '#topics', 'confirmation 2');
  assert.equal(await page.locator('#list .message:not([hidden])').count(), before);
  await press(page, 'Pause');
  await press(page, 'Clear');
  await says(page, '#counts', /^0/);
  assert.deepEqual(page.faults, []);
});

test('what was exported is imported again, sent requests are kept, subtypes are filtered', async (t) => {
  const { network, page } = await tester(t);
  await connected(page);
  await press(page, 'Send');
  await network.call('dev_faucet', { account: network.accounts[0].account });
  await rows(page, 'confirmation').first().waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export')]);
  await press(page, 'Disconnect');
  await press(page, 'Clear');
  await page.setInputFiles('#import-file', await file.path());
  await rows(page, 'confirmation').first().waitFor();
  await rows(page, 'sent').first().waitFor();
  assert.equal(await rows(page, 'sent').count(), 1);
  await page.selectOption('#filter-subtype', 'change');
  await says(page, '#counts', /^0 of/);
  await page.selectOption('#filter-subtype', 'send');
  await says(page, '#counts', /^1 of/);
  assert.match(page.url(), /subtype=send/);
  await page.reload();
  await page.locator('#scenario optgroup[label="Sent before"] option').filter({ hasText: 'subscribe · confirmation' }).waitFor({ state: 'attached' });
  assert.deepEqual(page.faults, []);
});

test('a recording is replayed at its own pace, whatever its clock did', () => {
  const line = (number, at, data = {}) => ({ direction: 'in', text: String(number), data, ...(at === undefined ? {} : { at }) });
  const replay = new Replay([line(1, 5_000), line(2, 5_100), line(3, 1_000), line(4, 1_300), line(5), line(6, undefined, { time: '1500' })]);
  const advance = (ms) => replay.advance(ms).map(({ text }) => text).join();
  assert.equal(replay.lengthMs, 100 + 300 + 200);
  assert.deepEqual([advance(0), advance(99), advance(1), advance(299), advance(1)], ['1', '', '2,3', '', '4,5']);
  assert.ok(!replay.isOver);
  assert.equal(advance(Infinity), '6');
  assert.ok(replay.isOver);
});

test('an imported recording is replayed, faster, with a pause, or to its end at once', async (t) => {
  const { page } = await tester(t);
  await connected(page);
  await press(page, 'Disconnect');
  const HOUR_MS = 3_600_000;
  const recording = (...times) => times.map((at, number) => (
    JSON.stringify({ at: 1_700_000_000_000 + at, direction: 'in', kind: 'vote', message: { topic: 'vote', message: { account: `A${number}`, blocks: [] } } })
  )).join('\n');
  const choose = (text) => page.setInputFiles('#import-file', { name: 'votes.jsonl', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await choose('no message');
  await says(page, '#replay-said', 'votes.jsonl holds no messages');
  assert.ok(await page.locator('#replay-play').isDisabled());

  await choose(recording(0, 0, HOUR_MS));
  await says(page, '#replay-said', /3 messages.*1\.0 h/);
  // Imported at once, and drawn with the next picture.
  await rows(page, 'vote').nth(2).waitFor();
  await press(page, 'Replay');
  await says(page, '#counts', /^2$/);
  await rows(page, 'vote').nth(1).waitFor();
  assert.equal(await rows(page, 'open').count(), 0, 'what was there before is gone');
  await press(page, 'Pause replay');
  const place = await page.locator('#replay-progress').evaluate((bar) => bar.value);
  await page.selectOption('#replay-speed', '100');
  assert.equal(await page.locator('#replay-progress').evaluate((bar) => bar.value), place);
  await press(page, 'Go on');
  await press(page, 'Skip to the end');
  await says(page, '#counts', /^3$/);
  await says(page, '#replay-said', '3 messages were replayed');

  await choose(recording(0, 10_000, 20_000));
  await press(page, 'Replay');
  await says(page, '#replay-said', '3 messages were replayed');
  await says(page, '#counts', /^3$/);
  assert.deepEqual(page.faults, []);
});

test('two servers are compared, and what one of them missed is named', async (t) => {
  const other = await ScriptedServer.start(t);
  const { network, page } = await tester(t);
  await connected(page);
  await page.locator('#side-by-side summary').click();
  await page.fill('#other-url', other.url);
  await press(page, 'Compare');
  await other.request();
  await page.locator('#compared tbody .warn').first().waitFor({ state: 'detached' });
  const pay = () => network.call('dev_faucet', { account: network.accounts[0].account });
  const [told, missed] = [await pay(), await pay()];
  // The network is the first to tell.
  await says(page, '#compared tbody tr', /:\d+\s*2\s*0\s*0$/);
  other.send({ topic: 'confirmation', time: '1', message: { hash: told.hash } });
  await says(page, '#compared tbody tr', /:\d+\s*2\s*1\s*0$/);
  const list = page.locator('#compared details');
  await list.locator('summary').click();
  assert.equal((await list.locator('li').allInnerTexts()).join(), missed.hash);
  assert.deepEqual(page.faults, []);
});

test('each member of a message tells what it means, in the words of the server', async (t) => {
  const { network, page } = await tester(t);
  const { components } = await (await fetch(`${network.http}/asyncapi.json`)).json();
  await connected(page);
  await press(page, 'Send');
  await network.call('dev_faucet', { account: network.accounts[0].account });
  await rows(page, 'confirmation').first().click();
  const { account, block } = components.schemas.confirmation.properties.message.properties;
  const plain = (text) => text.replaceAll('`', '');
  for (const [name, { description }] of [['account', account], ['link', block.properties.link]]) {
    await page.locator('#detail .told').getByText(name, { exact: true }).first().hover();
    await says(page, '[role="tooltip"]:visible', plain(description));
  }
  await page.locator('h2').first().hover();
  await page.locator('[role="tooltip"]').waitFor({ state: 'hidden' });
});

test('what a member means is told to those who use keys, a screen reader or a finger', async (t) => {
  const network = await DevNetwork.start(t);
  const [desk, phone] = await Promise.all([startBrowser(t), startBrowser(t, PHONE)]);
  for (const browser of [desk, phone]) {
    const { page } = await tester(t, { network, browser });
    await connected(page);
    await press(page, 'Send');
    await rows(page, 'ack').first().click();
    const tooltip = page.locator('[role="tooltip"]');
    if (browser === phone) {
      await page.locator('#detail .told').first().tap();
      await tooltip.waitFor();
      await page.locator('#messages-title').tap();
      await tooltip.waitFor({ state: 'hidden' });
      continue;
    }
    await page.locator('#detail').getByRole('button', { name: 'Close' }).focus();
    await tabTo(page, (at) => at.className === 'told');
    await tooltip.waitFor();
    const text = await tooltip.innerText();
    // Messages that come move the list, and nothing else.
    for (let more = 0; more < 40; more += 1) await network.call('dev_faucet', { account: network.accounts[0].account });
    await says(page, '#topics', /confirmation 40/);
    assert.ok(await page.locator('#list').evaluate((list) => list.scrollTop > 0));
    assert.ok(await tooltip.isVisible());
    assert.ok(text.length > 5);
    assert.equal(await page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent), text);
    await page.keyboard.press('Escape');
    await tooltip.waitFor({ state: 'hidden' });
    assert.equal(await page.evaluate(() => document.activeElement.className), 'told', 'the focus stays');
    await page.locator('#request-topic').focus();
    await says(page, '[role="tooltip"]:visible', /cemented/);
  }
});

test('a page lets itself be dropped and delayed, and nobody else', async (t) => {
  const { network, page } = await tester(t);
  await connected(page);
  await press(page, 'Send');
  await rows(page, 'ack').first().waitFor();
  const other = new WebSocket(network.ws);
  t.after(() => other.terminate());
  const heard = [];
  other.on('message', (text) => heard.push(JSON.parse(text)));
  await new Promise((resolve) => { other.once('open', resolve); });
  other.send('{"action":"subscribe","topic":"confirmation","ack":true}');

  await press(page, 'Drop me');
  await says(page, '#fault-said', 'dropped');
  await rows(page, 'close').filter({ hasText: '1006' }).waitFor();
  await says(page, '#subscriptions .note', /resumed at .* no gap/);
  assert.equal(other.readyState, WebSocket.OPEN);

  await press(page, 'Delay me by 5 s');
  await says(page, '#fault-said', 'for 5 s nothing comes');
  const { hash } = await network.call('dev_faucet', { account: network.accounts[0].account });
  while (!heard.some(({ message }) => message?.hash === hash)) await new Promise((resolve) => { other.once('message', resolve); });
  assert.equal(await rows(page, 'confirmation').count(), 0, 'the others are told at once');
  await rows(page, 'confirmation').filter({ hasText: hash.slice(0, 6) }).waitFor();

  await press(page, 'Disconnect');
  await press(page, 'Drop me');
  await says(page, '#fault-said', 'not connected to this network');
  assert.deepEqual(page.faults, []);
});

test('on the dev network two blocks for one place are made by a button', async (t) => {
  const { page } = await tester(t);
  await connected(page);
  await writeJson(page, { action: 'subscribe', topic: 'stopped_election', ack: true });
  await press(page, 'Send');
  await rows(page, 'ack').first().waitFor();
  await press(page, 'Fork account #0');
  await says(page, '#fault-said', 'two blocks for one place');
  await rows(page, 'stopped_election').first().waitFor();
});

test('ten thousand messages are a few dozen elements, and the oldest go', async (t) => {
  const server = await ScriptedServer.start(t, (request, connection) => {
    for (let number = 1; number <= 12_000; number += 1) connection.send({ topic: 'started_election', time: '1', message: { hash: `H${number}` } });
  });
  const { page } = await tester(t, { hash: `#url=${encodeURIComponent(server.url)}` });
  await press(page, 'Connect');
  await connected(page);
  await press(page, 'Send');
  await says(page, '#list .message:not([hidden])', 'H12000');
  await says(page, '#counts', /the last 10.000 kept/);
  assert.ok(await page.locator('#list .message').count() < 100);
  await page.locator('#list').press('Home');
  await page.locator('#list .message[aria-selected="true"][aria-posinset="1"][aria-setsize="10000"]').waitFor();
});

test('a hostile server writes text, and nothing else, into the page', async (t) => {
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const server = await ScriptedServer.start(t, (request, connection) => {
    connection.send({ topic: 'confirmation', time: evil, message: { hash: evil, account: evil, amount: evil, block: { subtype: evil, link_as_account: evil } } });
    connection.send({ error: evil, code: evil, id: evil });
    connection.send({ ack: evil, cursor: evil, warnings: [evil] });
    connection.send({ topic: 'vote', message: { blocks: evil } });
    connection.send([evil]);
    connection.send(null);
  });
  const { page } = await tester(t, { hash: `#url=${encodeURIComponent(server.url)}` });
  const title = await page.title();
  await press(page, 'Connect');
  await connected(page);
  await press(page, 'Send');
  await rows(page, 'other').nth(1).waitFor();
  for (const row of await page.locator('#list .message:not([hidden])').all()) {
    await row.click();
    assert.equal(await page.locator('#detail img, #detail script, #list img').count(), 0);
  }
  assert.equal(await page.title(), title);
  assert.deepEqual(page.faults, []);
});

test('everything can be done by keyboard', async (t) => {
  const { page } = await tester(t);
  await connected(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the messages');
  await page.locator('#json').focus();
  await page.keyboard.press('Control+Enter');
  await rows(page, 'ack').first().waitFor();
  await page.locator('#list').focus();
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'filter');
  for (const id of ['filter-topic', 'filter-subtype', 'filter-direction', 'list']) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.id), id);
  }
  await page.keyboard.press('End');
  await says(page, '#detail', 'ack');
  await page.keyboard.press('Escape');
  await page.locator('#detail').waitFor({ state: 'hidden' });
});

test('on a phone nothing is wider than the screen', async (t) => {
  const browser = await startBrowser(t, PHONE);
  const { page } = await tester(t, { browser });
  await connected(page);
  await press(page, 'Send 1 BAN from #0 to #1');
  await page.locator('[data-step="confirmed"].done').waitFor();
  await checkWidth(page);
});

test('axe finds no serious fault in the tester', async (t) => {
  const { page } = await tester(t);
  await connected(page);
  await press(page, 'Send');
  await press(page, 'Send 1 BAN from #0 to #1');
  await page.locator('#side-by-side summary').click();
  await rows(page, 'confirmation').first().click();
  await checkWithAxe(page);
});

test('the pages are sound to the type checker', async (t) => {
  const web = fileURLToPath(new URL('../../web/tsconfig.json', import.meta.url));
  const program = npmProgram(t, 'tsc', '-p', web, '--typeRoots', `${here}node_modules/@types`);
  const { code } = await program.exited;
  assert.equal(code, 0, program.lines.join('\n'));
});
