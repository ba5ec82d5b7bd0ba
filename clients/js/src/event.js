// One notification, as programs get it.

import { validate } from './block.js';

/** Topics whose events are about one block, each block once. */
const ABOUT_ONE_BLOCK = ['confirmation', 'new_unconfirmed_block'];

export class StreamEvent {
  /** @type {() => Promise<void>} */
  #ack;

  /**
   * @param {any} data the parsed message
   * @param {() => Promise<void>} ack
   */
  constructor(data, ack) {
    /** @type {string} */
    this.topic = data.topic;
    /** When the message was made, in milliseconds since 1970. */
    this.time = Number(data.time);
    /** What happened, as docs/protocol.md describes it for the topic: every value is text. @type {any} */
    this.message = data.message;
    /** The block that it is about, if it is about one. @type {string | undefined} */
    this.hash = data.hash ?? data.message?.hash;
    /** The place just behind this event; undefined from plain nodes. @type {string | undefined} */
    this.cursor = data.cursor;
    /** Whether it happened while this client was away. */
    this.replayed = data.replayed === 'true';
    this.#ack = ack;
  }

  /**
   * Says that the program is done with this event. With a cursor store the place is written once all earlier events are
   * acknowledged, too: after a crash the next run begins behind it.
   */
  ack() {
    return this.#ack();
  }

  /** Recomputes the hash and checks the signature: see `validate`. @param {{ signature?: boolean }} [settings] */
  validate(settings) {
    return validate(this, settings);
  }

  /** What two messages about the same have in common; null if there is no such thing. */
  get identity() {
    return this.hash && ABOUT_ONE_BLOCK.includes(this.topic) ? this.hash : null;
  }
}
