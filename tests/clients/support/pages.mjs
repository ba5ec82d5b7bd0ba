// What tests of the pages share: that a page is sound for those who can't see it, that it fits a phone.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { openPage } from './browser.mjs';

const require = createRequire(import.meta.url);

/** Waits until the page says `text` in `selector`. */
export const says = (page, selector, text) => page.locator(selector).filter({ hasText: text }).first().waitFor();

/** Presses the button of that name. */
export const press = (page, name) => page.getByRole('button', { name, exact: true }).first().click();

/**
 * Fails if axe finds a serious fault, in the light or in the dark, where only colours are others; of a long page `parts` are enough to
 * judge those.
 */
export async function checkWithAxe(page, parts = ['html']) {
  const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  // From the outside: the page's own policy lets nobody add a script.
  await page.evaluate(axe);
  for (const [colorScheme, context, options] of [['light', ['html'], {}], ['dark', parts, { runOnly: ['color-contrast'] }]]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((given) => globalThis.axe.run(...given), [{ include: context.map((part) => [part]) }, options]);
    const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    assert.deepEqual(serious.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
  }
}

/** Presses Tab until the focused element fits, as a person would who has no pointer. */
export async function tabTo(page, fits, most = 60) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { id, className, localName, textContent } = /** @type {HTMLElement} */ (document.activeElement);
      return { id, className, localName, text: textContent, href: document.activeElement.getAttribute('href'), place: document.activeElement.closest('section')?.id };
    });
    if (fits(at)) return at;
  }
  throw new Error(`${most} times Tab did not lead there`);
}

/** Fails if the page is wider than its screen. */
export async function checkWidth(page) {
  const { width, content } = await page.evaluate(() => ({ width: innerWidth, content: document.documentElement.scrollWidth }));
  assert.ok(content <= width, `${content} px on a screen of ${width}`);
}

/** A phone. */
export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };

/** Opens a page of a network and waits until it shows `selector`. */
export async function open(browser, network, path, selector) {
  const page = await openPage(browser, `${network.http}/${path}`);
  await page.locator(selector).first().waitFor();
  return page;
}
