// What README.md shows is what a reader gets.

import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { listen } from './support/confirmations.mjs';
import { BINARY, DevNetwork } from './support/dev-network.mjs';
import { folderBesidePackages } from './support/folder.mjs';
import { npmProgram, Program, runInNode } from './support/program.mjs';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const RPC_IN_README = 'http://127.0.0.1:7072';
const BALANCE_BAN = 100_000n;

/** Lines that are code by being indented, block by block. */
const indented = readme.replaceAll(/^```[^]*?^```$/gm, '').split(/\n{2,}/)
  .filter((block) => block.split('\n').some((line) => line.startsWith('    ')) && !block.startsWith('-'))
  .map((block) => block.split('\n').filter((line) => line.startsWith('    ')).map((line) => line.slice(4).split(/ {3,}#/)[0].trim()));

/** The indented block that begins so. */
const block = (start) => indented.find(([first]) => first.startsWith(start));

/** Runs a line that begins with the program's name as a reader would. */
function run(t, line, cwd, env = {}) {
  const [name, ...rest] = line.split(' ');
  assert.equal(name, 'banano-ws', line);
  return new Program(t, 'bash', ['-c', `exec "$PROGRAM" ${rest.join(' ')}`], { cwd, env: { ...process.env, PROGRAM: BINARY, ...env } });
}

const isReady = (line) => line.startsWith('Ready in ');

/** Ports that nobody listens on at the moment, below those that the system gives to whoever asks for any. */
async function freePorts(count) {
  const ports = [];
  for (let tries = 0; ports.length < count; tries += 1) {
    assert.ok(tries < 1_000, 'no port is free');
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree || ports.includes(port)) continue;
    await new Promise((resolve) => { server.close(resolve); });
    ports.push(port);
  }
  return ports;
}

/** The first code block of a language. */
function codeBlock(language) {
  const [, rest] = readme.split(`\`\`\`${language}\n`);
  return rest.split('```')[0];
}

test('the accounts, keys and seed in the README are those of the program', async (t) => {
  const network = await DevNetwork.start(t);
  const banner = codeBlock('');
  for (const { account, private_key: key, balance } of network.accounts.slice(0, 2)) {
    assert.ok(banner.includes(account) && banner.includes(key), account);
    assert.equal(BigInt(balance), BALANCE_BAN * 10n ** 29n);
  }
  assert.ok(banner.includes(network.seed));
  const firstLine = banner.split('\n')[0];
  assert.ok(network.output.includes(firstLine), `${firstLine} is not in:\n${network.output}`);
});

test('the first payment of the README is confirmed', async (t) => {
  const network = await DevNetwork.start(t);
  const seen = await listen(t, network.ws);
  const [, body] = readme.match(new RegExp(`curl -d '(.*)' ${RPC_IN_README}`));
  const { action, ...members } = JSON.parse(body);
  const { hash } = await network.call(action, members);
  await seen.wait(hash);
  assert.equal(seen.messages[0].message.amount_decimal, '1.5');
});

test('the program in the README pays and receives', async (t) => {
  const network = await DevNetwork.start(t);
  const seen = await listen(t, network.ws);
  const text = codeBlock('js');
  assert.ok(text.includes(RPC_IN_README));
  const program = await runInNode(t, text.replace(RPC_IN_README, network.rpc));
  assert.deepEqual(await program.exited, { code: 0, signal: null });
  const [sent, received] = program.lines;
  await seen.until(() => seen.hashes.length === 2, 'both blocks');
  assert.equal(sent, `sent ${seen.hashes[0]}`);
  assert.ok(received.includes(seen.hashes[1]), received);
});

test('no block of code of the README is left out', () => {
  assert.deepEqual(readme.match(/^```.*$/gm), ['```', '```', '```json', '```', '```js', '```', '```json', '```', '```sh', '```']);
  // The first is how this project is built and tested, which whoever runs this has done.
  assert.deepEqual(indented.map(([first]) => first.split(' ').slice(0, 3).join(' ')), [
    'cargo run --release', 'npx wscat -c', "curl -d '{\"action\":\"dev_faucet\",\"account\":\"ban_3uft4k7umf6s99we4pggzunsmyquzr1w1wckmzi759b9bp9d7gaswqmbqcxq\",\"amount_decimal\":\"1.5\"}'",
    'banano-ws dev --listen', 'banano-ws serve --network', 'banano-ws --config-out net.json', 'banano-ws serve --upstream',
    'banano-ws --data ./net', 'const invoice =',
  ]);
});

test('wscat shows what the README says, as it says', async (t) => {
  const network = await DevNetwork.start(t);
  const [, request] = block('npx wscat')[0].match(/-x '(.*)' -w -1/);
  const wscat = npmProgram(t, 'wscat', '-c', network.ws, '-x', request, '-w', '-1');
  await wscat.line((line) => line.includes('"ack":"subscribe"'));
  await network.call('dev_faucet', { account: network.accounts[0].account, amount_decimal: '1.5' });
  const line = await wscat.line((text) => text.includes('"topic":"confirmation"'));
  const told = JSON.parse(line.slice(line.indexOf('{')));
  const shown = JSON.parse(codeBlock('json'));
  assert.deepEqual(Object.keys(told), Object.keys(shown));
  assert.deepEqual(Object.keys(told.message), Object.keys(shown.message));
  assert.equal(told.message.amount, shown.message.amount);
});

test('what --config-out writes has the members that the README shows', async (t) => {
  const made = folderBesidePackages();
  const program = run(t, block('banano-ws dev --listen')[0], made);
  await program.line(isReady);
  const told = JSON.parse(await readFile(join(made, 'network.json'), 'utf8'));
  const shown = JSON.parse(readme.split('```json\n')[2].split('```')[0]);
  for (const name of Object.keys(shown)) assert.equal(typeof told[name], typeof shown[name], name);
  assert.deepEqual(Object.keys(told.accounts[0]), Object.keys(shown.accounts[0]));
});

test('the listeners of the README hear', async (t) => {
  const network = await DevNetwork.start(t);
  const made = folderBesidePackages();
  const { account } = network.accounts[1];
  for (const line of codeBlock('sh').trim().split('\n')) {
    const listener = run(t, line.replace('ban_3…', account), made, { BANANO_WS_URL: network.ws });
    await listener.line((text) => text.startsWith('connected to '));
    const heard = listener.line((text) => text.includes('send'));
    // It says nothing before it has heard something: pay until it does.
    for (let done = false; !done;) {
      await network.call('dev_faucet', { account, amount_decimal: '20' });
      done = await Promise.race([heard.then(() => true), new Promise((resolve) => { setTimeout(() => resolve(false), 100); })]);
    }
    if (line.includes('--json')) assert.equal(JSON.parse(await heard).topic, 'confirmation');
  }
});

test('the node without keys of the README follows a dev network', async (t) => {
  const made = folderBesidePackages();
  const [dev, serve] = block('banano-ws --config-out').map((line) => line.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:0'));
  const network = run(t, `${dev} --listen 127.0.0.1:0 --rpc-listen 127.0.0.1:0`, made);
  await network.line(isReady);
  await run(t, serve, made).line(isReady);
  // The others need networks that are not here: their flags are taken.
  for (const line of block('banano-ws serve --network')) {
    assert.equal((await run(t, line.replace('serve', 'config'), made).exited).code, 0, line);
  }
});

test('the gateway of the README passes on what a dev network tells', async (t) => {
  const made = folderBesidePackages();
  const [dev, serve, listener] = block('banano-ws --data');
  const ports = Object.fromEntries((await freePorts(4)).map((port, index) => [[7074, 7072, 8074, 8072][index], port]));
  const moved = (line) => line.replaceAll(/:(7074|7072|8074|8072)\b/g, (_, port) => `:${ports[port]}`);
  await run(t, `${dev} --listen 127.0.0.1:${ports[7074]} --rpc-listen 127.0.0.1:${ports[7072]}`, made).line(isReady);
  await run(t, moved(serve), made).line(isReady);
  const client = run(t, moved(listener), made);
  await client.line((line) => line.startsWith('connected to '));
  const heard = client.line((line) => line.includes('send'));
  const body = JSON.stringify({ action: 'dev_faucet', account: codeBlock('').match(/ban_\w{60}/)[0], amount: '7' });
  for (let done = false; !done;) {
    await fetch(`http://127.0.0.1:${ports[7072]}`, { method: 'POST', body });
    done = await Promise.race([heard.then(() => true), new Promise((resolve) => { setTimeout(() => resolve(false), 100); })]);
  }
  for (const line of block('banano-ws serve --upstream')) {
    assert.equal((await run(t, line.replace('serve', 'config'), made).exited).code, 0, line);
  }
});

test('the invoice of the README is settled', async (t) => {
  const network = await DevNetwork.start(t);
  const made = folderBesidePackages();
  const library = fileURLToPath(new URL('../../clients/js/', import.meta.url));
  await cp(library, join(made, 'node_modules/banano-ws'), { recursive: true });
  const fresh = 'ban_1111111111111111111111111111111111111111111111111111hifc8npp';
  await writeFile(join(made, 'invoice.mjs'), `
    import WebSocket from 'ws';
    import { Client, toRaw } from 'banano-ws';
    const account = '${fresh}';
    const client = new Client('${network.ws}', { WebSocket, rpc: '${network.rpc}' });
    ${block('const invoice').join('\n')}
    console.log(status, payments.length);
    client.close();
  `);
  await network.call('dev_faucet', { account: fresh, amount_decimal: '1.5' });
  const program = new Program(t, process.execPath, ['invoice.mjs'], { cwd: made });
  assert.deepEqual(await program.exited, { code: 0, signal: null }, program.lines.join('\n'));
  assert.deepEqual(program.lines, ['paid 1']);
});
