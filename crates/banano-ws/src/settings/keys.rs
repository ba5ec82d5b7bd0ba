//! The table of settings: name, what a value looks like, what it means.
//!
//! Read by the command line (its flags and help), by `layers` (variables, errors) and by `report`. Holds
//! words only: defaults live in `Settings::default`, and a test keeps the two in step.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Name in a file; a dot stands between section and name.
    pub(crate) path: &'static str,
    /// How its value is called in the help of the command line; `None`: no flag, only file and variable.
    pub(crate) value_name: Option<&'static str>,
    /// What a value must be, as the end of "expected …".
    pub(crate) expects: &'static str,
    /// What it means.
    pub(crate) help: &'static str,
}

impl Key {
    /// The flag without its dashes, if it has one.
    pub(crate) fn flag(&self) -> Option<String> {
        self.value_name.map(|_| self.path.replace('_', "-"))
    }

    /// The environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.replace('.', "_").to_uppercase())
    }

    pub(crate) fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }
}

/// What every environment variable of ours starts with.
pub(crate) const PREFIX: &str = "BANANO_WS_";

const MILLISECONDS: &str = "a whole number of milliseconds";
const BYTES: &str = "a whole number of bytes";
const COUNT: &str = "a whole number";
const YES_NO: &str = "true or false";

const fn flag(
    path: &'static str,
    value_name: &'static str,
    expects: &'static str,
    help: &'static str,
) -> Key {
    Key { path, value_name: Some(value_name), expects, help }
}

const fn file(path: &'static str, expects: &'static str, help: &'static str) -> Key {
    Key { path, value_name: None, expects, help }
}

/// Every setting, in the order of `Settings`.
pub(crate) const KEYS: &[Key] = &[
    flag(
        "listen",
        "HOST:PORT",
        "HOST:PORT, as in 127.0.0.1:7074 (port 0 picks a free one)",
        "Where WebSocket and HTTP listen; port 0 picks a free one",
    ),
    flag(
        "rpc_listen",
        "HOST:PORT",
        "HOST:PORT, as in 127.0.0.1:7072 (port 0 picks a free one)",
        "Where the node RPC listens; port 0 picks a free one",
    ),
    flag("accounts", "N", "a whole number from 0 to 10000", "Accounts that are opened and funded"),
    flag(
        "balance",
        "BAN",
        "an amount of BAN, as in 1000 or 0.19, at most 3402823669",
        "What each of them starts with, in BAN",
    ),
    flag(
        "seed",
        "HEX",
        "64 hexadecimal digits",
        "Seed of every key of the network; the same seed gives the same network",
    ),
    flag("nodes", "N", "a whole number from 1 to 32", "Voting nodes of the network"),
    flag(
        "activity",
        "BLOCKS_PER_SECOND",
        "a number of blocks per second, as in 5 or 0.2",
        "Let generated accounts pay each other, this many blocks per second",
    ),
    flag(
        "confirm",
        "WHEN",
        "instant, after:MS, manual or never",
        "When the representatives vote: instant, after:MS, manual (by RPC dev_confirm) or never",
    ),
    flag(
        "work",
        "LEVEL",
        "dev or live",
        "Work that blocks need: dev (microseconds) or live (as on the real network, seconds)",
    ),
    flag(
        "data",
        "DIR",
        "a folder",
        "Keep the network in this folder and go on from there next time",
    ),
    flag(
        "config_out",
        "FILE",
        "a file",
        "Write URLs, process id and accounts to this file as JSON, once everything listens",
    ),
    file(
        "log",
        "quiet, normal, verbose or debug",
        "How much is told: quiet (-q), normal, verbose (-v) or debug (-vv)",
    ),
    file(
        "decimal_fields",
        YES_NO,
        "Whether amounts have their twins in BAN, as in balance_decimal: true as on Banano, false as on Nano",
    ),
    file(
        "error_replies",
        "always, asked or never",
        "Who gets an error message over WebSocket: always everyone, asked only who asked for replies, or never",
    ),
    file(
        "vote_without_options",
        "document or node",
        "What a subscription to votes without options lets through: document no replays, node everything",
    ),
    file("websocket.shards", COUNT, "Threads that serve clients; not set: one for each core"),
    file("websocket.max_connections", COUNT, "Open connections; one more is refused"),
    file(
        "websocket.max_accounts_per_session",
        COUNT,
        "Accounts that the filters of one session may list",
    ),
    file("websocket.max_message_bytes", BYTES, "Longest message of a client"),
    file("websocket.max_outbox_messages", COUNT, "Messages that may wait for a slow client"),
    file("websocket.max_outbox_bytes", BYTES, "The same in bytes"),
    file("websocket.handshake_timeout_ms", MILLISECONDS, "How long a handshake may take"),
    file(
        "websocket.ping_interval_ms",
        MILLISECONDS,
        "Silence of a client after which it is sent a ping",
    ),
    file(
        "websocket.idle_timeout_ms",
        MILLISECONDS,
        "Silence of a client after which it is dropped",
    ),
    file(
        "websocket.write_timeout_ms",
        MILLISECONDS,
        "How long a client may take in nothing of what waits for it",
    ),
    file("websocket.close_timeout_ms", MILLISECONDS, "How long a client has to answer a close"),
    file(
        "websocket.allowed_origins",
        "a list of origins, as in [\"https://example.org\"]",
        "Origins whose web pages may connect; not set: all",
    ),
    file("rpc.enable_control", YES_NO, "Whether commands that change something are answered"),
    file("rpc.body_bytes_max", BYTES, "Longest request body"),
    file("rpc.nesting_max", COUNT, "Deepest nesting of a request"),
    file("rpc.connections_max", COUNT, "Connections at once; more wait to be accepted"),
    file("rpc.entries_max", COUNT, "Longest list in an answer"),
    file("rpc.idle_timeout_ms", MILLISECONDS, "How long a connection may send nothing"),
    file("rpc.request_timeout_ms", MILLISECONDS, "How long an answer may take"),
    file("rpc.work_timeout_ms", MILLISECONDS, "How long an answer that needs work may take"),
];
