// The JavaScript of the pages, of clients/js and of these tests, linted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ESLint } from 'eslint';

import config from './eslint.config.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('ESLint finds nothing', async () => {
  const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: config });
  const results = await eslint.lintFiles(['web/**/*.js', 'clients/js/src/**/*.js', 'clients/js/examples/*.mjs', 'tests/clients/**/*.mjs']);
  assert.ok(results.length > 50, 'the files are found');
  assert.deepEqual(results.flatMap(({ filePath, messages }) => messages.map(({ line, ruleId, message }) => `${filePath}:${line} ${ruleId}: ${message}`)), []);
});
