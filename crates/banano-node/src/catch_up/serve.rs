//! Answers to peers that catch up (`node.md` §7.2, server).
//!
//! Called by the processing task for each request. Reads the ledger, a bounded part of it. Never
//! remembers who asked.

use std::sync::Arc;

use banano_ledger::{LedgerRead, StoreError};
use banano_primitives::{Account, Block, BlockHash};
use banano_wire::{
    AccountInfoAnswer, AscPullAck, AscPullReq, AscPullStart, Frontiers, Pulled, Request,
};

/// The answer to a request.
pub(crate) fn answer(
    request: &AscPullReq,
    ledger: &impl LedgerRead,
) -> Result<AscPullAck, StoreError> {
    let pulled = match request.request {
        Request::Blocks { start, count } => Pulled::Blocks(blocks(start, count, ledger)?),
        Request::AccountInfo { target } => {
            Pulled::AccountInfo(Box::new(account_info(target, ledger)?))
        }
        Request::Frontiers { start, count } => Pulled::Frontiers(frontiers(start, count, ledger)?),
    };
    Ok(AscPullAck { id: request.id, pulled })
}

/// Blocks of one chain upwards, the first one included.
fn blocks(
    start: AscPullStart,
    count: u8,
    ledger: &impl LedgerRead,
) -> Result<Vec<Arc<Block>>, StoreError> {
    let mut next = match start {
        AscPullStart::Account(account) => ledger.account(&account)?.map(|info| info.open_block),
        AscPullStart::Block(hash) => Some(hash),
    };
    let most = usize::from(count).min(AscPullAck::BLOCKS_MAX);
    let mut blocks = Vec::new();
    while let Some(hash) = next.filter(|hash| !hash.is_zero() && blocks.len() < most) {
        let Some(saved) = ledger.block(&hash)? else { break };
        next = Some(saved.sideband.successor);
        blocks.push(saved.block);
    }
    Ok(blocks)
}

fn account_info(
    target: AscPullStart,
    ledger: &impl LedgerRead,
) -> Result<AccountInfoAnswer, StoreError> {
    let account = match target {
        AscPullStart::Account(account) => account,
        AscPullStart::Block(hash) => ledger.block_account(&hash)?.unwrap_or(Account::ZERO),
    };
    let Some(info) = ledger.account(&account)? else {
        return Ok(AccountInfoAnswer { account, ..AccountInfoAnswer::default() });
    };
    let cemented = ledger.confirmation_height(&account)?;
    Ok(AccountInfoAnswer {
        account,
        open: info.open_block,
        head: info.head,
        block_count: info.block_count,
        confirmed_frontier: cemented.frontier,
        confirmed_height: cemented.height,
    })
}

fn frontiers(
    start: Account,
    count: u16,
    ledger: &impl LedgerRead,
) -> Result<Frontiers, StoreError> {
    let most = usize::from(count).min(AscPullAck::FRONTIERS_MAX);
    let accounts = ledger.accounts(&start, most)?;
    let pair = |(account, info): (Account, banano_ledger::AccountInfo)| -> (Account, BlockHash) {
        (account, info.head)
    };
    Ok(accounts.into_iter().map(pair).collect())
}
