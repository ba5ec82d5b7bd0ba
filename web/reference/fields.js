// Schemas as tables that people read.

import { h } from '../shared/dom.js';
import { schemaOf } from '../shared/protocol.js';

/** Text in which `this` is code. @param {string} [text] */
export function prose(text = '') {
  return h('p', {}, ...text.split('`').map((part, index) => (index % 2 ? h('code', {}, part) : part)));
}

const ours = () => h('span', { class: 'mark-ours' }, 'banano-ws');

/** Names of values by their patterns: those who read want the word. @type {[RegExp, string][]} */
const PATTERNS = [
  [/^\^\(ban\|nano/, 'account'],
  [/^\^node_/, 'node id'],
  [/^\^\[0-9A-F(a-f)?\]\{64\}/, 'hash'],
  [/^\^\[0-9A-Fa-f\]\{64\}/, 'hash'],
  [/^\^\[0-9A-F\]\{128\}/, 'signature, hex'],
  [/\{0,154\}/, 'signature, decimal'],
  [/^\^\[0-9a-f\]\{16\}/, '16 hex digits'],
  [/\{0,38\}\|/, 'raw, or hex'],
  [/\{0,38\}/, 'raw'],
  [/\\\.\(0\|/, 'BAN'],
  [/\{15\}/, 'multiplier'],
  [/time:/, 'cursor, time:…, oldest'],
  [/^\^\[0-9a-f\]\{8\}-/, 'cursor'],
  [/\{0,19\}/, 'number'],
];

/** What a value looks like, in a word or two. @param {any} schema @returns {string} */
function kind(schema) {
  const { type, pattern, enum: words, const: only, oneOf, anyOf, items } = schema;
  if (only !== undefined) return `"${only}"`;
  if (words) return words.map((/** @type {string} */ word) => `"${word}"`).join(' | ');
  if (oneOf) return oneOf[0].properties ? 'object' : 'a word, see error codes';
  if (anyOf) return anyOf.map(kind).join(' or ');
  if (type === 'array') return `list of ${{ account: 'accounts', hash: 'hashes', text: 'texts', object: 'objects' }[kind(items)] ?? kind(items)}`;
  if (type === 'object') return 'object';
  if (type === 'boolean') return 'boolean';
  return PATTERNS.find(([of]) => of.test(pattern ?? ''))?.[1] ?? 'text';
}

/** @param {any} schema @param {string} caption @param {string[]} closed objects that are told elsewhere @param {any} [example] in whose order members are told */
export function membersTable(schema, caption, closed, example) {
  const rows = [...memberRows(schema, '', closed, example)];
  return h(
    'div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {}, h('caption', { class: 'sr' }, caption), head('Member', 'Value', 'Meaning'), h('tbody', {}, ...rows)),
  );
}

/** @param {...string} names */
const head = (...names) => h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name))));

/** @param {any} schema @param {string} path @param {string[]} closed @param {any} example @returns {Generator<HTMLElement>} */
function* memberRows(schema, path, closed, example) {
  const required = new Set(schema.required ?? []);
  // As they are written; then what the example has not, what is always there first.
  const written = Object.keys(example ?? {});
  const place = (/** @type {string} */ name) => (written.includes(name) ? written.indexOf(name) : required.has(name) ? 1_000 : 2_000);
  const members = Object.entries(schema.properties ?? {}).sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b));
  for (const [name, member] of members) {
    yield h(
      'tr', {},
      h('th', { scope: 'row' }, path && h('code', { class: 'quiet' }, path), h('code', {}, name), !required.has(name) && h('span', { class: 'quiet maybe' }, 'optional'), member['x-extension'] === true && ours()),
      h('td', {}, kind(member)),
      h('td', { class: 'meaning' }, prose(member.description)),
    );
    if (closed.includes(name)) continue;
    const inner = insideOf(member);
    const inside = example?.[name];
    yield* memberRows(inner, `${path}${name}${member.anyOf ? '[]' : ''}.`, closed, Array.isArray(inside) ? inside[0] : inside);
  }
}

/** The object that a member is, or whose list it is; with the members of all its kinds, if it has several. @param {any} member */
function insideOf({ properties, required, anyOf, oneOf }) {
  if (properties) return { properties, required };
  const [first, ...others] = oneOf ?? [];
  if (!first?.properties) return anyOf?.[0]?.items ?? {};
  /** @type {Record<string, any>} */
  const all = Object.assign({}, first.properties, ...others.map((/** @type {any} */ other) => other.properties));
  for (const [name, member] of Object.entries(all)) {
    // The member that tells the kinds apart.
    if (member.const !== undefined) all[name] = { ...member, const: undefined, enum: oneOf.map((/** @type {any} */ one) => one.properties[name].const) };
  }
  return {
    properties: all,
    required: first.required.filter((/** @type {string} */ name) => others.every((/** @type {any} */ other) => other.required.includes(name))),
  };
}

/** The options of a topic, of subscribe and update. @param {string} topic */
export function optionsTable(topic) {
  const of = (/** @type {string} */ action) => Object.entries(schemaOf(action).properties.options.properties).filter(([, schema]) => schema['x-topics'].includes(topic));
  const subscribe = of('subscribe');
  const changed = new Set(of('update').map(([name]) => name.replace(/_(add|del)$/, '')));
  if (subscribe.length === 0) return h('p', { class: 'quiet' }, 'No options.');
  return h(
    'div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Options of ${topic}` },
    h('table', {}, h('caption', { class: 'sr' }, `Options of ${topic}`), head('Option', 'Value', 'Effect'), h('tbody', {}, ...subscribe.map(([name, schema]) => h(
      'tr', {},
      h('th', { scope: 'row' }, h('code', {}, name), schema['x-extension'].includes(topic) && ours()),
      h('td', {}, kind(schema), schema.default !== undefined && h('span', { class: 'quiet' }, ` (${schema.default})`)),
      h('td', { class: 'meaning' }, prose(schema.description), changed.has(name) && h('p', { class: 'quiet' }, h('code', {}, 'update'), ' changes it by ', h('code', {}, `${name}_add`), ' and ', h('code', {}, `${name}_del`), '.')),
    )))),
  );
}
