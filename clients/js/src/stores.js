// Where a program's place in the stream outlives the program. A store has two methods; anything that has them will do.

/**
 * @typedef {object} CursorStore
 * @property {(name: string) => string | null | undefined | Promise<string | null | undefined>} load the cursor saved under a name
 * @property {(name: string, cursor: string) => void | Promise<void>} save called after acknowledgements, never two at a time
 */

/**
 * Keeps cursors in a Web Storage, which outlives the page.
 *
 * @param {{ getItem(key: string): string | null, setItem(key: string, value: string): void }} [storage] default: `localStorage`
 * @returns {CursorStore}
 */
export function webStore(storage = globalThis.localStorage) {
  const key = (/** @type {string} */ name) => `banano-ws cursor ${name}`;
  return {
    load: (name) => storage.getItem(key(name)),
    save: (name, cursor) => storage.setItem(key(name), cursor),
  };
}

/** Keeps cursors in memory: for tests, and for programs that make a new client. @returns {CursorStore} */
export function memoryStore() {
  /** @type {Map<string, string>} */
  const cursors = new Map();
  return {
    load: (name) => cursors.get(name),
    save: (name, cursor) => void cursors.set(name, cursor),
  };
}
