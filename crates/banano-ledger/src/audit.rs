//! Checks a whole ledger against itself: every table against every other, and the money against the supply.
//!
//! Called by tests, and by whoever doubts a ledger. Reads every row, so it takes time in proportion to the ledger.
//! Never trusts a counter: it counts. Meant for a ledger that nobody writes to in the meantime.

use banano_primitives::{Account, Amount, BlockHash, BlockKind, Epoch};
use rustc_hash::FxHashMap;

use crate::read::{self, LedgerRead};
use crate::row::{self, AccountInfo, Placement};
use crate::store::{Key, Row, StoreError, Table};

/// How many rows are read at a time.
const PAGE_ROWS: usize = 1024;

/// What does not fit.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Two things that must agree do not.
    #[error("the ledger does not fit together: {0}")]
    Mismatch(String),
    /// The store failed, or a row makes no sense.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks everything that must hold in a ledger (node.md §3.1, §3.7, §3.8).
///
/// # Errors
/// With the first thing that does not fit.
pub fn audit(ledger: &impl LedgerRead) -> Result<(), AuditError> {
    let mut audit = Audit { ledger, found: Found::default() };
    audit.each(Table::Accounts, Audit::account)?;
    audit.each(Table::Receivable, Audit::receivable)?;
    audit.each(Table::ConfirmationHeight, Audit::height)?;
    audit.each(Table::Blocks, |audit, _, _| count(&mut audit.found.blocks))?;
    audit.each(Table::Successors, Audit::successor)?;
    audit.each(Table::Pruned, |audit, _, _| count(&mut audit.found.pruned))?;
    audit.each(Table::RepWeights, Audit::weight)?;
    audit.totals()
}

struct Audit<'a, R> {
    ledger: &'a R,
    found: Found,
}

/// What was counted on the way.
#[derive(Default)]
struct Found {
    accounts: u64,
    /// Blocks met by walking the chains, and by reading the table.
    walked: u64,
    blocks: u64,
    pruned: u64,
    cemented: u64,
    /// The heights at which the walks met pruned blocks.
    pruned_heights: u64,
    balances: Amount,
    receivable: Amount,
    delegated: FxHashMap<Account, Amount>,
}

fn require(fits: bool, problem: impl FnOnce() -> String) -> Result<(), AuditError> {
    if fits { Ok(()) } else { Err(AuditError::Mismatch(problem())) }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands beside checks that fail")]
fn count(counter: &mut u64) -> Result<(), AuditError> {
    *counter = counter.saturating_add(1);
    Ok(())
}

fn sum(total: &mut Amount, more: Amount) -> Result<(), AuditError> {
    let sum = total.checked_add(more);
    *total = sum.ok_or_else(|| AuditError::Mismatch("more money than the supply".to_owned()))?;
    Ok(())
}

impl<R: LedgerRead> Audit<'_, R> {
    fn each(
        &mut self,
        table: Table,
        check: impl Fn(&mut Self, &Key, &Row) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        let mut next = Key::from_slice(&[]);
        while let Some(from) = next {
            let page = self.ledger.rows(table, &from, PAGE_ROWS)?;
            next = page.last().filter(|_| page.len() >= PAGE_ROWS).and_then(|(key, _)| key.next());
            for (key, row) in &page {
                check(self, key, row)?;
            }
        }
        Ok(())
    }

    /// An account: its record tells what its newest block tells, and its chain is whole.
    fn account(&mut self, key: &Key, _: &Row) -> Result<(), AuditError> {
        let account = Account::from_bytes(key.first());
        let Some(info) = self.ledger.account(&account)? else { return Ok(()) };
        self.found.accounts = self.found.accounts.saturating_add(1);
        sum(&mut self.found.balances, info.balance)?;
        sum(self.found.delegated.entry(info.representative).or_insert(Amount::ZERO), info.balance)?;
        let head = read::placement(self.ledger, &info.head)?;
        let fits = head.is_some_and(|head| tells(&info, &head));
        require(fits, || format!("account {account} does not fit its newest block {}", info.head))?;
        let representative = read::representative_at(self.ledger, &info.head)?;
        let fits = representative == info.representative;
        require(fits, || {
            format!("account {account} names another representative than its blocks")
        })?;
        self.chain(&account, &info)
    }

    fn chain(&mut self, account: &Account, info: &AccountInfo) -> Result<(), AuditError> {
        let (mut hash, mut above, mut height) = (info.head, None, info.block_count);
        let cemented = self.ledger.confirmation_height(account)?;
        while !hash.is_zero() {
            let Some(saved) = self.ledger.block(&hash)? else {
                let is_pruned = self.ledger.is_pruned(&hash)? && height <= cemented.height;
                require(is_pruned, || format!("block {hash} of {account} is missing"))?;
                return self.pruned_past(account, height);
            };
            let fits = saved.account() == *account && saved.height() == height;
            require(fits, || format!("block {hash} is not at height {height} of {account}"))?;
            require(self.ledger.following(&hash)? == above, || {
                format!("wrong successor of {hash}")
            })?;
            if height <= cemented.height {
                let settled = self.ledger.dependencies_cemented(&saved.block)?;
                require(settled, || format!("block {hash} is cemented before what it builds on"))?;
            }
            if height == cemented.height {
                let fits = hash == cemented.frontier;
                require(fits, || {
                    format!("block {hash} is not the cemented frontier of {account}")
                })?;
            }
            self.found.walked = self.found.walked.saturating_add(1);
            (above, hash, height) = (Some(hash), saved.block.previous(), height.saturating_sub(1));
        }
        let fits = height == 0 && above == Some(info.open_block);
        require(fits, || format!("the chain of {account} does not begin with its first block"))
    }

    /// The chain below a pruned block: all pruned, but for the genesis block, which stays.
    fn pruned_past(&mut self, account: &Account, height: u64) -> Result<(), AuditError> {
        let genesis = read::placement(self.ledger, &self.ledger.genesis())?;
        let stays = u64::from(genesis.is_some_and(|genesis| genesis.account == *account));
        let pruned = height.saturating_sub(stays);
        self.found.pruned_heights = self.found.pruned_heights.saturating_add(pruned);
        self.found.walked = self.found.walked.saturating_add(stays);
        Ok(())
    }

    fn receivable(&mut self, key: &Key, row: &Row) -> Result<(), AuditError> {
        let (receiver, send) =
            (Account::from_bytes(key.first()), BlockHash::from_bytes(key.second()));
        let info: row::ReceivableInfo = read::decoded(Table::Receivable, key, row)?;
        sum(&mut self.found.receivable, info.amount)?;
        let source = self.ledger.block_account(&send)?;
        require(source == Some(info.source), || format!("the send {send} is not its source's"))?;
        if let Some(saved) = self.ledger.block(&send)? {
            let amount = self.ledger.amount(&saved)?.is_none_or(|amount| amount == info.amount);
            let epoch = saved.sideband.details.epoch == info.epoch;
            let fits = read::destination(&saved) == Some(receiver) && amount && epoch;
            require(fits, || format!("the send {send} is not what {receiver} can receive"))?;
        }
        Ok(())
    }

    fn height(&mut self, key: &Key, _: &Row) -> Result<(), AuditError> {
        let account = Account::from_bytes(key.first());
        let height = self.ledger.confirmation_height(&account)?.height;
        let count = self.ledger.account(&account)?.map_or(0, |info| info.block_count);
        require((1..=count).contains(&height), || {
            format!("{account} is cemented beyond its head")
        })?;
        self.found.cemented = self.found.cemented.saturating_add(height);
        Ok(())
    }

    /// A successor: it is stored, and names the block as its previous.
    fn successor(&mut self, key: &Key, row: &Row) -> Result<(), AuditError> {
        let hash: BlockHash = read::decoded(Table::Successors, key, row)?;
        let fits = self
            .ledger
            .block(&hash)?
            .is_some_and(|saved| Key::from(&saved.block.previous()) == *key);
        require(fits, || format!("block {hash} does not follow {key}"))
    }

    fn weight(&mut self, key: &Key, row: &Row) -> Result<(), AuditError> {
        let representative = Account::from_bytes(key.first());
        let stored: Amount = read::decoded(Table::RepWeights, key, row)?;
        let told = self.ledger.weight(&representative);
        let delegated = self.found.delegated.remove(&representative).unwrap_or(Amount::ZERO);
        let fits = stored == delegated && told == delegated && !stored.is_zero();
        require(fits, || format!("the weight of {representative} is not what is delegated to it"))
    }

    fn totals(mut self) -> Result<(), AuditError> {
        let counts = self.ledger.counts();
        let found = &self.found;
        let rows = [
            ("accounts", counts.accounts, found.accounts),
            ("blocks", counts.blocks, found.blocks.saturating_add(found.pruned)),
            ("blocks of chains", found.blocks, found.walked),
            ("cemented blocks", counts.cemented, found.cemented),
            ("pruned blocks", counts.pruned, found.pruned),
            ("pruned heights", found.pruned, found.pruned_heights),
        ];
        for (what, told, counted) in rows {
            require(told == counted, || format!("{told} {what} by the counter, {counted} found"))?;
        }
        let all = found.balances.checked_add(found.receivable);
        require(all == Some(Amount::MAX), || {
            "balances and receivables are not the supply".to_owned()
        })?;
        self.found.delegated.retain(|_, weight| !weight.is_zero());
        let rest = self.found.delegated.keys().next();
        require(rest.is_none(), || format!("representative {rest:?} has no weight"))
    }
}

/// Whether an account's record tells what its newest block tells.
fn tells(info: &AccountInfo, head: &Placement) -> bool {
    let epoch = if head.kind == BlockKind::State { head.details.epoch } else { Epoch::Zero };
    info.balance == head.balance
        && info.block_count == head.height
        && info.modified == head.timestamp
        && info.epoch == epoch
}
