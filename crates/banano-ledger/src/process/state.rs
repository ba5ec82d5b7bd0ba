//! The checks of a state block, in the order of node.md §3.3.
//!
//! Called by `process`. Judges only. Order is observable: never reorder two checks.

use banano_primitives::{Amount, BlockDetails, DetailKind, Epoch, StateBlock};

use super::{Entry, Judge, ProcessResult, Stop, Transfer, require};
use crate::read::LedgerRead;
use crate::row::AccountInfo;

impl Judge<'_> {
    /// An epoch link with an unchanged balance makes an epoch block; anything else is an ordinary one.
    pub(super) fn state(&self, state: &StateBlock) -> Result<Entry, Stop> {
        let Some(epoch) = Epoch::of_link(&state.link) else { return self.ordinary(state) };
        let before = if state.previous.is_zero() {
            Some(Amount::ZERO)
        } else {
            self.ledger.block_balance(&state.previous)?
        };
        match before {
            Some(before) if before == state.balance => self.epoch(state, epoch),
            Some(_) => self.ordinary(state),
            None => self.epoch_gap(state, epoch),
        }
    }

    fn ordinary(&self, state: &StateBlock) -> Result<Entry, Stop> {
        self.require_new()?;
        self.require_signature(&state.account)?;
        require(!state.account.is_zero(), ProcessResult::OpenedBurnAccount)?;
        let before = self.ledger.account(&state.account)?;
        let kind = if let Some(info) = &before {
            self.kind_after(state, info)?
        } else {
            require(state.previous.is_zero(), ProcessResult::GapPrevious)?;
            require(!state.link.is_zero(), ProcessResult::GapSource)?;
            DetailKind::Receive
        };
        let old_balance = before.map_or(Amount::ZERO, |info| info.balance);
        let amount = state.balance.abs_diff(old_balance);
        let mut epoch = before.map_or(Epoch::Zero, |info| info.epoch);
        let mut source_epoch = Epoch::Zero;
        let transfer = match kind {
            DetailKind::Send => Transfer::To(state.link.as_account()),
            DetailKind::Receive => {
                let send = state.link.as_hash();
                require(self.ledger.block_exists(&send)?, ProcessResult::GapSource)?;
                let entry = self.ledger.receivable(&state.account, &send)?;
                let entry = entry.ok_or(Stop::Refused(ProcessResult::Unreceivable))?;
                require(amount == entry.amount, ProcessResult::BalanceMismatch)?;
                source_epoch = entry.epoch;
                epoch = epoch.max(entry.epoch);
                Transfer::From(send)
            }
            DetailKind::None | DetailKind::Epoch => {
                require(amount.is_zero(), ProcessResult::BalanceMismatch)?;
                Transfer::Nothing
            }
        };
        let details = BlockDetails { epoch, kind };
        self.require_work(self.ledger.rules().thresholds.required(details))?;
        Ok(Entry {
            account: state.account,
            before,
            balance: state.balance,
            representative: state.representative,
            details,
            source_epoch,
            transfer,
        })
    }

    /// What a block does to an account that is open already, when it stands on the newest block.
    fn kind_after(&self, state: &StateBlock, info: &AccountInfo) -> Result<DetailKind, Stop> {
        require(!state.previous.is_zero(), ProcessResult::Fork)?;
        if state.previous != info.head {
            let known = self.ledger.block_exists(&state.previous)?;
            require(known, ProcessResult::GapPrevious)?;
            return Err(Stop::Refused(ProcessResult::Fork));
        }
        Ok(if state.balance < info.balance {
            DetailKind::Send
        } else if state.link.is_zero() {
            DetailKind::None
        } else {
            DetailKind::Receive
        })
    }
}
