//! What can be asked of a ledger: the same questions to the committed state and to a writer's uncommitted one.
//!
//! Called by consensus, the node and RPC. Each answer is one moment's; two questions to a `Ledger` may see two
//! commits, so a block that an answer names may be gone by the next question. Never changes anything.

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, DetailKind, Epoch, QualifiedRoot, SavedBlock,
    StateBlock,
};

use crate::row::{self, AccountInfo, ConfirmationHeight, Counts, Placement, ReceivableInfo, Value};
use crate::store::{Key, Row, Store, StoreError, Table};

/// Where answers come from. Implemented by the ledger and its writer only.
pub trait Rows {
    /// Gets a row.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn row(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError>;

    /// Gets up to `limit` rows from `from` upwards.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn rows(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError>;
}

impl Rows for dyn Store + '_ {
    fn row(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        self.get(table, key)
    }

    fn rows(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        self.page(table, from, limit)
    }
}

/// A part of a long list, and where the next part begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K> {
    /// The entries, in the order of their keys.
    pub entries: Vec<T>,
    /// What to ask for next; `None` at the end of the list.
    pub next: Option<K>,
}

/// An account and how much of its chain is cemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncemented {
    /// The account.
    pub account: Account,
    /// Its record.
    pub info: AccountInfo,
    /// How far it is cemented.
    pub cemented: ConfirmationHeight,
}

/// Reads of a ledger. Every method may fail with the store's error.
#[expect(clippy::missing_errors_doc, reason = "all fail for the one reason that the trait names")]
pub trait LedgerRead: Rows {
    /// How much the ledger holds.
    fn counts(&self) -> Counts;

    /// The voting weight of a representative (node.md §3.7).
    fn weight(&self, representative: &Account) -> Amount;

    /// The hash of the network's first block.
    fn genesis(&self) -> BlockHash;

    /// A stored block. `None` for an unknown and for a pruned one.
    fn block(&self, hash: &BlockHash) -> Result<Option<SavedBlock>, StoreError> {
        let Some(row) = self.row(Table::Blocks, &hash.into())? else { return Ok(None) };
        let successor = self.following(hash)?.unwrap_or(BlockHash::ZERO);
        match row::decode_block(&row, successor) {
            Some(saved) if saved.hash() == *hash => Ok(Some(saved)),
            Some(_) => Err(damaged(Table::Blocks, &hash.into(), "the block has another hash")),
            None => Err(damaged(Table::Blocks, &hash.into(), "not a block")),
        }
    }

    /// Whether the block is known: stored or pruned.
    fn block_exists(&self, hash: &BlockHash) -> Result<bool, StoreError> {
        Ok(self.row(Table::Blocks, &hash.into())?.is_some() || self.is_pruned(hash)?)
    }

    /// Whether only the block's hash is left.
    fn is_pruned(&self, hash: &BlockHash) -> Result<bool, StoreError> {
        Ok(self.counts().pruned > 0 && self.row(Table::Pruned, &hash.into())?.is_some())
    }

    /// The account of a stored or pruned block.
    fn block_account(&self, hash: &BlockHash) -> Result<Option<Account>, StoreError> {
        match placement(self, hash)? {
            Some(placement) => Ok(Some(placement.account)),
            None if self.counts().pruned > 0 => value(self, Table::Pruned, &hash.into()),
            None => Ok(None),
        }
    }

    /// The balance that a stored block left on its account.
    fn block_balance(&self, hash: &BlockHash) -> Result<Option<Amount>, StoreError> {
        Ok(placement(self, hash)?.map(|placement| placement.balance))
    }

    /// The hash of the block that follows a block on its chain.
    fn following(&self, hash: &BlockHash) -> Result<Option<BlockHash>, StoreError> {
        value(self, Table::Successors, &hash.into())
    }

    /// The block that stands for a root: the one the ledger holds of all that could (node.md §1.4).
    fn successor(&self, root: &QualifiedRoot) -> Result<Option<BlockHash>, StoreError> {
        if root.previous.is_zero() {
            let account = Account::from_bytes(*root.root.as_bytes());
            Ok(self.account(&account)?.map(|info| info.open_block))
        } else {
            self.following(&root.previous)
        }
    }

    /// The record of an account.
    fn account(&self, account: &Account) -> Result<Option<AccountInfo>, StoreError> {
        value(self, Table::Accounts, &account.into())
    }

    /// Up to `limit` accounts from `from` (inclusive) upwards, in the order of their keys.
    fn accounts(
        &self,
        from: &Account,
        limit: usize,
    ) -> Result<Vec<(Account, AccountInfo)>, StoreError> {
        let rows = self.rows(Table::Accounts, &from.into(), limit)?;
        rows.iter()
            .map(|(key, row)| {
                Ok((Account::from_bytes(key.first()), decoded(Table::Accounts, key, row)?))
            })
            .collect()
    }

    /// How far an account is cemented; zeros for an unknown one.
    fn confirmation_height(&self, account: &Account) -> Result<ConfirmationHeight, StoreError> {
        Ok(value(self, Table::ConfirmationHeight, &account.into())?.unwrap_or_default())
    }

    /// What an account can receive from a send.
    fn receivable(
        &self,
        account: &Account,
        send: &BlockHash,
    ) -> Result<Option<ReceivableInfo>, StoreError> {
        let key = Key::pair(account.as_bytes(), send.as_bytes());
        value(self, Table::Receivable, &key)
    }

    /// Up to `limit` sends that an account can receive, from `from` (inclusive) upwards, in the order of their hashes.
    fn receivables(
        &self,
        account: &Account,
        from: &BlockHash,
        limit: usize,
    ) -> Result<Vec<(BlockHash, ReceivableInfo)>, StoreError> {
        let rows =
            self.rows(Table::Receivable, &Key::pair(account.as_bytes(), from.as_bytes()), limit)?;
        rows.iter()
            .take_while(|(key, _)| key.first() == *account.as_bytes())
            .map(|(key, row)| {
                Ok((BlockHash::from_bytes(key.second()), decoded(Table::Receivable, key, row)?))
            })
            .collect()
    }

    /// Whether the block is cemented. Pruned blocks are; unknown ones are not.
    fn is_cemented(&self, hash: &BlockHash) -> Result<bool, StoreError> {
        match placement(self, hash)? {
            Some(place) => Ok(self.confirmation_height(&place.account)?.height >= place.height),
            None => self.is_pruned(hash),
        }
    }

    /// Whether everything the block builds on is cemented: its previous, and the send that it receives (node.md §3.8).
    fn dependencies_cemented(&self, block: &Block) -> Result<bool, StoreError> {
        let previous = block.previous();
        if !previous.is_zero() && !self.is_cemented(&previous)? {
            return Ok(false);
        }
        match self.source(block)? {
            Some(source) => self.is_cemented(&source),
            None => Ok(true),
        }
    }

    /// The send that the block receives. `None` for sends, changes, epoch blocks and the genesis block.
    fn source(&self, block: &Block) -> Result<Option<BlockHash>, StoreError> {
        match block.body() {
            Body::Send(_) | Body::Change(_) => Ok(None),
            Body::Open(_) if block.hash() == self.genesis() => Ok(None),
            Body::Open(_) | Body::Receive(_) => Ok(block.source()),
            Body::State(state) => Ok(receives(self, block, state)?.then(|| state.link.as_hash())),
        }
    }

    /// How much the block moved: |balance − previous balance|. `None` when the previous block was pruned.
    fn amount(&self, saved: &SavedBlock) -> Result<Option<Amount>, StoreError> {
        let balance = saved.sideband.balance;
        let previous = saved.block.previous();
        let before =
            if previous.is_zero() { Some(Amount::ZERO) } else { self.block_balance(&previous)? };
        Ok(before.map(|before| balance.abs_diff(before)))
    }

    /// The other side of a block: whom a send pays, who sent what a receive takes. `None` for other blocks, and
    /// when the sender's block is not known.
    fn linked_account(&self, saved: &SavedBlock) -> Result<Option<Account>, StoreError> {
        if let Some(destination) = destination(saved) {
            return Ok(Some(destination));
        }
        match self.source(&saved.block)? {
            Some(source) => self.block_account(&source),
            None => Ok(None),
        }
    }

    /// The oldest block of an account that is not cemented.
    fn first_uncemented(&self, account: &Account) -> Result<Option<SavedBlock>, StoreError> {
        let Some(info) = self.account(account)? else { return Ok(None) };
        let cemented = self.confirmation_height(account)?;
        let hash = match cemented.height {
            height if height >= info.block_count => None,
            0 => Some(info.open_block),
            _ => self.following(&cemented.frontier)?,
        };
        hash.map_or(Ok(None), |hash| self.block(&hash))
    }

    /// Looks at up to `scan` accounts from `from` (inclusive) upwards and lists those with uncemented blocks.
    fn uncemented(
        &self,
        from: &Account,
        scan: usize,
    ) -> Result<Page<Uncemented, Account>, StoreError> {
        let accounts = self.accounts(from, scan)?;
        let last = accounts.last().filter(|_| accounts.len() >= scan);
        let next = last.and_then(|(account, _)| Key::from(account).next());
        let next = next.map(|key| Account::from_bytes(key.first()));
        let mut entries = Vec::new();
        for (account, info) in accounts {
            let cemented = self.confirmation_height(&account)?;
            if cemented.height < info.block_count {
                entries.push(Uncemented { account, info, cemented });
            }
        }
        Ok(Page { entries, next })
    }

    /// The hash that this node has final-voted for at a root.
    fn final_vote(&self, root: &QualifiedRoot) -> Result<Option<BlockHash>, StoreError> {
        value(self, Table::FinalVotes, &root.into())
    }

    /// The samples of online weight, oldest first: when (Unix seconds) and how much.
    fn online_weight_samples(&self, limit: usize) -> Result<Vec<(u64, Amount)>, StoreError> {
        let rows = self.rows(Table::OnlineWeight, &Key::from_number(0), limit)?;
        rows.iter()
            .map(|(key, row)| {
                let time = row::decode(key.as_slice())
                    .ok_or_else(|| damaged(Table::OnlineWeight, key, "the key is not a time"))?;
                Ok((time, decoded(Table::OnlineWeight, key, row)?))
            })
            .collect()
    }
}

/// Whom a stored block pays: the destination of a send, `None` for every other block.
pub fn destination(saved: &SavedBlock) -> Option<Account> {
    match saved.block.body() {
        Body::Send(send) => Some(send.destination),
        Body::State(state) if saved.sideband.details.kind == DetailKind::Send => {
            Some(state.link.as_account())
        }
        _ => None,
    }
}

/// The send that a stored block receives, by its details alone.
pub(crate) fn received(saved: &SavedBlock, genesis: &BlockHash) -> Option<BlockHash> {
    match saved.block.body() {
        Body::Open(_) if saved.hash() == *genesis => None,
        Body::State(state) if saved.sideband.details.kind == DetailKind::Receive => {
            Some(state.link.as_hash())
        }
        _ => saved.block.source(),
    }
}

/// Whether a state block takes a send: what its stored details say, else what its balance says.
fn receives<R: LedgerRead + ?Sized>(
    ledger: &R,
    block: &Block,
    state: &StateBlock,
) -> Result<bool, StoreError> {
    if state.link.is_zero() {
        return Ok(false);
    }
    if let Some(place) = placement(ledger, &block.hash())? {
        return Ok(place.details.kind == DetailKind::Receive);
    }
    if state.previous.is_zero() {
        return Ok(!state.balance.is_zero() || Epoch::of_link(&state.link).is_none());
    }
    let before = ledger.block_balance(&state.previous)?.unwrap_or(state.balance);
    Ok(state.balance > before || (state.balance == before && Epoch::of_link(&state.link).is_none()))
}

/// The account's representative as of a block: named by it or by the nearest block below that names one.
pub(crate) fn representative_at<R: LedgerRead + ?Sized>(
    ledger: &R,
    hash: &BlockHash,
) -> Result<Account, StoreError> {
    let mut hash = *hash;
    loop {
        let saved = ledger.block(&hash)?.ok_or_else(|| {
            damaged(Table::Blocks, &(&hash).into(), "a block of a chain is missing")
        })?;
        match saved.block.representative() {
            Some(representative) => return Ok(representative),
            None => hash = saved.block.previous(),
        }
    }
}

/// The front of a stored block's row.
pub(crate) fn placement<R: Rows + ?Sized>(
    rows: &R,
    hash: &BlockHash,
) -> Result<Option<Placement>, StoreError> {
    let key = hash.into();
    let Some(row) = rows.row(Table::Blocks, &key)? else { return Ok(None) };
    row::decode_placement(&row)
        .map(Some)
        .ok_or_else(|| damaged(Table::Blocks, &key, "the sideband is not one"))
}

/// The value of a row that holds one value.
pub(crate) fn value<R: Rows + ?Sized, V: Value>(
    rows: &R,
    table: Table,
    key: &Key,
) -> Result<Option<V>, StoreError> {
    rows.row(table, key)?.map(|row| decoded(table, key, &row)).transpose()
}

/// The value of a row at hand.
pub(crate) fn decoded<V: Value>(table: Table, key: &Key, row: &Row) -> Result<V, StoreError> {
    row::decode(row).ok_or_else(|| damaged(table, key, "the value has a wrong length or number"))
}

fn damaged(table: Table, key: &Key, problem: &str) -> StoreError {
    StoreError::corrupt(table, key, problem)
}
