//! Commands about one account or a list of them (node.md §9.2).
//!
//! Called through the table. Reads the ledger only.

use banano_node::LedgerRead;
use banano_primitives::{Account, Amount, BlockHash, Unit};

use super::Answer;
use crate::call::{Call, Scan, successor};
use crate::error::Error;
use crate::reply::{Object, Reply};
use crate::request::lax_bytes;

/// Accounts that `delegators` lists unless told otherwise.
const DELEGATORS: usize = 1024;

pub(super) fn account_balance(call: &Call) -> Answer {
    let account = call.request.account()?;
    balances(call, &account, call.request.flag("include_only_confirmed", true))
}

pub(super) fn accounts_balances(call: &Call) -> Answer {
    let confirmed = call.request.flag("include_only_confirmed", true);
    for_each(call, "balances", |_, account| Ok(balances(call, &account, confirmed)?.into()))
}

/// Balance, and what can be received; the latter under its old and its new name.
pub(super) fn balances(call: &Call, account: &Account, only_confirmed: bool) -> Answer {
    let balance = if only_confirmed {
        call.balance_after(&call.ledger().confirmation_height(account)?.frontier)?
    } else {
        call.ledger().account(account)?.map_or(Amount::ZERO, |info| info.balance)
    };
    let mut object = call.object();
    object.put_amount("balance", balance);
    put_receivable(
        &mut object,
        ["pending", "receivable"],
        receivable(call, account, only_confirmed)?,
    );
    Ok(object)
}

pub(super) fn put_receivable(object: &mut Object, names: [&'static str; 2], amount: Amount) {
    for name in names {
        object.put_amount(name, amount);
    }
}

/// The sum of what an account can receive.
pub(super) fn receivable(
    call: &Call,
    account: &Account,
    only_confirmed: bool,
) -> Result<Amount, Error> {
    let mut sum = Amount::ZERO;
    call.scan_receivables(account, |hash, info| {
        if !only_confirmed || call.ledger().is_cemented(&hash)? {
            sum = sum.saturating_add(info.amount);
        }
        Ok(Scan::Go)
    })?;
    Ok(sum)
}

pub(super) fn account_info(call: &Call) -> Answer {
    let request = &call.request;
    let account = request.account()?;
    let info = call.opened(&account)?;
    let cemented = call.ledger().confirmation_height(&account)?;
    let confirmed = request.flag("include_confirmed", false);
    let mut object = call.object();
    object.put("frontier", info.head);
    object.put("open_block", info.open_block);
    object.put("representative_block", representative_block(call, info.head)?.0);
    object.put_amount("balance", info.balance);
    if confirmed {
        object.put_amount("confirmed_balance", call.balance_after(&cemented.frontier)?);
    }
    object.put("modified_timestamp", info.modified);
    object.put("block_count", info.block_count);
    object.put("account_version", info.epoch.number());
    let [height, frontier] = if confirmed {
        ["confirmed_height", "confirmed_frontier"]
    } else {
        ["confirmation_height", "confirmation_height_frontier"]
    };
    object.put(height, cemented.height);
    object.put(frontier, cemented.frontier);
    if request.flag("representative", false) {
        object.put_account("representative", info.representative);
        if confirmed {
            let representative = match cemented.height {
                0 => Account::ZERO,
                _ => representative_block(call, cemented.frontier)?.1,
            };
            object.put_account("confirmed_representative", representative);
        }
    }
    if request.flag("weight", false) {
        object.put_amount("weight", call.ledger().weight(&account));
        if call.style().decimals {
            let millions = call.ledger().weight(&account).in_unit(Unit::MegaBan);
            object.put("weight_decimal_millions", millions);
        }
    }
    if request.flag("receivable", request.flag("pending", false)) {
        put_receivable(&mut object, ["pending", "receivable"], receivable(call, &account, false)?);
        if confirmed {
            let amount = receivable(call, &account, true)?;
            put_receivable(&mut object, ["confirmed_pending", "confirmed_receivable"], amount);
        }
    }
    Ok(object)
}

/// The block at or below `hash` that names a representative, and whom.
pub(super) fn representative_block(
    call: &Call,
    hash: BlockHash,
) -> Result<(BlockHash, Account), Error> {
    let mut at = hash;
    loop {
        call.check_deadline()?;
        let Some(saved) = call.ledger().block(&at)? else {
            return Ok((BlockHash::ZERO, Account::ZERO));
        };
        if let Some(representative) = saved.block.representative() {
            return Ok((at, representative));
        }
        at = saved.block.previous();
    }
}

pub(super) fn account_block_count(call: &Call) -> Answer {
    let info = call.opened(&call.request.account()?)?;
    Ok(call.object().with("block_count", info.block_count))
}

pub(super) fn account_representative(call: &Call) -> Answer {
    let info = call.opened(&call.request.account()?)?;
    let mut object = call.object();
    object.put_account("representative", info.representative);
    Ok(object)
}

pub(super) fn accounts_representatives(call: &Call) -> Answer {
    for_each(call, "representatives", |_, account| {
        let representative = call.opened(&account)?.representative;
        Ok(Reply::Text(call.style().account(representative)))
    })
}

pub(super) fn accounts_frontiers(call: &Call) -> Answer {
    for_each(call, "frontiers", |_, account| Ok(Reply::text(call.opened(&account)?.head)))
}

/// Answers for every account of the list under the text that asked for it; what fails goes to `errors`.
fn for_each(
    call: &Call,
    name: &'static str,
    mut one: impl FnMut(&str, Account) -> Result<Reply, Error>,
) -> Answer {
    let mut found = call.object();
    let mut errors = call.object();
    for text in call.request.list("accounts")? {
        call.check_deadline()?;
        let answer = call
            .request
            .decode_account(text, Error::BadAccount)
            .and_then(|account| one(text, account));
        match answer {
            Ok(reply) => found.put_reply(text.to_owned(), reply),
            Err(error @ (Error::BadAccount | Error::AccountNotFound)) => {
                errors.put(text.to_owned(), error);
            }
            Err(error) => return Err(error),
        }
    }
    let mut object = call.object();
    for (name, part) in [(name, found), ("errors", errors)] {
        if !part.is_empty() {
            object.put_reply(name, part);
        }
    }
    Ok(object)
}

pub(super) fn account_weight(call: &Call) -> Answer {
    let account = call.request.account()?;
    let mut object = call.object();
    object.put_amount("weight", call.ledger().weight(&account));
    Ok(object)
}

pub(super) fn account_key(call: &Call) -> Answer {
    let account = call.request.account()?;
    Ok(call.object().with("key", BlockHash::from_bytes(*account.as_bytes())))
}

pub(super) fn account_get(call: &Call) -> Answer {
    let key = lax_bytes(call.request.required("key")?).ok_or(Error::BadPublicKey)?;
    let mut object = call.object();
    object.put_account("account", Account::from_bytes(key));
    Ok(object)
}

pub(super) fn validate_account_number(call: &Call) -> Answer {
    call.request.required("account")?;
    let mut object = call.object();
    object.put_digit("valid", call.request.account().is_ok());
    Ok(object)
}

pub(super) fn delegators(call: &Call) -> Answer {
    delegators_as(call, |amount| amount.to_string())
}

pub(super) fn delegators_decimal(call: &Call) -> Answer {
    delegators_as(call, |amount| amount.ban().to_string())
}

fn delegators_as(call: &Call, text: impl Fn(Amount) -> String) -> Answer {
    let representative = call.request.account()?;
    let count = call.bounded(call.request.count_or(DELEGATORS)?);
    let threshold = call.request.threshold()?;
    // The account that is given as `start` is the last one of the list before.
    let start = match call.request.account_or("start", Error::BadAccount)? {
        None => Some(Account::ZERO),
        Some(last) => successor(last.as_bytes()).map(Account::from_bytes),
    };
    let mut delegators = call.object();
    if let Some(start) = start
        && count > 0
    {
        call.scan_accounts(start, |account, info| {
            if info.representative == representative && info.balance >= threshold {
                delegators.put(call.style().account(account), text(info.balance));
            }
            Ok(if delegators.len() < count { Scan::Go } else { Scan::Enough })
        })?;
    }
    Ok(call.object().with_reply("delegators", delegators))
}

pub(super) fn delegators_count(call: &Call) -> Answer {
    let representative = call.request.account()?;
    let mut count = 0_u64;
    call.scan_accounts(Account::ZERO, |_, info| {
        count += u64::from(info.representative == representative);
        Ok(Scan::Go)
    })?;
    Ok(call.object().with("count", count))
}

pub(super) fn frontiers(call: &Call) -> Answer {
    let start = call.request.account()?;
    let count = call.bounded(call.request.count()?);
    let mut frontiers = call.object();
    call.scan_accounts(start, |account, info| {
        frontiers.put(call.style().account(account), info.head);
        Ok(if frontiers.len() < count { Scan::Go } else { Scan::Enough })
    })?;
    Ok(call.object().with_reply("frontiers", frontiers))
}

pub(super) fn frontier_count(call: &Call) -> Object {
    call.object().with("count", call.ledger().counts().accounts)
}
