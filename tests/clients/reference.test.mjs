// The protocol as the server describes it: against what it really sends, and as a page whose examples can be sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';
import WebSocket from 'ws';

import { startBrowser } from './support/browser.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { checkWidth, checkWithAxe, open, PHONE, says, tabTo } from './support/pages.mjs';

test('what the server sends fits the schemas that it serves', async (t) => {
  const network = await DevNetwork.start(t);
  const get = async (path) => (await fetch(`${network.http}/${path}`)).json();
  const document = await get('asyncapi.json');
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validators = new Map();
  for (const name of await get('schema')) validators.set(name, ajv.compile(await get(`schema/${name}`)));
  assert.deepEqual(Object.keys(document.components.schemas).sort(), [...validators.keys()].sort());

  const socket = new WebSocket(network.ws);
  t.after(() => socket.terminate());
  const seen = new Map();
  const waiting = [];
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    const name = message.topic ?? (message.ack === undefined ? 'error' : 'ack');
    const validate = validators.get(name);
    assert.ok(validate(message), `${text}: ${JSON.stringify(validate.errors)}`);
    seen.set(name, (seen.get(name) ?? 0) + 1);
    for (const check of [...waiting]) check();
  });
  const until = (done) => new Promise((resolve) => {
    const check = () => {
      if (done()) resolve(waiting.splice(waiting.indexOf(check), 1));
    };
    waiting.push(check);
    check();
  });
  await new Promise((resolve) => { socket.once('open', resolve); });
  const options = {
    confirmation: { include_election_info_with_votes: true, include_sideband_info: true, include_linked_account: true },
    vote: { include_replays: true, include_indeterminate: true },
  };
  const topics = document.components.schemas.subscribe.properties.topic.enum;
  for (const topic of topics) {
    const request = { action: 'subscribe', topic, ack: true, ...(topic === 'status' ? {} : { cursor: true }), ...(options[topic] ? { options: options[topic] } : {}) };
    assert.ok(validators.get('subscribe')(request), JSON.stringify(validators.get('subscribe').errors));
    socket.send(JSON.stringify(request));
  }
  socket.send('{"action":"subscribe","topic":"nothing","id":"1"}');
  socket.send('no JSON');
  socket.send('{"action":"ping","id":"2"}');
  await until(() => seen.get('error') === 2);
  await network.call('dev_faucet', { account: network.accounts[0].account });
  await network.call('work_generate', { hash: '00'.repeat(32) });
  await until(() => ['confirmation', 'vote', 'started_election', 'new_unconfirmed_block', 'work', 'active_difficulty'].every((topic) => seen.has(topic)));
});

test('every action, topic, option, error and close code is on the page', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const { components, channels } = await (await fetch(`${network.http}/asyncapi.json`)).json();
  const page = await open(browser, network, 'reference', '#documents');
  for (const action of ['subscribe', 'unsubscribe', 'update', 'ping']) await page.locator(`#action-${action}`).waitFor();
  const { topic, options } = components.schemas.subscribe.properties;
  for (const name of topic.enum) {
    const shown = await page.locator(`#topic-${name}`).innerText();
    for (const [option, schema] of Object.entries(options.properties)) {
      if (schema['x-topics'].includes(name)) assert.ok(shown.includes(option), `${name}: ${option}`);
    }
    for (const member of Object.keys(components.schemas[name].properties)) assert.ok(shown.includes(member), `${name}: ${member}`);
  }
  const codes = await page.locator('#error-codes').innerText();
  for (const { const: code } of components.schemas.error.properties.code.oneOf) assert.ok(codes.includes(code), code);
  const closes = await page.locator('#close-codes').innerText();
  for (const { code } of channels.notifications['x-close-codes']) assert.ok(closes.includes(String(code)), code);
  assert.deepEqual(page.faults, []);
});

test('an example is edited, sent and answered; a subscription tells of a real payment', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await open(browser, network, 'reference', '#documents');
  const ping = page.locator('#action-ping .try');
  await ping.locator('textarea').fill('{"action":"ping","id":"from the page"}');
  await ping.getByRole('button', { name: 'Send' }).click();
  await says(page, '#action-ping .output', /"ack": "pong"[^]*from the page/);

  const confirmation = page.locator('#topic-confirmation .try');
  await confirmation.getByRole('button', { name: 'Send', exact: true }).click();
  await confirmation.getByRole('button', { name: 'Send a payment to see' }).click();
  await says(page, '#topic-confirmation .output', /"topic": "confirmation"[^]*"amount_decimal": "1\.0"/);
  await confirmation.getByRole('button', { name: 'Stop' }).click();
  await says(page, '#topic-confirmation .try', 'stopped');

  await page.locator('#error .try').getByRole('button', { name: 'Send' }).click();
  await says(page, '#error .output', 'unknown_topic');
  await confirmation.getByRole('link', { name: 'Open in the tester' }).click();
  await page.waitForFunction(() => document.querySelector('#json')?.value);
  assert.equal(JSON.parse(await page.inputValue('#json')).topic, 'confirmation');
  assert.deepEqual(page.faults, []);
});

test('a link leads to its place, and the page fits a phone', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t, PHONE)]);
  const page = await open(browser, network, 'reference#topic-vote', '#documents');
  await page.waitForFunction(() => Math.abs(document.getElementById('topic-vote')?.getBoundingClientRect().top ?? 999) < 200);
  await checkWidth(page);
});

test('the reference is read and its examples are sent without a pointer', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await open(browser, network, 'reference', '#documents');
  const { text } = await tabTo(page, () => true);
  assert.equal(text, 'Skip to the contents');
  await tabTo(page, ({ href }) => href === '#action-ping');
  await page.keyboard.press('Enter');
  assert.equal(new URL(page.url()).hash, '#action-ping');
  // From the place that the link leads to, not from the list of contents.
  await tabTo(page, ({ localName, place }) => localName === 'textarea' && place === 'action-ping', 4);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('{"action":"ping","id":"by keys"}');
  await tabTo(page, ({ localName }) => localName === 'button', 1);
  await page.keyboard.press('Enter');
  await says(page, '#action-ping .output', /"ack": "pong"[^]*by keys/);
  await says(page, '#action-ping .try [role="status"]', 'answered');

  await tabTo(page, ({ localName, place }) => localName === 'summary' && place === 'topic-confirmation');
  await page.keyboard.press('Enter');
  await page.locator('#topic-confirmation details[open] pre').first().waitFor();
  await tabTo(page, ({ localName, text: label, place }) => localName === 'button' && label === 'Send' && place === 'topic-confirmation');
  await page.keyboard.press('Space');
  await says(page, '#topic-confirmation .output', '"ack": "subscribe"');
  await tabTo(page, ({ text: label }) => label === 'Send a payment to see', 1);
  await page.keyboard.press('Enter');
  await says(page, '#topic-confirmation .output', '"topic": "confirmation"');
  assert.deepEqual(page.faults, []);
});

test('axe finds no serious fault in the reference', async (t) => {
  const [network, browser] = await Promise.all([DevNetwork.start(t), startBrowser(t)]);
  const page = await open(browser, network, 'reference', '#documents');
  await page.locator('#action-ping .try').getByRole('button', { name: 'Send' }).click();
  await says(page, '#action-ping .output', 'pong');
  await checkWithAxe(page, ['.top', '#contents', '#connect', '#action-ping', '#topic-vote', '#error', '#error-codes', '#documents']);
});
