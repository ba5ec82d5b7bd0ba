//! `account_history`: the blocks of a chain as a wallet shows them.
//!
//! Called through the table. Reads the ledger only. Without `raw` an entry says who paid whom how much,
//! and changes are left out; with `raw` it also holds the fields of the block (node.md §9.2).

use banano_node::LedgerRead;
use banano_primitives::{Account, Amount, BlockHash, Body, Epoch, SavedBlock, StateBlock};

use super::Answer;
use crate::call::Call;
use crate::error::Error;
use crate::reply::Object;
use crate::request::lax_hash;

/// Blocks between two looks at the deadline.
const STRIDE: usize = 256;

pub(super) fn account_history(call: &Call) -> Answer {
    let request = &call.request;
    let writer = Writer {
        call,
        raw: request.flag("raw", false),
        only: request
            .list_or_none("account_filter")
            .unwrap_or_default()
            .into_iter()
            .map(|text| request.decode_account(text, Error::BadAccount))
            .collect::<Result<_, _>>()?,
    };
    let reverse = request.flag("reverse", false);
    let count = call.bounded(request.count()?);
    let mut offset = request.offset()?;
    let (account, mut hash) = start(call, reverse)?;
    let cemented = call.ledger().confirmation_height(&account)?.height;
    let mut history = Vec::new();
    let mut seen = 0_usize;
    while history.len() < count {
        seen += 1;
        if seen.is_multiple_of(STRIDE) {
            call.check_deadline()?;
        }
        let Some(saved) = call.ledger().block(&hash)? else { break };
        if offset > 0 {
            offset -= 1;
        } else if let Some(entry) = writer.entry(&saved)? {
            history.push(writer.finished(entry, &saved, cemented).into());
        }
        hash = if reverse { saved.sideband.successor } else { saved.block.previous() };
    }
    let mut object = call.object();
    object.put_account("account", account);
    object.put_reply("history", history);
    if !hash.is_zero() {
        object.put(if reverse { "next" } else { "previous" }, hash);
    }
    Ok(object)
}

/// Whose history it is and where it begins.
fn start(call: &Call, reverse: bool) -> Result<(Account, BlockHash), Error> {
    if let Some(head) = call.request.text("head") {
        let hash = lax_hash(head).ok_or(Error::BadHash)?;
        return Ok((call.block(&hash)?.account(), hash));
    }
    let account = call.request.account()?;
    let hash = match call.ledger().account(&account)? {
        Some(info) if reverse => info.open_block,
        Some(info) => info.head,
        None if reverse => return Err(Error::AccountNotFound),
        None => BlockHash::ZERO,
    };
    Ok((account, hash))
}

/// Writes entries.
struct Writer<'a> {
    call: &'a Call,
    raw: bool,
    /// Only what was paid to or came from these; everything if empty.
    only: Vec<Account>,
}

impl Writer<'_> {
    fn wants(&self, account: Option<Account>) -> bool {
        self.only.is_empty() || account.is_some_and(|account| self.only.contains(&account))
    }

    /// Changes and epochs are for readers of everything.
    fn wants_changes(&self) -> bool {
        self.raw && self.only.is_empty()
    }

    fn object(&self) -> Object {
        self.call.object()
    }

    /// The part that depends on the kind of block; `None` if it is left out.
    fn entry(&self, saved: &SavedBlock) -> Result<Option<Object>, Error> {
        match saved.block.body() {
            Body::State(state) => self.state(saved, state),
            Body::Send(send) => {
                if !self.wants(Some(send.destination)) {
                    return Ok(None);
                }
                let mut entry = self.object().with("type", "send");
                self.put_transfer(&mut entry, Some(send.destination), saved)?;
                if self.raw {
                    entry.put_account("destination", send.destination);
                    entry.put_amount("balance", send.balance);
                    entry.put("previous", send.previous);
                }
                Ok(Some(entry))
            }
            Body::Receive(receive) => {
                let source = self.call.ledger().block_account(&receive.source)?;
                if !self.wants(source) {
                    return Ok(None);
                }
                let mut entry = self.object().with("type", "receive");
                self.put_transfer(&mut entry, source, saved)?;
                if self.raw {
                    entry.put("source", receive.source);
                    entry.put("previous", receive.previous);
                }
                Ok(Some(entry))
            }
            Body::Open(open) => {
                let genesis = self.call.ledger().genesis() == saved.hash();
                let source = if genesis {
                    Some(open.account)
                } else {
                    self.call.ledger().block_account(&open.source)?
                };
                if !self.wants(source) {
                    return Ok(None);
                }
                let mut entry = self.object();
                if self.raw {
                    entry.put("type", "open");
                    entry.put_account("representative", open.representative);
                    entry.put("source", open.source);
                    entry.put_account("opened", open.account);
                } else {
                    entry.put("type", "receive");
                }
                self.put_transfer(&mut entry, source, saved)?;
                Ok(Some(entry))
            }
            Body::Change(change) if self.wants_changes() => {
                let mut entry = self.object().with("type", "change");
                entry.put_account("representative", change.representative);
                entry.put("previous", change.previous);
                Ok(Some(entry))
            }
            Body::Change(_) => Ok(None),
        }
    }

    fn state(&self, saved: &SavedBlock, state: &StateBlock) -> Result<Option<Object>, Error> {
        let mut entry = self.object();
        if self.raw {
            entry.put("type", "state");
            entry.put_account("representative", state.representative);
            entry.put("link", state.link);
            entry.put_amount("balance", state.balance);
            entry.put("previous", state.previous);
        }
        let kind = if self.raw { "subtype" } else { "type" };
        let Some(before) = self.balance_before(saved)? else {
            entry.put(kind, "unknown");
            return Ok(Some(entry));
        };
        if state.balance < before {
            let destination = state.link.as_account();
            if !self.wants(Some(destination)) {
                return Ok(None);
            }
            entry.put(kind, "send");
            self.put_transfer(&mut entry, Some(destination), saved)?;
        } else if state.link.is_zero() {
            if !self.wants_changes() {
                return Ok(None);
            }
            entry.put(kind, "change");
        } else if state.balance == before
            && let Some(epoch) = Epoch::of_link(&state.link)
        {
            if !self.wants_changes() {
                return Ok(None);
            }
            entry.put(kind, "epoch");
            if let Some(signer) = self.call.network().epoch_signers.signer(epoch) {
                entry.put_account("account", signer);
            }
        } else {
            let source = self.call.ledger().block_account(&state.link.as_hash())?;
            if !self.wants(source) {
                return Ok(None);
            }
            entry.put(kind, "receive");
            self.put_transfer(&mut entry, source, saved)?;
        }
        Ok(Some(entry))
    }

    /// The balance before a block; `None` when the previous one was pruned.
    fn balance_before(&self, saved: &SavedBlock) -> Result<Option<Amount>, Error> {
        let previous = saved.block.previous();
        if previous.is_zero() {
            Ok(Some(Amount::ZERO))
        } else {
            Ok(self.call.ledger().block_balance(&previous)?)
        }
    }

    fn put_transfer(
        &self,
        entry: &mut Object,
        other_side: Option<Account>,
        saved: &SavedBlock,
    ) -> Result<(), Error> {
        if let Some(amount) = self.call.ledger().amount(saved)? {
            if let Some(account) = other_side {
                entry.put_account("account", account);
            }
            entry.put_amount("amount", amount);
        }
        Ok(())
    }

    /// Adds what every entry ends with.
    fn finished(&self, mut entry: Object, saved: &SavedBlock, cemented: u64) -> Object {
        entry.put("local_timestamp", saved.sideband.timestamp);
        entry.put("height", saved.height());
        entry.put("hash", saved.hash());
        entry.put("confirmed", saved.height() <= cemented);
        if self.raw {
            entry.put("work", saved.block.work());
            entry.put("signature", saved.block.signature());
        }
        entry
    }
}
