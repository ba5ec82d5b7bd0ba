//! Blocks that came before what they build on, kept until it comes (node.md §3.9).
//!
//! Called by the node's processing task. In memory only and bounded; the oldest go first. Never judges a block.

use std::collections::BTreeMap;
use std::sync::Arc;

use banano_primitives::{Account, Block, BlockHash, Epoch, SavedBlock};

use crate::process::ProcessResult;
use crate::read::destination;

/// How many blocks wait at most, by default (node.md §2.7).
pub const UNCHECKED_BLOCKS_MAX: usize = 65_536;

/// What a block waits for: a block's hash, or an account to which something can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dependency([u8; 32]);

impl From<BlockHash> for Dependency {
    fn from(hash: BlockHash) -> Self {
        Self(*hash.as_bytes())
    }
}

impl From<Account> for Dependency {
    fn from(account: Account) -> Self {
        Self(*account.as_bytes())
    }
}

impl Dependency {
    /// What a block waits for that ended with this result; `None` when waiting would not help.
    pub fn of(block: &Block, result: ProcessResult) -> Option<Self> {
        match result {
            ProcessResult::GapPrevious => Some(block.previous().into()),
            ProcessResult::GapSource => {
                let link = block.link().map(|link| link.as_hash());
                block.source().or(link).map(Self::from)
            }
            ProcessResult::GapEpochOpenPending => block.account().map(Self::from),
            _ => None,
        }
    }

    /// What a block that was just stored may have been waited for: its hash, and after a send of an epoch that is
    /// not the newest also the destination.
    pub fn met_by(saved: &SavedBlock) -> impl Iterator<Item = Self> + use<> {
        let is_newest = saved.sideband.details.epoch == Epoch::Two;
        let destination = destination(saved).filter(|_| !is_newest);
        [Some(saved.hash().into()), destination.map(Self::from)].into_iter().flatten()
    }
}

/// The waiting blocks.
#[derive(Debug)]
pub struct Unchecked {
    waiting: BTreeMap<(Dependency, BlockHash), Waiting>,
    /// The same entries by age.
    by_age: BTreeMap<u64, (Dependency, BlockHash)>,
    next_age: u64,
    capacity: usize,
}

#[derive(Debug)]
struct Waiting {
    block: Arc<Block>,
    age: u64,
}

impl Default for Unchecked {
    fn default() -> Self {
        Self::new(UNCHECKED_BLOCKS_MAX)
    }
}

impl Unchecked {
    /// An empty table for at most `capacity` blocks.
    pub fn new(capacity: usize) -> Self {
        Self { waiting: BTreeMap::new(), by_age: BTreeMap::new(), next_age: 0, capacity }
    }

    /// Keeps a block until its dependency is met. One that waits for it already keeps its age. When the table is
    /// full the oldest block goes.
    pub fn put(&mut self, dependency: impl Into<Dependency>, block: Arc<Block>) {
        let key = (dependency.into(), block.hash());
        if self.capacity == 0 || self.waiting.contains_key(&key) {
            return;
        }
        while self.waiting.len() >= self.capacity {
            let Some((_, oldest)) = self.by_age.pop_first() else { break };
            self.waiting.remove(&oldest);
        }
        let age = self.next_age;
        self.next_age = self.next_age.wrapping_add(1);
        self.by_age.insert(age, key);
        self.waiting.insert(key, Waiting { block, age });
    }

    /// Takes out every block that waits for this.
    pub fn take(&mut self, dependency: impl Into<Dependency>) -> Vec<Arc<Block>> {
        let dependency = dependency.into();
        let keys = self.waiting.range((dependency, BlockHash::ZERO)..);
        let keys: Vec<_> =
            keys.map(|(key, _)| *key).take_while(|key| key.0 == dependency).collect();
        let mut taken = Vec::with_capacity(keys.len());
        for key in keys {
            if let Some(waiting) = self.waiting.remove(&key) {
                self.by_age.remove(&waiting.age);
                taken.push(waiting.block);
            }
        }
        taken
    }

    /// Whether a block waits already, for another block.
    pub fn holds(&self, block: &Block) -> bool {
        let sent = block.source().or(block.link().map(|link| link.as_hash()));
        let waits = |hash: BlockHash| self.waiting.contains_key(&(hash.into(), block.hash()));
        !self.is_empty() && (waits(block.previous()) || sent.is_some_and(waits))
    }

    /// The waiting blocks, grouped by what they wait for.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Block>> {
        self.waiting.values().map(|waiting| &waiting.block)
    }

    /// How many blocks wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether no block waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests;
