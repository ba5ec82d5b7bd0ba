//! Blocks that wallets make on request: sends, receives, changes of representative.
//!
//! Part of [`Wallets`]. Finds the one spender of an account and lets it work. An id is written down with
//! its block before the ledger gets the block, so that no id is ever paid twice.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use banano_primitives::{Account, Amount, BlockHash, Work};

use super::change::Change;
use super::state::Key;
use super::{WalletError, WalletId, Wallets, bound};
use crate::node::Node;
use crate::spender::Spender;

/// Most ids of sends that all wallets remember together. None is ever forgotten: that could pay twice.
const IDS_MAX: usize = 250_000;
/// Longest id in bytes, as in the reference's store.
pub(super) const ID_BYTES_MAX: usize = 511;

/// A send that a wallet is asked for.
#[derive(Clone, Debug)]
pub struct SendOrder {
    /// Whose money.
    pub source: Account,
    /// To whom.
    pub destination: Account,
    /// How much.
    pub amount: Amount,
    /// The caller's name for this payment: the same id is paid once.
    pub id: Option<String>,
    /// The caller's own work.
    pub work: Option<Work>,
}

impl Wallets {
    /// Sends. With an `id` that was sent before, by this wallet, it returns that send's block and
    /// sends nothing; so do callers at the same time, and after a restart.
    ///
    /// # Errors
    /// When the wallet cannot sign for the account, there is too little, or the node stops.
    pub async fn send(
        &self,
        node: &Node,
        wallet: WalletId,
        order: SendOrder,
    ) -> Result<BlockHash, WalletError> {
        let SendOrder { source, destination, amount, id, work } = order;
        let spender = self.spender(wallet, source)?;
        let Some(id) = id else {
            let note = |_: &_| Ok(());
            return spender.send_noted(node, destination, amount, work, note).await;
        };
        if id.len() > ID_BYTES_MAX {
            return Err(WalletError::LongId(id.len()));
        }
        let _turn = match self.id_turn(wallet, &id) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        let sent = self.lock().wallet(wallet)?.sent.get(&id).cloned();
        if let Some(block) = sent {
            // It may have been written down a moment before the process was killed.
            let owner = block.account().and_then(|account| self.lock().state.spender(&account));
            if owner.unwrap_or_else(|| Arc::clone(&spender)).resend(node, &block).await? {
                return Ok(block.hash());
            }
        }
        // Written down before the ledger gets it: a kill in between sends it later, or never.
        let note = |block: &Arc<_>| {
            let mut inner = self.lock();
            bound("ids of sends", inner.state.sent_count, IDS_MAX)?;
            inner.change(wallet, Change::Sent { id, block: Arc::clone(block) })
        };
        spender.send_noted(node, destination, amount, work, note).await
    }

    /// Receives what `send` sent to `account`.
    ///
    /// # Errors
    /// When the wallet cannot sign for the account, there is nothing to receive, or the node stops.
    pub async fn receive(
        &self,
        node: &Node,
        wallet: WalletId,
        account: Account,
        send: BlockHash,
        work: Option<Work>,
    ) -> Result<BlockHash, WalletError> {
        let spender = self.spender(wallet, account)?;
        let representative = self.default_representative(wallet)?;
        Ok(spender.receive(node, send, representative, work).await?)
    }

    /// Names another representative for an account that has a block.
    ///
    /// # Errors
    /// When the wallet cannot sign for the account, it has no block, or the node stops.
    pub async fn change_representative(
        &self,
        node: &Node,
        wallet: WalletId,
        account: Account,
        representative: Account,
        work: Option<Work>,
    ) -> Result<BlockHash, WalletError> {
        Ok(self.spender(wallet, account)?.change(node, representative, work).await?)
    }

    /// Who signs for an account, and whom its first block names, if any wallet has its key.
    pub(super) fn receiver(&self, account: &Account) -> Option<(Arc<Spender>, Account)> {
        let inner = self.lock();
        let holds = |key: &Key| key.is_there();
        let wallet = inner
            .state
            .wallets
            .values()
            .find(|wallet| wallet.accounts.get(account).is_some_and(holds))?;
        Some((inner.state.spender(account)?, wallet.representative))
    }

    pub(super) fn spender(
        &self,
        wallet: WalletId,
        account: Account,
    ) -> Result<Arc<Spender>, WalletError> {
        let inner = self.lock();
        let key = inner.key_of(wallet, account)?;
        let spender = inner.state.spender(&account).filter(|_| key.is_there());
        spender.ok_or(WalletError::NoKey { wallet, account })
    }

    fn id_turn(&self, wallet: WalletId, id: &str) -> Option<&tokio::sync::Mutex<()>> {
        let mut hasher = DefaultHasher::new();
        (wallet, id).hash(&mut hasher);
        let turns = self.id_turns.len().max(1) as u64;
        self.id_turns.get(usize::try_from(hasher.finish() % turns).ok()?)
    }
}
