// A dev network for a test: the built banano-ws, on free ports, stopped by its process id.
//
// Used by every test here. The program is started as a user would start it; nothing is reached but its ports.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { temporaryFolder } from './folder.mjs';

/** The built program: ./test names it; by hand it is that of the dev profile, beside the copy of these tests in target/. */
export const BINARY = process.env.BANANO_WS_BINARY
  ?? fileURLToPath(new URL('../../debug/banano-ws', import.meta.url));

const START_MS_MAX = 30_000;
const POLL_MS = 10;

/** A running dev network: `ws`, `rpc`, `accounts` and `seed` are those of --config-out. */
export class DevNetwork {
  #child;
  #folder;

  /** Starts one with more arguments, and waits until it listens. Give `t` to stop it when the test ends. */
  static async start(t, ...args) {
    const network = new DevNetwork();
    network.#folder = temporaryFolder('test');
    t.after(() => network.stop());
    await network.#run(args);
    return network;
  }

  #spawn(args) {
    this.#child = spawn(
      BINARY,
      [
        'dev', '--listen', this.#address(this.ws), '--rpc-listen', this.#address(this.rpc),
        '--config-out', this.#configFile, ...args,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.output = '';
    const child = this.#child;
    child.stdout.on('data', (text) => { this.output += text; });
    child.stderr.on('data', (text) => { this.output += text; });
    this.exited = new Promise((resolve) => {
      child.on('error', (error) => resolve({ error }));
      child.on('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  async #run(args) {
    await rm(this.#configFile, { force: true });
    this.#spawn(args);
    let ended = null;
    void this.exited.then((end) => { ended = end; });
    const deadline = performance.now() + START_MS_MAX;
    while (!existsSync(this.#configFile)) {
      if (ended) throw new Error(`banano-ws ended at its start (${JSON.stringify(ended)}):\n${this.output}`);
      if (performance.now() > deadline) throw new Error(`banano-ws wrote no --config-out in time:\n${this.output}`);
      await sleep(POLL_MS);
    }
    Object.assign(this, JSON.parse(await readFile(this.#configFile, 'utf8')));
  }

  get #configFile() {
    return join(this.#folder, 'network.json');
  }

  /** Any free port at the first start; at a restart the port that clients know. */
  #address(url) {
    return url ? new URL(url).host : '127.0.0.1:0';
  }

  /** One RPC command. An answer with `error` is thrown. */
  async call(action, members = {}) {
    const answer = await this.ask(action, members);
    if (answer.error) throw new Error(`${action}: ${answer.error}`);
    return answer;
  }

  /** One RPC command, its answer as it is. */
  async ask(action, members = {}) {
    const response = await fetch(this.rpc, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ action, ...members }),
    });
    if (!response.ok) throw new Error(`${action}: HTTP ${response.status}`);
    return response.json();
  }

  /** Ends the process at once, with no chance to tidy up. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Starts the program again on the same ports, after `kill` or `end`. */
  async restart(...args) {
    await this.#run(args);
  }

  /** Starts the program again and kills it `after_ms`, however far it has come. */
  async restartAndKill(after_ms, ...args) {
    this.#spawn(args);
    await sleep(after_ms);
    await this.kill();
  }

  /** Asks the process to end, by `signal`, and says how it did. */
  async end(signal = 'SIGTERM') {
    this.#child.kill(signal);
    return this.exited;
  }

  /** Asks the process to end, if it was started. */
  async stop() {
    if (this.#child) await this.end();
  }

  /** A folder that lives as long as the network. */
  get folder() {
    return this.#folder;
  }
}
