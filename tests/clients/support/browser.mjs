// Chromium for a test: a page that collects everything that went wrong in it.

import { chromium } from 'playwright-core';

import { temporaryFolder } from './folder.mjs';

/** Starts Chromium with a profile of its own; `options` are playwright's. Give `t` to close it when the test ends. */
export async function startBrowser(t, options = {}) {
  const browser = await chromium.launchPersistentContext(temporaryFolder('chromium'), {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
    ...options,
  });
  t.after(() => browser.close());
  return browser;
}

/** Opens `url`. `page.faults` collects errors of scripts, of the console and of the content security policy. */
export async function openPage(browser, url) {
  const page = await browser.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`page error: ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/.test(message.text())) page.faults.push(message.text());
  });
  page.setDefaultTimeout(15_000);
  await page.goto(url);
  return page;
}
