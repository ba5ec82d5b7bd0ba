// The protocol as the server describes it in /asyncapi.json: actions, topics, options, members, errors, close codes. From it the forms,
// the hints and the reference are made, so that they say what the server does.

import document from '../../asyncapi.json' with { type: 'json' };

/** A JSON Schema, as far as it is used here. @typedef {any} Schema */

/**
 * Something that can be said in a request.
 *
 * @typedef {object} Option
 * @property {string} name
 * @property {'flag' | 'word' | 'words' | 'accounts' | 'hashes' | 'amount'} type
 * @property {string[]} words for `word` and `words`; any text if empty
 * @property {string} hint
 * @property {boolean} ours nodes do not have it
 */

/** @typedef {{ about: string, text: string }} Example `text` is JSON, its members in the order in which they are written */

/** @type {Record<string, Schema>} */
const SCHEMAS = document.components.schemas;
const channel = document.channels.notifications;

/** @param {string} name of a topic, an action, `ack` or `error` @returns {Schema} */
export const schemaOf = (name) => SCHEMAS[name] ?? {};

/** @param {string} name @returns {Example[]} */
export const examplesOf = (name) => (document.components.messages[name]?.examples ?? []).map((/** @type {any} */ { summary, 'x-text': text }) => ({ about: summary, text }));

/** Code marks are for pages that show them. @param {string} [text] */
const plain = (text = '') => text.replaceAll('`', '');

/** @param {Schema} schema @returns {Option['type']} */
function typeOf({ type, items, 'x-unit': unit }) {
  if (type === 'boolean') return 'flag';
  if (unit === 'raw') return 'amount';
  if (type !== 'array') return 'word';
  if (items.enum) return 'words';
  return items.pattern.includes('ban') ? 'accounts' : 'hashes';
}

/** @param {string} name @param {Schema} schema @param {boolean} ours @returns {Option} */
const optionOf = (name, schema, ours) => ({
  name, type: typeOf(schema), words: schema.enum ?? schema.items?.enum ?? [], hint: plain(schema.description), ours,
});

/** Options of an action on a topic. @param {string} action @param {string} topic @returns {Option[]} */
export function optionsOf(action, topic) {
  const options = Object.entries(schemaOf(action).properties?.options?.properties ?? {});
  return options
    .filter(([, schema]) => schema['x-topics'].includes(topic))
    .map(([name, schema]) => optionOf(name, schema, schema['x-extension'].includes(topic)));
}

/** Members of an action beside action, topic and options. @param {string} action @returns {Option[]} */
export const membersOf = (action) => Object.entries(schemaOf(action).properties ?? {})
  .filter(([name]) => !['action', 'topic', 'options'].includes(name))
  .map(([name, schema]) => optionOf(name, schema, schema['x-extension'] === true))
  .sort((a, b) => Number(a.ours) - Number(b.ours));

/** What they do. @type {Map<string, string>} */
export const ACTIONS = new Map(['subscribe', 'unsubscribe', 'update', 'ping'].map((name) => [name, plain(schemaOf(name).description)]));

/** What they tell. @type {Map<string, string>} */
export const TOPICS = new Map(schemaOf('subscribe').properties.topic.enum.map((/** @type {string} */ name) => [name, plain(schemaOf(name).description)]));

/** @type {{ code: string, about: string }[]} */
export const ERRORS = schemaOf('error').properties.code.oneOf.map((/** @type {any} */ { const: code, description }) => ({ code, about: description }));

/** What close codes mean; 1006 is never sent. @type {Map<number, string>} */
export const CLOSE_CODES = new Map([
  ...channel['x-close-codes'].map((/** @type {any} */ { code, description }) => [code, description]),
  [1006, 'The connection broke, or was never made.'],
]);

/** What a member of a message means, wherever it stands. @param {Schema} schema of the object @param {string} name @returns {Schema | undefined} */
export function memberOf(schema, name) {
  if (!schema) return undefined;
  const found = schema.properties?.[name];
  if (found) return found;
  // One of several kinds, or a list that is the empty string when it is empty.
  const kinds = schema.oneOf ?? [schema.items ?? schema.anyOf?.[0]?.items];
  return kinds.map((/** @type {Schema} */ kind) => memberOf(kind, name)).find(Boolean);
}

/** The schema of a message that came or went. @param {any} message @returns {Schema | undefined} */
export function schemaFor(message) {
  if (typeof message?.topic === 'string' && message.action === undefined) return SCHEMAS[message.topic];
  if (typeof message?.action === 'string') return SCHEMAS[message.action];
  if (message?.ack !== undefined) return SCHEMAS.ack;
  return message?.error === undefined ? undefined : SCHEMAS.error;
}
