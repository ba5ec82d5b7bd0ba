//! The task that owns the merge: hears the upstreams, asks what was missed, tells what happened.

use std::time::Duration;

use banano_primitives::{Account, BlockHash};
use banano_ws_client::{Event as Said, Rpc};
use banano_ws_protocol::Event;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use crate::asking::{self, Asked, Asker};
use crate::gateway::Standing;
use crate::{Answer, Ask, AskId, Merge, Output, UpstreamId};

/// Messages that are merged before what they make is told.
const BATCH: usize = 256;

/// How often the standing is told, and when nothing is due the time.
const REPORT: Duration = Duration::from_secs(1);

/// What the task hears.
pub(crate) enum Heard {
    Event(UpstreamId, Box<Said>),
    /// Connected, and subscribed to confirmations; and whether those that were missed follow.
    InForce(UpstreamId, bool),
    Down(UpstreamId),
    /// A message that cannot be read.
    Unreadable(UpstreamId),
    /// Which of these were not passed on?
    Listed(Vec<BlockHash>, oneshot::Sender<Vec<BlockHash>>),
    /// An upstream's history does not reach back as far as it was asked.
    Forgotten(UpstreamId),
    Answer(Answer),
    /// Nobody will answer any more; and whether enough have.
    Asked(AskId, bool),
    /// How an upstream's RPC answered, if it failed.
    Called(UpstreamId, Result<(), String>),
    /// An account's newest confirmed block, as an upstream says.
    Newest(Account, BlockHash, u64),
    Watch(Vec<Account>),
}

/// The state of the task.
pub(crate) struct Merging {
    pub(crate) merge: Merge,
    /// What time it is, in milliseconds since the Unix epoch.
    pub(crate) clock: fn() -> u64,
    /// Upstreams that must agree, and so are asked.
    pub(crate) agree: usize,
    /// As people may see them.
    pub(crate) urls: Vec<String>,
    /// Whose RPC did not answer the last time.
    pub(crate) silent: Vec<bool>,
    pub(crate) rpcs: Vec<Option<Rpc>>,
    pub(crate) sink: Box<dyn FnMut(Vec<Event>) + Send>,
    /// Where answers come in again.
    pub(crate) answers: mpsc::Sender<Heard>,
    pub(crate) standing: watch::Sender<Standing>,
    pub(crate) jobs: TaskTracker,
}

impl Merging {
    /// Until it is stopped.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Heard>, stop: CancellationToken) {
        let watched = self.merge.watched().iter().copied().collect();
        self.look_up(watched);
        let now_ms = self.clock;
        let mut reports = interval(REPORT);
        reports.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut batch, mut out) = (Vec::with_capacity(BATCH), Vec::new());
        loop {
            let due_ms = self.merge.deadline_ms().map(|due_ms| due_ms.saturating_sub(now_ms()));
            let due = Duration::from_millis(due_ms.unwrap_or(u64::from(u32::MAX)));
            let received = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                received = inbox.recv_many(&mut batch, BATCH) => received,
                () = sleep(due) => 0,
                _ = reports.tick() => { self.report(); 0 }
            };
            let time_ms = now_ms();
            let is_change =
                batch.iter().any(|it| matches!(it, Heard::InForce(..) | Heard::Down(_)));
            for heard in batch.drain(..received) {
                self.hear(heard, time_ms, &mut out);
            }
            if is_change {
                self.report();
            }
            self.merge.tick(time_ms, &mut out);
            self.tell(&mut out);
        }
        inbox.close();
        while let Some(heard) = inbox.recv().await {
            self.hear(heard, now_ms(), &mut out);
        }
        self.tell(&mut out);
    }

    fn hear(&mut self, heard: Heard, now_ms: u64, out: &mut Vec<Output>) {
        match heard {
            Heard::Event(id, said) => {
                let said = *said;
                let its_time_ms = (!said.replayed).then_some(said.time_ms);
                self.merge.hear(id, its_time_ms, said.event, now_ms, out);
            }
            Heard::InForce(id, is_complete) => {
                self.merge.up(id, is_complete, now_ms, out);
            }
            Heard::Down(id) => self.merge.down(id, now_ms),
            Heard::Unreadable(id) => self.merge.unreadable(id),
            Heard::Listed(mut hashes, answer) => {
                hashes.retain(|hash| self.merge.is_missing(hash));
                // Nobody waits for it when the gateway stops.
                let _ = answer.send(hashes);
            }
            Heard::Forgotten(by) => {
                let upstream = self.urls.get(by.index());
                // Nor does that of a node that was idle: an audit says so every time.
                debug!(
                    upstream,
                    "its history does not reach back to the gap: asking for watched accounts"
                );
                self.look_up(self.merge.watched_accounts().collect());
            }
            Heard::Answer(answer) => self.merge.answer(answer, now_ms, out),
            Heard::Asked(ask, is_answered) => self.merge.close(ask, is_answered),
            Heard::Called(by, result) => self.called(by, result),
            Heard::Newest(account, hash, height) => self.merge.know(account, hash, height, out),
            Heard::Watch(accounts) => {
                self.merge.watched().extend(&accounts);
                self.look_up(accounts);
            }
        }
    }

    /// Tells the log when an RPC ceases to answer, and when it does again.
    fn called(&mut self, by: UpstreamId, result: Result<(), String>) {
        let (Some(is_silent), Some(upstream)) =
            (self.silent.get_mut(by.index()), self.urls.get(by.index()))
        else {
            return;
        };
        let was_silent = std::mem::replace(is_silent, result.is_err());
        match result {
            Ok(()) if was_silent => info!(upstream, "its RPC answers again"),
            Ok(()) => {}
            Err(error) if was_silent => debug!(upstream, error, "its RPC still fails"),
            Err(error) => {
                warn!(
                    upstream,
                    error, "its RPC cannot say what was missed; it is asked again later"
                );
            }
        }
    }

    /// Carries out what the merge wants, and tells what happened.
    fn tell(&mut self, out: &mut Vec<Output>) {
        let mut events = Vec::with_capacity(out.len());
        let (mut holes, mut healed) = (0, 0);
        for output in out.drain(..) {
            match output {
                Output::Event { event, is_healed } => {
                    healed += u64::from(is_healed);
                    events.push(event);
                }
                Output::Ask(ask) => self.ask(ask),
                Output::Lied(id, lie) => {
                    let upstream = self.urls.get(usize::from(id.0));
                    debug!(upstream, %lie, "dropped what can't be true");
                }
                Output::Alone { hash, by } => {
                    let said = by.len();
                    debug!(%hash, said, "too few upstreams say that it is confirmed");
                }
                Output::Hole { account, missing } => {
                    holes += 1;
                    warn!(%account, %missing, "a confirmed block was never heard of");
                }
            }
        }
        if !events.is_empty() {
            (self.sink)(events);
        }
        if holes + healed > 0 {
            // Told with the next report.
            self.standing.send_if_modified(|standing| {
                standing.holes += holes;
                standing.healed += healed;
                false
            });
        }
    }

    /// Those who may be asked, those first that are up.
    fn asked(&self) -> Asked {
        let mut all: Vec<_> = (0..)
            .map(UpstreamId)
            .zip(&self.rpcs)
            .filter_map(|(id, rpc)| Some((id, rpc.clone()?)))
            .collect();
        let reports = self.merge.reports();
        let is_up = |id: UpstreamId| reports.get(id.index()).is_some_and(|report| report.is_up);
        all.sort_by_key(|(id, _)| !is_up(*id));
        all
    }

    fn ask(&self, ask: Ask) {
        debug!(question = ?ask.question, "asking for what was missed");
        let (agree, answers, clock) = (self.agree, self.answers.clone(), self.clock);
        self.jobs.spawn(Asker::new(ask, agree, answers, clock).run(self.asked()));
    }

    /// Asks where the chains of accounts end.
    fn look_up(&self, accounts: Vec<Account>) {
        let (asked, answers) = (self.asked(), self.answers.clone());
        if !asked.is_empty() && !accounts.is_empty() {
            self.jobs.spawn(async move { asking::newest(asked, accounts, &answers).await });
        }
    }

    /// Tells how the upstreams do; and the log, what is wrong with them since the last time.
    fn report(&self) {
        let now: Vec<_> = self.urls.iter().cloned().zip(self.merge.reports().to_vec()).collect();
        for ((url, before), (_, now)) in self.standing.borrow().upstreams.iter().zip(&now) {
            let lies = now.lies.saturating_sub(before.lies);
            if lies > 0 {
                warn!(upstream = url, lies, "dropped messages that can't be true");
            }
            let stale = now.stale.saturating_sub(before.stale);
            if stale > 0 {
                warn!(
                    upstream = url,
                    stale,
                    "dropped confirmations of places that other blocks have taken; if the network began \
                     anew, start the gateway anew, too"
                );
            }
            let alone = now.alone.saturating_sub(before.alone);
            if alone > 0 {
                warn!(upstream = url, alone, "confirmations that too few others say");
            }
        }
        self.standing.send_modify(|standing| standing.upstreams = now);
    }
}
