//! How the upstreams are, for subscribers of topic `status` and for Prometheus.
//!
//! Runs beside the gateway, told by it, and ends with it.

use std::fmt::Display;
use std::time::Duration;

use banano_ws_gateway::{Report, Standing};
use banano_ws_metrics::{Exposition, Kind, Registry};
use banano_ws_server::{SourceState, Sources};
use tokio::sync::watch;

/// An upstream that says things so much later than another lags.
const LAG_MS: u64 = 2_000;
/// The same if it said nothing for so long while another did.
const SILENCE_MS: u64 = 30_000;

/// Tells how the upstreams are, until the gateway stops.
pub(super) async fn watch(mut standing: watch::Receiver<Standing>, sources: Sources) {
    while standing.changed().await.is_ok() {
        let Standing { upstreams, .. } = standing.borrow_and_update().clone();
        let latest_ms = upstreams.iter().map(|(_, it)| it.last_heard_ms).max().unwrap_or(0);
        for (name, (_, report)) in names(&upstreams).iter().zip(&upstreams) {
            let (state, detail) = judged(report, latest_ms);
            sources.tell(name, state, &detail);
        }
    }
}

/// Tells `metrics` how the upstreams are.
pub(super) fn measure(standing: watch::Receiver<Standing>, metrics: &Registry) {
    metrics.add(move |out| collect(&standing.borrow(), out));
}

/// Takes a count out of what is known of an upstream.
type Count = fn(&Report) -> u64;

fn collect(Standing { upstreams, holes, healed }: &Standing, out: &mut Exposition) {
    let names = names(upstreams);
    let mut each = |kind, name, about, of: &dyn Fn(&Report) -> Box<dyn Display>| {
        let mut family = out.family(kind, name, about);
        for (upstream, (_, report)) in names.iter().zip(upstreams) {
            family.sample(&[("upstream", upstream)], of(report));
        }
    };
    let (name, about) = ("banano_ws_upstream_up", "1 while the upstream is connected.");
    each(Kind::Gauge, name, about, &|it| Box::new(u8::from(it.is_up)));
    let about = "How much later than the first it says things, smoothed.";
    let lag = |it: &Report| Duration::from_millis(it.lag_ms).as_secs_f64();
    each(Kind::Gauge, "banano_ws_upstream_lag_seconds", about, &|it| Box::new(lag(it)));
    let counts: [(&str, &str, Count); 6] = [
        ("banano_ws_upstream_messages_total", "Messages of the upstream.", |it| it.heard),
        ("banano_ws_upstream_first_total", "Messages that no other said before.", |it| it.first),
        ("banano_ws_upstream_missed_total", "Confirmations that it did not say.", |it| it.missed),
        ("banano_ws_upstream_lies_total", "Messages that can't be true.", |it| it.lies),
        ("banano_ws_upstream_stale_total", "Confirmations of places long taken.", |it| it.stale),
        ("banano_ws_upstream_alone_total", "Confirmations that nobody repeats.", |it| it.alone),
    ];
    for (name, about, of) in counts {
        each(Kind::Counter, name, about, &|it| Box::new(of(it)));
    }
    let about = "Confirmations that were missed and fetched.";
    out.counter("banano_ws_gateway_healed_total", about, *healed);
    let about = "Blocks that went out although one before them was missing.";
    out.counter("banano_ws_gateway_holes_total", about, *holes);
}

/// How an upstream is, and what a person may want to know of it. `latest_ms`: when any was heard last.
fn judged(report: &Report, latest_ms: u64) -> (SourceState, String) {
    let Report { heard, first, missed, lies, alone, lag_ms, .. } = *report;
    let first = first.saturating_mul(100).checked_div(heard).unwrap_or(0);
    let silent_ms = latest_ms.saturating_sub(report.last_heard_ms);
    let state = match report.is_up {
        false => SourceState::Down,
        true if lag_ms > LAG_MS || silent_ms > SILENCE_MS => SourceState::Lagging,
        true => SourceState::Up,
    };
    let silent = match silent_ms / 1_000 {
        0..=29 => String::new(),
        seconds => format!("silent for {seconds} s, "),
    };
    let detail = format!(
        "{silent}{heard} messages, {first} % of them first, {lag_ms} ms late, {missed} missed, {lies} wrong, \
         {alone} said alone"
    );
    (state, detail)
}

/// What strangers may know of the upstreams: host and port, and a number where several have the same.
fn names(upstreams: &[(String, Report)]) -> Vec<String> {
    let hosts: Vec<_> = upstreams.iter().map(|(url, _)| public(url)).collect();
    let before =
        |index| hosts.iter().take(index).filter(|it| Some(*it) == hosts.get(index)).count();
    let named = hosts.iter().enumerate().map(|(index, host)| match before(index) {
        0 => (*host).to_owned(),
        others => format!("{host} ({})", others.saturating_add(1)),
    });
    named.collect()
}

/// What strangers may know of a URL: host and port.
fn public(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_upstreams() {
        let up = Report { is_up: true, heard: 200, first: 150, ..Report::default() };
        let rows = [
            (up, 0, SourceState::Up, "75 % of them first"),
            (Report { is_up: false, ..up }, 0, SourceState::Down, "200 messages"),
            (Report { lag_ms: 2_001, ..up }, 0, SourceState::Lagging, "2001 ms late"),
            (up, 31_000, SourceState::Lagging, "silent for 31 s, 200 messages"),
            (Report { heard: 0, first: 0, ..up }, 0, SourceState::Up, "0 messages, 0 % of"),
        ];
        for (report, latest_ms, state, part) in rows {
            let (got, detail) = judged(&report, latest_ms);
            assert_eq!(got, state, "{report:?}");
            assert!(detail.contains(part) && detail.len() <= 200, "{detail}");
        }
    }

    #[test]
    fn no_two_upstreams_have_the_same_series() {
        let report = Report { is_up: true, lag_ms: 1_500, lies: 3, ..Report::default() };
        let upstreams = ["ws://host:1/a", "ws://host:2", "ws://host:1/b"];
        let upstreams = upstreams.map(|url| (url.to_owned(), report)).into();
        let mut out = Exposition::default();
        collect(&Standing { upstreams, holes: 1, healed: 2 }, &mut out);
        let text = out.into_text();
        for line in [
            "banano_ws_upstream_up{upstream=\"host:1\"} 1",
            "banano_ws_upstream_lag_seconds{upstream=\"host:2\"} 1.5",
            "banano_ws_upstream_lies_total{upstream=\"host:1 (2)\"} 3",
            "banano_ws_gateway_holes_total 1",
            "banano_ws_gateway_healed_total 2",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn no_secret_of_a_url_is_told() {
        for url in ["wss://me:word@host:1/key?token=1", "ws://host:1", "wss://me@host:1?key"] {
            assert_eq!(public(url), "host:1");
        }
    }
}
