// A NATS server for a test, and an edge that serves from its stream.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { BINARY } from './dev-network.mjs';
import { Program } from './program.mjs';

/** Debian's place, which is not in everybody's path. */
const NATS = existsSync('/usr/sbin/nats-server') ? '/usr/sbin/nats-server' : 'nats-server';

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

export async function startNats(t, port, data) {
  const nats = new Program(t, NATS, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', data]);
  await nats.line((line) => line.includes('Server is ready'));
  return nats;
}

/** An edge of the stream at `url`; it has what is in its --config-out. */
export async function startEdge(t, url, folder, name) {
  const file = join(folder, `${name}.json`);
  const edge = new Program(t, BINARY, ['edge', '--journal', url, '--listen', '127.0.0.1:0', '--config-out', file]);
  await edge.line((line) => line.startsWith('Ready'));
  return Object.assign(edge, JSON.parse(await readFile(file, 'utf8')));
}

export async function kill(program) {
  program.child.kill('SIGKILL');
  await program.exited;
}
