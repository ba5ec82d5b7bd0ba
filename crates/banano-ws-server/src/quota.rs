//! Whether a request fits into what its client, and all clients together, may have.
//!
//! Asked by the desk before it carries a request out, and told afterwards what came of it. Counts every
//! refusal. Never changes a subscription.

use banano_ws_hub::{Hub, Limits as HubLimits, SessionId};
use banano_ws_protocol::{Fault, Subscription, Topic, Update};

use crate::{
    limits::{ClientLimits, TotalLimits},
    rate::Rate,
    refusals::RefusalReason,
    stats::Counters,
    totals::{Share, Totals},
};

/// One client's parts of the sums over all clients.
#[derive(Debug)]
pub(crate) struct Shares {
    pub(crate) accounts: Share,
    pub(crate) replays: Share,
    pub(crate) outbox_bytes: Share,
}

impl Shares {
    pub(crate) fn new(totals: &Totals) -> Self {
        Self {
            accounts: totals.accounts.share(),
            replays: totals.replays.share(),
            outbox_bytes: totals.outbox_bytes.share(),
        }
    }
}

/// What counts for one client.
#[derive(Debug)]
pub(crate) struct Quota<'a> {
    pub(crate) limits: &'a ClientLimits,
    pub(crate) totals: TotalLimits,
    pub(crate) shares: &'a Shares,
    pub(crate) counters: &'a Counters,
}

impl Quota<'_> {
    /// Whether a client may have this one subscription and no other.
    ///
    /// # Errors
    ///
    /// With the limit that is in the way.
    pub(crate) fn open(&self, subscription: &Subscription, wants_past: bool) -> Result<(), Fault> {
        self.check_filter(subscription)?;
        self.check_accounts(subscription.entries())?;
        self.reserve(subscription.entries())?;
        if wants_past { self.begin_replay() } else { Ok(()) }
    }

    /// Whether a client may subscribe to this.
    ///
    /// # Errors
    ///
    /// With the limit that is in the way. Nothing has changed then.
    pub(crate) fn subscribe(
        &self,
        hub: &mut Hub,
        id: SessionId,
        subscription: &Subscription,
        wants_past: bool,
    ) -> Result<(), Fault> {
        let topic = subscription.topic();
        self.check_filter(subscription)?;
        self.check_topics(hub, id, topic)?;
        if wants_past {
            self.check_replays(hub, id, topic)?;
        }
        let entries = hub.entries_beside(id, topic).saturating_add(subscription.entries());
        self.check_accounts(entries)?;
        hub.limit(id, HubLimits { accounts: self.limits.accounts });
        self.reserve(entries)?;
        if !wants_past {
            return Ok(());
        }
        let begun = self.begin_replay();
        if begun.is_err() {
            self.settle(hub, id);
        }
        begun
    }

    /// Whether a client may update a subscription like this.
    ///
    /// # Errors
    ///
    /// With the limit that is in the way. Nothing has changed then.
    pub(crate) fn update(
        &self,
        hub: &mut Hub,
        id: SessionId,
        topic: Topic,
        update: &Update,
    ) -> Result<(), Fault> {
        if self.limits.require_filter && hub.widens(id, topic, update) {
            return Err(self.without_filter(topic));
        }
        hub.limit(id, HubLimits { accounts: self.limits.accounts });
        // No more than this, and no more than the hub will let through.
        let entries = hub.entries(id).saturating_add(update.added()).min(self.limits.accounts);
        self.reserve(entries)
    }

    /// Takes note of what a request has changed, or left as it was.
    pub(crate) fn settle(&self, hub: &Hub, id: SessionId) {
        self.shares.accounts.set(hub.entries(id));
    }

    /// Counts a refusal that the hub found.
    pub(crate) fn too_many_accounts(&self, fault: impl Into<Fault>) -> Fault {
        self.refuse(RefusalReason::AccountsPerSession, fault.into())
    }

    /// Counts a message that came too early.
    pub(crate) fn too_early(&self, rate: Rate) -> Fault {
        let Rate { per_second, burst } = rate;
        self.refuse(
            RefusalReason::MessageRate,
            Fault::limited(format!(
                "too many messages: {per_second} a second are allowed (`max_messages_per_second`), and \
                 {burst} at once (`message_burst`); this one had no effect, send it again later, and \
                 more accounts in each"
            )),
        )
    }

    /// Whether a subscription names what it is about, where that is asked for.
    pub(crate) fn check_filter(&self, subscription: &Subscription) -> Result<(), Fault> {
        if self.limits.require_filter && !subscription.is_narrow() {
            return Err(self.without_filter(subscription.topic()));
        }
        Ok(())
    }

    /// Whether a session may list so many accounts.
    pub(crate) fn check_accounts(&self, entries: usize) -> Result<(), Fault> {
        let max = self.limits.accounts;
        if entries <= max {
            return Ok(());
        }
        Err(self.too_many_accounts(Fault::limit_exceeded(
            "accounts and hashes in the filters of one session",
            entries,
            max,
        )))
    }

    fn check_topics(&self, hub: &Hub, id: SessionId, topic: Topic) -> Result<(), Fault> {
        let (topics, max) = (hub.topics_beside(id, topic).saturating_add(1), self.limits.topics);
        if topics <= max {
            return Ok(());
        }
        let what = "topics of one session";
        Err(self.refuse(RefusalReason::Topics, Fault::limit_exceeded(what, topics, max)))
    }

    fn check_replays(&self, hub: &Hub, id: SessionId, topic: Topic) -> Result<(), Fault> {
        let others = hub.places(id).filter(|(other, _)| *other != topic).count();
        let (replays, max) = (others.saturating_add(1), self.limits.replays);
        if replays <= max {
            return Ok(());
        }
        let what = "topics of one session that are replayed at once";
        Err(self
            .refuse(RefusalReason::ReplaysPerSession, Fault::limit_exceeded(what, replays, max)))
    }

    /// Makes room in the sum of all for as many accounts as a request can lead to.
    fn reserve(&self, entries: usize) -> Result<(), Fault> {
        let most = entries.max(self.shares.accounts.held());
        if self.shares.accounts.try_set(most, self.totals.accounts) {
            return Ok(());
        }
        Err(self.refuse(
            RefusalReason::TotalAccounts,
            Fault::limited(format!(
                "the filters of all clients together list as many accounts and hashes as this server \
                 keeps, {} (`max_total_accounts`); list fewer, or come back later",
                self.totals.accounts
            )),
        ))
    }

    /// Takes a place among the clients that are replayed to.
    fn begin_replay(&self) -> Result<(), Fault> {
        if self.shares.replays.try_set(1, self.totals.replays) {
            return Ok(());
        }
        Err(self.refuse(
            RefusalReason::TotalReplays,
            Fault::unavailable(format!(
                "`since`: {} clients are being replayed to, more than that this server does not do at \
                 once (`max_total_replays`); ask again in some seconds",
                self.totals.replays
            )),
        ))
    }

    fn without_filter(&self, topic: Topic) -> Fault {
        let right = match topic {
            Topic::Confirmation => "`accounts`, `counterparties`, `representatives` or `hashes`",
            Topic::Vote => "`representatives`",
            Topic::NewUnconfirmedBlock => {
                "`accounts` beside a filter of ours, `counterparties`, `representatives` or `hashes`"
            }
            _ => "another topic, with a filter",
        };
        self.refuse(
            RefusalReason::Filter,
            Fault::limited(format!(
                "`options`: this server gives nobody all of \"{}\" (`require_filter`); give {right}",
                topic.name()
            )),
        )
    }

    fn refuse(&self, reason: RefusalReason, fault: Fault) -> Fault {
        self.counters.refuse(reason);
        fault
    }
}
