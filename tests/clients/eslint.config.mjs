// How the JavaScript of the pages, of clients/js and of these tests is linted: what is likely a mistake, and what the pages must not do.

import globals from 'globals';

const MISTAKES = [
  'array-callback-return', 'constructor-super', 'for-direction', 'getter-return', 'no-case-declarations', 'no-class-assign',
  'no-compare-neg-zero', 'no-cond-assign', 'no-const-assign', 'no-constant-binary-expression', 'no-constant-condition',
  'no-control-regex', 'no-debugger', 'no-delete-var', 'no-dupe-args', 'no-dupe-class-members', 'no-dupe-else-if', 'no-dupe-keys',
  'no-duplicate-case', 'no-duplicate-imports', 'no-empty', 'no-empty-character-class', 'no-empty-pattern', 'no-ex-assign',
  'no-fallthrough', 'no-func-assign', 'no-global-assign', 'no-import-assign', 'no-invalid-regexp', 'no-irregular-whitespace',
  'no-loss-of-precision', 'no-misleading-character-class', 'no-new-native-nonconstructor', 'no-obj-calls', 'no-prototype-builtins',
  'no-redeclare', 'no-self-assign', 'no-self-compare', 'no-setter-return', 'no-shadow-restricted-names', 'no-sparse-arrays',
  'no-this-before-super', 'no-throw-literal', 'no-undef', 'no-unexpected-multiline', 'no-unmodified-loop-condition', 'no-unreachable',
  'no-unsafe-finally', 'no-unsafe-negation', 'no-unsafe-optional-chaining', 'no-unused-labels',
  'no-unused-private-class-members', 'no-useless-backreference', 'no-useless-catch', 'no-useless-escape', 'no-var', 'no-with',
  'prefer-const', 'require-yield', 'use-isnan', 'valid-typeof', 'no-eval', 'no-implied-eval', 'no-new-func', 'no-script-url',
];
const rules = {
  ...Object.fromEntries(MISTAKES.map((rule) => [rule, 'error'])),
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true }],
};
/** Ways to parse text as HTML: what a server says is text. */
const HTML = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write', 'writeln', 'srcdoc', 'createContextualFragment', 'setHTMLUnsafe', 'parseFromString'];

export default [
  { files: ['**/*.{js,mjs}'], linterOptions: { reportUnusedDisableDirectives: 'error' }, rules },
  { files: ['clients/js/**/*.js'], languageOptions: { globals: globals['shared-node-browser'] } },
  { files: ['clients/js/examples/*.mjs'], languageOptions: { globals: globals.node } },
  {
    files: ['web/**/*.js'],
    languageOptions: { globals: globals.browser },
    rules: { 'no-restricted-properties': ['error', ...HTML.map((property) => ({ property, message: 'Text nodes only.' }))] },
  },
  { files: ['tests/clients/**/*.mjs'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
];
