//! What the node counted since its start (node.md §9.1).
//!
//! Called through the table. Only counters that the node keeps are listed; it takes no samples.

use std::time::{SystemTime, UNIX_EPOCH};

use banano_node::{DropReason, NetStats, NodeStats, ProcessResult};

use super::Future;
use crate::call::Call;
use crate::error::Error;
use crate::reply::Reply;

const DAY: u64 = 86_400;

/// Answers for `type` `counters` and `samples`; the other types of the reference look into its own
/// containers and database, which do not exist here.
pub(super) fn stats(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let Some(kind @ ("counters" | "samples")) = call.request.text("type") else {
            return Err(Error::StatsType);
        };
        let now = unix_seconds();
        let entries = match kind {
            "counters" => {
                let stats = call.node().stats().await?;
                entries(call, &stats, &call.node().net_stats(), &clock(now))
            }
            _ => Vec::new(),
        };
        Ok(call
            .object()
            .with("type", kind)
            .with("created", format!("{} {}", date(now), clock(now)))
            .with_reply("entries", entries)
            .with("stat_duration_seconds", call.node().uptime().as_secs()))
    })
}

/// One entry for each counter that is not zero, as in the reference.
fn entries(call: &Call, stats: &NodeStats, net: &NetStats, time: &str) -> Vec<Reply> {
    let ledger = ProcessResult::ALL
        .into_iter()
        .map(|result| ("ledger", result.name(), stats.blocks_with(result)));
    let others = [
        ("ledger", "insufficient_work_dropped", stats.blocks_without_work),
        ("vote", "vote_valid", stats.votes),
        ("vote", "vote_invalid", stats.votes_bad_signature),
        ("message", "refused", stats.requests_refused),
        ("message", "unused", stats.messages_unused),
        ("telemetry", "telemetry_ack", stats.telemetry),
        ("telemetry", "refused", stats.telemetry_refused),
        ("bootstrap", "blocks", stats.blocks_fetched),
        ("election", "fork_refused", stats.forks_refused),
        ("loop", "pass", stats.passes),
        ("drop", "block_inbox_full", stats.dropped.blocks),
        ("drop", "message_inbox_full", stats.dropped.messages),
        ("tcp", "accepted", net.accepted),
        ("tcp", "proven", net.proven),
        ("tcp", "bytes", net.bytes_in),
    ];
    let sent = [("tcp", "dialled", net.dialled), ("tcp", "bytes", net.bytes_out)];
    let closed = net.closed.iter().map(|(reason, count)| ("tcp_close", reason.name(), *count));
    let (received, unsent): (Vec<_>, Vec<_>) =
        net.dropped.iter().partition(|(reason, _)| reason.is_inbound());
    let drops = |drops: Vec<(DropReason, u64)>| {
        drops.into_iter().map(|(reason, count)| ("drop", reason.name(), count))
    };
    let incoming = ledger.chain(others).chain(closed).chain(drops(received));
    let outgoing = sent.into_iter().chain(drops(unsent));
    incoming
        .map(|entry| (entry, "in"))
        .chain(outgoing.map(|entry| (entry, "out")))
        .filter(|((.., value), _)| *value > 0)
        .map(|((kind, detail, value), dir)| {
            call.object()
                .with("time", time)
                .with("type", kind)
                .with("detail", detail)
                .with("dir", dir)
                .with("value", value)
                .into()
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the answer says when it was made")]
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs())
}

/// `hh:mm:ss` of a moment, UTC.
fn clock(unix: u64) -> String {
    let second = unix % DAY;
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// `yyyy.mm.dd` of a moment, UTC.
fn date(unix: u64) -> String {
    let mut days = unix / DAY;
    let mut year = 1970_u64;
    loop {
        let length = 365 + u64::from(is_leap(year));
        match days.checked_sub(length) {
            Some(rest) => (days, year) = (rest, year.saturating_add(1)),
            None => break,
        }
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        match days.checked_sub(length) {
            Some(rest) => (days, month) = (rest, month + 1),
            None => break,
        }
    }
    format!("{year}.{month:02}.{:02}", days.saturating_add(1))
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::{clock, date};

    #[test]
    fn rows_of_moments() {
        for (unix, want) in [
            (0, "1970.01.01 00:00:00"),
            (951_782_399, "2000.02.28 23:59:59"),
            (951_782_400, "2000.02.29 00:00:00"),
            (1_700_000_000, "2023.11.14 22:13:20"),
            (4_107_542_400, "2100.03.01 00:00:00"),
            (1_735_689_599, "2024.12.31 23:59:59"),
        ] {
            assert_eq!(format!("{} {}", date(unix), clock(unix)), want, "{unix}");
        }
    }
}
