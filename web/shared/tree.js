// A JSON value as a tree whose branches fold. Members whose schema is known tell what they mean. Text nodes only.

import { h } from './dom.js';
import { explained } from './hint.js';
import { memberOf } from './protocol.js';

/** @param {any} value @param {any} [schema] of the value @param {string} [key] @returns {HTMLElement} */
export function tree(value, schema, key) {
  const about = schema?.description?.replaceAll('`', '');
  const named = (/** @type {string | Node} */ name) => key !== undefined && h('span', { class: 'key' }, name, ': ');
  const leaf = (/** @type {string} */ text) => h('div', { class: 'leaf' }, named(about && key ? explained(key, about, 'told') : key ?? ''), text);
  if (value === null || typeof value !== 'object') return leaf(JSON.stringify(value));
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return leaf(open + close);
  return h(
    'details', { open: true },
    // It takes the focus itself: no button in it.
    h('summary', { 'data-hint': about }, named(h('span', { class: about && 'told' }, key ?? '')), `${open}${entries.length}${close}`),
    ...entries.map(([inner, child]) => (Array.isArray(value) ? tree(child, schema) : tree(child, memberOf(schema, inner), inner))),
  );
}
