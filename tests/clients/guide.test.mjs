// What docs/guide.md and docs/practices.md show is what a reader gets. Their Rust is compiled with the tests of banano-ws-client.

import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { BINARY, DevNetwork } from './support/dev-network.mjs';
import { folderBesidePackages } from './support/folder.mjs';
import { Program } from './support/program.mjs';

const project = fileURLToPath(new URL('../../', import.meta.url));
const guide = await readFile(`${project}docs/guide.md`, 'utf8');
const practices = await readFile(`${project}docs/practices.md`, 'utf8');

/** A line that each program of docs/practices.md prints. */
const SAID = [
  /^open $/, /^there and back: true$/, /^2 1 1 1 subscriptions$/, /^only payments to the till$/, /^500 accounts in few messages: true$/,
  /^no: unknown_topic$/, /^\d+ wait, 0 dropped$/, /^credit [0-9A-F]{64}$/, /^a real block: [0-9A-F]{64}$/,
];

/** All blocks of code of a language. */
const blocks = (language, page = guide) => page.split(`\`\`\`${language}\n`).slice(1).map((rest) => rest.split('```')[0]);
const languages = (page) => page.match(/^```.+$/gm).map((line) => line.slice(3));

/** Runs a script as a reader would, with the program in its path and the network's URLs as the usual ones. */
async function shell(t, script, network) {
  const env = { ...process.env, PATH: `${dirname(BINARY)}:${process.env.PATH}` };
  delete env.BANANO_WS_BINARY; // Of the tests, not of a reader.
  if (network) Object.assign(env, { BANANO_WS_URL: network.ws, BANANO_WS_RPC_URL: network.rpc });
  const program = new Program(t, 'bash', ['-e', '-c', script], { cwd: folderBesidePackages(), env });
  assert.deepEqual(await program.exited, { code: 0, signal: null }, program.lines.join('\n'));
  return program.lines;
}

/** Runs a program of a page, with the library where it looks for it. */
async function runJs(t, text, network) {
  const made = folderBesidePackages();
  await cp(`${project}clients/js`, join(made, 'node_modules/banano-ws'), { recursive: true });
  await writeFile(join(made, 'program.mjs'), text.replaceAll('ws://127.0.0.1:7074', network.ws));
  return new Program(t, process.execPath, ['program.mjs'], { cwd: made });
}

test('no block of code of the pages is left out', () => {
  assert.deepEqual(languages(guide), ['text', 'sh', 'rust,no_run', 'js', 'rust,no_run', 'sh']);
  assert.deepEqual(languages(practices), SAID.flatMap(() => ['rust,no_run', 'js']));
});

test('each program on the page of best practices does what it says, and ends', async (t) => {
  const network = await DevNetwork.start(t);
  const paying = setInterval(() => {
    network.call('dev_faucet', { account: network.accounts[1].account, amount_decimal: '2' }).catch(() => {});
  }, 200);
  t.after(() => clearInterval(paying));
  const programs = await Promise.all(blocks('js', practices).map((text) => runJs(t, text, network)));
  for (const [index, program] of programs.entries()) {
    const ended = await program.exited;
    const said = program.lines.join('\n');
    assert.deepEqual(ended, { code: 0, signal: null }, `practice ${index + 1}: ${said}`);
    assert.ok(program.lines.some((line) => SAID[index].test(line)), `practice ${index + 1}: ${said}`);
  }
});

test('the shell of the guide sees its own payment', async (t) => {
  const lines = await shell(t, blocks('sh')[0], await DevNetwork.start(t));
  assert.ok(lines.some((line) => line.includes('send') && line.includes('1.5 BAN')), lines.join('\n'));
});

test('the script for CI starts a network and tells where it is', async (t) => {
  const lines = await shell(t, blocks('sh')[1]);
  const told = JSON.parse(lines.join('\n'));
  assert.match(told.ws, /^ws:/);
});

test('the JavaScript of the guide sees a payment', async (t) => {
  const network = await DevNetwork.start(t);
  const program = await runJs(t, blocks('js')[0], network);
  const seen = program.line((line) => line.includes('BAN'));
  // It says nothing before it has seen something: pay until it does.
  const paid = (async () => {
    for (let done = false; !done;) {
      await network.call('dev_faucet', { account: network.accounts[1].account, amount_decimal: '1.5' });
      done = await Promise.race([seen.then(() => true), new Promise((resolve) => setTimeout(resolve, 100))]);
    }
  })();
  assert.match(await seen, /^send 1\.5 BAN [0-9A-F]{64}$/);
  await paid;
});
