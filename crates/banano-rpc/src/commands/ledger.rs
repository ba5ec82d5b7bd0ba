//! `ledger`: every account from one upwards, or the richest first (node.md §9.2).
//!
//! Called through the table. Reads the ledger only, page by page.

use std::cmp::Reverse;

use banano_node::{AccountInfo, LedgerRead};
use banano_primitives::{Account, Amount};

use super::Answer;
use super::accounts::{put_receivable, receivable, representative_block};
use crate::call::{Call, Scan};
use crate::error::Error;
use crate::reply::Object;

pub(super) fn ledger(call: &Call) -> Answer {
    let request = &call.request;
    let count = call.bounded(request.count_or(usize::MAX)?);
    let options = Options {
        threshold: request.threshold()?,
        modified_since: request.number("modified_since", Error::InvalidTimestamp)?.unwrap_or(0),
        representative: request.flag("representative", false),
        weight: request.flag("weight", false),
        receivable: request.flag("receivable", request.flag("pending", false)),
    };
    let start = request.account_or("account", Error::BadAccount)?.unwrap_or(Account::ZERO);
    let mut accounts = call.object();
    let mut add = |account: Account, info: &AccountInfo| {
        if accounts.len() < count
            && let Some(entry) = options.entry(call, &account, info)?
        {
            accounts.put_reply(call.style().account(account), entry);
        }
        Ok::<_, Error>(if accounts.len() < count { Scan::Go } else { Scan::Enough })
    };
    if request.flag("sorting", false) {
        let mut all = Vec::new();
        call.scan_accounts(start, |account, info| {
            all.push((account, info));
            Ok(Scan::Go)
        })?;
        all.sort_unstable_by_key(|(account, info)| Reverse((info.balance, *account)));
        for (account, info) in &all {
            call.check_deadline()?;
            if add(*account, info)? == Scan::Enough {
                break;
            }
        }
    } else {
        call.scan_accounts(start, |account, info| add(account, &info))?;
    }
    Ok(call.object().with_reply("accounts", accounts))
}

struct Options {
    threshold: Amount,
    modified_since: u64,
    representative: bool,
    weight: bool,
    receivable: bool,
}

impl Options {
    /// What is told of an account; `None` if it is left out.
    fn entry(
        &self,
        call: &Call,
        account: &Account,
        info: &AccountInfo,
    ) -> Result<Option<Object>, Error> {
        if info.modified < self.modified_since {
            return Ok(None);
        }
        let mut entry = call.object();
        let mut total = info.balance;
        if self.receivable {
            let amount = receivable(call, account, false)?;
            total = total.saturating_add(amount);
            put_receivable(&mut entry, ["pending", "receivable"], amount);
        }
        if total < self.threshold {
            return Ok(None);
        }
        entry.put("frontier", info.head);
        entry.put("open_block", info.open_block);
        entry.put("representative_block", representative_block(call, info.head)?.0);
        entry.put_amount("balance", info.balance);
        entry.put("modified_timestamp", info.modified);
        entry.put("block_count", info.block_count);
        if self.representative {
            entry.put_account("representative", info.representative);
        }
        if self.weight {
            entry.put_amount("weight", call.ledger().weight(account));
        }
        Ok(Some(entry))
    }
}
