//! Everything that can be set, as one typed struct.
//!
//! Filled by `layers` from flags, environment, file and defaults, read by the command that runs.
//! Holds values only. `Default` is the one list of defaults; what a value means stands in `keys`.

mod keys;
mod layers;
mod report;
mod values;

use std::path::PathBuf;

use banano_node::DevConfig;
use banano_ws_server::{Config, ErrorReplies, VoteWithoutOptions};
use serde::{Deserialize, Serialize};

pub(crate) use keys::{KEYS, Key};
pub(crate) use layers::{
    Given, Layer, Origin, Problem, Resolved, of_environment, of_file, resolve,
};
pub(crate) use report::{defaults, report};
pub(crate) use values::{Ban, Confirm, Endpoint, Log, NetworkSeed, Work};

/// What is in force. A name here is the name in a file; `keys` adds the flag and the variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) listen: Endpoint,
    pub(crate) rpc_listen: Endpoint,
    pub(crate) accounts: u32,
    pub(crate) balance: Ban,
    pub(crate) seed: NetworkSeed,
    pub(crate) nodes: u32,
    pub(crate) activity: Option<f64>,
    pub(crate) confirm: Confirm,
    pub(crate) work: Work,
    pub(crate) data: Option<PathBuf>,
    pub(crate) config_out: Option<PathBuf>,
    pub(crate) log: Log,
    pub(crate) decimal_fields: bool,
    pub(crate) error_replies: ErrorReplies,
    pub(crate) vote_without_options: VoteWithoutOptions,
    pub(crate) websocket: Config,
    pub(crate) rpc: banano_rpc::Config,
}

impl Default for Settings {
    fn default() -> Self {
        let dev = DevConfig::default();
        Self {
            listen: Endpoint::local(7074),
            rpc_listen: Endpoint::local(7072),
            accounts: dev.accounts,
            balance: Ban(dev.balance),
            seed: NetworkSeed(dev.seed),
            nodes: dev.nodes,
            activity: dev.activity,
            confirm: Confirm::Instant,
            work: Work::Dev,
            data: dev.data,
            config_out: None,
            log: Log::Normal,
            decimal_fields: true,
            error_replies: ErrorReplies::default(),
            vote_without_options: VoteWithoutOptions::default(),
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
        if self.listen.port() != 0 && self.listen == self.rpc_listen {
            problems.push(format!(
                "rpc_listen: {} is taken by `listen`, choose another port",
                self.rpc_listen
            ));
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
            ..self.websocket.clone()
        }
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
            data: self.data.clone(),
            reset,
            ..DevConfig::default()
        }
    }
}

/// A problem of the WebSocket server's with the name that the setting has here.
fn websocket_problem(problem: &banano_ws_server::Problem) -> String {
    use banano_ws_server::Problem;
    match problem {
        Problem::Range { field, value, min, max } => {
            format!("websocket.{field}: {value} is not possible, it must be {min} to {max}")
        }
        Problem::PingAfterIdle { ping_ms, idle_ms } => format!(
            "websocket.ping_interval_ms: {ping_ms} is not possible, it must be less than \
             websocket.idle_timeout_ms, which is {idle_ms}"
        ),
    }
}

#[cfg(test)]
mod tests;
