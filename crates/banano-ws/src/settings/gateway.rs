//! The nodes behind a gateway, and how what they say becomes one stream.
//!
//! Read by the command that runs. Values only: whether anybody is at an address is found out by whoever
//! connects. The gateway's own crate says what the times are for.

use std::collections::BTreeSet;

use banano_ws_gateway::{MergeConfig, PassingConfig, UPSTREAMS_MAX};
use serde::{Deserialize, Serialize};

use super::Settings;

/// The table `gateway`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Gateway {
    pub(crate) hold_ms: u64,
    pub(crate) heal_ms: u64,
    pub(crate) audit_ms: u64,
    pub(crate) agree_ms: u64,
    pub(crate) rpc_allow: BTreeSet<String>,
}

/// What passes unless it is said otherwise: what `NanoRPCProxy` offers, and the newer names of it.
const RPC_ALLOW: [&str; 35] = [
    "account_balance",
    "account_history",
    "account_info",
    "account_key",
    "account_representative",
    "account_weight",
    "accounts_balances",
    "accounts_frontiers",
    "accounts_pending",
    "accounts_receivable",
    "active_difficulty",
    "available_supply",
    "block_account",
    "block_confirm",
    "block_count",
    "block_create",
    "block_info",
    "blocks_info",
    "chain",
    "confirmation_quorum",
    "delegators_count",
    "frontiers",
    "key_create",
    "pending",
    "pending_exists",
    "process",
    "receivable",
    "receivable_exists",
    "representatives",
    "representatives_online",
    "sign",
    "successors",
    "validate_account_number",
    "version",
    "work_validate",
];

impl Default for Gateway {
    fn default() -> Self {
        let MergeConfig { hold_ms, heal_ms, audit_ms, agree_ms, .. } = MergeConfig::default();
        let rpc_allow = RPC_ALLOW.iter().map(ToString::to_string).collect();
        Self { hold_ms, heal_ms, audit_ms, agree_ms, rpc_allow }
    }
}

/// What a URL leads to: the same node has many spellings.
fn place(url: &str) -> String {
    let url = url.trim_end_matches('/').to_ascii_lowercase();
    url.replacen("://localhost", "://127.0.0.1", 1)
}

/// What cannot be meant, each with the name of the setting in front.
pub(super) fn check(settings: &Settings) -> Vec<String> {
    let mut problems = Vec::new();
    let kinds = [
        (
            "upstreams",
            &settings.upstreams,
            ["ws://", "wss://"],
            "ws://HOST:PORT or wss://HOST:PORT",
        ),
        ("rpcs", &settings.rpcs, ["http://", "http://"], "http://HOST:PORT"),
    ];
    for (name, urls, schemes, expected) in kinds {
        for (index, url) in urls.0.iter().enumerate() {
            let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
            let host = rest.map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
            if host.is_none_or(|host| host.is_empty() || host.starts_with(':')) {
                problems.push(format!("{name}: {url:?} will not do, expected {expected}"));
            }
            if urls.0.iter().take(index).any(|before| place(before) == place(url)) {
                problems.push(format!("{name}: {url} is given twice, which would count it twice"));
            }
        }
    }
    let (upstreams, rpcs) = (settings.upstreams.0.len(), settings.rpcs.0.len());
    if upstreams > UPSTREAMS_MAX {
        problems.push(format!("upstreams: {upstreams} are given, at most {UPSTREAMS_MAX} can be"));
    }
    if upstreams > 0 && rpcs > upstreams {
        problems.push(format!(
            "rpcs: {rpcs} are given for {upstreams} upstreams, but each belongs to one of them"
        ));
    }
    let most = if upstreams == 0 { UPSTREAMS_MAX } else { upstreams };
    if !(1..=most).contains(&settings.agree) {
        let agree = settings.agree;
        problems.push(match upstreams {
            0 => format!("agree: {agree} is not possible, it must be 1 to {most}"),
            _ => {
                format!("agree: {agree} of {upstreams} upstreams is not possible, give 1 to {most}")
            }
        });
    }
    for command in &settings.gateway.rpc_allow {
        if command.is_empty() || command.contains(char::is_whitespace) {
            problems.push(format!(
                "gateway.rpc_allow: {command:?} is no RPC command, expected a name as in account_info"
            ));
        }
    }
    let Gateway { hold_ms, heal_ms, audit_ms, agree_ms, .. } = settings.gateway;
    for (name, value, min) in [
        ("hold_ms", hold_ms, 0),
        ("heal_ms", heal_ms, 100),
        ("audit_ms", audit_ms, 1_000),
        ("agree_ms", agree_ms, 100),
    ] {
        if !(min..=3_600_000).contains(&value) {
            problems.push(format!(
                "gateway.{name}: {value} is not possible, it must be {min} to 3600000"
            ));
        }
    }
    problems
}

impl Settings {
    /// How the upstreams are merged.
    pub(crate) fn merge(&self) -> MergeConfig {
        let Gateway { hold_ms, heal_ms, audit_ms, agree_ms, .. } = self.gateway;
        let (agree, verify) = (self.agree, self.verify);
        MergeConfig {
            agree,
            verify,
            hold_ms,
            heal_ms,
            audit_ms,
            agree_ms,
            ..MergeConfig::default()
        }
    }

    /// Which RPC requests pass.
    pub(crate) fn passing(&self) -> PassingConfig {
        PassingConfig {
            allow: self.gateway.rpc_allow.clone(),
            entries_max: self.rpc.entries_max,
            timeout: self.rpc.request_timeout(),
            work_timeout: self.rpc.work_timeout(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Urls;

    #[test]
    fn what_can_never_work_is_told() {
        let urls = |texts: &[&str]| Urls(texts.iter().map(ToString::to_string).collect());
        let of = |upstreams: &[&str], rpcs: &[&str], agree| Settings {
            upstreams: urls(upstreams),
            rpcs: urls(rpcs),
            agree,
            ..Settings::default()
        };
        for fine in [
            of(&[], &[], 2),
            of(&["ws://a:1"], &[], 1),
            of(&["ws://a:1", "wss://b"], &["http://a:2"], 2),
        ] {
            assert_eq!(check(&fine), Vec::<String>::new());
        }
        for (settings, part) in [
            (of(&["http://a:1"], &[], 1), "upstreams: \"http://a:1\""),
            (of(&["ws://a:1"], &["https://a:1"], 1), "rpcs: \"https://a:1\""),
            (of(&["ws://a:1", "ws://a:1"], &[], 1), "twice"),
            (of(&["ws://a:1"], &["http://a:1", "http://b:1"], 1), "rpcs: 2 are given for 1"),
            (of(&["ws://a:1"], &[], 2), "agree: 2 of 1 upstreams"),
            (of(&[], &[], 0), "agree: 0 is not possible"),
        ] {
            let problems = check(&settings);
            assert!(problems.iter().any(|it| it.contains(part)), "{part}: {problems:?}");
        }
    }
}
