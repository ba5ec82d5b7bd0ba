//! Everything that can be set, as one typed struct.
//!
//! Filled by `layers` from flags, environment, file and defaults, read by the command that runs.
//! Holds values only. `Default` is the one list of defaults; what a value means stands in `keys`.

mod gateway;
mod journal;
mod keys;
mod layers;
mod lists;
mod report;
mod stream;
mod values;

use std::path::PathBuf;

use banano_node::DevConfig;
use banano_ws_server::{Config, ErrorReplies, Io, Metrics, VoteWithoutOptions};
use serde::{Deserialize, Serialize};

pub(crate) use gateway::Gateway;
pub(crate) use journal::Journal;
pub(crate) use keys::{KEYS, Key};
pub(crate) use layers::{Given, Layer, Origin, Problem, Resolved, Sources, of_environment};
pub(crate) use lists::{Peers, Urls, WorkPeers};
pub(crate) use report::{Change, changes, defaults, report};
pub(crate) use stream::{Address, StreamKeep};
pub(crate) use values::{Ban, Confirm, Endpoint, Listen, Log, LogFormat, NetworkSeed, Work};

/// The folder of the journal, in that of `--data`.
pub(crate) const JOURNAL: &str = "journal";

/// The longest path that a Unix socket can have, in bytes.
const SOCKET_PATH_MAX: usize = 107;

/// What is in force. A name here is the name in a file; `keys` adds the flag and the variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) listen: Listen,
    pub(crate) rpc_listen: Endpoint,
    pub(crate) admin_listen: Option<Endpoint>,
    pub(crate) peering_listen: Endpoint,
    pub(crate) network: Option<String>,
    pub(crate) peers: Peers,
    pub(crate) weights: Option<PathBuf>,
    pub(crate) upstreams: Urls,
    pub(crate) rpcs: Urls,
    pub(crate) agree: usize,
    pub(crate) verify: bool,
    pub(crate) watch: Option<PathBuf>,
    pub(crate) accounts: u32,
    pub(crate) balance: Ban,
    pub(crate) seed: NetworkSeed,
    pub(crate) nodes: u32,
    pub(crate) activity: Option<f64>,
    pub(crate) confirm: Confirm,
    pub(crate) work: Work,
    pub(crate) work_peers: WorkPeers,
    pub(crate) data: Option<PathBuf>,
    pub(crate) tls_cert: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) tokens: Option<PathBuf>,
    pub(crate) config_out: Option<PathBuf>,
    pub(crate) log: Log,
    pub(crate) log_format: LogFormat,
    pub(crate) metrics: Metrics,
    pub(crate) decimal_fields: bool,
    pub(crate) error_replies: ErrorReplies,
    pub(crate) vote_without_options: VoteWithoutOptions,
    pub(crate) io: Io,
    pub(crate) journal: Journal,
    pub(crate) gateway: Gateway,
    pub(crate) websocket: Config,
    pub(crate) rpc: banano_rpc::Config,
}

impl Default for Settings {
    fn default() -> Self {
        let dev = DevConfig::default();
        Self {
            listen: Listen::Tcp(Endpoint::local(7074)),
            rpc_listen: Endpoint::local(7072),
            admin_listen: None,
            peering_listen: Endpoint::local(0),
            network: None,
            peers: Peers::default(),
            weights: None,
            upstreams: Urls::default(),
            rpcs: Urls::default(),
            agree: 1,
            verify: true,
            watch: None,
            accounts: dev.accounts,
            balance: Ban(dev.balance),
            seed: NetworkSeed(dev.seed),
            nodes: dev.nodes,
            activity: dev.activity,
            confirm: Confirm::Instant,
            work: Work::Dev,
            work_peers: WorkPeers::default(),
            data: dev.data,
            tls_cert: None,
            tls_key: None,
            tokens: None,
            config_out: None,
            log: Log::Normal,
            log_format: LogFormat::Text,
            metrics: Metrics::Main,
            decimal_fields: true,
            error_replies: ErrorReplies::default(),
            vote_without_options: VoteWithoutOptions::default(),
            io: Io::default(),
            journal: Journal::default(),
            gateway: Gateway::default(),
            websocket: Config::default(),
            rpc: banano_rpc::Config::default(),
        }
    }
}

impl Settings {
    /// Everything that cannot work, each with the name of the setting in front.
    pub(crate) fn check(&self) -> Vec<String> {
        let mut problems: Vec<String> =
            self.dev(false).check().iter().map(ToString::to_string).collect();
        if let Listen::Unix(path) = &self.listen
            && path.as_os_str().len() > SOCKET_PATH_MAX
        {
            problems.push(format!(
                "listen: the path is too long for a Unix socket, {} bytes where {SOCKET_PATH_MAX} are \
                 possible; choose a shorter one",
                path.as_os_str().len()
            ));
        }
        let listen = self.listen.endpoint();
        if listen.is_some_and(|listen| listen.port() != 0 && *listen == self.rpc_listen) {
            problems.push(format!(
                "rpc_listen: {} is taken by `listen`, choose another port",
                self.rpc_listen
            ));
        }
        let others = listen.map(|listen| ("listen", listen)).into_iter();
        for (name, taken) in others.chain([("rpc_listen", &self.rpc_listen)]) {
            if taken.port() != 0 && self.admin_listen.as_ref() == Some(taken) {
                problems.push(format!(
                    "admin_listen: {taken} is taken by `{name}`, choose another port"
                ));
            }
        }
        if self.metrics == Metrics::Admin && self.admin_listen.is_none() {
            problems.push(
                "metrics: \"admin\" needs a place, as in admin_listen = \"127.0.0.1:7073\""
                    .to_owned(),
            );
        }
        problems.extend(self.journal.check());
        problems.extend(gateway::check(self));
        let taken = listen.map(|listen| ("listen", listen));
        for (name, taken) in taken.into_iter().chain([("rpc_listen", &self.rpc_listen)]) {
            if taken.port() != 0 && *taken == self.peering_listen {
                problems.push(format!(
                    "peering_listen: {taken} is taken by `{name}`, choose another port"
                ));
            }
        }
        problems.extend(self.websocket().check().iter().map(websocket_problem));
        problems.extend(self.rpc.check().iter().map(|text| format!("rpc.{text}")));
        problems
    }

    /// The WebSocket server's settings, those of the protocol included.
    pub(crate) fn websocket(&self) -> Config {
        Config {
            error_replies: self.error_replies,
            vote_without_options: self.vote_without_options,
            io: self.io,
            tls_cert: self.tls_cert.clone(),
            tls_key: self.tls_key.clone(),
            tokens: self.tokens.clone(),
            metrics: self.metrics,
            ..self.websocket.clone()
        }
    }

    /// Where events are kept, if they are.
    pub(crate) fn journal_folder(&self) -> Option<PathBuf> {
        self.data.as_ref().map(|folder| folder.join(JOURNAL))
    }

    /// The dev network that is asked for.
    pub(crate) fn dev(&self, reset: bool) -> DevConfig {
        DevConfig {
            nodes: self.nodes,
            accounts: self.accounts,
            balance: self.balance.0,
            seed: self.seed.0,
            activity: self.activity,
            confirm: self.confirm.into(),
            work: self.work.into(),
            work_peers: self.work_peers.0.clone(),
            data: self.data.clone(),
            reset,
            ..DevConfig::default()
        }
    }
}

/// Settings of the WebSocket server that are no part of its section.
pub(crate) const AT_THE_TOP: [&str; 7] =
    ["error_replies", "vote_without_options", "io", "tls_cert", "tls_key", "tokens", "metrics"];

/// A problem of the WebSocket server's with the name that the setting has here.
fn websocket_problem(problem: &banano_ws_server::Problem) -> String {
    use banano_ws_server::Problem;
    match problem {
        Problem::Range { field, value, min, max } => {
            format!("websocket.{field}: {value} is not possible, it must be {min} to {max}")
        }
        Problem::Clash { field, value, why } => {
            // These stand at the top here.
            let section = if AT_THE_TOP.contains(field) { "" } else { "websocket." };
            format!("{section}{field}: {value} is not possible, {why}")
        }
    }
}

#[cfg(test)]
mod tests;
