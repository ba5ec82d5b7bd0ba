// A recording that was imported, played again: its messages come at the pace at which they were recorded, or faster, with pauses as the
// person likes.

import { byId } from '../shared/dom.js';
import * as show from '../shared/format.js';

const STEP_MS = 50;

/** @typedef {import('./log.js').Said} Said */

/** Where a replay is. No clock in here: it is told how much time has passed. */
export class Replay {
  #lines;
  /** When each line is due, from the beginning. @type {number[]} */
  #due = [];
  #played = 0;
  #passedMs = 0;

  /** @param {Said[]} lines in the order of the recording */
  constructor(lines) {
    this.#lines = lines;
    /** @type {number | null} */
    let before = null;
    let due = 0;
    for (const line of lines) {
      const at = recordedAt(line);
      // A clock that was set back, or a line without a time, takes no time.
      if (at !== null && before !== null) due += Math.max(0, at - before);
      before = at ?? before;
      this.#due.push(due);
    }
  }

  /** How long it takes at its own pace. */
  get lengthMs() {
    return this.#due.at(-1) ?? 0;
  }

  get passedMs() {
    return Math.min(this.#passedMs, this.lengthMs);
  }

  get isOver() {
    return this.#played >= this.#lines.length;
  }

  /** The lines that are due when so much of the recording's time has passed. @param {number} ms @returns {Said[]} */
  advance(ms) {
    this.#passedMs += ms;
    const begin = this.#played;
    while (this.#played < this.#lines.length && (this.#due[this.#played] ?? 0) <= this.#passedMs) this.#played += 1;
    return this.#lines.slice(begin, this.#played);
  }
}

/** When a line was recorded; if the recording does not say, when the server made the message. @param {Said} line */
function recordedAt({ at, data }) {
  const told = at ?? Number(data?.time || NaN);
  return Number.isFinite(told) ? told : null;
}

/**
 * Lets the bar of the page work.
 *
 * @param {{ begin: () => void, play: (lines: Said[]) => void }} to `begin` makes room, `play` gets what is due
 * @returns {(name: string, lines: Said[]) => void} offers a recording
 */
export function offerReplay({ begin, play }) {
  const bar = byId('replay', 'div');
  const button = byId('replay-play', 'button');
  const skip = byId('replay-skip', 'button');
  const speed = byId('replay-speed', 'select');
  const progress = byId('replay-progress', 'progress');
  const said = byId('replay-said', 'span');
  /** @type {Said[]} */
  let lines = [];
  /** @type {Replay | null} */
  let replay = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;
  let lookedAt = 0;

  function stop() {
    clearInterval(clock);
    clock = undefined;
  }

  function draw() {
    button.textContent = clock ? 'Pause replay' : replay ? 'Go on' : 'Replay';
    skip.hidden = replay === null;
    progress.hidden = replay === null;
    progress.value = replay?.passedMs ?? 0;
  }

  /** @param {number} ms of the recording */
  function advance(ms) {
    if (!replay) return;
    const due = replay.advance(ms);
    if (due.length > 0) play(due);
    if (replay.isOver) {
      stop();
      replay = null;
      said.textContent = `${show.count(lines.length)} messages were replayed`;
    }
    draw();
  }

  button.addEventListener('click', () => {
    if (clock) {
      stop();
      draw();
      return;
    }
    if (!replay) {
      begin();
      replay = new Replay(lines);
      progress.max = Math.max(1, replay.lengthMs);
      said.textContent = `replaying ${show.count(lines.length)} messages`;
    }
    lookedAt = performance.now();
    clock = setInterval(() => {
      const now = performance.now();
      advance((now - lookedAt) * Number(speed.value));
      lookedAt = now;
    }, STEP_MS);
    advance(0);
  });
  skip.addEventListener('click', () => advance(Infinity));

  return (name, recording) => {
    stop();
    lines = recording;
    replay = null;
    bar.hidden = false;
    button.disabled = lines.length === 0;
    said.textContent = lines.length === 0
      ? `${name} holds no messages: one JSON object a line is expected`
      : `${show.count(lines.length)} messages imported; they were recorded over ${show.span(new Replay(lines).lengthMs)}`;
    draw();
  };
}
