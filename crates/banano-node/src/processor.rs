//! The one task that changes a node: it owns the ledger's writer and the elections.
//!
//! Runs on a thread of its own, started by `running`. May wait for its inbox, and for nothing else.
//! Works in passes, each ending with one commit; **nothing leaves the node before that commit**: no
//! answer, no message, no event. So whoever was told something finds it after a kill of the process,
//! and no final vote is sent that could be forgotten. Under load a pass takes more at once; idle, it
//! takes one block and ends within microseconds.
//!
//! `blocks`, `votes`, `reports` and `requests` take in what came, `effects` carries out what the elections
//! want, `crawl` looks for representatives.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use banano_consensus::{Consensus, DifficultyTrend, Now};
use banano_ledger::{Ledger, StoreError, Unchecked, Writer};
use banano_primitives::{BlockHash, KeyPair, Network};
use banano_wire::Message;

use crate::catch_up::{self, CatchUp};
use crate::clock::Clock;
use crate::crawler::Crawler;
use crate::events::Events;
use crate::inbox::{Inbox, Intake};
use crate::outbox::Outbox;
use crate::peers::{PeerId, Peers};
use crate::recent::RecentBlocks;
use crate::request::View;
use crate::stats::{NodeStats, bump};
use crate::telemetry::Reports;
use crate::weights::LentWeights;

mod blocks;
mod crawl;
mod effects;
mod reports;
mod requests;
mod votes;

use blocks::Arrival;

/// The ledger as consensus sees it. A macro, so that the borrow leaves the elections free.
macro_rules! weighed {
    ($processor:expr) => {
        crate::weights::Weighed::new(&$processor.parts.writer, $processor.parts.lent.as_ref())
    };
}
use weighed;

/// Requests of peers that one pass answers, for votes and for blocks. Each may read hundreds of rows
/// and sign twice, so more are dropped: the asker asks again, or another node.
const FAVOURS: u32 = 64;

/// What a processing task is made of.
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) network: Arc<Network>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) writer: Writer,
    pub(crate) consensus: Consensus,
    pub(crate) peers: Peers,
    /// What this node is known by among its peers.
    pub(crate) id: KeyPair,
    /// Whom this node votes for.
    pub(crate) representatives: Vec<KeyPair>,
    /// Weights to go by until the ledger is in sync.
    pub(crate) lent: Option<LentWeights>,
    pub(crate) events: Events,
}

/// The task's state.
pub(crate) struct Processor {
    parts: Parts,
    unchecked: Unchecked,
    catch_up: CatchUp,
    reports: Reports,
    crawler: Crawler,
    /// Blocks to be processed in this pass, in order.
    arrivals: VecDeque<Arrival>,
    /// Blocks that waited for one that came, and fetched ones: processed when there is time. Bounded
    /// by what `unchecked` held and `catch_up` asked for.
    backlog: VecDeque<Arrival>,
    /// Blocks stored lately, so that a flood's copies cost nothing.
    recent: RecentBlocks,
    /// Winners whose cementing takes more than one pass.
    cementing: VecDeque<BlockHash>,
    /// There is more to do than this pass had time for: the next one starts at once.
    is_unfinished: bool,
    /// How many more requests of peers this pass answers.
    favours_left: u32,
    outbox: Outbox,
    stats: NodeStats,
    /// Of a node that somebody listens to.
    difficulty: Option<DifficultyTrend>,
}

impl Processor {
    pub(crate) fn new(parts: Parts) -> Self {
        let unchecked_max = usize::try_from(parts.network.timings.unchecked_max);
        let attempts_ms = parts.network.timings.bootstrap_interval.as_millis();
        let catch_up = CatchUp::new(u64::try_from(attempts_ms).unwrap_or(u64::MAX));
        let difficulty = parts.events.are_heard().then(|| DifficultyTrend::new(&parts.network));
        Self {
            reports: Reports::new(&parts.network),
            crawler: Crawler::new(&parts.network),
            parts,
            unchecked: unchecked_max.map_or_else(|_| Unchecked::default(), Unchecked::new),
            catch_up,
            arrivals: VecDeque::new(),
            backlog: VecDeque::new(),
            recent: RecentBlocks::default(),
            cementing: VecDeque::new(),
            is_unfinished: false,
            favours_left: 0,
            outbox: Outbox::default(),
            stats: NodeStats::default(),
            difficulty,
        }
    }

    /// Works until the inbox is closed, then brings the ledger to the disk itself.
    ///
    /// # Errors
    /// When the store fails: what is not committed is lost, and nobody was told of it.
    pub(crate) fn run(mut self) -> Result<(), StoreError> {
        let mut intake = Intake::default();
        loop {
            self.parts.inbox.wait(self.patience(), &mut intake);
            if intake.closed {
                return self.parts.ledger.sync();
            }
            self.pass(&mut intake)?;
        }
    }

    /// How long the inbox may be waited for.
    fn patience(&self) -> Option<Duration> {
        if self.is_unfinished {
            return Some(Duration::ZERO);
        }
        let has_peers = self.parts.peers.count() > 0;
        let consensus = &self.parts.consensus;
        let difficulty = self.difficulty.as_ref();
        let wakeups = [
            consensus.next_wakeup(),
            self.catch_up.next_wakeup(has_peers),
            has_peers.then(|| self.reports.due()),
            has_peers.then(|| self.crawler.due()),
            difficulty.map(|trend| trend.due(consensus.active_count() > 0)),
        ];
        wakeups.into_iter().flatten().min().map(|due| self.parts.clock.until(due))
    }

    fn pass(&mut self, intake: &mut Intake) -> Result<(), StoreError> {
        bump(&mut self.stats.passes);
        self.favours_left = FAVOURS;
        let now = self.parts.clock.now();
        self.note_dropped(intake, now);
        let changes = self.parts.peers.refresh();
        self.catch_up.peers_changed(&changes, now.mono_ms);
        for request in intake.requests.drain(..) {
            self.take_request(request, now)?;
        }
        self.arrivals.extend(intake.blocks.drain(..).map(Arrival::from));
        self.process_arrivals(now)?;
        for (from, message) in intake.messages.drain(..) {
            self.take_message(from, message, now)?;
        }
        self.process_backlog(now)?;
        self.parts.consensus.tick(&weighed!(self), now)?;
        self.carry_out(now)?;
        self.follow_difficulty(now);
        self.is_unfinished |= !self.backlog.is_empty();
        let waiting = self.backlog.len();
        self.catch_up.ask(now.mono_ms, waiting, &mut self.parts.peers, &self.parts.writer)?;
        for notice in self.catch_up.take_notices() {
            self.parts.events.bootstrap(notice);
        }
        self.report(now);
        self.crawl(now)?;
        self.return_weights();
        self.parts.writer.commit()?;
        self.leave(now);
        Ok(())
    }

    /// Lets go of everything that waited for the commit.
    fn leave(&mut self, now: Now) {
        self.parts.peers.flush();
        self.parts.events.flush();
        self.outbox.deliver(&View {
            consensus: &self.parts.consensus,
            unchecked: &self.unchecked,
            stats: &self.stats,
            reports: &self.reports,
            catch_up: &self.catch_up,
            peers: &self.parts.peers,
            difficulty: self.difficulty.as_ref(),
            now,
        });
    }

    fn follow_difficulty(&mut self, now: Now) {
        let Some(trend) = &mut self.difficulty else { return };
        let told = trend.tick(now.mono_ms, || self.parts.consensus.work());
        if let Some(difficulty) = told {
            self.parts.events.difficulty(difficulty);
        }
    }

    fn note_dropped(&mut self, intake: &Intake, now: Now) {
        if intake.dropped.is_zero() {
            return;
        }
        self.stats.dropped.add(intake.dropped);
        self.catch_up.dropped(now.mono_ms);
    }

    fn take_message(&mut self, from: PeerId, message: Message, now: Now) -> Result<(), StoreError> {
        match message {
            // The inbox has put blocks apart, so that none comes this way; it would be as welcome.
            Message::Publish { block, .. } => {
                self.backlog.push_back(Arrival::published(block, from));
            }
            Message::ConfirmAck { vote, rebroadcasted } => {
                self.take_vote(&vote, from, rebroadcasted, now)?;
            }
            Message::ConfirmReq { pairs } if self.may_favour() => {
                self.answer_vote_request(from, &pairs, now)?;
            }
            Message::AscPullReq(request) if self.may_favour() => {
                let answer = catch_up::answer(&request, &self.parts.writer)?;
                self.parts.peers.send(from, &Message::AscPullAck(answer));
            }
            Message::AscPullAck(answer) => {
                let blocks = self.catch_up.answered(from, answer, &self.parts.writer)?;
                self.backlog.extend(blocks.into_iter().map(Arrival::fetched));
            }
            Message::ConfirmReq { .. } | Message::AscPullReq(_) => {
                bump(&mut self.stats.requests_refused);
            }
            Message::TelemetryReq => self.answer_telemetry_request(from, now),
            Message::TelemetryAck(report) => self.take_report(from, report.as_deref(), now),
            Message::Keepalive(_)
            | Message::NodeIdHandshake(_)
            | Message::BulkPull(_)
            | Message::BulkPush
            | Message::BulkPullAccount(_)
            | Message::FrontierReq(_) => bump(&mut self.stats.messages_unused),
        }
        Ok(())
    }

    /// Takes one request of a peer off what this pass answers.
    fn may_favour(&mut self) -> bool {
        let left = self.favours_left.checked_sub(1);
        self.favours_left = left.unwrap_or(0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests;
