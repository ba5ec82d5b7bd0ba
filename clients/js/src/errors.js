// What can go wrong, as classes that a program can tell apart.

/** The server refused a request. Nodes never say so: they are silent. */
export class Refused extends Error {
  /**
   * @param {{ error: string, code?: string, oldest?: string, newest?: string }} message the server's error message
   */
  constructor({ error, code, oldest, newest }) {
    super(`the server refused: ${error}`);
    this.name = 'Refused';
    /** The reason as a stable word, such as `unknown_topic` (docs/protocol.md, section 4). */
    this.code = code ?? '';
    /** With `cursor_expired`: from where on the server still has everything. */
    this.oldest = oldest;
    /** With `cursor_expired`: the newest place. */
    this.newest = newest;
  }
}

/** No answer came in time, or the connection went away before it did. */
export class Unanswered extends Error {
  /** @param {string} text */
  constructor(text) {
    super(text);
    this.name = 'Unanswered';
  }
}
