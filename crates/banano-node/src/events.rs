//! Notifications: what happened in the node, as events for its subscribers.
//!
//! Called by the processing task in the order in which things happened. Collects; the pass hands
//! everything to the sink after its commit. Never tells what is not yet durable, and builds nothing
//! when nobody listens.

use std::net::SocketAddrV6;
use std::sync::Arc;

use banano_consensus::{self as consensus, Cemented};
use banano_ledger::{LedgerRead, StoreError, destination};
use banano_primitives::{Account, Amount, BlockHash, Difficulty, SavedBlock, Vote};
use banano_wire::Telemetry;
use banano_work::{Outcome, WorkFinished};
use banano_ws_protocol::{
    ActiveDifficulty, Bootstrap, Confirmation, ConfirmationKind, ConfirmationSideband,
    ElectionInfo, ElectionVote, Event, Extra, Multiplier, UnconfirmedBlock, VoteCode, VoteEvent,
    WorkEvent, WorkOutcome, WorkRequest, WorkResult,
};

use crate::wallets::LocalAccounts;

/// Takes the events of a node, in causal order, a batch at a time. Called on the node's processing
/// task and on the threads of those who ask for work, so it must not wait for long.
pub type EventSink = Arc<dyn Fn(Vec<Event>) + Send + Sync>;

/// The events of one pass.
pub(crate) struct Events {
    sink: Option<EventSink>,
    pending: Vec<Event>,
    local: Option<Arc<LocalAccounts>>,
    /// Who was sent something by a block that this pass cemented.
    paid: Vec<Account>,
}

impl Events {
    pub(crate) fn new(sink: Option<EventSink>) -> Self {
        Self { sink, pending: Vec::new(), local: None, paid: Vec::new() }
    }

    /// Tells wallets of what their accounts are sent, and subscribers whose accounts are local.
    pub(crate) fn with_local(self, local: Option<Arc<LocalAccounts>>) -> Self {
        Self { local, ..self }
    }

    /// Hands everything to the sink, and what was paid to the wallets.
    pub(crate) fn flush(&mut self) {
        if let Some(sink) = &self.sink
            && !self.pending.is_empty()
        {
            sink(std::mem::take(&mut self.pending));
        }
        if let Some(local) = &self.local
            && !self.paid.is_empty()
        {
            local.note_paid(self.paid.drain(..));
        }
    }

    /// Whether anybody is told.
    pub(crate) fn are_heard(&self) -> bool {
        self.sink.is_some()
    }

    fn push(&mut self, event: impl FnOnce() -> Event) {
        if self.sink.is_some() {
            self.pending.push(event());
        }
    }

    /// A block was stored for the first time.
    pub(crate) fn stored(
        &mut self,
        saved: &SavedBlock,
        amount: Option<Amount>,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        if self.sink.is_none() {
            return Ok(());
        }
        self.pending.push(Event::NewUnconfirmedBlock(UnconfirmedBlock {
            block: Arc::clone(&saved.block),
            subtype: saved.subtype(),
            account: Some(saved.account()),
            amount,
            linked_account: ledger.linked_account(saved)?,
            extra: Extra::NONE,
        }));
        Ok(())
    }

    /// What the network works at, from the elections of this node.
    pub(crate) fn difficulty(&mut self, difficulty: consensus::NetworkDifficulty) {
        self.push(|| {
            Event::ActiveDifficulty(ActiveDifficulty {
                minimum: difficulty.minimum,
                receive_minimum: Some(difficulty.receive_minimum),
                current: difficulty.current,
                extra: Extra::NONE,
            })
        });
    }

    pub(crate) fn election_started(&mut self, hash: BlockHash) {
        self.push(|| Event::StartedElection(hash.into()));
    }

    pub(crate) fn election_stopped(&mut self, hash: BlockHash) {
        self.push(|| Event::StoppedElection(hash.into()));
    }

    /// A vote was taken.
    pub(crate) fn vote_handled(&mut self, vote: Arc<Vote>, code: consensus::VoteCode) {
        self.push(|| Event::Vote(VoteEvent { vote, code: vote_code(code), extra: Extra::NONE }));
    }

    /// Another node's telemetry was checked and kept.
    pub(crate) fn telemetry(&mut self, address: SocketAddrV6, report: &Telemetry) {
        self.push(|| {
            Event::Telemetry(banano_ws_protocol::Telemetry {
                block_count: report.block_count,
                cemented_count: report.cemented_count,
                unchecked_count: report.unchecked_count,
                account_count: report.account_count,
                bandwidth_cap: report.bandwidth_cap,
                peer_count: report.peer_count,
                protocol_version: report.protocol_version,
                uptime_s: report.uptime,
                genesis_block: report.genesis_block,
                major_version: report.major_version,
                minor_version: report.minor_version,
                patch_version: report.patch_version,
                pre_release_version: report.pre_release_version,
                maker: report.maker,
                timestamp_ms: report.timestamp,
                active_difficulty: report.active_difficulty,
                node_id: report.node_id,
                signature: report.signature,
                address: *address.ip(),
                port: address.port(),
                extra: Extra::NONE,
            })
        });
    }

    /// An attempt to catch up began or ended.
    pub(crate) fn bootstrap(&mut self, notice: Bootstrap) {
        self.push(|| Event::Bootstrap(notice));
    }

    /// A block was cemented.
    pub(crate) fn cemented(
        &mut self,
        cemented: Cemented,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        if let (Some(local), Some(account)) = (&self.local, destination(&cemented.block))
            && local.has_key(&account)
        {
            self.paid.push(account);
        }
        if self.sink.is_none() {
            return Ok(());
        }
        let Cemented { block: saved, kind, election } = cemented;
        let kind = match kind {
            consensus::ConfirmationKind::Quorum => ConfirmationKind::ActiveQuorum,
            consensus::ConfirmationKind::ConfirmationHeight => {
                ConfirmationKind::ActiveConfirmationHeight
            }
            consensus::ConfirmationKind::Inactive => ConfirmationKind::Inactive,
        };
        let election = ElectionInfo {
            duration_ms: election.duration_ms,
            time_ms: election.end_unix_ms,
            tally: election.tally,
            final_tally: Some(election.final_tally),
            blocks: Some(election.blocks.into()),
            voters: Some(election.voters.into()),
            request_count: Some(election.request_count.into()),
            votes: election.votes.into_iter().map(election_vote).collect(),
        };
        let confirmation = self.confirmation(&saved, kind, election, ledger)?;
        self.pending.push(Event::Confirmation(confirmation));
        Ok(())
    }

    /// Somebody asked to confirm a block that had been cemented before (`node.md` §3.8).
    pub(crate) fn cemented_again(
        &mut self,
        saved: &SavedBlock,
        now_ms: u64,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        if self.sink.is_none() {
            return Ok(());
        }
        let kind = ConfirmationKind::ActiveConfirmationHeight;
        let election = ElectionInfo { blocks: Some(1), ..ElectionInfo::without_quorum(now_ms) };
        let confirmation = self.confirmation(saved, kind, election, ledger)?;
        self.pending.push(Event::Confirmation(confirmation));
        Ok(())
    }

    fn confirmation(
        &self,
        saved: &SavedBlock,
        kind: ConfirmationKind,
        election: ElectionInfo,
        ledger: &impl LedgerRead,
    ) -> Result<Confirmation, StoreError> {
        Ok(Confirmation {
            block: Arc::clone(&saved.block),
            account: saved.account(),
            amount: ledger.amount(saved)?.unwrap_or_default(),
            kind,
            subtype: saved.subtype(),
            linked_account: ledger.linked_account(saved)?,
            sideband: Some(ConfirmationSideband {
                height: saved.height(),
                local_timestamp: saved.sideband.timestamp,
            }),
            election: Some(election),
            local: self.local.as_ref().is_some_and(|it| it.concern(saved.account(), &saved.block)),
            healed: false,
            extra: Extra::NONE,
        })
    }
}

fn election_vote(vote: consensus::ElectionVote) -> ElectionVote {
    let consensus::ElectionVote { representative, timestamp, hash, weight } = vote;
    ElectionVote { representative, timestamp, hash, weight }
}

fn vote_code(code: consensus::VoteCode) -> VoteCode {
    match code {
        consensus::VoteCode::Vote => VoteCode::Vote,
        consensus::VoteCode::Replay => VoteCode::Replay,
        consensus::VoteCode::Late => VoteCode::Late,
        consensus::VoteCode::Indeterminate => VoteCode::Indeterminate,
        consensus::VoteCode::Ignored => VoteCode::Ignored,
    }
}

/// The notification of an attempt at a work request that came to its end. Multipliers are relative to
/// the network's base difficulty, whatever was asked for (`node.md` §6.1).
pub(crate) fn work_event(finished: WorkFinished, base: Difficulty) -> Event {
    let WorkFinished { root, difficulty, duration, outcome, bad_peers } = finished;
    let outcome = match outcome {
        Outcome::Cancelled => WorkOutcome::Cancelled,
        Outcome::Failure => WorkOutcome::Failure,
        Outcome::Success { source, work } => {
            let difficulty = work.difficulty(&root);
            WorkOutcome::Success(WorkResult {
                source: source.to_string(),
                work,
                difficulty,
                multiplier: Multiplier::of(difficulty, base),
            })
        }
    };
    Event::Work(WorkEvent {
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        request: WorkRequest {
            root: BlockHash::from_bytes(*root.as_bytes()),
            difficulty,
            multiplier: Multiplier::of(difficulty, base),
        },
        outcome,
        bad_peers,
        extra: Extra::NONE,
    })
}
