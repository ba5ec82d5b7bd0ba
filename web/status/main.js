// The page of operators: how this server does, by its own numbers (/metrics) and by what it says of its sources (topic status).

import { Connection } from '../../clients/js/src/index.js';
import { short, TimeChart } from '../shared/charts.js';
import { byId, fill, h, keyed } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { ownUrl } from '../shared/network.js';
import { TOPICS } from '../shared/protocol.js';
import { Look } from './metrics.js';

const EVERY_MS = 1_000;
const SECONDS = 120;

/** @typedef {{ source: string, state: string, since: number, detail: string }} Source */

/** By name. @type {Map<string, Source>} */
const sources = new Map();
/** @type {Look | null} */
let before = null;
/** @returns {(number | null)[]} */
const unknown = () => new Array(SECONDS).fill(null);
/** One number a second, the oldest first; null where nobody looked. @type {Record<'events' | 'messages' | 'clients' | 'waiting', (number | null)[]>} */
const past = { events: unknown(), messages: unknown(), clients: unknown(), waiting: unknown() };

const traffic = new TimeChart(byId('traffic', 'div'), {
  name: 'Traffic', unit: 'a second', series: [{ name: 'messages sent', kind: 'seen' }, { name: 'events', kind: 'confirmed' }],
});
const clients = new TimeChart(byId('clients', 'div'), {
  name: 'Clients', unit: 'clients', isWhole: true, series: [{ name: 'with something waiting', kind: 'seen' }, { name: 'connected', kind: 'confirmed' }],
});

// --- Numbers ------------------------------------------------------------------------------------

/** @param {number | null} value */
const number = (value) => (value === null ? '–' : show.count(Math.round(value)));
/** @param {number | null} value */
const rate = (value) => (value === null ? '–' : value < 10 ? value.toFixed(1) : show.count(Math.round(value)));
/** @param {number | null} value */
const size = (value) => (value === null ? '–' : value < 1e6 ? show.bytes(Math.round(value)) : `${(value / 1_048_576).toFixed(1)} MB`);
/** @param {number | null} value bytes a second */
const flow = (value) => (value === null ? '–' : `${size(value)}/s`);
/** @param {number | null} seconds */
const time = (seconds) => (seconds === null ? '–' : show.micros(seconds * 1e6));

/** @param {string} id @param {[string, string | Node, string?][]} rows name, value, mood */
function facts(id, rows) {
  fill(byId(id, 'dl'), ...rows.flatMap(([name, value, mood]) => [h('dt', {}, name), h('dd', { class: mood }, value)]));
}

/** @param {Look} look */
function draw(look) {
  const sum = (/** @type {string} */ name, /** @type {Record<string, string>} */ labels = {}) => look.sum(`banano_ws_${name}`, labels);
  const per = (/** @type {string} */ name, /** @type {Record<string, string>} */ labels = {}) => look.rate(`banano_ws_${name}`, before, labels);
  const [events, messages, waiting, sessions] = [per('events_total'), per('messages_total'), sum('slow_clients'), sum('sessions')];
  drawPast({ events, messages, clients: sessions, waiting });

  const isReady = sum('ready') === 1;
  tile('ready', isReady ? 'ready' : 'not ready', isReady ? 'good' : 'bad');
  const most = sum('connections_max');
  tile('sessions', number(sessions), '', most === null ? '' : `of ${number(most)} connections`);
  tile('events', `${rate(events)} /s`);
  tile('messages', `${rate(messages)} /s`, '', flow(per('message_bytes_total')));
  tile('outbox', number(sum('outbox_messages')), '', `messages, ${size(sum('outbox_bytes'))}`);
  const lag = sum('journal_undelivered');
  tile('lag', number(lag), (lag ?? 0) > 10_000 ? 'warn' : '', 'events');

  keyed(byId('topics', 'tbody'), [...TOPICS.keys()], (topic) => topic, (topic) => h(
    'tr', {}, h('th', { scope: 'row' }, h('a', { class: 'mono', href: `reference#topic-${topic}` }, topic)), ...['', ' least', '', ' least'].map((more) => h('td', { class: `number${more}` })),
  ), (row, topic) => {
    const of = { topic };
    [number(sum('subscriptions', of) ?? 0), rate(per('events_total', of)), rate(per('messages_total', of)), flow(per('message_bytes_total', of))].forEach((text, index) => {
      const cell = row.children[index + 1];
      if (cell) cell.textContent = topic === 'status' && index > 0 ? '' : text;
    });
  });

  const [oldest, newest] = [sum('journal_oldest'), sum('journal_newest')];
  const isKept = (sum('journal_disk_bytes') ?? 0) > 0;
  facts('journal', [
    ['Window', `${number(oldest)} to ${number(newest)}`],
    ['In memory', `${number(sum('journal_memory_events'))} events, ${size(sum('journal_memory_bytes'))}`],
    ['On disk', isKept ? size(sum('journal_disk_bytes')) : 'nothing: it lives in memory'],
    ['Not delivered yet', `${number(lag)} events`],
    ['Append', spread(look, 'journal_append_seconds')],
    ...isKept ? [/** @type {[string, string]} */ (['Sync', spread(look, 'journal_sync_seconds')])] : [],
  ]);
  facts('queues', [
    ['Wait for sockets', `${number(sum('outbox_messages'))} messages, ${size(sum('outbox_bytes'))}, of ${number(waiting)} ${waiting === 1 ? 'client' : 'clients'}`],
    ['Catch up from the journal', `${number(sum('clients_behind'))} clients`],
    ['Pieces of the past', `${number(sum('replays_running'))} being read, ${number(sum('replays_waiting'))} wait`],
    ['Hand out a batch', spread(look, 'fan_out_seconds')],
    ['Render an event', spread(look, 'render_seconds')],
    ...stream(look),
  ]);
  const cpu = look.rate('process_cpu_seconds_total', before);
  facts('process', [
    ['Version', look.all('banano_ws_build_info')[0]?.labels.version ?? '–'],
    ['Started', show.date((look.sum('process_start_time_seconds') ?? 0) * 1_000)],
    ['Processor', cpu === null ? '–' : `${(cpu * 100).toFixed(0)} % of one core`],
    ['Memory', size(look.sum('process_resident_memory_bytes'))],
    ['Open files and sockets', `${number(look.sum('process_open_fds'))} of ${number(look.sum('process_max_fds'))}`],
  ]);
  const bad = (/** @type {number | null} */ count) => ((count ?? 0) > 0 ? 'warn' : '');
  const trouble = (/** @type {string} */ name, /** @type {string} */ metric) => /** @type {[string, string, string]} */ ([name, number(sum(metric)), bad(sum(metric))]);
  facts('trouble', [
    trouble('Fell behind', 'fell_behind_total'),
    trouble('Events lost', 'events_lost_total'),
    trouble('Gave no sign of life', 'sessions_silent_total'),
    ...byReason(look, 'connections_refused_total', 'Refused'),
    ...byReason(look, 'sessions_closed_total', 'Closed'),
  ]);
  for (const { labels, value } of look.all('banano_ws_source_state')) {
    if (value !== 1 || !labels.source || sources.has(labels.source)) continue;
    sources.set(labels.source, { source: labels.source, state: labels.state ?? '', since: 0, detail: '' });
  }
  drawSources();
}

/** Draws what was, with one second more. @param {Partial<Record<keyof typeof past, number | null>>} now nothing where nobody knows */
function drawPast(now) {
  for (const [name, list] of Object.entries(past)) {
    list.push(now[/** @type {keyof typeof past} */ (name)] ?? null);
    list.shift();
  }
  traffic.draw([past.messages, past.events]);
  clients.draw([past.waiting, past.clients]);
}

/** @param {Look} look @param {string} metric @param {string} word @returns {[string, string, string][]} */
const byReason = (look, metric, word) => look.all(`banano_ws_${metric}`).filter(({ value }) => value > 0).map(({ labels, value }) => (
  [`${word}: ${(labels.reason ?? '').replaceAll('_', ' ')}`, number(value), '']
));

/** @param {Look} look @param {string} metric */
function spread(look, metric) {
  const [half, most] = [look.quantile(`banano_ws_${metric}`, 0.5), look.quantile(`banano_ws_${metric}`, 0.99)];
  return half === null ? 'never yet' : `half within ${time(half)}, 99 % within ${time(most)}`;
}

/** What is shared with other servers, if anything is. @param {Look} look @returns {[string, string, string][]} */
function stream(look) {
  const sum = (/** @type {string} */ name) => look.sum(`banano_ws_${name}`);
  const [waiting, lost, behind] = [sum('publish_waiting'), sum('publish_lost_total'), sum('stream_behind')];
  /** @type {[string, string, string][]} */
  const rows = [];
  if (waiting !== null) rows.push(['Wait for the stream', `${number(waiting)} events, ${number(lost)} lost`, lost ? 'bad' : '']);
  if (behind !== null) rows.push(['Behind the stream', `${number(behind)} events`, sum('stream_connected') === 1 ? '' : 'bad']);
  return rows;
}

/** @param {string} name @param {string} text @param {string} [mood] @param {string} [more] */
function tile(name, text, mood = '', more = '') {
  fill(byId(`tile-${name}`, 'dd'), h('span', { class: mood }, text), more && h('small', { class: 'quiet' }, ` ${more}`));
}

function drawSources() {
  byId('no-sources', 'p').hidden = sources.size > 0;
  keyed(byId('sources', 'tbody'), [...sources.values()], ({ source }) => source, ({ source }) => h(
    'tr', {}, h('th', { scope: 'row' }, source), h('td'), h('td', { class: 'quiet' }), h('td', { class: 'quiet broad' }),
  ), (row, { state, since, detail }) => {
    const [, word, when, more] = row.children;
    if (!word || !when || !more) return;
    fill(word, h('span', { class: `chip ${{ up: 'good', lagging: 'warn' }[state] ?? 'bad'}` }, state));
    fill(when, since ? `since ${show.date(since)}` : '');
    fill(more, detail);
  });
}

// --- Looking ------------------------------------------------------------------------------------

async function look() {
  const note = byId('note', 'p');
  try {
    const response = await fetch('metrics');
    if (response.status === 404) {
      note.textContent = 'This server does not tell its numbers here. What it says of its sources is below.';
      byId('numbers', 'div').hidden = true;
      return;
    }
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const now = new Look(await response.text(), performance.now());
    byId('numbers', 'div').hidden = false;
    draw(now);
    before = now;
    note.textContent = '';
  } catch (error) {
    note.textContent = `No answer: ${error instanceof Error ? error.message : error}. What is below was so before.`;
    tile('ready', 'no answer', 'bad');
    drawPast({});
  }
  setTimeout(() => void look(), EVERY_MS);
}

const connection = new Connection(ownUrl());
connection.on('open', () => connection.send(JSON.stringify({ action: 'subscribe', topic: 'status' })));
connection.on('message', ({ data }) => {
  const message = data?.topic === 'status' ? data.message : null;
  if (message?.kind === 'source') sources.set(message.source, { ...message, since: Number(message.since) });
  if (message?.kind === 'shutdown') byId('shutdown', 'p').textContent = `This server stops; its last client is closed by ${show.clock(Number(message.deadline))}.`;
  drawSources();
});
connection.on('state', ({ state }) => {
  byId('state', 'p').dataset.state = state;
  byId('state-text', 'span').textContent = state === 'open' ? 'live' : state === 'waiting' ? 'lost; it is tried again' : state;
  if (state === 'open') byId('shutdown', 'p').textContent = '';
});
connection.open();
void look();
byId('scale', 'p').textContent = `Numbers since the server started, rates over the last second. The charts begin when this page was opened and go back ${short(SECONDS)} s.`;
