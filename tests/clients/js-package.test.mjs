// clients/js as a package: its types, its exports, and what its README shows.

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { DevNetwork } from './support/dev-network.mjs';
import { here, temporaryFolder } from './support/folder.mjs';
import { npmProgram, Program } from './support/program.mjs';

const packageFolder = fileURLToPath(new URL('../../clients/js/', import.meta.url));
const FIRST_LINE_OF_BLOCK = [/^send 2(\.0)? BAN [0-9A-F]{64}$/, /^there and back in [\d.]+ ms$/, /^waiting 0 BAN, missing 1\.5$/, /^live $/];

/** A folder of a user who has installed the package and what it needs. */
async function userFolder() {
  const folder = temporaryFolder('user');
  await mkdir(join(folder, 'node_modules'));
  await cp(packageFolder, join(folder, 'node_modules/banano-ws'), { recursive: true });
  for (const name of ['ws', '@types']) await symlink(`${here}node_modules/${name}`, join(folder, 'node_modules', name));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

async function tsc(t, ...args) {
  const program = npmProgram(t, 'tsc', ...args);
  const { code } = await program.exited;
  assert.equal(code, 0, program.lines.join('\n'));
}

test('the module is sound to the type checker, and a typed program can use what it emits', async (t) => {
  const folder = await userFolder();
  const types = join(folder, 'node_modules/banano-ws/types');
  await tsc(t, '-p', packageFolder, '--outDir', types, '--typeRoots', `${here}node_modules/@types`);
  await writeFile(join(folder, 'shop.ts'), `
    import { Client, toRaw } from 'banano-ws';
    import { fileStore } from 'banano-ws/file-store';
    const client = new Client(['ws://x'], { heartbeatMs: 5 });
    const subscription = client.subscribe('confirmation', { accounts: [] }, { store: fileStore('x'), overflow: 'pause' });
    subscription.on('continuity', ({ outcome }) => { const known: 'live' | 'resumed' | 'gap' | 'unknown' = outcome; void known; });
    for await (const event of subscription) { const hash: string | undefined = event.hash; void hash; await event.ack(); }
    const { status } = await client.awaitPayment('ban_1', toRaw('1'), { deadline: new Date() }).settled;
    // @ts-expect-error there is no such status
    if (status === 'refunded') client.close();
    // @ts-expect-error amounts are bigint
    client.awaitPayment('ban_1', 1.5, { deadline: 1 });
  `);
  await tsc(t, '--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--typeRoots', join(folder, 'node_modules/@types'), join(folder, 'shop.ts'));
});

test('each program in the README runs', async (t) => {
  const network = await DevNetwork.start(t);
  const readme = await readFile(`${packageFolder}README.md`, 'utf8');
  const blocks = readme.split('```js\n').slice(1).map((rest) => rest.split('```')[0]);
  assert.equal(blocks.length, FIRST_LINE_OF_BLOCK.length);
  for (const [index, block] of blocks.entries()) {
    const folder = await userFolder();
    const text = block.replaceAll('ws://127.0.0.1:7074', network.ws).replaceAll('http://127.0.0.1:7072', network.rpc);
    const needsWs = !text.includes("from 'ws'") && globalThis.WebSocket === undefined;
    const globals = "import WebSocket from 'ws';\nglobalThis.WebSocket = WebSocket;\n";
    await writeFile(join(folder, 'global.mjs'), needsWs ? globals : '');
    await writeFile(join(folder, 'program.mjs'), text);
    const program = new Program(t, process.execPath, ['--import', './global.mjs', 'program.mjs'], { cwd: folder });
    const account = network.accounts[index === 0 ? 0 : 1].account;
    const isFirst = (line) => FIRST_LINE_OF_BLOCK[index].test(line);
    const paying = setInterval(() => {
      network.call('dev_faucet', { account, amount_decimal: '2' }).catch(() => {});
    }, 300);
    t.after(() => clearInterval(paying));
    assert.equal(await program.line(isFirst, String(FIRST_LINE_OF_BLOCK[index])), program.lines[0]);
    if (index === 3) await program.line((line) => /^credit [0-9A-F]{64} 2(\.0)?$/.test(line));
    clearInterval(paying);
    program.child.kill();
  }
});
