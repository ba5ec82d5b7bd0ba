//! Commands that show blocks (node.md §9.3).
//!
//! Called through the table. Reads the ledger only.

use banano_node::{LedgerRead, destination};
use banano_primitives::{Account, Block, BlockHash, SavedBlock};

use super::{Answer, Future};
use crate::block_json::{GivenBlock, contents};
use crate::call::Call;
use crate::error::Error;
use crate::reply::{Object, Reply};
use crate::request::lax_hash;

/// Blocks between two looks at the deadline.
const STRIDE: usize = 256;

pub(super) fn block_info(call: &Call) -> Answer {
    let saved = call.block(&call.request.hash("hash")?)?;
    described(call, &saved)
}

/// What `block_info` tells of a block, and `blocks_info` of each.
fn described(call: &Call, saved: &SavedBlock) -> Answer {
    let ledger = call.ledger();
    let mut object = call.object();
    object.put_account("block_account", saved.account());
    if call.request.flag("include_linked_account", false) {
        match ledger.linked_account(saved)? {
            Some(linked) => object.put_account("linked_account", linked),
            None => object.put("linked_account", 0),
        }
    }
    if let Some(amount) = ledger.amount(saved)? {
        object.put_amount("amount", amount);
    }
    object.put_amount("balance", saved.sideband.balance);
    object.put("height", saved.height());
    object.put("local_timestamp", saved.sideband.timestamp);
    object.put("successor", saved.sideband.successor);
    object.put("confirmed", ledger.is_cemented(&saved.hash())?);
    object.put_reply("contents", shown(call, &saved.block));
    if let Some(subtype) = saved.subtype() {
        object.put("subtype", subtype);
    }
    Ok(object)
}

fn shown(call: &Call, block: &Block) -> Reply {
    contents(block, call.style(), call.request.flag("json_block", false))
}

pub(super) fn blocks_info(call: &Call) -> Answer {
    let request = &call.request;
    let receivable = request.flag("receivable", request.flag("pending", false));
    let receive_hash = request.flag("receive_hash", false);
    let source = request.flag("source", false);
    let include_not_found = request.flag("include_not_found", false);
    let mut blocks = call.object();
    let mut not_found = Vec::new();
    for text in request.list("hashes")? {
        call.check_deadline()?;
        let hash = lax_hash(text).ok_or(Error::BadHash)?;
        let Some(saved) = call.ledger().block(&hash)? else {
            if include_not_found {
                not_found.push(Reply::text(text));
                continue;
            }
            return Err(Error::BlockNotFound);
        };
        let mut entry = described(call, &saved)?;
        if receivable || receive_hash {
            put_receipt(call, &mut entry, &saved, receivable, receive_hash)?;
        }
        if source {
            match source_account(call, &saved)? {
                Some(account) => entry.put_account("source_account", account),
                None => entry.put("source_account", 0),
            }
        }
        blocks.put_reply(text.to_owned(), entry);
    }
    let mut object = call.object().with_reply("blocks", blocks);
    if include_not_found {
        object.put_reply("blocks_not_found", not_found);
    }
    Ok(object)
}

/// Who sent what this block receives.
fn source_account(call: &Call, saved: &SavedBlock) -> Result<Option<Account>, Error> {
    match call.ledger().source(&saved.block)? {
        Some(source) => Ok(call.ledger().block_account(&source)?),
        None => Ok(None),
    }
}

/// Whether a send still waits, and which block took it.
fn put_receipt(
    call: &Call,
    entry: &mut Object,
    saved: &SavedBlock,
    receivable: bool,
    receive_hash: bool,
) -> Result<(), Error> {
    let hash = saved.hash();
    let destination = destination(saved);
    let waits = match &destination {
        Some(account) => call.ledger().receivable(account, &hash)?.is_some(),
        None => false,
    };
    if receivable {
        entry.put_digit("pending", waits);
        entry.put_digit("receivable", waits);
    }
    if receive_hash {
        let taken_by = match destination {
            Some(account) if !waits => receive_of(call, &account, &hash)?,
            _ => None,
        };
        entry.put("receive_hash", taken_by.unwrap_or(BlockHash::ZERO));
    }
    Ok(())
}

/// The block on `account`'s chain that receives `send`, searched from its head.
fn receive_of(
    call: &Call,
    account: &Account,
    send: &BlockHash,
) -> Result<Option<BlockHash>, Error> {
    let Some(info) = call.ledger().account(account)? else { return Ok(None) };
    let mut at = info.head;
    let mut seen = 0_usize;
    while let Some(saved) = call.ledger().block(&at)? {
        seen += 1;
        if seen.is_multiple_of(STRIDE) {
            call.check_deadline()?;
        }
        if call.ledger().source(&saved.block)? == Some(*send) {
            return Ok(Some(at));
        }
        at = saved.block.previous();
    }
    Ok(None)
}

pub(super) fn blocks(call: &Call) -> Answer {
    let mut blocks = call.object();
    for text in call.request.list("hashes")? {
        call.check_deadline()?;
        let saved = call.block(&lax_hash(text).ok_or(Error::BadHash)?)?;
        blocks.put_reply(text.to_owned(), shown(call, &saved.block));
    }
    Ok(call.object().with_reply("blocks", blocks))
}

/// Blocks that wait for one that they build on.
pub(super) fn unchecked(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let count = call.bounded(call.request.count_or(usize::MAX)?);
        let mut blocks = call.object();
        for block in call.node().unchecked(count).await? {
            blocks.put_reply(block.hash().to_string(), shown(call, &block));
        }
        Ok(call.object().with_reply("blocks", blocks))
    })
}

pub(super) fn block_account(call: &Call) -> Answer {
    let hash = call.request.hash("hash")?;
    let account = call.ledger().block_account(&hash)?.ok_or(Error::BlockNotFound)?;
    let mut object = call.object();
    object.put_account("account", account);
    Ok(object)
}

pub(super) fn block_hash(call: &Call) -> Answer {
    let given = GivenBlock::of(&call.request, call.shared.config.nesting_max)?;
    Ok(call.object().with("hash", given.complete()?.hash()))
}

pub(super) fn chain(call: &Call) -> Answer {
    walk(call, false)
}

pub(super) fn successors(call: &Call) -> Answer {
    walk(call, true)
}

fn walk(call: &Call, upward: bool) -> Answer {
    let upward = upward != call.request.flag("reverse", false);
    let mut hash = call.request.hash("block")?;
    let count = call.bounded(call.request.count()?);
    let mut offset = call.request.offset()?;
    let mut blocks = Vec::new();
    let mut seen = 0_usize;
    while !hash.is_zero() && blocks.len() < count {
        seen += 1;
        if seen.is_multiple_of(STRIDE) {
            call.check_deadline()?;
        }
        let Some(saved) = call.ledger().block(&hash)? else { break };
        if offset > 0 {
            offset -= 1;
        } else {
            blocks.push(Reply::text(hash));
        }
        hash = if upward { saved.sideband.successor } else { saved.block.previous() };
    }
    Ok(call.object().with_reply("blocks", blocks))
}
