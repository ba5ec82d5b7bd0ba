//! The front door: what upstreams say goes in, events and questions come out.
//!
//! A confirmation's way: is it new → can it be true → have enough said it → was its previous passed
//! on → out. Every other message's: is it new, can it be true → out. See [`crate::key`] for what
//! makes two messages the same.

use banano_primitives::{Account, BlockHash, Network};
use banano_ws_protocol::{Confirmation, Event, ReceivedConfirmation, ReceivedEvent};
use rustc_hash::FxHashSet;

use crate::agreement::{Agreement, Claim};
use crate::chains::{Chains, Held, Place};
use crate::check::{Check, Lie};
use crate::confirmed::Confirmed;
use crate::healing::{Answer, Ask, AskId, Healing, Question};
use crate::holes::{HOLE_MS, Hole};
use crate::key::Key;
use crate::repeats::Repeats;
use crate::report::Report;
use crate::upstream::{UpstreamId, UpstreamSet};
use crate::witnesses::Witnesses;

mod ordering;

/// How upstreams are merged. Times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeConfig {
    /// Upstreams that must say a confirmation before it goes out; at least 1.
    pub agree: usize,
    /// Whether hashes, signatures, work and amounts are checked.
    pub verify: bool,
    /// Whether upstreams can be asked for what was missed.
    pub can_ask: bool,
    /// A block that came before its previous waits so long for it, and then for the answer of an
    /// upstream that is asked.
    pub hold_ms: u64,
    /// An upstream that is asked has so long.
    pub heal_ms: u64,
    /// So often everything since the last time is asked for: what was lost without a trace – no
    /// outage, no later block of the account – is found by this alone.
    pub audit_ms: u64,
    /// After so long a confirmation that too few upstreams say is reported.
    pub agree_ms: u64,
    /// Confirmations whose hash is remembered, so that none goes out twice.
    pub confirmations_max: usize,
    /// Accounts whose newest block is remembered, so that blocks keep their order.
    pub accounts_max: usize,
}

impl Default for MergeConfig {
    /// One upstream's word, checked; memory for about 100 MB of hashes and accounts.
    fn default() -> Self {
        Self {
            agree: 1,
            verify: true,
            can_ask: false,
            hold_ms: 500,
            heal_ms: 5_000,
            audit_ms: 60_000,
            agree_ms: 10_000,
            confirmations_max: 1_048_576,
            accounts_max: 262_144,
        }
    }
}

/// What comes out.
#[derive(Debug)]
pub enum Output {
    /// To be told to clients, in this order. `is_healed`: it was missed, and asked for by RPC.
    Event {
        /// What happened.
        event: Event,
        /// Whether it was missed when it happened.
        is_healed: bool,
    },
    /// To be asked of `agree` upstreams.
    Ask(Ask),
    /// An upstream said what can't be true; it was dropped.
    Lied(UpstreamId, Lie),
    /// Too few upstreams say that this block is confirmed. It may still go out later.
    Alone {
        /// The block.
        hash: BlockHash,
        /// Who does.
        by: Vec<UpstreamId>,
    },
    /// A block went out although one before it never came.
    Hole {
        /// Whose chain.
        account: Account,
        /// The block that is missing.
        missing: BlockHash,
    },
}

/// Many upstreams as one source.
#[derive(Debug)]
pub struct Merge {
    config: MergeConfig,
    check: Check,
    up: UpstreamSet,
    up_since_ms: Vec<u64>,
    reports: Vec<Report>,
    /// The latest time at which an upstream came: until a while after, order is less sure.
    settled_at_ms: u64,
    /// When the last event was that an earlier run passed on.
    resumed_ms: u64,
    /// Since when too few upstreams are up, if they are.
    gap_since_ms: Option<u64>,
    /// When all was asked for last, or heard without a gap.
    audited_ms: Option<u64>,
    /// From when on nobody has said yet what happened, although it was asked.
    unanswered_ms: Option<u64>,
    repeats: Repeats,
    confirmed: Confirmed,
    agreement: Agreement,
    chains: Chains,
    healing: Healing,
    witnesses: Witnesses,
    watched: FxHashSet<Account>,
}

/// So long after an upstream came, the first block of an account that nothing is known of waits for
/// one before it: the upstreams may have begun at different points.
const SETTLE_MS: u64 = 2_000;

/// What makes up for clocks that differ, when asked what happened since.
const CLOCK_MARGIN_MS: u64 = 10_000;

/// Most messages other than confirmations that are remembered.
const REPEATS_MAX: usize = 262_144;

/// Most claims that wait for agreement.
const CLAIMS_MAX: usize = 65_536;

impl Merge {
    /// Of that many upstreams, none of which is up yet. Of a network that is not known, work is not
    /// checked. `resume_from_ms`: when the last event was
    /// that an earlier run passed on; what happened since is asked for.
    pub fn new(
        config: MergeConfig,
        network: impl Into<Option<Network>>,
        upstreams: usize,
        resume_from_ms: Option<u64>,
    ) -> Self {
        Self {
            check: Check::new(network.into().as_ref()),
            up: UpstreamSet::default(),
            up_since_ms: vec![0; upstreams],
            reports: vec![Report::default(); upstreams],
            settled_at_ms: 0,
            resumed_ms: resume_from_ms.unwrap_or(0),
            gap_since_ms: resume_from_ms,
            audited_ms: None,
            unanswered_ms: None,
            repeats: Repeats::new(upstreams, REPEATS_MAX),
            confirmed: Confirmed::new(config.confirmations_max),
            agreement: Agreement::new(config.agree.max(1), config.agree_ms, CLAIMS_MAX),
            chains: Chains::new(config.accounts_max),
            healing: Healing::default(),
            witnesses: Witnesses::default(),
            watched: FxHashSet::default(),
            config,
        }
    }

    /// What is known of each upstream.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    /// Accounts that count as local (`all_local_accounts`).
    pub fn watched(&mut self) -> &mut FxHashSet<Account> {
        &mut self.watched
    }

    /// The same, to be read.
    pub fn watched_accounts(&self) -> impl Iterator<Item = Account> {
        self.watched.iter().copied()
    }

    /// A confirmation that an earlier run passed on, oldest first.
    pub fn remember(&mut self, it: &Confirmation) {
        let resumed_ms = self.resumed_ms;
        if let Place::Ahead { head } = self.chains.place(it, &self.confirmed, resumed_ms) {
            let newest = it.block.previous();
            let hole = Hole { account: it.account, newest, known: Some(head) };
            self.chains.holes.leave(hole, resumed_ms, self.config.heal_ms, HOLE_MS);
        }
        self.confirmed.insert(it.block.hash());
        self.chains.advance(it);
    }

    /// The newest confirmed block of an account, as an upstream says. From then on nothing of the
    /// account can be missed unseen; what was missed is asked for.
    pub fn know(
        &mut self,
        account: Account,
        newest: BlockHash,
        height: u64,
        out: &mut Vec<Output>,
    ) {
        let known = self.chains.know(account, newest, height);
        let Some(known) = known.filter(|_| self.config.can_ask) else { return };
        if known != newest && !self.confirmed.contains(&newest) {
            let question = Question::Chain { account, newest, known };
            out.extend(self.healing.ask(question).map(Output::Ask));
        }
    }

    /// An upstream is connected and subscribed. `is_complete`: it says all that it has said while it was
    /// away, so that its word alone leaves no gap.
    pub fn up(&mut self, id: UpstreamId, is_complete: bool, now_ms: u64, out: &mut Vec<Output>) {
        let (Some(report), Some(since)) =
            (self.reports.get_mut(id.index()), self.up_since_ms.get_mut(id.index()))
        else {
            return;
        };
        report.is_up = true;
        *since = now_ms;
        self.up.insert(id);
        self.settled_at_ms = now_ms.saturating_add(SETTLE_MS);
        self.repeats.catch_up(id);
        if self.up.len() < self.agreement.needed() {
            return;
        }
        let audited_ms = *self.audited_ms.get_or_insert(now_ms);
        let Some(gap_ms) = self.gap_since_ms.take() else { return };
        if is_complete && self.agreement.needed() <= 1 {
            return;
        }
        self.ask_since(gap_ms.min(audited_ms), now_ms, out);
    }

    fn ask_since(&mut self, since_ms: u64, now_ms: u64, out: &mut Vec<Output>) {
        if !self.config.can_ask {
            return;
        }
        let since_ms = self.unanswered_ms.map_or(since_ms, |it| it.min(since_ms));
        let ms = since_ms.saturating_sub(CLOCK_MARGIN_MS);
        if let Some(ask) = self.healing.ask(Question::Since { ms }) {
            self.audited_ms = Some(now_ms);
            self.unanswered_ms = None;
            out.push(Output::Ask(ask));
        }
    }

    /// When the next audit is due, unless too few upstreams are up to answer.
    fn audit_due_ms(&self) -> Option<u64> {
        let can_ask = self.config.can_ask && self.gap_since_ms.is_none();
        let audited_ms = self.audited_ms.filter(|_| can_ask)?;
        Some(audited_ms.saturating_add(self.config.audit_ms))
    }

    /// An upstream is gone.
    pub fn down(&mut self, id: UpstreamId, now_ms: u64) {
        let Some(report) = self.reports.get_mut(id.index()) else { return };
        if !std::mem::take(&mut report.is_up) {
            return;
        }
        // It may have been gone for a while before anybody noticed.
        let gone_since_ms = report.last_heard_ms.min(now_ms).max(self.up_since(id));
        self.up.remove(id);
        if self.up.len() < self.agreement.needed() {
            self.gap_since_ms.get_or_insert(gone_since_ms);
        }
    }

    /// An upstream says something, at `its_time_ms` of its own clock unless it is old.
    pub fn hear(
        &mut self,
        id: UpstreamId,
        its_time_ms: Option<u64>,
        event: ReceivedEvent,
        now_ms: u64,
        out: &mut Vec<Output>,
    ) {
        let Some(report) = self.reports.get_mut(id.index()) else { return };
        report.heard_at(its_time_ms, now_ms);
        match event {
            ReceivedEvent::Confirmation(it) => {
                self.hear_confirmation(id, it, its_time_ms.is_none(), now_ms, out);
            }
            event => {
                if let Some(event) = self.hear_other(id, event, now_ms, out) {
                    out.push(Output::Event { event, is_healed: false });
                }
            }
        }
    }

    /// An upstream answers a question.
    pub fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Output>) {
        if !self.healing.is_open(answer.id) {
            return;
        }
        for it in answer.found {
            if !self.confirmed.contains(&it.block.hash()) {
                self.claim(answer.by, it, true, now_ms, out);
            }
        }
    }

    /// Whether a block that an upstream lists as confirmed was not passed on.
    pub fn is_missing(&self, hash: &BlockHash) -> bool {
        !self.confirmed.contains(hash)
    }

    /// All who were asked have answered or given up. What still waits goes out at its time. Without
    /// `is_answered`, too few answered: it is asked again later.
    pub fn close(&mut self, id: AskId, is_answered: bool) {
        if let Some(Question::Since { ms }) = self.healing.close(id)
            && !is_answered
        {
            let ms = ms.saturating_add(CLOCK_MARGIN_MS);
            self.unanswered_ms = Some(self.unanswered_ms.map_or(ms, |it| it.min(ms)));
        }
    }

    /// When [`Merge::tick`] has something to do, in milliseconds since the Unix epoch.
    pub fn deadline_ms(&self) -> Option<u64> {
        let deadlines = [
            self.chains.deadline_ms(),
            self.chains.holes.deadline_ms(),
            self.agreement.deadline_ms(),
            self.audit_due_ms(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// Time passes. To be called at [`Merge::deadline_ms`], and now and then.
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Output>) {
        self.reports.iter_mut().for_each(|report| report.rest(now_ms));
        self.end_waits(now_ms, out);
        self.ask_for_holes(now_ms, out);
        if self.audit_due_ms().is_some_and(|due_ms| due_ms <= now_ms) {
            let since_ms = self.audited_ms.unwrap_or(now_ms);
            // Should there be too many questions, the next try is as far away.
            self.audited_ms = Some(now_ms);
            self.ask_since(since_ms, now_ms, out);
        }
        for (hash, by) in self.agreement.overdue(now_ms) {
            let by: Vec<_> = self.ids().filter(|id| by.contains(*id)).collect();
            for id in &by {
                if let Some(report) = self.reports.get_mut(id.index()) {
                    report.alone = report.alone.saturating_add(1);
                }
            }
            out.push(Output::Alone { hash, by });
        }
        while let Some((first_ms, by)) = self.witnesses.judge(now_ms) {
            for id in self.ids() {
                let was_up = self.up.contains(id) && self.up_since(id) < first_ms;
                if let Some(report) = self.reports.get_mut(id.index())
                    && was_up
                    && !by.contains(id)
                {
                    report.missed = report.missed.saturating_add(1);
                }
            }
        }
    }

    fn hear_confirmation(
        &mut self,
        id: UpstreamId,
        it: ReceivedConfirmation,
        is_replay: bool,
        now_ms: u64,
        out: &mut Vec<Output>,
    ) {
        if self.confirmed.contains(&it.hash) {
            let lag = self.witnesses.say(&it.hash, id, now_ms);
            // What it says again for one who was away is no sign of how fast it is.
            if let (Some(lag), false, Some(report)) =
                (lag, is_replay, self.reports.get_mut(id.index()))
            {
                report.lagged(lag);
            }
            return;
        }
        let hash = it.hash;
        match it.complete(false) {
            Ok(it) => self.claim(id, it, false, now_ms, out),
            Err(_) => self.lied(id, Lie::Hash(hash), out),
        }
    }

    /// An upstream says, or answers, that a block is confirmed.
    fn claim(
        &mut self,
        id: UpstreamId,
        mut it: Confirmation,
        is_healed: bool,
        now_ms: u64,
        out: &mut Vec<Output>,
    ) {
        if self.chains.holds(&it) {
            return;
        }
        let is_first = !self.agreement.knows(&it.block.hash());
        if self.config.verify
            && is_first
            && let Err(lie) = self.check.confirmation(&it)
        {
            return self.lied(id, lie, out);
        }
        // Zero is also said by a node that has pruned what it would have to look at.
        if self.config.verify
            && let Some(amount) = self.chains.amount_of(&it)
            && !it.amount.is_zero()
            && it.amount != amount
        {
            return self.lied(id, Lie::Amount(it.block.hash()), out);
        }
        if self.config.verify && !self.chains.height_fits(&it) {
            return self.lied(id, Lie::Height(it.block.hash()), out);
        }
        if let Some(report) = self.reports.get_mut(id.index())
            && is_first
            && !is_healed
        {
            report.first = report.first.saturating_add(1);
        }
        let link = it.block.link().map(|link| link.as_account());
        it.local = self.watched.contains(&it.account)
            || link.is_some_and(|link| self.watched.contains(&link));
        if let Some(claim) = self.agreement.claim(id, it, is_healed, now_ms) {
            self.place(claim, now_ms, out);
        }
    }

    fn hear_other(
        &mut self,
        id: UpstreamId,
        event: ReceivedEvent,
        now_ms: u64,
        out: &mut Vec<Output>,
    ) -> Option<Event> {
        if self.config.verify {
            let checked = match &event {
                ReceivedEvent::Vote(it) => Check::vote(it),
                ReceivedEvent::NewUnconfirmedBlock(it) => self.check.stored(it),
                _ => Ok(()),
            };
            if let Err(lie) = checked {
                self.lied(id, lie, out);
                return None;
            }
        }
        let is_new = match Key::of(&event) {
            Some(key) => self.repeats.is_new(key, id, now_ms),
            // One node is followed: the first that is up.
            None => self.up.first() == Some(id),
        };
        if !is_new {
            return None;
        }
        if let Some(report) = self.reports.get_mut(id.index()) {
            report.first = report.first.saturating_add(1);
        }
        Some(match event {
            // Confirmations go another way.
            ReceivedEvent::Confirmation(_) => return None,
            ReceivedEvent::Vote(it) => Event::Vote(it),
            ReceivedEvent::StartedElection(it) => Event::StartedElection(it),
            ReceivedEvent::StoppedElection(it) => Event::StoppedElection(it),
            ReceivedEvent::ActiveDifficulty(it) => Event::ActiveDifficulty(it),
            ReceivedEvent::Work(it) => Event::Work(it),
            ReceivedEvent::Telemetry(it) => Event::Telemetry(it),
            ReceivedEvent::NewUnconfirmedBlock(it) => Event::NewUnconfirmedBlock(it),
            ReceivedEvent::Bootstrap(it) => Event::Bootstrap(it),
        })
    }

    /// An upstream says what cannot be read; that counts as what can't be true.
    pub fn unreadable(&mut self, id: UpstreamId) {
        if let Some(report) = self.reports.get_mut(id.index()) {
            report.lies = report.lies.saturating_add(1);
        }
    }

    fn lied(&mut self, id: UpstreamId, lie: Lie, out: &mut Vec<Output>) {
        self.unreadable(id);
        out.push(Output::Lied(id, lie));
    }

    fn ids(&self) -> impl Iterator<Item = UpstreamId> + use<> {
        (0..u8::try_from(self.reports.len()).unwrap_or(u8::MAX)).map(UpstreamId)
    }

    fn up_since(&self, id: UpstreamId) -> u64 {
        self.up_since_ms.get(id.index()).copied().unwrap_or(0)
    }
}
