// The request as a form: made anew for each action and topic, from what the server says of them. The request itself is the truth;
// members that the form does not know stay as they are.

import { accountFault, toBan, toRaw } from '../../clients/js/src/index.js';
import { fill, h } from '../shared/dom.js';
import '../shared/hint.js';
import { ACTIONS, membersOf, optionsOf, TOPICS } from '../shared/protocol.js';

/** @typedef {import('../shared/protocol.js').Option} Option */

export class RequestForm {
  #form;
  #onChange;
  /** @type {any} */
  #request = {};
  /** What the form was made for; another one needs another form. */
  #shape = '';

  /** @param {HTMLFormElement} form @param {(request: any) => void} onChange the person changed it */
  constructor(form, onChange) {
    this.#form = form;
    this.#onChange = onChange;
    form.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Shows a request. @param {any} request */
  show(request) {
    this.#request = request && typeof request === 'object' && !Array.isArray(request) ? request : {};
    const { action, topic } = this.#request;
    const shape = `${action} ${topic}`;
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(String(action ?? ''), String(topic ?? ''));
    }
    for (const details of this.#form.querySelectorAll('details')) {
      const isUsed = [...details.querySelectorAll('[data-member]')].some((field) => (
        this.#request.options?.[/** @type {HTMLElement} */ (field).dataset.member ?? ''] !== undefined
      ));
      if (isUsed) details.open = true;
    }
    for (const field of this.#form.querySelectorAll('[data-member]')) this.#read(/** @type {HTMLElement} */ (field));
  }

  /** @param {string} action @param {string} topic */
  #build(action, topic) {
    const hasTopic = action !== 'ping';
    const options = hasTopic ? optionsOf(action, topic) : [];
    const common = options.filter(({ ours }) => !ours);
    const ours = options.filter((option) => option.ours);
    fill(
      this.#form,
      h(
        'div', { class: 'fields' },
        this.#choice('action', [...ACTIONS.keys()], ACTIONS.get(action) ?? ''),
        hasTopic && this.#choice('topic', [...TOPICS.keys()], TOPICS.get(topic) ?? ''),
        ...membersOf(action).map((member) => this.#field(member, [])),
      ),
      common.length > 0 && h(
        'details', { class: 'options' },
        h('summary', {}, `Options of ${topic}`), h('div', { class: 'fields broad' }, ...common.map((option) => this.#field(option, ['options']))),
      ),
      ours.length > 0 && h(
        'details', { class: 'options' },
        h('summary', {}, 'Filters that nodes do not have'), h('div', { class: 'fields broad' }, ...ours.map((option) => this.#field(option, ['options']))),
      ),
    );
  }

  /** @param {'action' | 'topic'} name @param {string[]} values @param {string} hint */
  #choice(name, values, hint) {
    const id = `request-${name}`;
    const select = h('select', { id, 'data-member': name, 'data-type': 'choice', 'aria-describedby': `${id}-hint` }, ...values.map((value) => h('option', { value }, value)));
    select.addEventListener('change', () => this.#changeShape(name, select.value));
    return h('div', { class: 'field', 'data-hint': hint }, h('label', { for: id }, name), select, h('p', { hidden: true, id: `${id}-hint` }, hint));
  }

  /** Another topic has other options: those of the old one go. @param {string} name @param {string} value */
  #changeShape(name, value) {
    const { options, ...rest } = this.#request;
    const request = { ...rest, [name]: value };
    if (request.action === 'ping') delete request.topic;
    else request.topic ??= 'confirmation';
    this.show(request);
    this.#onChange(request);
    this.#form.querySelector(`#request-${name}`)?.closest('select')?.focus();
  }

  /** @param {Option} option @param {string[]} path */
  #field(option, path) {
    const { name, type, words, hint, ours } = option;
    const id = `request-${[...path, name].join('-')}`;
    const shared = { 'data-member': name, 'data-path': path.join('.'), 'data-type': type, 'aria-describedby': `${id}-hint ${id}-fault` };
    const isList = ['accounts', 'hashes', 'words'].includes(type);
    const control = () => {
      if (type === 'flag') return h('select', { id, ...shared }, ...[['', 'not said'], ['true', 'true'], ['false', 'false']].map(([value, text]) => h('option', { value }, text)));
      if (type === 'word' && words.length > 0) return h('select', { id, ...shared }, h('option', { value: '' }, 'not said'), ...words.map((value) => h('option', { value }, value)));
      if (type === 'accounts') return h('textarea', { id, ...shared, rows: 2, placeholder: 'ban_…  one a line', spellcheck: 'false' });
      if (type === 'hashes') return h('textarea', { id, ...shared, rows: 2, placeholder: '64 hexadecimal digits, one a line', spellcheck: 'false' });
      if (type === 'amount') return h('input', { id, ...shared, inputmode: 'decimal', placeholder: 'BAN' });
      return h('input', { id, ...shared, spellcheck: 'false' });
    };
    const label = h(type === 'words' ? 'span' : 'label', { class: `${type === 'words' ? 'legend ' : ''}${ours ? 'ours' : ''}`, for: type === 'words' ? null : id, id: `${id}-label` }, ...breakable(name));
    const box = type === 'words'
      ? h(
        'div', { class: 'checks', role: 'group', 'aria-labelledby': `${id}-label`, ...shared },
        ...words.map((word) => h('label', { class: 'check' }, h('input', { type: 'checkbox', value: word }), word)),
      )
      : control();
    box.addEventListener(type === 'flag' || type === 'words' ? 'change' : 'input', () => this.#write(box, option, path));
    return h(
      'div', { class: isList ? 'field wide' : 'field', 'data-hint': hint }, label, box,
      h('p', { hidden: true, id: `${id}-hint` }, hint), h('p', { class: 'fault bad', id: `${id}-fault` }),
    );
  }

  /** From the request to a control, unless the person is at it. @param {HTMLElement} control */
  #read(control) {
    if (control.contains(document.activeElement)) return;
    const { member = '', path = '', type } = control.dataset;
    const value = (path ? this.#request[path] : this.#request)?.[member];
    if (type === 'words') {
      for (const box of control.querySelectorAll('input')) box.checked = Array.isArray(value) && value.includes(box.value);
      return;
    }
    const field = /** @type {HTMLInputElement} */ (control);
    if (Array.isArray(value)) field.value = value.join('\n');
    else if (value === undefined) field.value = '';
    else field.value = type === 'amount' ? shownAmount(value) : String(value);
    this.#judge(control, type ?? '', field.value);
  }

  /** From a control to the request. @param {HTMLElement} control @param {Option} option @param {string[]} path */
  #write(control, { name, type }, path) {
    const value = type === 'words'
      ? [...control.querySelectorAll('input')].filter(({ checked }) => checked).map((box) => box.value)
      : valueOf(type, /** @type {HTMLInputElement} */ (control).value);
    if (type !== 'words') this.#judge(control, type, /** @type {HTMLInputElement} */ (control).value);
    const isEmpty = value === undefined || (type === 'words' && /** @type {string[]} */ (value).length === 0);
    this.#request = changed(this.#request, [...path, name], isEmpty ? undefined : value);
    this.#onChange(this.#request);
  }

  /** Says what is wrong with a value before the server has to. @param {HTMLElement} control @param {string} type @param {string} text */
  #judge(control, type, text) {
    const fault = faultOf(type, text);
    control.setAttribute('aria-invalid', String(fault !== ''));
    const told = document.getElementById(`${control.id}-fault`);
    if (told) told.textContent = fault;
  }
}

/** A long name, which may go on in the next line after each of its words. @param {string} name */
const breakable = (name) => name.split(/(?<=_)/).flatMap((word, index) => (index > 0 ? [h('wbr'), word] : [word]));

/** @param {string} text */
const entries = (text) => text.split(/[\s,]+/).filter(Boolean);

/** @param {string} type @param {string} text @returns {any} undefined if nothing is said */
function valueOf(type, text) {
  if (type === 'accounts' || type === 'hashes') return text.trim() === '' ? undefined : entries(text);
  if (text === '') return undefined;
  if (type === 'flag') return text === 'true';
  if (type === 'amount') return faultOf(type, text) === '' ? toRaw(text).toString() : text;
  return text;
}

/** @param {string} type @param {string} text */
function faultOf(type, text) {
  if (type === 'accounts') {
    const wrong = entries(text).find((account) => accountFault(account));
    return wrong ? `${wrong.slice(0, 20)}: ${accountFault(wrong)}` : '';
  }
  if (type === 'hashes') {
    const wrong = entries(text).find((hash) => !/^[0-9A-Fa-f]{64}$/.test(hash));
    return wrong ? `${wrong.slice(0, 20)}: a hash has 64 hexadecimal digits` : '';
  }
  if (type === 'amount' && text !== '' && !/^\d+(\.\d{1,29})?$/.test(text)) return 'give BAN, such as 1.5';
  return '';
}

/** @param {any} raw */
function shownAmount(raw) {
  try {
    return toBan(String(raw));
  } catch {
    return String(raw);
  }
}

/** The request with one member set, or taken out. @param {any} request @param {string[]} path @param {any} value @returns {any} */
function changed(request, [name = '', ...rest], value) {
  const copy = { ...request };
  const inner = rest.length > 0 ? changed(copy[name] ?? {}, rest, value) : value;
  // `"options": {}` means something else than no options, but only to those who write it by hand.
  if (inner === undefined || (rest.length > 0 && Object.keys(inner).length === 0)) delete copy[name];
  else copy[name] = inner;
  return copy;
}
