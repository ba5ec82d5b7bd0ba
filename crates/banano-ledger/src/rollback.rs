//! Taking blocks back: a target with everything that builds on it (node.md §3.10).
//!
//! Called by the node when another block wins a root. Works from the heads of chains downwards. Never touches a
//! cemented block: when one stands in the way, nothing at all is taken back.

use banano_primitives::{Account, Amount, BlockHash, Body, DetailKind, SavedBlock};

use crate::read::{self, LedgerRead, Rows, destination};
use crate::row::{AccountInfo, Placement, ReceivableInfo};
use crate::store::{Key, StoreError, Table};
use crate::writer::Writer;

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// The target is not in the ledger.
    #[error("block {0} is not in the ledger, so it cannot be rolled back")]
    BlockNotFound(BlockHash),
    /// The target, or a block that builds on it, is cemented.
    #[error("block {target} cannot be rolled back: block {cemented} is cemented")]
    Cemented {
        /// What was to be taken back.
        target: BlockHash,
        /// The block that cannot be.
        cemented: BlockHash,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Something to reach by taking back heads.
enum Goal {
    /// This block is gone from its account's chain.
    Gone(Account, BlockHash),
    /// This send can be received by this account again.
    Receivable(Account, BlockHash),
}

impl Writer {
    /// Takes back a block and everything that builds on it; lists the blocks in the order they went, newest first.
    ///
    /// # Errors
    /// When the block is unknown, when a block that would have to go is cemented, or when the store fails. Then
    /// nothing was taken back.
    pub fn rollback(&mut self, target: &BlockHash) -> Result<Vec<SavedBlock>, RollbackError> {
        self.attempt(|writer| writer.roll_back(target))
    }

    fn roll_back(&mut self, target: &BlockHash) -> Result<Vec<SavedBlock>, RollbackError> {
        let Some(place) = read::placement(self, target)? else {
            let cemented = self.is_pruned(target)?;
            return Err(if cemented {
                RollbackError::Cemented { target: *target, cemented: *target }
            } else {
                RollbackError::BlockNotFound(*target)
            });
        };
        let mut gone = Vec::new();
        // Each goal's head builds on the goal below it, so no account's head comes up twice and this ends.
        let mut goals = vec![Goal::Gone(place.account, *target)];
        while let Some(goal) = goals.last() {
            let (account, reached) = match goal {
                Goal::Gone(account, hash) => {
                    (*account, self.row(Table::Blocks, &hash.into())?.is_none())
                }
                Goal::Receivable(account, send) => {
                    (*account, self.receivable(account, send)?.is_some())
                }
            };
            if reached {
                goals.pop();
                continue;
            }
            let (info, head) = self.head(&account)?;
            if self.confirmation_height(&account)?.height >= info.block_count {
                return Err(RollbackError::Cemented { target: *target, cemented: info.head });
            }
            match destination(&head) {
                Some(receiver) if self.receivable(&receiver, &info.head)?.is_none() => {
                    goals.push(Goal::Receivable(receiver, info.head));
                }
                _ => {
                    self.undo(&info, &head)?;
                    gone.push(head);
                }
            }
        }
        Ok(gone)
    }

    /// An account's record and newest block, which the ledger must have.
    fn head(&self, account: &Account) -> Result<(AccountInfo, SavedBlock), StoreError> {
        let key = account.into();
        let info = self.account(account)?;
        let info = info.ok_or_else(|| {
            StoreError::corrupt(Table::Accounts, &key, "an account with blocks has no record")
        })?;
        let head = self.block(&info.head)?;
        let head = head.ok_or_else(|| {
            StoreError::corrupt(Table::Accounts, &key, "the newest block is missing")
        })?;
        Ok((info, head))
    }

    /// Takes back the newest block of an account: weights, receivable entries, record and successor are again what
    /// they were before it.
    fn undo(&mut self, info: &AccountInfo, head: &SavedBlock) -> Result<(), StoreError> {
        let (hash, account) = (head.hash(), head.account());
        match head.block.body() {
            Body::Send(send) => self.take_send_back(&send.destination, &hash),
            Body::Receive(receive) => self.give_back(head, info, &receive.source)?,
            Body::Open(open) => self.give_back(head, info, &open.source)?,
            Body::State(state) => match head.sideband.details.kind {
                DetailKind::Send => self.take_send_back(&state.link.as_account(), &hash),
                DetailKind::Receive => self.give_back(head, info, &state.link.as_hash())?,
                DetailKind::None | DetailKind::Epoch => {}
            },
            Body::Change(_) => {}
        }
        let previous = head.block.previous();
        let now = (info.representative, info.balance);
        self.remove(Table::Blocks, (&hash).into());
        let counts = self.counts_mut();
        counts.blocks = counts.blocks.saturating_sub(1);
        if previous.is_zero() {
            counts.accounts = counts.accounts.saturating_sub(1);
            self.remove(Table::Accounts, (&account).into());
            return self.move_weight(now, (info.representative, Amount::ZERO));
        }
        let place = self.previous_placement(&previous)?;
        let before = AccountInfo {
            head: previous,
            representative: read::representative_at(self, &previous)?,
            open_block: info.open_block,
            balance: place.balance,
            modified: place.timestamp,
            block_count: place.height,
            epoch: place.details.epoch,
        };
        self.move_weight(now, (before.representative, before.balance))?;
        self.put(Table::Accounts, (&account).into(), &before);
        self.remove(Table::Successors, (&previous).into());
        Ok(())
    }

    fn take_send_back(&mut self, destination: &Account, hash: &BlockHash) {
        let key = Key::pair(destination.as_bytes(), hash.as_bytes());
        self.remove(Table::Receivable, key);
    }

    /// Makes the send that `head` took receivable again.
    fn give_back(
        &mut self,
        head: &SavedBlock,
        info: &AccountInfo,
        send: &BlockHash,
    ) -> Result<(), StoreError> {
        let previous = head.block.previous();
        let before = if previous.is_zero() {
            Amount::ZERO
        } else {
            self.previous_placement(&previous)?.balance
        };
        let source = self.block_account(send)?;
        let source = source.ok_or_else(|| {
            StoreError::corrupt(Table::Blocks, &send.into(), "a send that was received is missing")
        })?;
        let (amount, epoch) = (info.balance.abs_diff(before), head.sideband.source_epoch);
        let key = Key::pair(head.account().as_bytes(), send.as_bytes());
        self.put(Table::Receivable, key, &ReceivableInfo { source, amount, epoch });
        Ok(())
    }

    /// Where the block below a head stands. It is never pruned: pruning stops below what a rollback may need.
    fn previous_placement(&self, previous: &BlockHash) -> Result<Placement, StoreError> {
        read::placement(self, previous)?.ok_or_else(|| {
            StoreError::corrupt(
                Table::Blocks,
                &previous.into(),
                "a block below a newer one is missing",
            )
        })
    }
}
