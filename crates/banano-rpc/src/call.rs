//! One request on its way through a command.
//!
//! Made by the server, borrowed by commands. Gives them the request, the node's reads and the way to
//! write an answer. Holds no state of its own beyond the deadline.

use std::sync::Arc;

use banano_node::{AccountInfo, Ledger, LedgerRead, Node, ReceivableInfo, Stopped, StoreError};
use banano_primitives::{Account, Amount, BlockHash, Network, SavedBlock};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::answers::Answers;
use crate::config::Config;
use crate::error::Error;
use crate::meters::Meters;
use crate::names::Names;
use crate::reply::{Object, Style};
use crate::request::Request;

/// Rows that one read of the ledger takes: the store is held that long, and the deadline is looked at after it.
const PAGE: usize = 1024;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) node: watch::Receiver<Option<Node>>,
    pub(crate) config: Config,
    pub(crate) style: Style,
    pub(crate) names: Names,
    pub(crate) meters: Meters,
    /// Room for long answers.
    pub(crate) answers: Answers,
    /// Seats for long reads.
    pub(crate) scans: Arc<Semaphore>,
    /// Seats for blocks whose sender doesn't wait.
    pub(crate) background: Arc<Semaphore>,
    /// Where those are waited for.
    pub(crate) tasks: TaskTracker,
}

/// A request and everything that a command needs for it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) request: Request,
    pub(crate) node: Node,
    pub(crate) shared: Arc<Shared>,
    pub(crate) deadline: Instant,
}

impl Call {
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        self.node.ledger()
    }

    pub(crate) fn network(&self) -> &Network {
        self.node.network()
    }

    pub(crate) fn style(&self) -> Style {
        self.shared.style
    }

    pub(crate) fn object(&self) -> Object {
        self.style().object()
    }

    /// Cuts what a client asks for to what an answer may hold.
    pub(crate) fn bounded(&self, count: usize) -> usize {
        count.min(self.shared.config.entries_max)
    }

    /// Stops a long scan whose client was already told that it took too long.
    pub(crate) fn check_deadline(&self) -> Result<(), Error> {
        if Instant::now() < self.deadline {
            Ok(())
        } else {
            Err(Error::Deadline(self.shared.config.request_timeout()))
        }
    }

    /// A block that must be there.
    pub(crate) fn block(&self, hash: &BlockHash) -> Result<SavedBlock, Error> {
        self.ledger().block(hash)?.ok_or(Error::BlockNotFound)
    }

    /// An account that must be there.
    pub(crate) fn opened(&self, account: &Account) -> Result<AccountInfo, Error> {
        self.ledger().account(account)?.ok_or(Error::AccountNotFound)
    }

    /// The balance that a block left, 0 if it is not there.
    pub(crate) fn balance_after(&self, hash: &BlockHash) -> Result<Amount, Error> {
        Ok(self.ledger().block_balance(hash)?.unwrap_or(Amount::ZERO))
    }

    /// Shows every account from `start` upwards to `each`, until it says that it has enough.
    pub(crate) fn scan_accounts(
        &self,
        start: Account,
        mut each: impl FnMut(Account, AccountInfo) -> Result<Scan, Error>,
    ) -> Result<(), Error> {
        let mut from = Some(start);
        while let Some(start) = from {
            self.check_deadline()?;
            let page = self.ledger().accounts(&start, PAGE)?;
            from = page
                .last()
                .filter(|_| page.len() == PAGE)
                .and_then(|(last, _)| successor(last.as_bytes()).map(Account::from_bytes));
            for (account, info) in page {
                if each(account, info)? == Scan::Enough {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Shows every receivable send of an account to `each`, in the order of their hashes.
    pub(crate) fn scan_receivables(
        &self,
        account: &Account,
        mut each: impl FnMut(BlockHash, ReceivableInfo) -> Result<Scan, Error>,
    ) -> Result<(), Error> {
        let mut from = Some(BlockHash::ZERO);
        while let Some(start) = from {
            self.check_deadline()?;
            let page = self.ledger().receivables(account, &start, PAGE)?;
            from = page
                .last()
                .filter(|_| page.len() == PAGE)
                .and_then(|(last, _)| successor(last.as_bytes()).map(BlockHash::from_bytes));
            for (hash, info) in page {
                if each(hash, info)? == Scan::Enough {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Whether a scan goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    Go,
    Enough,
}

/// The next larger number of 256 bits.
pub(crate) fn successor(number: &[u8; 32]) -> Option<[u8; 32]> {
    let mut next = *number;
    for byte in next.iter_mut().rev() {
        let (sum, carry) = byte.overflowing_add(1);
        *byte = sum;
        if !carry {
            return Some(next);
        }
    }
    None
}

impl From<Stopped> for Error {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<StoreError> for Error {
    fn from(cause: StoreError) -> Self {
        Self::internal(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn the_successor_carries_and_ends() {
        let mut number = [0; 32];
        number[31] = 0xff;
        let mut next = [0; 32];
        next[30] = 1;
        assert_eq!(successor(&number), Some(next));
        assert_eq!(successor(&[0xff; 32]), None);
    }
}
