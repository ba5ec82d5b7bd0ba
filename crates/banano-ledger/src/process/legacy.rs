//! The checks of legacy blocks, each in its order of node.md §3.6.
//!
//! Called by `process`. Judges only. Legacy blocks belong to epoch 0 and never follow a state block.

use banano_primitives::{
    Account, Amount, BlockDetails, BlockHash, BlockKind, ChangeBlock, Epoch, OpenBlock,
    ReceiveBlock, SendBlock,
};

use super::{Entry, Judge, ProcessResult, Stop, Transfer, require};
use crate::read::{self, LedgerRead};
use crate::row::{AccountInfo, ReceivableInfo};

impl Judge<'_> {
    pub(super) fn send(&self, send: &SendBlock) -> Result<Entry, Stop> {
        let (account, before) = self.predecessor(&send.previous)?;
        self.require_work(self.ledger.rules().thresholds.legacy())?;
        require(send.balance <= before.balance, ProcessResult::NegativeSpend)?;
        let (balance, representative) = (send.balance, before.representative);
        let transfer = Transfer::To(send.destination);
        Ok(entry(account, Some(before), balance, representative, transfer))
    }

    pub(super) fn receive(&self, receive: &ReceiveBlock) -> Result<Entry, Stop> {
        let (account, before) = self.predecessor(&receive.previous)?;
        self.require_source(&receive.source)?;
        let taken = self.takeable(&account, &receive.source)?;
        require(taken.epoch == Epoch::Zero, ProcessResult::Unreceivable)?;
        self.require_work(self.ledger.rules().thresholds.legacy())?;
        // The supply bounds every sum; a ledger that says otherwise is refused the block.
        let balance = before.balance.checked_add(taken.amount);
        let balance = balance.ok_or(Stop::Refused(ProcessResult::BalanceMismatch))?;
        let transfer = Transfer::From(receive.source);
        Ok(entry(account, Some(before), balance, before.representative, transfer))
    }

    pub(super) fn change(&self, change: &ChangeBlock) -> Result<Entry, Stop> {
        let (account, before) = self.predecessor(&change.previous)?;
        self.require_work(self.ledger.rules().thresholds.legacy())?;
        let balance = before.balance;
        Ok(entry(account, Some(before), balance, change.representative, Transfer::Nothing))
    }

    pub(super) fn open(&self, open: &OpenBlock) -> Result<Entry, Stop> {
        self.require_new()?;
        self.require_signature(&open.account)?;
        self.require_source(&open.source)?;
        let is_new = self.ledger.account(&open.account)?.is_none();
        require(is_new, ProcessResult::Fork)?;
        let taken = self.takeable(&open.account, &open.source)?;
        require(!open.account.is_zero(), ProcessResult::OpenedBurnAccount)?;
        require(taken.epoch == Epoch::Zero, ProcessResult::Unreceivable)?;
        self.require_work(self.ledger.rules().thresholds.legacy())?;
        let transfer = Transfer::From(open.source);
        Ok(entry(open.account, None, taken.amount, open.representative, transfer))
    }

    /// The checks that send, receive and change share: new, previous known and legacy and the newest, signed by
    /// the owner of previous.
    fn predecessor(&self, previous: &BlockHash) -> Result<(Account, AccountInfo), Stop> {
        self.require_new()?;
        let Some(place) = read::placement(self.ledger, previous)? else {
            // A pruned previous is known, and has been followed by another block.
            let known = self.ledger.is_pruned(previous)?;
            require(known, ProcessResult::GapPrevious)?;
            return Err(Stop::Refused(ProcessResult::Fork));
        };
        require(place.kind != BlockKind::State, ProcessResult::BlockPosition)?;
        let info = self.ledger.account(&place.account)?;
        let info = info.filter(|info| info.head == *previous);
        let info = info.ok_or(Stop::Refused(ProcessResult::Fork))?;
        self.require_signature(&place.account)?;
        Ok((place.account, info))
    }

    fn require_source(&self, source: &BlockHash) -> Result<(), Stop> {
        require(self.ledger.block_exists(source)?, ProcessResult::GapSource)
    }

    fn takeable(&self, account: &Account, send: &BlockHash) -> Result<ReceivableInfo, Stop> {
        let info = self.ledger.receivable(account, send)?;
        info.ok_or(Stop::Refused(ProcessResult::Unreceivable))
    }
}

fn entry(
    account: Account,
    before: Option<AccountInfo>,
    balance: Amount,
    representative: Account,
    transfer: Transfer,
) -> Entry {
    let details = BlockDetails::default();
    let source_epoch = Epoch::Zero;
    Entry { account, before, balance, representative, details, source_epoch, transfer }
}
