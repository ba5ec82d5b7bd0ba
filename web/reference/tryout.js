// A request that can be edited and sent, with what comes back. Each has a connection of its own, for as long as it listens.

import { Connection, RAW_PER_BAN } from '../../clients/js/src/index.js';
import { fill, h } from '../shared/dom.js';
import { ownUrl, rpc, sendBlock } from '../shared/network.js';

/** A subscription ends by itself after so many messages. */
const MESSAGES_MAX = 10;
/** A request that tells no event: nothing more comes. */
const QUIET = ['ping', 'unsubscribe'];

let number = 0;

/** JSON over several lines, its members in their order. @param {string} text */
export function shown(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/**
 * @param {import('../shared/protocol.js').Example} example
 * @param {Promise<import('../shared/network.js').Network | null>} known the network behind this page
 */
export function tryOut({ about, text }, known) {
  number += 1;
  const id = `request-${number}`;
  const field = h('textarea', { id, rows: Math.min(14, shown(text).split('\n').length), spellcheck: 'false' });
  field.value = shown(text);
  const button = h('button', { type: 'button', class: 'main small' }, 'Send');
  const pay = h('button', { type: 'button', class: 'small', hidden: true }, 'Send a payment to see');
  const said = h('span', { class: 'quiet', role: 'status' });
  const output = h('div', { class: 'output' });
  /** @type {Connection | null} */
  let connection = null;

  /** @param {string} text */
  function stop(text) {
    connection?.close();
    connection = null;
    button.textContent = 'Send';
    pay.hidden = true;
    said.textContent = text;
  }

  function start() {
    let request;
    try {
      request = JSON.parse(field.value);
    } catch (error) {
      said.textContent = `no JSON: ${error instanceof Error ? error.message : error}`;
      return;
    }
    fill(output);
    said.textContent = 'connecting';
    button.textContent = 'Stop';
    let count = 0;
    const opened = new Connection(ownUrl());
    connection = opened;
    opened.on('open', () => {
      said.textContent = 'sent';
      opened.send(JSON.stringify(request));
    });
    opened.on('message', ({ text: received, data }) => {
      count += 1;
      const isOver = QUIET.includes(request.action) || data?.error !== undefined || count >= MESSAGES_MAX;
      output.append(h('pre', { tabindex: 0, class: data?.error !== undefined && 'bad' }, shown(received)));
      if (isOver) stop(count >= MESSAGES_MAX ? `${count} messages; that is enough` : 'answered');
      else {
        said.textContent = data?.ack !== undefined ? 'acknowledged; waiting for events' : `${count} messages`;
        void known.then((network) => { pay.hidden = connection !== opened || !network?.accounts.length; });
      }
    });
    opened.on('close', ({ code, reason }) => stop(`closed: ${code} ${reason}`));
    opened.open();
  }
  button.addEventListener('click', () => (connection ? stop('stopped') : start()));
  pay.addEventListener('click', async () => {
    const network = await known;
    const [from, to] = network?.accounts ?? [];
    if (!network || !from || !to) return;
    try {
      const { block } = await sendBlock(network, from, to.account, RAW_PER_BAN);
      await rpc(network.rpc, { action: 'process', json_block: 'true', subtype: 'send', block, do_work: true });
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  });
  const tester = h('a', { href: '.' }, 'Open in the tester');
  const link = () => {
    try {
      tester.href = `.#${new URLSearchParams({ request: JSON.stringify(JSON.parse(field.value)) })}`;
    } catch {
      // It is not finished; the link stays at what was.
    }
  };
  field.addEventListener('input', link);
  link();
  return h(
    'div', { class: 'try' },
    h('label', { for: id }, ...about.split('`').map((part, index) => (index % 2 ? h('code', {}, part) : part))),
    field,
    h('div', { class: 'row' }, button, pay, said, h('span', { class: 'grow' }), tester),
    output,
  );
}
