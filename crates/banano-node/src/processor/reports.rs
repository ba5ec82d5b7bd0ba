//! Telemetry: what this node tells about itself, and what its peers tell (`node.md` §7.1).

use banano_consensus::Now;
use banano_ledger::LedgerRead as _;
use banano_wire::{Message, Telemetry};

use super::Processor;
use crate::identity::Report;
use crate::net::CloseReason;
use crate::peers::PeerId;
use crate::stats::bump;
use crate::telemetry::Verdict;

impl Processor {
    /// Tells all peers how this node is and asks them the same, when it is time to.
    pub(super) fn report(&mut self, now: Now) {
        if self.parts.peers.count() == 0 || !self.reports.begin_round(now.mono_ms) {
            return;
        }
        let own = Message::TelemetryAck(Some(Box::new(self.own_report(now))));
        self.parts.peers.broadcast(&own);
        self.parts.peers.broadcast(&Message::TelemetryReq);
    }

    /// Answers a peer that was not told lately.
    pub(super) fn answer_telemetry_request(&mut self, from: PeerId, now: Now) {
        if self.reports.may_answer(from, now.mono_ms) {
            let own = Message::TelemetryAck(Some(Box::new(self.own_report(now))));
            self.parts.peers.send(from, &own);
        }
    }

    /// Takes what a peer told about itself, and tells subscribers.
    pub(super) fn take_report(&mut self, from: PeerId, report: Option<&Telemetry>, now: Now) {
        let Some(identity) = self.parts.peers.identity(from) else { return };
        let verdict = self.reports.take(from, identity.node_id, report, now.mono_ms);
        match (verdict, report) {
            (Verdict::Taken, Some(report)) => {
                bump(&mut self.stats.telemetry);
                self.parts.events.telemetry(identity.address, report);
            }
            (verdict, _) if !verdict.is_honest() => {
                bump(&mut self.stats.telemetry_refused);
                tracing::debug!(peer = %identity.address, ?verdict, "telemetry refused");
                self.parts.peers.disconnect(from, CloseReason::Telemetry);
            }
            _ => {}
        }
    }

    fn own_report(&self, now: Now) -> Telemetry {
        let report = Report {
            counts: self.parts.writer.counts(),
            unchecked: self.unchecked.len(),
            peer_count: self.parts.peers.count(),
            uptime: self.parts.clock.uptime(),
            unix_ms: now.unix_ms,
        };
        report.telemetry(&self.parts.network, &self.parts.id)
    }
}
