// The tester: joins its parts. State of the page that a link should carry is in the URL's fragment.

import { byId, copy, download, fill, h } from '../shared/dom.js';
import * as show from '../shared/format.js';
import { network as ask, ownUrl, rpc } from '../shared/network.js';
import { CLOSE_CODES, schemaFor, TOPICS } from '../shared/protocol.js';
import { offerComparison } from './compare.js';
import { RequestForm } from './form.js';
import { List } from './list.js';
import { exported, imported, LINES_MAX, Log } from './log.js';
import { pay } from './payment.js';
import { COPIES, scenarios } from './ready.js';
import { offerReplay } from './replay.js';
import { keepSent, nameOf, sentBefore } from './sent.js';
import { Session } from './session.js';
import { tree } from '../shared/tree.js';

const urlField = byId('url', 'input');
const json = byId('json', 'textarea');
const pauseButton = byId('pause', 'button');
const filter = { text: byId('filter', 'input'), kind: byId('filter-topic', 'select'), subtype: byId('filter-subtype', 'select'), direction: byId('filter-direction', 'select') };

const session = new Session();
const log = new Log();
const list = new List(byId('list', 'div'), showDetail);
const form = new RequestForm(byId('request', 'form'), (request) => {
  json.value = JSON.stringify(request, null, 2);
  judgeJson();
});
let isPaused = false;
let isStale = false;

// --- State in the URL ---------------------------------------------------------------------------

const state = new URLSearchParams(location.hash.slice(1));

function remember() {
  const kept = new URLSearchParams();
  if (urlField.value !== ownUrl()) kept.set('url', urlField.value);
  const request = parsed(json.value);
  if (request) kept.set('request', JSON.stringify(request));
  for (const [name, field] of Object.entries(filter)) if (field.value) kept.set(name, field.value);
  history.replaceState(null, '', `#${kept}`);
}

// --- Connection ---------------------------------------------------------------------------------

/** What this page calls itself on its own server, which can so be told to drop or to delay it alone. */
const OWN_NAME = `tester-${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36)}`;

function connect() {
  session.connect(urlField.value, urlField.value === ownUrl() ? OWN_NAME : undefined);
}

/** @type {ReturnType<typeof setInterval> | undefined} */
let countdown;

/** @param {import('../../clients/js/src/connection.js').ConnectionState} now */
function showState({ state: word, attempts, delayMs = 0, code, reason }) {
  clearInterval(countdown);
  byId('state', 'p').dataset.state = word;
  byId('connect', 'button').textContent = word === 'idle' || word === 'closed' ? 'Connect' : 'Disconnect';
  const text = byId('state-text', 'span');
  const why = code === undefined ? '' : [CLOSE_CODES.get(code) ?? '', reason].filter(Boolean).map((part) => part?.replace(/\.$/, '')).join(': ');
  if (word === 'open') text.textContent = 'connected';
  else if (word === 'connecting') text.textContent = attempts > 0 ? `connecting, attempt ${attempts + 1}` : 'connecting';
  else if (word === 'waiting') {
    const until = performance.now() + delayMs;
    const tell = () => {
      const leftMs = Math.max(0, until - performance.now());
      text.textContent = `${code}, ${why}. Attempt ${attempts + 1} in ${(leftMs / 1_000).toFixed(1)} s`;
    };
    tell();
    countdown = setInterval(tell, 100);
  } else text.textContent = 'not connected';
  if (word !== 'open') byId('latency', 'span').textContent = '';
}

byId('connection', 'form').addEventListener('submit', (event) => {
  event.preventDefault();
  const isOn = byId('connect', 'button').textContent === 'Disconnect';
  if (isOn) {
    session.disconnect();
    showState({ state: 'idle', url: urlField.value, attempts: 0 });
  } else {
    connect();
  }
  remember();
});
urlField.addEventListener('input', remember);
session.on('state', showState);
session.on('latency', (ms) => { byId('latency', 'span').textContent = `ping ${show.span(ms)}`; });
session.on('line', (line) => {
  log.add(line);
  redraw();
});

// --- Request ------------------------------------------------------------------------------------

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function judgeJson() {
  let fault = '';
  try {
    JSON.parse(json.value);
  } catch (error) {
    fault = `no JSON: ${error instanceof Error ? error.message : error}`;
  }
  json.setAttribute('aria-invalid', String(fault !== ''));
  byId('json-fault', 'p').textContent = fault;
  byId('send', 'button').disabled = fault !== '';
  remember();
  return fault === '';
}

/** @param {any} request */
function setRequest(request) {
  json.value = JSON.stringify(request, null, 2);
  form.show(request);
  judgeJson();
}

function send() {
  if (!judgeJson()) return;
  const text = JSON.stringify(JSON.parse(json.value));
  const isSent = session.send(text);
  if (isSent) {
    keepSent(text);
    fillScenarios();
  }
  byId('json-fault', 'p').textContent = isSent ? '' : 'not sent: there is no connection';
}

json.addEventListener('input', () => {
  if (judgeJson()) form.show(parsed(json.value));
});
byId('send', 'button').addEventListener('click', send);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
  const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    filter.text.focus();
  }
});

const copyKind = byId('copy-kind', 'select');
copyKind.append(...Object.keys(COPIES).map((name) => h('option', { value: name }, `as ${name}`)));
byId('copy', 'button').addEventListener('click', (event) => {
  const written = JSON.stringify(parsed(json.value));
  const make = COPIES[copyKind.value];
  if (make && written) void copy(/** @type {HTMLButtonElement} */ (event.currentTarget), make(urlField.value, written));
});

const scenario = byId('scenario', 'select');
let ready = scenarios(null);

function fillScenarios() {
  const group = (/** @type {string} */ label, /** @type {{ name: string, request: any }[]} */ all) => (
    h('optgroup', { label }, ...all.map(({ name, request }) => h('option', { value: JSON.stringify(request) }, name)))
  );
  const sent = sentBefore().map((request) => ({ name: nameOf(request), request }));
  fill(scenario, h('option', { value: '' }, 'Ready-made…'), group('Ready-made', ready), sent.length > 0 && group('Sent before', sent));
}
scenario.addEventListener('change', () => {
  if (scenario.value) setRequest(JSON.parse(scenario.value));
  scenario.value = '';
});

// --- Subscriptions ------------------------------------------------------------------------------

/** @param {Map<string, import('./session.js').Subscribed>} subscribed */
function showSubscriptions(subscribed) {
  fill(byId('subscriptions', 'ul'), ...[...subscribed].map(([topic, { request, events, cursor, note, mood }]) => h(
    'li', { 'data-topic': topic },
    h('span', {}, h('strong', {}, topic), h('span', { class: 'quiet' }, ` ${Object.keys(request.options ?? {}).join(', ')}`)),
    h('button', {
      type: 'button', class: 'small', 'aria-label': `Unsubscribe ${topic}`,
      onclick: () => session.send(JSON.stringify({ action: 'unsubscribe', topic, ack: true })),
    }, 'Unsubscribe'),
    h('span', { class: 'note quiet' }, `${show.count(events)} events${cursor ? `, at ${cursor}` : ''}`),
    note && h('span', { class: `note ${mood}`, role: 'status' }, note),
  )));
}

session.on('subscriptions', (subscribed) => {
  known = subscribed;
  showSubscriptions(subscribed);
});
/** @type {Map<string, import('./session.js').Subscribed>} */
let known = new Map();

// --- Messages -----------------------------------------------------------------------------------

/** Draws once a frame, however many messages came. */
function redraw() {
  if (isStale) return;
  isStale = true;
  requestAnimationFrame(() => {
    isStale = false;
    const gone = log.trim();
    const { total, lines, shown } = log;
    const waiting = isPaused ? ', paused' : '';
    byId('counts', 'span').textContent = shown.length === lines.length
      ? `${show.count(total)}${total > LINES_MAX ? `, the last ${show.count(LINES_MAX)} kept` : ''}${waiting}`
      : `${show.count(shown.length)} of ${show.count(lines.length)}${waiting}`;
    byId('empty', 'p').hidden = lines.some(({ direction }) => direction !== 'note');
    if (!isPaused) list.show(shown, gone);
    showKinds();
  });
}

function showKinds() {
  const { value } = filter.kind;
  const options = [...new Set(['', ...(value ? [value] : []), ...log.kinds.keys()])];
  if (filter.kind.options.length !== options.length) {
    fill(filter.kind, ...options.map((kind) => h('option', { value: kind }, kind || 'all kinds')));
    filter.kind.value = value;
  }
  fill(byId('topics', 'div'), ...[...log.kinds].filter(([kind]) => TOPICS.has(kind)).map(([kind, { count }]) => (
    h('span', {}, `${kind} ${show.count(count)}, ${log.rate(kind).toFixed(1)}/s`)
  )));
}

function applyFilter() {
  log.filter({ text: filter.text.value, kind: filter.kind.value, subtype: filter.subtype.value, direction: filter.direction.value });
  list.show(log.shown);
  remember();
  redraw();
}

for (const field of Object.values(filter)) field.addEventListener('input', applyFilter);
pauseButton.addEventListener('click', () => {
  isPaused = !isPaused;
  pauseButton.setAttribute('aria-pressed', String(isPaused));
  // What is shown while paused must not move with what comes.
  if (isPaused) list.show(log.shown.slice());
  redraw();
});
function clear() {
  log.clear();
  list.select(null);
  applyFilter();
}
byId('clear', 'button').addEventListener('click', clear);
byId('export', 'button').addEventListener('click', () => {
  const kind = byId('export-kind', 'select').value;
  const media = kind === 'jsonl' ? 'application/x-ndjson' : 'text/plain';
  download(`banano-ws-messages.${kind}`, exported(log.shown, kind), media);
});
const offerRecording = offerReplay({
  begin: clear,
  play: (lines) => {
    for (const line of lines) log.add(line, Date.now());
    redraw();
  },
});
const file = byId('import-file', 'input');
byId('import', 'button').addEventListener('click', () => file.click());
file.addEventListener('change', async () => {
  const [chosen] = file.files ?? [];
  if (!chosen) return;
  const lines = imported(await chosen.text());
  for (const line of lines) log.add(line);
  offerRecording(chosen.name, lines);
  file.value = '';
  redraw();
});
// Rates and counts fall, too, when nothing comes.
setInterval(() => {
  showKinds();
  showSubscriptions(known);
}, 1_000);

/** @param {import('./log.js').Line | null} line */
function showDetail(line) {
  const detail = byId('detail', 'section');
  detail.hidden = line === null;
  if (!line) return;
  const pretty = line.data ? JSON.stringify(line.data, null, 2) : line.text;
  const copyButton = h('button', { type: 'button', class: 'small' }, 'Copy');
  copyButton.addEventListener('click', () => void copy(copyButton, pretty));
  const useButton = h('button', { type: 'button', class: 'small', onclick: () => setRequest(line.data) }, 'Edit and send again');
  fill(
    detail,
    h(
      'div', { class: 'row' },
      h('strong', {}, line.kind), h('span', { class: 'quiet mono grow' }, `${show.clock(line.at)} · ${show.bytes(line.text.length)}`),
      line.direction === 'out' && useButton, copyButton,
      h('button', { type: 'button', class: 'small', onclick: () => list.select(null) }, 'Close'),
    ),
    h('div', { class: 'tree' }, line.data ? tree(line.data, schemaFor(line.data)) : line.text),
  );
}

// --- The dev network ----------------------------------------------------------------------------

/** @param {import('../shared/network.js').Network} network */
function offerPayment(network) {
  byId('payment', 'section').hidden = false;
  byId('faults', 'section').hidden = false;
  const button = byId('pay', 'button');
  button.addEventListener('click', async () => {
    button.disabled = true;
    await pay(network, byId('steps', 'ol'));
    button.disabled = false;
  });
  const said = byId('fault-said', 'p');
  const command = async (/** @type {any} */ request, /** @type {(answer: any) => string} */ words) => {
    try {
      said.textContent = words(await rpc(network.rpc, request));
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  const onlyMe = (/** @type {string} */ count, /** @type {string} */ words) => (count === '0' ? 'this page is not connected to this network' : words);
  byId('drop-me', 'button').addEventListener('click', () => command(
    { action: 'dev_disconnect', client: OWN_NAME }, ({ disconnected }) => onlyMe(disconnected, 'dropped: see how this page comes back, and what it resumes'),
  ));
  byId('delay-me', 'button').addEventListener('click', () => command(
    { action: 'dev_delay', client: OWN_NAME, ms: '5000' }, ({ delayed }) => onlyMe(delayed, 'for 5 s nothing comes; then all of it, late and complete'),
  ));
  byId('drop', 'button').addEventListener('click', () => command(
    { action: 'dev_disconnect' }, ({ disconnected }) => `${disconnected} clients dropped: see how this page comes back`,
  ));
  byId('fork', 'button').addEventListener('click', () => command(
    { action: 'dev_fork', account: network.accounts[0]?.account },
    ({ hash, fork }) => `two blocks for one place: ${show.hash(hash)} and ${show.hash(fork)}; only one is confirmed`,
  ));
  const silence = byId('silence', 'button');
  silence.addEventListener('click', async () => {
    const paused = silence.getAttribute('aria-pressed') !== 'true';
    await command({ action: 'dev_pause_votes', paused: String(paused) }, () => (paused ? 'nobody votes: payments stay unconfirmed' : 'votes go out again'));
    silence.setAttribute('aria-pressed', String(paused));
  });
}

// --- Start --------------------------------------------------------------------------------------

// First what the URL says, before anything is waited for: who opens a link sees it at once, and may type at once.
urlField.value = state.get('url') ?? ownUrl();
filter.text.value = state.get('text') ?? '';
filter.subtype.value = state.get('subtype') ?? '';
filter.direction.value = state.get('direction') ?? '';
const kind = state.get('kind') ?? '';
fill(filter.kind, ...['', ...(kind ? [kind] : [])].map((value) => h('option', { value }, value || 'all kinds')));
filter.kind.value = kind;
setRequest(parsed(state.get('request') ?? '') ?? scenarios(null)[0]?.request);
applyFilter();

offerComparison(() => urlField.value);

const network = await ask();
ready = scenarios(network);
fillScenarios();
if (network) offerPayment(network);
// Our own server is no stranger. Another one that a link names is only connected to when the person says so. Messages name accounts
// as the network does: it was asked first.
if (urlField.value === ownUrl() && byId('state', 'p').dataset.state === undefined) connect();
