// A client program as a child process: its lines, its end.

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { folderBesidePackages, here } from './folder.mjs';

const WAIT_MS_MAX = 30_000;

/** Runs `command` and collects the lines it prints, of both outputs; `onLine` is told each. Give `t` to end it with the test. */
export class Program {
  lines = [];
  #waiting = [];

  constructor(t, command, args, options = {}) {
    this.name = [command, ...args].join(' ');
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    t.after(() => this.child.kill('SIGKILL'));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.onLine?.(line);
        this.#wake();
      });
    }
    this.exited = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('exit', (code, signal) => {
        this.ended = { code, signal };
        resolve(this.ended);
        this.#wake();
      });
    });
  }

  #wake() {
    this.#waiting = this.#waiting.filter((wake) => !wake());
  }

  get isRunning() {
    return this.ended === undefined;
  }

  /** The first line that `matches`, now or later. */
  line(matches, what = matches.toString()) {
    return new Promise((resolve, reject) => {
      const said = () => `it printed:\n${this.lines.join('\n') || '(nothing)'}`;
      const timer = setTimeout(
        () => reject(new Error(`${this.name}: no line with ${what} in time; ${said()}`)),
        WAIT_MS_MAX,
      );
      const wake = () => {
        const found = this.lines.find((line) => matches(line));
        if (found !== undefined) {
          clearTimeout(timer);
          resolve(found);
        } else if (this.ended) {
          clearTimeout(timer);
          reject(new Error(`${this.name} ended (${JSON.stringify(this.ended)}) without ${what}; ${said()}`));
        } else {
          return false;
        }
        return true;
      };
      if (!wake()) this.#waiting.push(wake);
    });
  }
}

/** A Python program of ours; `venv` says which packages it sees. */
export function python(t, venv, script, ...args) {
  return new Program(t, `${here}${venv}/bin/python3`, ['-u', `${here}python/${script}`, ...args]);
}

/** A command-line program from npm. */
export function npmProgram(t, name, ...args) {
  return new Program(t, `${here}node_modules/.bin/${name}`, args);
}

/** Runs a CommonJS program of `text`, beside the packages that it may require. */
export async function runInNode(t, text) {
  const folder = folderBesidePackages();
  await writeFile(`${folder}/program.cjs`, text);
  return new Program(t, process.execPath, [`${folder}/program.cjs`]);
}
