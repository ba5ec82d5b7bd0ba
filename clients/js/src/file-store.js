// Cursors in a file, for Node.js. Not exported by index.js: browsers have no files.

import { open, readFile, rename } from 'node:fs/promises';

/**
 * Keeps cursors in a JSON file of their own. A save is on the disk before it ends, and a crash leaves the old or the new file,
 * never half of one.
 *
 * @param {string} path the file; its folder must exist. Not to be shared by programs that run at the same time
 * @returns {import('./stores.js').CursorStore}
 */
export function fileStore(path) {
  /** @type {Record<string, string>} */
  let cursors = {};
  /** Loads and saves of several names, one after the other. @type {Promise<unknown>} */
  let last = Promise.resolve();
  /** @template T @param {() => Promise<T>} task @returns {Promise<T>} */
  const inTurn = (task) => {
    const done = last.then(task);
    last = done.catch(() => {});
    return done;
  };

  return {
    load: (name) => inTurn(async () => {
      cursors = await read(path);
      return cursors[name];
    }),
    save: (name, cursor) => inTurn(async () => {
      cursors = { ...cursors, [name]: cursor };
      await write(path, `${JSON.stringify(cursors, null, 2)}\n`);
    }),
  };
}

/** @param {string} path @returns {Promise<Record<string, string>>} */
async function read(path) {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${path} holds no cursors: it must be a JSON object as this library writes it`);
  }
}

/** @param {string} path @param {string} text */
async function write(path, text) {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
