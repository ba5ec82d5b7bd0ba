//! What only a dev network can do: give money away, and hold votes back.
//!
//! Held by RPC through the first node's handle. Uses the nodes' handles only.

use banano_ledger::LedgerRead as _;
use banano_primitives::{Account, Amount, BlockHash, KeyPair};

use crate::node::Node;
use crate::spender::{SpendError, Spender};
use crate::stopped::Stopped;

/// Control over a whole dev network.
#[derive(Debug)]
pub struct Dev {
    nodes: Vec<Node>,
    representatives: Vec<Account>,
    faucet: Spender,
}

impl Dev {
    pub(super) fn new(nodes: Vec<Node>, representatives: Vec<Account>, faucet: KeyPair) -> Self {
        Self { nodes, representatives, faucet: Spender::new(faucet) }
    }

    /// Every node, the first one first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Whom the nodes vote for, in the order of the nodes.
    pub fn representatives(&self) -> &[Account] {
        &self.representatives
    }

    /// Sends `amount` from the faucet to `account` and returns the send's hash once it is committed.
    /// The owner of the account receives it. Callers at the same time take turns.
    ///
    /// # Errors
    /// When the faucet has less than that, or the node stops.
    pub async fn faucet(&self, account: Account, amount: Amount) -> Result<BlockHash, SpendError> {
        let node = self.nodes.first().ok_or(Stopped)?;
        self.faucet.send(node, account, amount).await
    }

    /// What the faucet has left.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn faucet_balance(&self) -> Result<Amount, SpendError> {
        let node = self.nodes.first().ok_or(Stopped)?;
        let info = node.ledger().account(&self.faucet.account())?;
        Ok(info.map_or(Amount::ZERO, |info| info.balance))
    }

    /// Lets every representative vote for a block, or with `None` for all that they hold back, under
    /// [`banano_consensus::VotePolicy::Manual`].
    ///
    /// # Errors
    /// When a node stops before it could answer.
    pub async fn release(&self, hash: Option<BlockHash>) -> Result<(), Stopped> {
        for node in &self.nodes {
            node.release(hash).await?;
        }
        Ok(())
    }
}
