//! What can be received: `receivable`, its list form and `receivable_exists`, under old and new names.
//!
//! Called through the table. Reads the ledger and asks which elections run. The shape of the answer
//! depends on the options in three steps that clients rely on (node.md §9.2).

use std::cmp::Reverse;
use std::collections::HashSet;

use banano_node::{LedgerRead, ReceivableInfo, destination};
use banano_primitives::{Account, Amount, BlockHash, QualifiedRoot, SavedBlock};
use tokio::runtime::Handle;

use super::Answer;
use super::wallets::wallet;
use crate::call::{Call, Scan};
use crate::error::Error;
use crate::reply::Reply;

pub(super) fn receivable(call: &Call) -> Answer {
    let account = call.request.account()?;
    let options = Options::of(call, true)?;
    Ok(call.object().with_reply("blocks", options.list(call, &account)?))
}

pub(super) fn accounts_receivable(call: &Call) -> Answer {
    let options = Options::of(call, false)?;
    let mut blocks = call.object();
    for text in call.request.list("accounts")? {
        let account = call.request.decode_account(text, Error::BadAccount)?;
        let list = options.list(call, &account)?;
        if !list.is_empty() {
            blocks.put_reply(call.style().account(account), list);
        }
    }
    Ok(call.object().with_reply("blocks", blocks))
}

/// What the accounts of a wallet can receive; those without any are left out.
pub(super) fn wallet_receivable(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let accounts = wallets.accounts(id)?;
    let options = Options::of(call, false)?;
    let options = Options { min_version: call.request.flag("min_version", false), ..options };
    let mut blocks = call.object();
    for account in accounts {
        let list = options.list(call, &account)?;
        if !list.is_empty() {
            blocks.put_reply(call.style().account(account), list);
        }
    }
    Ok(call.object().with_reply("blocks", blocks))
}

/// The same under its old name.
pub(super) fn wallet_pending(call: &Call) -> Answer {
    let mut object = wallet_receivable(call)?;
    object.put_first("deprecated", 1);
    Ok(object)
}

pub(super) fn receivable_exists(call: &Call) -> Answer {
    let hash = call.request.hash("hash")?;
    let wanted = Wanted::of(call)?;
    let saved = call.block(&hash)?;
    let exists = match destination(&saved) {
        Some(account) => call.ledger().receivable(&account, &hash)?.is_some(),
        None => false,
    };
    let mut object = call.object();
    object.put_digit("exists", exists && wanted.takes(call, &hash)?);
    Ok(object)
}

/// Which sends count, by how sure they are.
enum Wanted {
    /// Every one.
    All,
    /// The cemented ones.
    Confirmed,
    /// The cemented ones, and those that no running election decides about.
    NotIn(HashSet<QualifiedRoot>),
}

impl Wanted {
    /// Runs on a thread that may wait.
    fn of(call: &Call) -> Result<Self, Error> {
        if call.request.flag("include_only_confirmed", true) {
            return Ok(Self::Confirmed);
        }
        if call.request.flag("include_active", false) {
            return Ok(Self::All);
        }
        let active = Handle::current().block_on(call.node().active_elections())?;
        Ok(Self::NotIn(active.into_iter().map(|election| election.root).collect()))
    }

    fn takes(&self, call: &Call, hash: &BlockHash) -> Result<bool, Error> {
        match self {
            Self::All => Ok(true),
            Self::Confirmed => Ok(call.ledger().is_cemented(hash)?),
            Self::NotIn(active) => {
                let saved = call.ledger().block(hash)?;
                let free = |saved: SavedBlock| !active.contains(&saved.block.qualified_root());
                Ok(call.ledger().is_cemented(hash)? || saved.is_some_and(free))
            }
        }
    }
}

/// The options of a list.
struct Options {
    count: usize,
    offset: usize,
    threshold: Amount,
    source: bool,
    min_version: bool,
    sorting: bool,
    wanted: Wanted,
}

impl Options {
    /// `one` tells the command for one account, which alone knows `min_version` and `offset`.
    fn of(call: &Call, one: bool) -> Result<Self, Error> {
        let request = &call.request;
        Ok(Self {
            count: call.bounded(request.count_or(usize::MAX)?),
            offset: if one { request.offset()? } else { 0 },
            threshold: request.threshold()?,
            source: request.flag("source", false),
            min_version: one && request.flag("min_version", false),
            sorting: request.flag("sorting", false),
            wanted: Wanted::of(call)?,
        })
    }

    fn list(&self, call: &Call, account: &Account) -> Result<Reply, Error> {
        let mut found = self.find(call, account)?;
        if self.sorting {
            found.sort_by_key(|(_, info)| Reverse(info.amount));
            found = found.into_iter().skip(self.offset).take(self.count).collect();
        }
        Ok(self.shaped(call, &found))
    }

    /// The sends that count: all of them when they are sorted afterwards, else the part asked for.
    fn find(
        &self,
        call: &Call,
        account: &Account,
    ) -> Result<Vec<(BlockHash, ReceivableInfo)>, Error> {
        let (most, mut skip) =
            if self.sorting { (usize::MAX, 0) } else { (self.count, self.offset) };
        let mut found = Vec::new();
        if most == 0 {
            return Ok(found);
        }
        call.scan_receivables(account, |hash, info| {
            if info.amount >= self.threshold && self.wanted.takes(call, &hash)? {
                if skip > 0 {
                    skip -= 1;
                } else {
                    found.push((hash, info));
                }
            }
            Ok(if found.len() < most { Scan::Go } else { Scan::Enough })
        })?;
        Ok(found)
    }

    /// Hashes; or hashes with amounts, once amounts matter; or hashes with objects, once more is asked for.
    fn shaped(&self, call: &Call, found: &[(BlockHash, ReceivableInfo)]) -> Reply {
        if self.threshold.is_zero() && !self.source && !self.min_version && !self.sorting {
            return found.iter().map(|(hash, _)| Reply::text(hash)).collect::<Vec<_>>().into();
        }
        let mut object = call.object();
        for (hash, info) in found {
            if self.source || self.min_version {
                let mut entry = call.object();
                entry.put_amount("amount", info.amount);
                if self.source {
                    entry.put_account("source", info.source);
                }
                if self.min_version {
                    entry.put("min_version", info.epoch.number());
                }
                object.put_reply(hash.to_string(), entry);
            } else {
                object.put(hash.to_string(), info.amount);
            }
        }
        object.into()
    }
}
