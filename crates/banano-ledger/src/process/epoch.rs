//! The checks of an epoch block, in the order of node.md §3.5.
//!
//! Called by `state` for state blocks with an epoch link and an unchanged balance. Judges only.

use banano_primitives::{Account, Amount, BlockDetails, BlockHash, DetailKind, Epoch, StateBlock};

use super::{Entry, Judge, ProcessResult, Stop, Transfer, require};
use crate::read::LedgerRead;
use crate::row::AccountInfo;

impl Judge<'_> {
    pub(super) fn epoch(&self, state: &StateBlock, epoch: Epoch) -> Result<Entry, Stop> {
        self.require_new()?;
        require(self.is_signed_for(epoch), ProcessResult::BadSignature)?;
        require(!state.account.is_zero(), ProcessResult::OpenedBurnAccount)?;
        let before = self.ledger.account(&state.account)?;
        let follows = if let Some(info) = &before {
            require(!state.previous.is_zero(), ProcessResult::Fork)?;
            require(state.previous == info.head, ProcessResult::Fork)?;
            let same = state.representative == info.representative;
            require(same, ProcessResult::RepresentativeMismatch)?;
            is_next(info, epoch)
        } else {
            let empty = state.representative == Account::ZERO;
            require(empty, ProcessResult::RepresentativeMismatch)?;
            let waiting = self.ledger.receivables(&state.account, &BlockHash::ZERO, 1)?;
            require(!waiting.is_empty(), ProcessResult::GapEpochOpenPending)?;
            // Of epoch 0 there are no epoch blocks: it has no signer.
            true
        };
        require(follows, ProcessResult::BlockPosition)?;
        let old_balance = before.map_or(Amount::ZERO, |info| info.balance);
        require(state.balance == old_balance, ProcessResult::BalanceMismatch)?;
        let details = BlockDetails { epoch, kind: DetailKind::Epoch };
        self.require_work(self.ledger.rules().thresholds.required(details))?;
        Ok(Entry {
            account: state.account,
            before,
            balance: state.balance,
            representative: state.representative,
            details,
            source_epoch: Epoch::Zero,
            transfer: Transfer::Nothing,
        })
    }

    /// An epoch link on a previous block whose balance is not at hand: unknown, or pruned. A pruned block has
    /// been followed by another one, so the account has moved on.
    pub(super) fn epoch_gap(&self, state: &StateBlock, epoch: Epoch) -> Result<Entry, Stop> {
        let known = self.ledger.block_exists(&state.previous)?;
        if known {
            self.require_new()?;
        }
        let signed = self.is_signed_by(&state.account) || self.is_signed_for(epoch);
        require(signed, ProcessResult::BadSignature)?;
        let gap = if known { ProcessResult::Fork } else { ProcessResult::GapPrevious };
        Err(Stop::Refused(gap))
    }

    fn is_signed_for(&self, epoch: Epoch) -> bool {
        let signer = self.ledger.rules().signers.signer(epoch);
        signer.is_some_and(|signer| self.is_signed_by(&signer))
    }
}

/// Whether an account goes up by exactly one.
fn is_next(info: &AccountInfo, epoch: Epoch) -> bool {
    info.epoch.number().checked_add(1) == Some(epoch.number())
}
