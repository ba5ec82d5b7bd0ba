//! What only a dev network can do: give money away, hold votes back, drop and delay clients.
//!
//! Held by RPC through the first node's handle. Uses the nodes' handles, and what the owner of the
//! WebSocket clients lends it. Never knows a socket.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use banano_ledger::LedgerRead as _;
use banano_primitives::{Account, Amount, BlockHash, KeyPair};
use tokio::sync::mpsc;

use super::fleet::Fleet;
use super::join::Joined;
use super::keys::Keys;
use super::reset::ResetOrder;
use super::silence::Silence;
use crate::node::Node;
use crate::spender::{SpendError, Spender};
use crate::stopped::Stopped;

/// Control over a whole dev network.
#[derive(Debug)]
pub struct Dev {
    nodes: Vec<Node>,
    representatives: Vec<Account>,
    faucet: Spender,
    keys: Keys,
    /// How many accounts are funded: the keys that belong to the network's users.
    accounts: u32,
    clients: OnceLock<Clients>,
    pub(super) silence: Silence,
    pub(super) fleet: Arc<Fleet>,
    pub(super) joined: tokio::sync::Mutex<Vec<Joined>>,
    pub(super) resets: OnceLock<mpsc::Sender<ResetOrder>>,
}

/// Which WebSocket clients are to be harmed: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Those that call themselves so in their URL.
    pub name: Option<String>,
    /// Those of this address.
    pub ip: Option<IpAddr>,
    /// The one with this port.
    pub port: Option<u16>,
    /// So many of them at most.
    pub most: Option<usize>,
}

/// What becomes of WebSocket clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// They are dropped, without a word to them.
    Drop,
    /// What they are sent is held back for so long.
    Delay(Duration),
}

/// Harms WebSocket clients and returns how many. Lent by whoever serves them.
pub struct Clients(Box<dyn Fn(Harm, Chosen) -> usize + Send + Sync>);

impl Clients {
    /// Uses `inflict`, which must not wait.
    pub fn new(inflict: impl Fn(Harm, Chosen) -> usize + Send + Sync + 'static) -> Self {
        Self(Box::new(inflict))
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}

impl Dev {
    pub(super) fn new(
        nodes: Vec<Node>,
        representatives: Vec<Account>,
        faucet: KeyPair,
        keys: Keys,
        accounts: u32,
        fleet: Arc<Fleet>,
    ) -> Self {
        let (faucet, clients, resets) = (Spender::new(faucet), OnceLock::new(), OnceLock::new());
        let joined = tokio::sync::Mutex::default();
        let silence = Silence::new(nodes.clone());
        Self {
            nodes,
            representatives,
            faucet,
            keys,
            accounts,
            clients,
            silence,
            fleet,
            joined,
            resets,
        }
    }

    /// The key of a funded account.
    pub(super) fn key(&self, account: Account) -> Option<KeyPair> {
        (0..self.accounts)
            .map(|index| self.keys.account(index))
            .find(|key| key.account() == account)
    }

    /// Lends the network its WebSocket clients. The first lender stays.
    pub fn lend_clients(&self, clients: Clients) {
        // A second server has no use for this: one process serves one.
        let _ = self.clients.set(clients);
    }

    /// Harms WebSocket clients and returns how many; `None` if none were lent.
    pub fn harm(&self, harm: Harm, which: Chosen) -> Option<usize> {
        self.clients.get().map(|clients| (clients.0)(harm, which))
    }

    /// Every voting node, the first one first.
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
