// Values as people read them.

import { toBan } from '../../clients/js/src/index.js';

/** Short names of accounts: those of the dev network are #0, #1 … @type {Map<string, string>} */
const names = new Map();

/** @param {string} account @param {string} name */
export const nameAccount = (account, name) => { names.set(account, name); };

/** @param {string | undefined} account */
export function account(account) {
  if (!account) return '';
  return names.get(account) ?? (account.length > 20 ? `${account.slice(0, 10)}…${account.slice(-5)}` : account);
}

/** @param {string | undefined} hash */
export const hash = (hash) => (hash ? `${hash.slice(0, 6)}…${hash.slice(-4)}` : '');

/** Raw as BAN with thousands, and at most six decimals. @param {string | bigint | undefined} raw */
export function ban(raw) {
  let text;
  try {
    text = toBan(raw ?? '');
  } catch {
    return '';
  }
  const [whole = '0', fraction = ''] = text.split('.');
  const short = fraction.slice(0, 6).replace(/0+$/, '');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
  const isTiny = whole === '0' && short === '' && fraction !== '';
  return isTiny ? '<0.000001 BAN' : `${grouped}${short ? `.${short}` : ''} BAN`;
}

/** @param {number} at milliseconds since 1970 */
export function clock(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** @param {number} ms */
export function span(ms) {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

/** @param {number} count */
export const bytes = (count) => (count < 1_024 ? `${count} B` : `${(count / 1_024).toFixed(1)} kB`);

/** @param {number} value */
export const count = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');

/** @param {number} at milliseconds since 1970 */
export function date(at) {
  if (!at) return '';
  const iso = new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

/** @param {number} us microseconds */
export const micros = (us) => (us < 1_000 ? `${us < 10 ? us.toFixed(1) : Math.round(us)} µs` : span(us / 1_000));
