// All messages of the session, up to a bound, and those of them that pass the filter. No element in here: list.js shows them.

/** The oldest go when there are more. */
export const LINES_MAX = 10_000;
/** Over how long rates are counted. */
const RATE_MS = 5_000;

/**
 * @typedef {object} Line
 * @property {number} number from 1
 * @property {number} at milliseconds since 1970
 * @property {number} deltaMs since the line before
 * @property {'in' | 'out' | 'note'} direction
 * @property {string} kind a topic, or `ack`, `error`, `sent`, `open`, `close`, `other`
 * @property {string} text as it came
 * @property {any} data parsed; null for notes
 */

/**
 * What is said, on its way into the log.
 *
 * @typedef {object} Said
 * @property {Line['direction']} direction
 * @property {string} [kind] if the message does not tell it
 * @property {string} text
 * @property {any} data
 * @property {number} [at] if it was not now
 */

/** @typedef {{ text: string, kind: string, subtype: string, direction: string }} Filter */

export class Log {
  /** @type {Line[]} */
  lines = [];
  /** Lines that pass the filter. @type {Line[]} */
  shown = [];
  /** Of all that ever came, those that are gone included. */
  total = 0;
  /** Per kind: how many, and when lately. @type {Map<string, { count: number, recent: number[] }>} */
  kinds = new Map();
  /** @type {Filter} */
  #filter = { text: '', kind: '', subtype: '', direction: '' };

  /** @param {Said} said @param {number} [heardAt] what rates count by */
  add({ direction, kind, text, data, at = Date.now() }, heardAt = at) {
    this.total += 1;
    /** @type {Line} */
    const line = {
      number: this.total, at, deltaMs: at - (this.lines.at(-1)?.at ?? at), direction, kind: kind ?? kindOf(direction, data), text, data,
    };
    this.lines.push(line);
    if (this.#passes(line)) this.shown.push(line);
    const known = this.kinds.get(line.kind) ?? { count: 0, recent: [] };
    known.count += 1;
    known.recent.push(heardAt);
    if (known.recent.length > LINES_MAX) known.recent.splice(0, LINES_MAX / 2);
    this.kinds.set(line.kind, known);
  }

  /** Lets the oldest go. Returns how many of those shown went. */
  trim() {
    const excess = this.lines.length - LINES_MAX;
    if (excess <= 0) return 0;
    this.lines.splice(0, excess);
    const first = this.lines[0]?.number ?? 0;
    const gone = this.shown.findIndex(({ number }) => number >= first);
    const count = gone < 0 ? this.shown.length : gone;
    this.shown.splice(0, count);
    return count;
  }

  /** @param {Filter} filter */
  filter(filter) {
    this.#filter = { ...filter, text: filter.text.trim().toLowerCase() };
    this.shown = this.lines.filter((line) => this.#passes(line));
  }

  clear() {
    this.lines = [];
    this.shown = [];
    this.kinds.clear();
    this.total = 0;
  }

  /** Messages of a kind a second, over the last seconds. @param {string} kind */
  rate(kind) {
    const recent = this.kinds.get(kind)?.recent ?? [];
    const from = Date.now() - RATE_MS;
    const old = recent.findIndex((at) => at >= from);
    recent.splice(0, old < 0 ? recent.length : old);
    return recent.length / (RATE_MS / 1_000);
  }

  /** @param {Line} line */
  #passes({ text, kind, direction, data }) {
    const wanted = this.#filter;
    if (wanted.subtype && (data?.message?.block?.subtype ?? data?.message?.subtype) !== wanted.subtype) return false;
    if (wanted.kind && kind !== wanted.kind) return false;
    if (wanted.direction && direction !== wanted.direction) return false;
    return !wanted.text || text.toLowerCase().includes(wanted.text);
  }
}

/** @param {Line['direction']} direction @param {any} data */
function kindOf(direction, data) {
  if (direction === 'out') return 'sent';
  if (typeof data?.topic === 'string') return data.topic;
  if (data?.ack !== undefined) return 'ack';
  return data?.error === undefined ? 'other' : 'error';
}

/**
 * Lines of a file that was exported as JSON lines, or of any file that has a message a line.
 *
 * @param {string} file
 * @returns {Said[]} without lines that are no JSON objects
 */
export function imported(file) {
  return file.split('\n').flatMap((line) => {
    let parsed;
    try {
      parsed = JSON.parse(line);
    } catch {
      return [];
    }
    if (parsed === null || typeof parsed !== 'object') return [];
    const isOurs = typeof parsed.at === 'number' && ['in', 'out', 'note'].includes(parsed.direction) && parsed.message !== undefined;
    if (!isOurs) return [{ direction: parsed.action === undefined ? 'in' : 'out', text: line, data: parsed }];
    const { at, direction, kind, message } = parsed;
    return [{ at, direction, kind: String(kind), text: typeof message === 'string' ? message : JSON.stringify(message), data: typeof message === 'string' ? null : message }];
  });
}

/** All lines as a file. @param {Line[]} lines @param {string} kind `jsonl`, or a transcript for people */
export function exported(lines, kind) {
  if (kind === 'jsonl') {
    return lines.map(({ at, direction, kind: what, text, data }) => (
      `${JSON.stringify({ at, direction, kind: what, message: data ?? text })}\n`
    )).join('');
  }
  const arrows = { in: '<', out: '>', note: '#' };
  return lines.map(({ at, direction, kind: what, text }) => (
    `${new Date(at).toISOString()} ${arrows[direction]} ${direction === 'note' ? `${what} ` : ''}${text}\n`
  )).join('');
}
