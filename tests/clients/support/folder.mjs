// Folders for tests. They go when the test's process ends, when nobody is left who writes to them.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of these tests, where the packages are. */
export const here = fileURLToPath(new URL('..', import.meta.url));

const made = [];

process.on('exit', () => {
  for (const folder of made) {
    // Children of a browser may live a moment longer. What is left then is not what is tested.
    try { rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }); } catch { /* left there */ }
  }
});

function make(start) {
  const folder = mkdtempSync(start);
  made.push(folder);
  return folder;
}

/** An empty folder. `name` tells people what it was for. */
export const temporaryFolder = (name) => make(join(tmpdir(), `banano-ws-${name}-`));

/** An empty folder beside the packages that a program may import. */
export function folderBesidePackages() {
  mkdirSync(`${here}running`, { recursive: true });
  return make(`${here}running/`);
}
