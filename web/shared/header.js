// The head of every page: where one is, where one can go, light or dark. Runs on every page, first.

import { fill, h } from './dom.js';

const PAGES = [['.', 'Tester'], ['explorer', 'Explorer'], ['reference', 'Reference'], ['status', 'Status']];
const KEY = 'banano-ws theme';
const NEXT = { system: 'light', light: 'dark', dark: 'system' };
const WORDS = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

/** @typedef {keyof typeof NEXT} Theme */

function stored() {
  const value = localStorage.getItem(KEY) ?? 'system';
  return /** @type {Theme} */ (value in NEXT ? value : 'system');
}

const button = h('button', { id: 'theme', class: 'small end', type: 'button' });

/** @param {Theme} theme */
function show(theme) {
  document.documentElement.dataset.theme = theme;
  button.textContent = WORDS[theme];
}

show(stored());
button.addEventListener('click', () => {
  const next = /** @type {Theme} */ (NEXT[stored()]);
  localStorage.setItem(KEY, next);
  show(next);
});

const here = location.pathname.split('/').at(-1) || '.';
const header = document.querySelector('header.top');
if (header) {
  fill(
    header,
    h('a', { class: 'brand', href: '.' }, 'banano-ws'),
    h('nav', { 'aria-label': 'Pages' }, ...PAGES.map(([href, name]) => h('a', { href, 'aria-current': href === here && 'page' }, name))),
    button,
  );
}
