// Pictures of every page, light and dark, on a desk and on a phone: node screenshots.mjs FOLDER
//
// Run from target/clients after ./test, by people who change a page. Nothing is compared: look at them.

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import WebSocket from 'ws';

import { openPage, startBrowser } from './support/browser.mjs';
import { DevNetwork } from './support/dev-network.mjs';

const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const folder = resolve(process.argv[2] ?? 'screenshots');
await mkdir(folder, { recursive: true });

const after = [];
const t = { after: (task) => after.unshift(task) };
try {
  const network = await DevNetwork.start(t, '--activity', '20');
  // For the page of operators: clients that want different things.
  for (const query of ['topic=confirmation', 'topic=confirmation&min_amount=1', 'topic=vote', 'topic=work', 'topic=telemetry']) {
    const client = new WebSocket(`${network.ws}/?${query}`);
    client.on('message', () => {});
    t.after(() => client.terminate());
  }
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
      const browser = await startBrowser(t, { viewport, colorScheme, hasTouch: size === 'phone' });
      const shoot = async (page, name) => {
        const path = join(folder, `${name}-${size}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: size === 'phone' && !name.startsWith('reference') });
        console.log(path, page.faults.join(' | '));
      };

      const tester = await openPage(browser, network.http);
      await tester.getByText('connected', { exact: true }).waitFor();
      await shoot(tester, 'tester-empty');
      await tester.getByRole('button', { name: 'Send', exact: true }).click();
      await tester.selectOption('#scenario', { label: 'Votes of the representatives' });
      await tester.getByRole('button', { name: 'Send', exact: true }).click();
      await tester.selectOption('#scenario', { label: 'How a block is elected, with votes' });
      await tester.getByRole('button', { name: 'Send 1 BAN from #0 to #1' }).click();
      await tester.locator('[data-step="confirmed"].done').waitFor();
      await tester.locator('[data-kind="confirmation"]').first().click();
      await tester.waitForTimeout(1_500);
      await shoot(tester, 'tester');
      await tester.locator('#detail .told').nth(3).focus();
      await tester.locator('#detail .told').nth(3).scrollIntoViewIfNeeded();
      await tester.waitForTimeout(300);
      await tester.locator('#detail .told').nth(4).click();
      await tester.screenshot({ path: join(folder, `tester-hint-${size}-${colorScheme}.png`) });
      await tester.keyboard.press('Escape');
      await tester.getByRole('button', { name: 'Drop me' }).click();
      await tester.locator('#subscriptions .note.good').first().waitFor();
      await tester.getByRole('button', { name: 'Disconnect' }).click();
      const recording = ['confirmation', 'vote', 'vote'].map((topic, number) => JSON.stringify({ at: 1e12 + number * 9e3, direction: 'in', kind: topic, message: { topic, message: { hash: 'A'.repeat(64), account: network.accounts[number].account, blocks: ['B'.repeat(64)] } } }));
      await tester.setInputFiles('#import-file', { name: 'recording.jsonl', mimeType: 'text/plain', buffer: Buffer.from(recording.join('\n')) });
      await tester.getByRole('button', { name: 'Replay', exact: true }).click();
      await tester.waitForTimeout(500);
      await shoot(tester, 'tester-replay');
      await tester.close();

      const show = async (name, path, selector, ms = 2_500) => {
        const page = await openPage(browser, `${network.http}/${path}`);
        await page.locator(selector).first().waitFor();
        await page.waitForTimeout(ms);
        await shoot(page, name);
        await page.close();
      };
      const { frontier } = await network.call('account_info', { account: network.accounts[0].account });
      await show('explorer', 'explorer', 'tbody tr');
      await show('explorer-account', `explorer#/account/${network.accounts[1].account}`, '.facts');
      await show('explorer-block', `explorer#/block/${frontier}`, '.life li');
      await show('explorer-election', `explorer#/election/${frontier}`, '.facts');
      await show('reference', 'reference', '#documents');
      await show('reference-topic', 'reference#topic-confirmation', '#documents');
      await show('status', 'status', '#sources tr', 15_000);
      await browser.close();
    }
  }
} finally {
  for (const task of after) await task();
}
