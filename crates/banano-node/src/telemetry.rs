//! Telemetry: when to tell the peers how this node is, when to ask them, and what they told
//! (`node.md` §7.1).
//!
//! Owned by the processing task, which feeds it, carries out what it wants and tells subscribers.
//! Holds values only. Never takes a report that another node could have made: what is kept was signed
//! by the very peer that sent it, for this network.

use banano_primitives::{Account, BlockHash, Network};
use banano_wire::Telemetry;
use rustc_hash::FxHashMap;

use crate::peers::PeerId;

/// Peers whose report is remembered. As many as a node can be connected to, so nothing is lost.
const PEERS_MAX: usize = 4096;

/// What was told, by whom, and when we told them.
#[derive(Debug)]
pub(crate) struct Reports {
    genesis: BlockHash,
    interval_ms: u64,
    cooldown_ms: u64,
    cache_ms: u64,
    /// When all peers are told and asked next.
    round_due_ms: u64,
    told_all_ms: Option<u64>,
    /// Peers that asked out of turn, and when they were answered.
    answered: FxHashMap<PeerId, u64>,
    heard: FxHashMap<PeerId, Heard>,
}

#[derive(Debug)]
struct Heard {
    report: Telemetry,
    at_ms: u64,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Checked and kept: worth telling.
    Taken,
    /// The peer said so a moment ago. Looked at no further.
    TooSoon,
    /// It does not tell.
    Empty,
    /// Signed for another node than the one that sent it.
    WrongNode,
    /// The signature is not good.
    BadSignature,
    /// The peer is on another network.
    WrongGenesis,
}

impl Verdict {
    /// Whether an honest node of this network could have sent it.
    pub(crate) fn is_honest(self) -> bool {
        matches!(self, Self::Taken | Self::TooSoon | Self::Empty)
    }
}

impl Reports {
    pub(crate) fn new(network: &Network) -> Self {
        let millis =
            |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let timings = &network.timings;
        Self {
            genesis: network.genesis.hash(),
            interval_ms: millis(timings.telemetry_interval).max(1),
            cooldown_ms: millis(timings.telemetry_cooldown),
            cache_ms: millis(timings.telemetry_cache),
            round_due_ms: 0,
            told_all_ms: None,
            answered: FxHashMap::default(),
            heard: FxHashMap::default(),
        }
    }

    /// When [`Reports::begin_round`] has something to do.
    pub(crate) fn due(&self) -> u64 {
        self.round_due_ms
    }

    /// Whether it is time to tell all peers how this node is, and to ask them. If so, the next time is
    /// an interval later.
    pub(crate) fn begin_round(&mut self, mono_ms: u64) -> bool {
        if mono_ms < self.round_due_ms {
            return false;
        }
        self.round_due_ms = mono_ms.saturating_add(self.interval_ms);
        self.told_all_ms = Some(mono_ms);
        self.answered.clear();
        let cache_ms = self.cache_ms;
        self.heard.retain(|_, heard| heard.at_ms.saturating_add(cache_ms) > mono_ms);
        true
    }

    /// Whether a peer that asks is to be answered: not if it was told within the cooldown.
    pub(crate) fn may_answer(&mut self, peer: PeerId, mono_ms: u64) -> bool {
        let is_recent = |at: &u64| at.saturating_add(self.cooldown_ms) > mono_ms;
        if self.told_all_ms.as_ref().is_some_and(is_recent)
            || self.answered.get(&peer).is_some_and(is_recent)
            || self.answered.len() >= PEERS_MAX
        {
            return false;
        }
        self.answered.insert(peer, mono_ms);
        true
    }

    /// Checks what `peer`, whose handshake named `node_id`, told, and keeps it if it is good.
    pub(crate) fn take(
        &mut self,
        peer: PeerId,
        node_id: Account,
        report: Option<&Telemetry>,
        mono_ms: u64,
    ) -> Verdict {
        let Some(report) = report else { return Verdict::Empty };
        if report.node_id != node_id {
            return Verdict::WrongNode;
        }
        // A signature costs time. Twice in a round is what peers do that tell and answer.
        let soon_ms = self.interval_ms / 4;
        if self.heard.get(&peer).is_some_and(|heard| heard.at_ms.saturating_add(soon_ms) > mono_ms)
        {
            return Verdict::TooSoon;
        }
        if !report.verify() {
            return Verdict::BadSignature;
        }
        if report.genesis_block != self.genesis {
            return Verdict::WrongGenesis;
        }
        if self.heard.len() < PEERS_MAX || self.heard.contains_key(&peer) {
            self.heard.insert(peer, Heard { report: report.clone(), at_ms: mono_ms });
        }
        Verdict::Taken
    }

    /// What peers told lately.
    pub(crate) fn recent(&self, mono_ms: u64) -> impl Iterator<Item = (PeerId, &Telemetry)> {
        let cache_ms = self.cache_ms;
        self.heard
            .iter()
            .filter(move |(_, heard)| heard.at_ms.saturating_add(cache_ms) > mono_ms)
            .map(|(peer, heard)| (*peer, &heard.report))
    }
}

#[cfg(test)]
mod tests;
