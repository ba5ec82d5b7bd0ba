//! Judging a block and, when it may follow, storing it.
//!
//! Called by the node's processing task through the writer. `state`, `epoch` and `legacy` judge and never change
//! anything; only `store` below writes. The first check that fails is the result (node.md §3.2).

use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, Body, Difficulty, Epoch, SavedBlock, Sideband,
    Signature,
};

use crate::read::LedgerRead;
use crate::row::{self, AccountInfo, ReceivableInfo};
use crate::store::{Key, StoreError, Table};
use crate::writer::Writer;

mod epoch;
mod legacy;
mod result;
mod state;

pub use result::{Outcome, ProcessResult};

impl Writer {
    /// Judges a block by the rules of node.md §3.2–3.6 and stores it when it may follow. `verified` is a key that
    /// the block's signature was already checked with; the ledger then does not check that key again. `now` is in
    /// Unix seconds and becomes the block's timestamp.
    ///
    /// # Errors
    /// When the store cannot be read. The block then left no trace and can be tried again.
    pub fn process(
        &mut self,
        block: &Arc<Block>,
        verified: Option<Account>,
        now: u64,
    ) -> Result<Outcome, StoreError> {
        let judge = Judge { ledger: self, block, hash: block.hash(), verified };
        let entry = match judge.judge() {
            Ok(entry) => entry,
            Err(Stop::Refused(result)) => return Ok(Outcome::refused(result)),
            Err(Stop::Store(error)) => return Err(error),
        };
        let amount = entry.amount();
        let saved = self.attempt(|writer| writer.store(block, &entry, now))?;
        Ok(Outcome { result: ProcessResult::Progress, saved: Some(saved), amount: Some(amount) })
    }

    /// Stores a block that was judged fit (node.md §3.3, 7).
    fn store(
        &mut self,
        block: &Arc<Block>,
        entry: &Entry,
        now: u64,
    ) -> Result<SavedBlock, StoreError> {
        let (hash, account, balance) = (block.hash(), entry.account, entry.balance);
        let height = entry.before.map_or(0, |info| info.block_count).saturating_add(1);
        let saved = SavedBlock {
            block: Arc::clone(block),
            sideband: Sideband {
                successor: BlockHash::ZERO,
                account,
                height,
                balance,
                timestamp: now,
                details: entry.details,
                source_epoch: entry.source_epoch,
            },
        };
        self.put_row(Table::Blocks, (&hash).into(), row::encode_block(&saved).into());
        let after = AccountInfo {
            head: hash,
            representative: entry.representative,
            open_block: entry.before.map_or(hash, |info| info.open_block),
            balance,
            modified: now,
            block_count: height,
            epoch: entry.details.epoch,
        };
        self.put(Table::Accounts, (&account).into(), &after);
        let (old_representative, old_balance) = match &entry.before {
            Some(before) => (before.representative, before.balance),
            None => (after.representative, Amount::ZERO),
        };
        self.move_weight((old_representative, old_balance), (after.representative, balance))?;
        let counts = self.counts_mut();
        counts.blocks = counts.blocks.saturating_add(1);
        match &entry.before {
            Some(before) => self.put(Table::Successors, (&before.head).into(), &hash),
            None => counts.accounts = counts.accounts.saturating_add(1),
        }
        match &entry.transfer {
            Transfer::Nothing => {}
            Transfer::To(destination) => {
                let key = Key::pair(destination.as_bytes(), hash.as_bytes());
                let (amount, epoch) = (entry.amount(), entry.details.epoch);
                let info = ReceivableInfo { source: account, amount, epoch };
                self.put(Table::Receivable, key, &info);
            }
            Transfer::From(send) => {
                self.remove(Table::Receivable, Key::pair(account.as_bytes(), send.as_bytes()));
            }
        }
        Ok(saved)
    }
}

/// A block that may follow, and what it makes of its account.
struct Entry {
    account: Account,
    /// The account's record, `None` when the block is its first.
    before: Option<AccountInfo>,
    balance: Amount,
    representative: Account,
    details: BlockDetails,
    source_epoch: Epoch,
    transfer: Transfer,
}

impl Entry {
    fn amount(&self) -> Amount {
        let before = self.before.map_or(Amount::ZERO, |info| info.balance);
        self.balance.abs_diff(before)
    }
}

/// What a block does to the receivable entries.
enum Transfer {
    Nothing,
    /// Adds one for this account.
    To(Account),
    /// Takes the one of this send.
    From(BlockHash),
}

/// Why judging ended early.
enum Stop {
    Refused(ProcessResult),
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// One block before the ledger.
struct Judge<'a> {
    ledger: &'a Writer,
    block: &'a Block,
    hash: BlockHash,
    verified: Option<Account>,
}

impl Judge<'_> {
    fn judge(&self) -> Result<Entry, Stop> {
        match self.block.body() {
            Body::State(state) => self.state(state),
            Body::Send(send) => self.send(send),
            Body::Receive(receive) => self.receive(receive),
            Body::Change(change) => self.change(change),
            Body::Open(open) => self.open(open),
        }
    }

    fn is_signed_by(&self, account: &Account) -> bool {
        self.verified.as_ref() == Some(account) || self.block.is_signed_by(account)
    }

    fn require_new(&self) -> Result<(), Stop> {
        require(!self.ledger.block_exists(&self.hash)?, ProcessResult::Old)
    }

    /// A block of the all-zero account without any signature is told as unsigned, whatever its hash: by the lax
    /// rule (node.md §1.7) zeros sign one hash in four for that key. It is refused either way, as a bad signature
    /// here or for its account by the next check.
    fn require_signature(&self, account: &Account) -> Result<(), Stop> {
        let unsigned = account.is_zero() && *self.block.signature() == Signature::ZERO;
        require(!unsigned && self.is_signed_by(account), ProcessResult::BadSignature)
    }

    fn require_work(&self, threshold: Difficulty) -> Result<(), Stop> {
        let enough = self.block.difficulty() >= threshold;
        require(enough, ProcessResult::InsufficientWork)
    }
}

/// Goes on when the condition holds, else ends with the result.
fn require(condition: bool, otherwise: ProcessResult) -> Result<(), Stop> {
    if condition { Ok(()) } else { Err(Stop::Refused(otherwise)) }
}
