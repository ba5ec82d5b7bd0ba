// One line about a message: what a person wants to know of it at a glance.

import * as show from '../shared/format.js';

/** @param {import('./log.js').Line} line */
export function summary({ direction, kind, text, data }) {
  if (direction === 'note' || !data) return text;
  if (direction === 'out') return request(data);
  if (data.ack !== undefined) return [data.ack, data.id && `id ${data.id}`, data.cursor && `at ${data.cursor}`, list(data.warnings)].filter(Boolean).join(' · ');
  if (data.error !== undefined) return [data.code, data.error].filter(Boolean).join(': ');
  const told = (TOPICS[kind] ?? (() => text))(data.message ?? {}, data);
  return data.replayed === 'true' ? `replayed · ${told}` : told;
}

/** @param {any} values */
const list = (values) => (Array.isArray(values) ? values.join('; ') : '');

/** @param {any} request */
function request({ action, topic, options, id }) {
  const names = Object.keys(options ?? {});
  return [action, topic, names.length > 0 && `with ${names.join(', ')}`, id && `id ${id}`].filter(Boolean).join(' · ');
}

/** @param {any} block */
function flow({ account, subtype, type, link_as_account: link }) {
  const what = subtype ?? type ?? '';
  return what === 'send' && link ? `${show.account(account)} → ${show.account(link)}` : `${what} by ${show.account(account)}`;
}

/** @type {Record<string, (message: any, data: any) => string>} */
const TOPICS = {
  confirmation: ({ account, amount, hash, block, confirmation_type: type }) => {
    const parties = block ? flow({ account, ...block }) : show.account(account);
    const how = type === 'active_quorum' ? '' : type;
    return [show.ban(amount), parties, show.hash(hash), how].filter(Boolean).join(' · ');
  },
  new_unconfirmed_block: (block, { hash }) => [flow(block), show.hash(hash)].filter(Boolean).join(' · '),
  vote: ({ account, blocks, timestamp, type }) => {
    const kind = timestamp === '18446744073709551615' ? 'final' : 'first';
    const hashes = Array.isArray(blocks) ? blocks : [];
    const which = hashes.length === 1 ? show.hash(hashes[0]) : `${hashes.length} blocks`;
    return [kind, `by ${show.account(account)}`, `for ${which}`, type === 'vote' ? '' : type].filter(Boolean).join(' · ');
  },
  started_election: ({ hash }) => show.hash(hash),
  stopped_election: ({ hash }) => show.hash(hash),
  active_difficulty: ({ multiplier, network_current: current }) => `${multiplier} × base · ${current}`,
  work: ({ success, duration, request: asked, reason }) => (
    success === 'true' ? `made in ${duration} ms for ${show.hash(asked?.hash)}` : `not made: ${reason}`
  ),
  telemetry: ({ address, port, block_count: blocks, cemented_count: cemented }) => `${address} port ${port} · ${blocks} blocks, ${cemented} confirmed`,
  bootstrap: ({ reason, mode, id, total_blocks: blocks }) => [reason, mode, id, blocks && `${blocks} blocks`].filter(Boolean).join(' · '),
};
