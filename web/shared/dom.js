// Elements from code. Everything that comes from a server becomes a text node: nothing here parses HTML.

/**
 * An element with attributes and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] `onclick` and its like are listeners; `false`, `null` and `undefined` are left out
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else element.setAttribute(name, String(value));
  }
  fill(element, ...children);
  return element;
}

/**
 * The same for SVG.
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  fill(element, ...children);
  return element;
}

/**
 * Makes the children of an element those of `items`, in their order. Children that stay are the same elements, and only those that are
 * out of place move: what a person points at or has focused stays under the hand.
 *
 * @template Item
 * @template {HTMLElement} Child
 * @param {Element} parent
 * @param {Item[]} items
 * @param {(item: Item) => string} key
 * @param {(item: Item) => Child} make
 * @param {(child: Child, item: Item) => void} [update]
 */
export function keyed(parent, items, key, make, update = () => {}) {
  /** @type {Map<string, Child>} */
  const old = new Map();
  for (const child of parent.children) old.set(/** @type {HTMLElement} */ (child).dataset.key ?? '', /** @type {Child} */ (child));
  const wanted = items.map((item) => {
    const name = key(item);
    const child = old.get(name) ?? make(item);
    old.delete(name);
    child.dataset.key = name;
    update(child, item);
    return child;
  });
  for (const child of old.values()) child.remove();
  let next = parent.firstElementChild;
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/**
 * `draw`, at most once a frame and not more often than every `everyMs`, however often it is asked for.
 *
 * @param {() => void} draw
 * @param {number} [everyMs]
 */
export function batched(draw, everyMs = 0) {
  let isAsked = false;
  let drawnAt = -Infinity;
  const frame = (/** @type {number} */ now) => {
    if (now - drawnAt < everyMs) {
      requestAnimationFrame(frame);
      return;
    }
    isAsked = false;
    drawnAt = now;
    draw();
  };
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(frame);
  };
}

/**
 * Replaces what is in an element.
 *
 * @param {Element} element
 * @param {...(Node | string | number | null | undefined | false)} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => (
    child instanceof Node ? child : document.createTextNode(String(child))
  )));
}

/**
 * The element of an id, which the page is known to have.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {string} id
 * @param {Tag} tag
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function byId(id, tag) {
  const element = document.getElementById(id);
  if (element?.localName !== tag) throw new Error(`the page has no <${tag} id="${id}">`);
  return /** @type {any} */ (element);
}

/** Copies text, and says so on the button for a moment. @param {HTMLButtonElement} button @param {string} text */
export async function copy(button, text) {
  const label = button.textContent ?? '';
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not allowed';
  }
  setTimeout(() => { button.textContent = label; }, 1_200);
}

/** Offers text as a file. @param {string} name @param {string} text @param {string} kind */
export function download(name, text, kind) {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
