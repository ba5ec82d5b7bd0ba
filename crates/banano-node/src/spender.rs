//! An account whose key this process holds, and blocks on it, one after the other.
//!
//! Used by wallets, and by the dev network's faucet and traffic generator. Reads the ledger, finds work, signs and
//! processes. Never has two blocks of its account under way: callers at the same time take turns, so
//! the account never forks itself.

use std::sync::Arc;

use banano_ledger::{AccountInfo, LedgerRead as _, ProcessResult, StoreError};
use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, Body, DetailKind, Difficulty, Epoch, KeyPair,
    Link, Root, StateBlock, Work,
};
use banano_work::{Request, WorkError};
use tokio::sync::Mutex;

use crate::node::Node;
use crate::stopped::Stopped;

/// Why no block was made.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    /// Less there than asked for.
    #[error(
        "{} BAN cannot be sent: account {account} has {} BAN",
        wanted.ban(), balance.ban()
    )]
    Balance {
        /// Whose money.
        account: Account,
        /// What was to be sent.
        wanted: Amount,
        /// What is there.
        balance: Amount,
    },
    /// Nothing to send.
    #[error("0 raw cannot be sent: send at least 1")]
    Nothing,
    /// The account has nothing to receive from this block.
    #[error("block {send} has nothing for account {account} to receive")]
    NotReceivable {
        /// Who wanted to receive.
        account: Account,
        /// From what.
        send: BlockHash,
    },
    /// The account has no block yet.
    #[error("account {account} is not opened: send it something and receive that first")]
    NotOpened {
        /// Which account.
        account: Account,
    },
    /// The ledger did not take the block.
    #[error("the ledger refused block {hash}: {result}")]
    Refused {
        /// The block.
        hash: BlockHash,
        /// Why.
        result: ProcessResult,
    },
    /// The caller's own work does not reach what the block needs.
    #[error("work {given} does not reach the difficulty {needed} that the block needs")]
    WorkTooLow {
        /// The work.
        given: Work,
        /// What is needed.
        needed: Difficulty,
    },
    /// No work was found.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node is gone.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// A key, and whose turn it is to use it.
#[derive(Debug)]
pub(crate) struct Spender {
    key: KeyPair,
    turn: Mutex<()>,
}

impl Spender {
    pub(crate) fn new(key: KeyPair) -> Self {
        Self { key, turn: Mutex::new(()) }
    }

    pub(crate) fn account(&self) -> Account {
        self.key.account()
    }

    pub(crate) fn key(&self) -> &KeyPair {
        &self.key
    }

    /// Sends `amount` to `destination`.
    pub(crate) async fn send(
        &self,
        node: &Node,
        destination: Account,
        amount: Amount,
    ) -> Result<BlockHash, SpendError> {
        self.send_noted(node, destination, amount, None, |_| Ok::<_, SpendError>(())).await
    }

    /// The same, with the caller's own work if there is some. The finished block is shown to `note`
    /// before the ledger gets it, and is not sent if that fails.
    pub(crate) async fn send_noted<E: From<SpendError>>(
        &self,
        node: &Node,
        destination: Account,
        amount: Amount,
        work: Option<Work>,
        note: impl FnOnce(&Arc<Block>) -> Result<(), E>,
    ) -> Result<BlockHash, E> {
        let _turn = self.turn.lock().await;
        let info = self.opened(node)?;
        if amount.is_zero() {
            return Err(SpendError::Nothing.into());
        }
        let balance = info.balance.checked_sub(amount).ok_or(SpendError::Balance {
            account: self.account(),
            wanted: amount,
            balance: info.balance,
        })?;
        let state = StateBlock { balance, link: Link::from(destination), ..self.next(&info) };
        let block = self.finish(node, state, info.epoch, DetailKind::Send, work).await?;
        note(&block)?;
        Ok(self.process(node, block).await?)
    }

    /// Receives what `send` sent to this account. The first block of the account names
    /// `representative`; later ones keep the one they have.
    pub(crate) async fn receive(
        &self,
        node: &Node,
        send: BlockHash,
        representative: Account,
        work: Option<Work>,
    ) -> Result<BlockHash, SpendError> {
        let _turn = self.turn.lock().await;
        let account = self.account();
        let receivable = node.ledger().receivable(&account, &send)?;
        let receivable = receivable.ok_or(SpendError::NotReceivable { account, send })?;
        let first = StateBlock {
            account,
            previous: BlockHash::ZERO,
            representative,
            balance: Amount::ZERO,
            link: Link::ZERO,
        };
        let known = node.ledger().account(&account)?;
        let (state, epoch) = match &known {
            Some(info) => (self.next(info), info.epoch.max(receivable.epoch)),
            None => (first, receivable.epoch),
        };
        let balance = state.balance.saturating_add(receivable.amount);
        let state = StateBlock { balance, link: Link::from(send), ..state };
        let block = self.finish(node, state, epoch, DetailKind::Receive, work).await?;
        self.process(node, block).await
    }

    /// Names another representative.
    pub(crate) async fn change(
        &self,
        node: &Node,
        representative: Account,
        work: Option<Work>,
    ) -> Result<BlockHash, SpendError> {
        let _turn = self.turn.lock().await;
        let info = self.opened(node)?;
        let state = StateBlock { representative, ..self.next(&info) };
        let block = self.finish(node, state, info.epoch, DetailKind::None, work).await?;
        self.process(node, block).await
    }

    fn opened(&self, node: &Node) -> Result<AccountInfo, SpendError> {
        let account = self.account();
        node.ledger().account(&account)?.ok_or(SpendError::NotOpened { account })
    }

    /// A block after the newest one that changes nothing yet.
    fn next(&self, info: &AccountInfo) -> StateBlock {
        StateBlock {
            account: self.account(),
            previous: info.head,
            representative: info.representative,
            balance: info.balance,
            link: Link::ZERO,
        }
    }

    /// Finds work, or checks the caller's, and signs.
    async fn finish(
        &self,
        node: &Node,
        state: StateBlock,
        epoch: Epoch,
        kind: DetailKind,
        work: Option<Work>,
    ) -> Result<Arc<Block>, SpendError> {
        let root = if state.previous.is_zero() {
            Root::from(state.account)
        } else {
            Root::from(state.previous)
        };
        let needed = node.network().thresholds.required(BlockDetails { epoch, kind });
        let work = match work {
            Some(given) if given.difficulty(&root) < needed => {
                return Err(SpendError::WorkTooLow { given, needed });
            }
            Some(given) => given,
            None => {
                let account = Some(state.account);
                node.work().generate(Request { account, ..Request::new(root, needed) }).await?
            }
        };
        Ok(Arc::new(Block::signed(Body::State(state), &self.key, work)))
    }

    async fn process(&self, node: &Node, block: Arc<Block>) -> Result<BlockHash, SpendError> {
        let hash = block.hash();
        let result = node.submit_signed(block, Some(self.account()), false).await?.result().await?;
        match result {
            ProcessResult::Progress => Ok(hash),
            result => Err(SpendError::Refused { hash, result }),
        }
    }

    /// Gives the ledger a block that was finished before. `false` if it can't be taken any more,
    /// since the account went another way.
    pub(crate) async fn resend(&self, node: &Node, block: &Arc<Block>) -> Result<bool, SpendError> {
        let _turn = self.turn.lock().await;
        if node.ledger().block_exists(&block.hash())? {
            return Ok(true);
        }
        match self.process(node, Arc::clone(block)).await {
            Ok(_) | Err(SpendError::Refused { result: ProcessResult::Old, .. }) => Ok(true),
            Err(SpendError::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
