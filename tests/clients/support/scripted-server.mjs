// A WebSocket server that does what a test says: a plain node that knows no cursors, or ours, in any mood.

import { WebSocketServer } from 'ws';

const WAIT_MS_MAX = 10_000;

export class ScriptedServer {
  #server;
  #requests = [];
  #waiting = [];
  /** The connection that came last. */
  socket = null;
  connections = 0;

  /** Starts one. `answer(request, connection)` is called for each request; `plainNode` is the usual choice. */
  static async start(t, answer = plainNode, port = 0) {
    const server = new ScriptedServer();
    server.answer = answer;
    server.#server = new WebSocketServer({ port, host: '127.0.0.1' });
    server.#server.on('connection', (socket) => server.#connected(socket));
    await new Promise((resolve) => { server.#server.once('listening', resolve); });
    t.after(() => server.stop());
    return server;
  }

  get url() {
    return `ws://127.0.0.1:${this.#server.address().port}`;
  }

  #connected(socket) {
    this.socket = socket;
    this.connections += 1;
    const connection = { number: this.connections, send: (message) => socket.send(JSON.stringify(message)) };
    socket.on('error', () => {});
    socket.on('message', (text) => {
      const request = JSON.parse(text);
      this.#requests.push(request);
      this.#waiting = this.#waiting.filter((wake) => !wake());
      this.answer(request, connection);
    });
  }

  /** The next request that was not asked for yet and `matches`. */
  request(matches = () => true) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no such request; there were ${JSON.stringify(this.#requests)}`)), WAIT_MS_MAX);
      const wake = () => {
        const index = this.#requests.findIndex(matches);
        if (index < 0) return false;
        clearTimeout(timer);
        resolve(this.#requests.splice(index, 1)[0]);
        return true;
      };
      if (!wake()) this.#waiting.push(wake);
    });
  }

  send(message) {
    this.socket.send(JSON.stringify(message));
  }

  /** Drops the connection without a word. */
  drop() {
    this.socket.terminate();
  }

  async stop() {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

const time = '1700000000000';

/** Answers as a node does: acks, pongs, and silence for what it does not know. */
export function plainNode(request, connection) {
  const { action, topic, id } = request;
  if (action === 'ping') connection.send({ ack: 'pong', time, id });
  else if (topic !== 'unknown') connection.send({ ack: action, time, id });
}

/** Answers as our server does: a subscribe that asks for it is told where live events begin. */
export const withCursors = (cursorNow) => (request, connection) => {
  if (request.action !== 'subscribe') return plainNode(request, connection);
  const { id } = request;
  return connection.send({ ack: 'subscribe', time, id, ...(request.cursor ? { cursor: cursorNow() } : {}) });
};

/** A confirmation that names `hash`, with whatever else the message says at its top. */
export const confirmation = (hash, more = {}) => ({
  topic: 'confirmation', time, ...more, message: { account: 'ban_1', amount: '1', hash, confirmation_type: 'active_quorum' },
});
