// What something means, in a box beside it: for who points at it, focuses it or taps it. One box for the whole page. Escape closes it and
// leaves the focus where it is; who points may move into the box.

import { h } from './dom.js';

/** So long somebody points before it shows: who only passes by sees nothing. */
const POINTING_MS = 250;
const GAP_PX = 8;
/** What takes the focus itself. The fields of a form lie inside of what has the hint, and are described by words of their own. */
const SELF = 'button, summary';

const box = h('div', { id: 'hint', class: 'hint', role: 'tooltip', hidden: true });
/** What the box is about now. @type {HTMLElement | null} */
let anchor = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pointing;

/** A name that tells what it means: a button, so that every hand finds it. @param {string} name @param {string} about @param {string} kind class */
export const explained = (name, about, kind) => h('button', { type: 'button', class: kind, 'data-hint': about }, name);

/** @param {EventTarget | null} target */
const anchorOf = (target) => (target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest('[data-hint]:not([data-hint=""])')) : null);

/** @param {HTMLElement} wanted */
function show(wanted) {
  hide();
  anchor = wanted;
  box.textContent = wanted.dataset.hint ?? '';
  box.hidden = false;
  if (wanted.matches(SELF)) wanted.setAttribute('aria-describedby', box.id);
  const [at, own] = [wanted.getBoundingClientRect(), box.getBoundingClientRect()];
  const left = Math.max(GAP_PX, Math.min(at.left, document.documentElement.clientWidth - own.width - GAP_PX));
  const isRoom = at.bottom + own.height + GAP_PX <= innerHeight;
  box.style.left = `${left}px`;
  box.style.top = `${isRoom || at.top < own.height ? at.bottom : at.top - own.height}px`;
}

function hide() {
  if (anchor?.matches(SELF)) anchor.removeAttribute('aria-describedby');
  anchor = null;
  box.hidden = true;
}

document.body.append(box);
document.addEventListener('focusin', ({ target }) => {
  const wanted = anchorOf(target);
  if (wanted) show(wanted);
  else hide();
});
document.addEventListener('focusout', ({ relatedTarget }) => {
  if (!relatedTarget) hide();
});
// Not every browser focuses what is tapped.
document.addEventListener('click', ({ target }) => {
  const wanted = anchorOf(target);
  if (wanted?.matches(SELF)) show(wanted);
  else if (wanted !== anchor && target !== box) hide();
});
document.addEventListener('pointerover', ({ target, pointerType }) => {
  if (pointerType !== 'mouse' || target === box) return;
  const wanted = anchorOf(target);
  clearTimeout(pointing);
  if (wanted === anchor) return;
  if (wanted) pointing = setTimeout(() => wanted.matches(':hover') && show(wanted), POINTING_MS);
  else if (!anchor?.contains(document.activeElement)) hide();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || box.hidden) return;
  hide();
  event.stopPropagation();
}, { capture: true });
// It would stay where its anchor is no more.
document.addEventListener('scroll', ({ target }) => {
  if (anchor && target instanceof Node && target.contains(anchor)) hide();
}, { capture: true, passive: true });
