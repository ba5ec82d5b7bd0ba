// The protocol page: everything that can be said and heard, as the server itself describes it, with examples that can be sent.

import { byId, fill, h } from '../shared/dom.js';
import { network as ask, ownUrl } from '../shared/network.js';
import { ACTIONS, CLOSE_CODES, ERRORS, examplesOf, schemaOf, TOPICS } from '../shared/protocol.js';
import { membersTable, optionsTable, prose } from './fields.js';
import { shown, tryOut } from './tryout.js';

const contents = byId('contents', 'nav');
const body = byId('body', 'main');
const known = ask();

/** @type {{ id: string, name: string, level: number }[]} */
const places = [];

/** @param {string} id @param {string} name @param {2 | 3} level @param {...(Node | string | null | false)} children */
function section(id, name, level, ...children) {
  places.push({ id, name, level });
  const heading = h(level === 2 ? 'h2' : 'h3', { id: `${id}-title` }, level === 2 ? name : h('code', {}, name), h('a', { class: 'anchor', href: `#${id}`, 'aria-label': `Link to ${name}` }, '#'));
  body.append(h('section', { id, class: level === 2 ? 'chapter' : 'panel', 'aria-labelledby': `${id}-title` }, heading, ...children));
}

/** A request to send when the server has no example of it. @param {string} topic */
const subscribeTo = (topic) => JSON.stringify({ action: 'subscribe', topic, ack: true });

/** The example that has most, as a value. @param {string} name */
function fullest(name) {
  const [text] = examplesOf(name).map((example) => example.text).sort((a, b) => b.length - a.length);
  return text && JSON.parse(text);
}

/** @param {import('../shared/protocol.js').Example[]} examples */
const messages = (examples) => examples.map(({ about, text }) => h(
  'figure', {}, h('figcaption', { class: 'quiet' }, about || 'Example'), h('pre', { tabindex: 0 }, shown(text)),
));

// --- Connecting ---------------------------------------------------------------------------------

const own = ownUrl();
section(
  'connect', 'Connecting', 2,
  h('p', {}, 'Open a WebSocket to any path and send JSON objects, one a message. Nothing comes that you did not ask for.'),
  h('pre', { tabindex: 0 }, `npx wscat -c ${own}\n> ${subscribeTo('confirmation')}`),
  h('p', {}, 'Or subscribe by the URL, without a message:'),
  h('pre', { tabindex: 0 }, `${own}?topic=confirmation&accounts=ban_…`),
  h('p', {}, 'Or read the same as server-sent events, which curl and browsers resume by themselves:'),
  h('pre', { tabindex: 0 }, `curl -N '${own.replace(/^ws/, 'http')}events?topic=confirmation'`),
  h('p', {}, 'Every scalar is a string, also numbers and booleans; an empty list is the empty string. In what you send, ', h('code', {}, 'true'), ', ', h('code', {}, '"true"'), ' and ', h('code', {}, '1'), ' are the same, and members that nobody knows are ignored.'),
  h('p', {}, 'What is marked ', h('span', { class: 'mark-ours' }, 'banano-ws'), ' is ours: nodes do not have it, and nobody who leaves it out notices it.'),
);

// --- Actions ------------------------------------------------------------------------------------

section('actions', 'Actions', 2, h('p', {}, 'What a client may say.'));
for (const [action] of ACTIONS) {
  const schema = schemaOf(action);
  section(
    `action-${action}`, action, 3,
    prose(schema.description),
    membersTable(schema, `Members of ${action}`, ['options'], fullest(action)),
    ...examplesOf(action).map((example) => tryOut(example, known)),
  );
}

// --- Topics -------------------------------------------------------------------------------------

section('topics', 'Topics', 2, h('p', {}, 'What a server tells. One subscription per topic and connection; another one replaces it.'));
for (const [topic] of TOPICS) {
  const schema = schemaOf(topic);
  section(
    `topic-${topic}`, topic, 3,
    prose(schema.description),
    optionsTable(topic),
    h('h4', {}, 'The event'),
    membersTable(schema, `Members of a ${topic} event`, [], fullest(topic)),
    h('details', {}, h('summary', {}, 'How it looks'), ...messages(examplesOf(topic))),
    tryOut({ about: 'See it live.', text: subscribeTo(topic) }, known),
  );
}

// --- Replies ------------------------------------------------------------------------------------

section('replies', 'Replies', 2, h('p', {}, 'Replies come in the order of the requests. The acknowledgement of a subscription comes before its first event.'));
section('ack', 'ack', 3, prose(schemaOf('ack').description), membersTable(schemaOf('ack'), 'Members of an acknowledgement', [], fullest('ack')), ...messages(examplesOf('ack')));
section(
  'error', 'error', 3, prose(schemaOf('error').description), membersTable(schemaOf('error'), 'Members of an error', []),
  tryOut({ about: 'A mistake, to see one.', text: JSON.stringify({ action: 'subscribe', topic: 'confirmations', id: 'oops' }) }, known),
);
section(
  'error-codes', 'Error codes', 2,
  h('p', {}, 'In ', h('code', {}, 'code'), ', for programs. Nodes say nothing at all where these are sent.'),
  h('dl', { class: 'codes' }, ...ERRORS.flatMap(({ code, about }) => [h('dt', { id: `code-${code}` }, h('code', {}, code)), h('dd', {}, prose(about))])),
);
section(
  'close-codes', 'Close codes', 2,
  h('p', {}, 'How a connection may end, and when to come back.'),
  h('dl', { class: 'codes' }, ...[...CLOSE_CODES].sort(([a], [b]) => a - b).flatMap(([code, about]) => [h('dt', {}, h('code', {}, code)), h('dd', {}, prose(about))])),
);

// --- Documents ----------------------------------------------------------------------------------

section(
  'documents', 'For programs', 2,
  h('p', {}, 'This page is drawn from ', h('a', { href: 'asyncapi.json' }, 'asyncapi.json'), ', an AsyncAPI 3 document. Each message has a JSON Schema:'),
  h('ul', { class: 'schemas' }, ...[...ACTIONS.keys(), 'ack', 'error', ...TOPICS.keys()].map((name) => h('li', {}, h('a', { href: `schema/${name}` }, `schema/${name}`)))),
);

fill(contents, h('ul', {}, ...places.map(({ id, name, level }) => h('li', { class: level === 3 && 'sub' }, h('a', { href: `#${id}` }, name)))));

// The place that the URL names exists only now.
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    for (const link of contents.querySelectorAll('a')) {
      if (link.getAttribute('href') === `#${target.id}`) link.setAttribute('aria-current', 'location');
      else link.removeAttribute('aria-current');
    }
  }
}, { rootMargin: '0px 0px -75% 0px' });
for (const element of body.querySelectorAll('section')) seen.observe(element);
