// A typed RPC client against a dev network: each answer of the commands that applications call has the type that
// @dev-ptera/nano-node-rpc declares for it in its own .d.ts. For commands that it has no method for, and where its
// declarations are older than the node, the members are those of node.md §9.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import { keyPair, signedBlock } from './support/blocks.mjs';
import { DevNetwork } from './support/dev-network.mjs';
import { folderBesidePackages, here } from './support/folder.mjs';
import { npmProgram } from './support/program.mjs';

const { NanoClient } = createRequire(import.meta.url)('@dev-ptera/nano-node-rpc');

const TYPES = '@dev-ptera/nano-node-rpc/dist/types/rpc-response.js';

/** Fails unless every answer is of the type declared for it, by the TypeScript compiler. */
async function checkTypes(t, answers) {
  const folder = folderBesidePackages();
  // Members that a newer node adds are allowed: the object is not fresh where it is assigned.
  const lines = answers.flatMap(([name, type, answer], index) => [
    `const it${index} = ${JSON.stringify(answer)} as const; // ${name}`,
    `takes<RPC.${type}>(it${index});`,
  ]);
  const program = [
    `import type * as RPC from '${TYPES}';`,
    // What is declared as a list may be one that cannot be changed.
    'type Read<T> = T extends string ? T : T extends object ? { readonly [K in keyof T]: Read<T[K]> } : T;',
    'declare function takes<T>(it: Read<T>): void;',
    ...lines,
  ].join('\n');
  const file = join(folder, 'answers.ts');
  await writeFile(file, program);
  const tsc = npmProgram(t, 'tsc', '--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext',
    '--types', 'node', '--typeRoots', `${here}node_modules/@types`, file);
  const { code } = await tsc.exited;
  assert.equal(code, 0, tsc.lines.join('\n'));
}

/** Every scalar of an answer is a string, at every level. */
function assertStrings(value, name) {
  if (typeof value === 'object' && value !== null) {
    for (const [member, inner] of Object.entries(value)) assertStrings(inner, `${name}.${member}`);
  } else {
    assert.equal(typeof value, 'string', name);
  }
}

/** The commands of node wallets, as tip bots call them, with their members. */
async function walletAnswers(network, payer) {
  const created = await network.call('wallet_create');
  const { wallet } = created;
  const added = await network.call('wallet_add', { wallet, key: payer.private_key });
  const opened = await network.call('account_create', { wallet });
  const amount = `1${'0'.repeat(29)}`;
  const order = { wallet, source: payer.account, destination: opened.account, amount, id: 'tip-1' };
  const sent = await network.call('send', order);
  assert.deepEqual(await network.call('send', order), sent, 'the same id is paid once');
  // It receives by itself once the send is confirmed; asked again, it says so.
  const balance = () => network.call('account_balance', { account: opened.account });
  for (let it = await balance(); it.balance !== amount; it = await balance()) await new Promise(setImmediate);
  assert.deepEqual(await network.ask('receive', { wallet, account: opened.account, block: sent.block }),
    { error: 'Unreceivable' });
  const one = { wallet, account: opened.account };
  return [
    ['wallet_create', created, '', 'wallet'],
    ['wallet_add', added, '', 'account'],
    ['account_create', opened, '', 'account'],
    ['send', sent, '', 'block'],
    ['account_list', await network.call('account_list', { wallet }), '', 'accounts'],
    ['wallet_balances', await network.call('wallet_balances', { wallet }), `balances.${opened.account}`,
      'balance pending receivable'],
    ['wallet_receivable', await network.call('wallet_receivable', { wallet }), '', 'blocks'],
    ['account_representative_set', await network.call('account_representative_set',
      { ...one, representative: payer.account }), '', 'block'],
  ];
}

test('every command that applications call answers with the declared shape', { timeout: 60_000 }, async (t) => {
  const network = await DevNetwork.start(t);
  const client = new NanoClient({ url: network.rpc });
  const [payer, payee] = network.accounts;
  const { account } = payer;
  const key = keyPair(network.seed, 0);

  // A payment made by the client's own `process`.
  const info = await client.account_info(account, { representative: true, weight: true, pending: true });
  const { key: link } = await client.account_key(payee.account);
  const generated = await client.work_generate(info.frontier);
  const signed = signedBlock(key.privateKey, {
    account, previous: info.frontier, representative: info.representative,
    balance: (BigInt(info.balance) - 5n).toString(), link,
  });
  const block = { ...signed.block, work: generated.work };
  const processed = await client.process({ json_block: true, subtype: 'send', block });
  assert.equal(processed.hash, signed.hash);
  const { hash } = processed;
  const receivable = () => network.ask('receivable_exists', { hash });
  for (let answer = await receivable(); answer.exists !== '1'; answer = await receivable()) await new Promise(setImmediate);

  const answers = [
    ['process', 'ProcessResponse', processed],
    ['account_info', 'AccountInfoResponse', info],
    ['account_key', 'AccountKeyResponse', { key: link }],
    ['work_generate', 'WorkGenerateResponse', generated],
  ];
  const calls = [
    ['account_balance', 'AccountBalanceResponse', account],
    ['account_block_count', 'AccountBlockCountResponse', account],
    ['account_get', 'AccountGetResponse', link],
    ['account_history', 'AccountHistoryResponse', account, 5],
    ['account_representative', 'AccountRepresentativeResponse', account],
    ['account_weight', 'AccountWeightResponse', account],
    ['accounts_balances', 'AccountsBalancesResponse', [account, payee.account]],
    ['accounts_frontiers', 'AccountsFrontiersResponse', [account, payee.account]],
    ['accounts_pending', 'AccountsPendingResponse', [payee.account], 5],
    ['accounts_pending', 'AccountsPendingResponse', [payee.account], 5, { threshold: '1' }],
    ['accounts_pending', 'AccountsPendingResponse', [payee.account], 5, { source: true }],
    ['active_difficulty', 'ActiveDifficultyResponse', true],
    ['available_supply', 'AvailableSupplyResponse'],
    ['block_account', 'BlockAccountResponse', hash],
    ['block_confirm', 'BlockConfirmResponse', hash],
    ['block_count', 'BlockCountResponse'],
    ['chain', 'ChainResponse', hash, 5],
    ['delegators', 'DelegatorsResponse', info.representative],
    ['delegators_count', 'DelegatorsCountResponse', info.representative],
    ['frontiers', 'FrontiersResponse', account, 5],
    ['frontier_count', 'FrontierCountResponse'],
    ['peers', 'PeersResponse<RPC.PeersResponseDetails>', true],
    ['peers', 'PeersResponse<undefined>', false],
    ['representatives', 'RepresentativesResponse', 5],
    ['representatives_online', 'RepresentativesOnlineResponse'],
    ['representatives_online', 'RepresentativesOnlineWeightResponse', true],
    ['validate_account_number', 'ValidateAccountNumberResponse', account],
    ['version', 'VersionResponse'],
    ['uptime', 'UptimeResponse'],
    ['work_cancel', 'WorkCancelResponse', hash],
  ];
  for (const [name, type, ...args] of calls) answers.push([name, type, await client[name](...args)]);
  await checkTypes(t, answers);
  for (const [name, , answer] of answers) assertStrings(answer, name);

  // Declared otherwise than nodes answer: `confirmed` a boolean, `contents` of `blocks` always an object, and
  // `peers_stake_required`, which is gone. And what the client has no method for.
  const keys = { private: key.privateKey };
  const history = 'hash duration time tally final blocks voters request_count';
  const named = [
    ['blocks', await client.blocks([hash], true), `blocks.${hash}`, Object.keys(block).join(' ')],
    ['blocks_info', await client.blocks_info([hash], { json_block: true, source: true, pending: true }), `blocks.${hash}`,
      'block_account amount balance height local_timestamp confirmed contents subtype pending source_account'],
    ['block_info', await network.call('block_info', { hash, json_block: true }), '',
      'block_account amount balance height local_timestamp successor confirmed contents subtype'],
    ['confirmation_quorum', await client.confirmation_quorum(true), '', 'quorum_delta online_weight_quorum_percent '
      + 'online_weight_minimum online_stake_total trended_stake_total peers_stake_total peers'],
    ['telemetry', await network.call('telemetry'), '', 'block_count cemented_count unchecked_count account_count '
      + 'bandwidth_cap peer_count protocol_version uptime genesis_block major_version minor_version patch_version '
      + 'pre_release_version maker timestamp active_difficulty node_id signature'],
    ['receivable', await network.call('receivable', { account: payee.account, source: true }), `blocks.${hash}`,
      'amount source'],
    ['pending', await network.call('pending', { account: payee.account, source: true }), `blocks.${hash}`, 'amount source'],
    ['accounts_receivable', await network.call('accounts_receivable', { accounts: [payee.account], source: true }),
      `blocks.${payee.account}.${hash}`, 'amount source'],
    ['accounts_representatives', await network.call('accounts_representatives', { accounts: [account] }),
      'representatives', account],
    ['receivable_exists', await network.call('receivable_exists', { hash }), '', 'exists'],
    ['pending_exists', await network.call('pending_exists', { hash }), '', 'exists'],
    ['work_validate', await network.call('work_validate', { hash: info.frontier, work: generated.work }), '',
      'valid_all valid_receive difficulty multiplier'],
    ['block_hash', await network.call('block_hash', { json_block: true, block }), '', 'hash'],
    ['block_create', await network.call('block_create', { type: 'state', key: key.privateKey, previous: hash,
      representative: account, balance: '1', link, json_block: true }), '', 'hash difficulty block'],
    ['confirmation_history', await network.call('confirmation_history', { hash }), 'confirmations.0', history],
    ['confirmation_active', await network.call('confirmation_active'), '', 'confirmations unconfirmed confirmed'],
    ['successors', await network.call('successors', { block: info.open_block, count: 2 }), '', 'blocks'],
    ['key_create', await network.call('key_create'), '', 'private public account'],
    ['key_expand', await network.call('key_expand', { key: keys.private }), '', 'private public account'],
    ['deterministic_key', await network.call('deterministic_key', { seed: network.seed, index: 0 }), '',
      'private public account'],
    ['sign', await network.call('sign', { key: keys.private, hash }), '', 'signature'],
    ['ledger', await network.call('ledger', { account, count: 1 }), `accounts.${account}`,
      'frontier open_block representative_block balance modified_timestamp block_count'],
    ['stats', await network.call('stats', { type: 'counters' }), '', 'type created entries stat_duration_seconds'],
    ['ban_to_raw', await network.call('ban_to_raw', { amount: '1' }), '', 'amount'],
    ['ban_from_raw', await network.call('ban_from_raw', { amount: '1' }), '', 'amount'],
    ['banoshi_to_raw', await network.call('banoshi_to_raw', { amount: '1' }), '', 'amount'],
    ['banoshi_from_raw', await network.call('banoshi_from_raw', { amount: '1' }), '', 'amount'],
    ...await walletAnswers(network, payer),
  ];
  for (const [name, answer, path, members] of named) {
    assertStrings(answer, name);
    const found = path.split('.').filter(Boolean).reduce((value, member) => value?.[member], answer);
    assert.ok(found, `${name}: no ${path} in ${JSON.stringify(answer)}`);
    const missing = members.split(' ').filter((member) => !(member in found));
    assert.deepEqual(missing, [], `${name}: ${JSON.stringify(answer)}`);
  }
  const none = await network.ask('confirmation_info', { root: `${hash}${info.frontier}` });
  assert.deepEqual(none, { error: 'Active confirmation not found' });
  await assert.rejects(client.krai_to_raw('1'), { error: 'Unknown command' });
});

test('an election that runs is shown by its root', { timeout: 60_000 }, async (t) => {
  const network = await DevNetwork.start(t, '--confirm', 'never');
  const { hash } = await network.call('dev_faucet', { account: network.accounts[0].account });
  const active = () => network.call('confirmation_active');
  let answer = await active();
  while (answer.confirmations === '') answer = await active();
  assert.equal(answer.unconfirmed, '1');
  const [root] = answer.confirmations;
  const info = await network.call('confirmation_info', { root, json_block: true, representatives: true });
  assertStrings(info, 'confirmation_info');
  const { blocks, ...rest } = info;
  const scalars = Object.keys(rest).filter((name) => !name.endsWith('_decimal'));
  assert.deepEqual(scalars.sort(), ['announcements', 'final_tally', 'last_winner', 'total_tally', 'voters']);
  assert.equal(info.last_winner, hash);
  assert.ok('tally' in blocks[hash] && 'representatives' in blocks[hash], JSON.stringify(info));
  assert.equal(blocks[hash].contents.type, 'state');
});
