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
    /// Whether its flag takes one value and may be given again: it is then named without the plural's s.
    pub(crate) repeats: bool,
    /// The flag's name, where it is not that of the path.
    pub(crate) named: Option<&'static str>,
    /// What a value must be, as the end of "expected …".
    pub(crate) expects: &'static str,
    /// What it means.
    pub(crate) help: &'static str,
}

impl Key {
    /// The flag without its dashes, if it has one.
    pub(crate) fn flag(&self) -> Option<String> {
        let path = if self.repeats { self.path.trim_end_matches('s') } else { self.path };
        let name = self.named.map_or_else(|| path.replace(['_', '.'], "-"), str::to_owned);
        self.value_name.map(|_| name)
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
const RANGES: &str = "a list of addresses, as in [\"10.0.0.0/8\", \"::1\", \"unix\"]";

const fn flag(
    path: &'static str,
    value_name: &'static str,
    expects: &'static str,
    help: &'static str,
) -> Key {
    Key { path, value_name: Some(value_name), repeats: false, named: None, expects, help }
}

const fn file(path: &'static str, expects: &'static str, help: &'static str) -> Key {
    Key { path, value_name: None, repeats: false, named: None, expects, help }
}

/// Every setting, in the order of `Settings`.
pub(crate) const KEYS: &[Key] = &[
    flag(
        "listen",
        "HOST:PORT",
        "HOST:PORT, as in 127.0.0.1:7074 (port 0 picks a free one), or unix:/PATH",
        "Where WebSocket and HTTP listen; port 0 picks a free one; unix:/PATH is a Unix socket",
    ),
    flag(
        "rpc_listen",
        "HOST:PORT",
        "HOST:PORT, as in 127.0.0.1:7072 (port 0 picks a free one)",
        "Where the node RPC listens; port 0 picks a free one",
    ),
    flag(
        "admin_listen",
        "HOST:PORT",
        "HOST:PORT, as in 127.0.0.1:7073 (port 0 picks a free one)",
        "Where operators list and drop clients, without a password: an address of this machine only; not set: nowhere",
    ),
    flag(
        "peering_listen",
        "HOST:PORT",
        "HOST:PORT, as in 127.0.0.1:44000 (port 0 picks a free one)",
        "Where other nodes connect; port 0 picks a free one; serve takes connections only if this is given",
    ),
    flag(
        "network",
        "NETWORK",
        "live, beta, test, dev, nano-live, nano-beta, nano-test, nano-dev or a file",
        "Whose network: live, beta, test, dev, the same with nano- in front, or a file; of an edge, how accounts begin",
    ),
    Key {
        repeats: true,
        ..flag(
            "peers",
            "HOST:PORT",
            "HOST:PORT of each peer, PORT 1 to 65535, as in 127.0.0.1:44000",
            "A node of the network to connect to, may be given again; not set: those that the network names",
        )
    },
    flag(
        "weights",
        "FILE",
        "a file",
        "Representatives' weights to go by until the ledger is in sync: an answer of RPC representatives",
    ),
    Key {
        repeats: true,
        ..flag(
            "upstreams",
            "URL",
            "ws://HOST:PORT or wss://HOST:PORT of each node",
            "WebSocket of a node to pass on events of, may be given again: serve is then a gateway",
        )
    },
    Key {
        repeats: true,
        ..flag(
            "rpcs",
            "URL",
            "http://HOST:PORT of each node",
            "RPC of such a node, to ask for what was missed and to pass on requests; may be given again",
        )
    },
    flag("agree", "K", COUNT, "Upstreams that must say a confirmation before it is passed on"),
    flag(
        "verify",
        "BOOL",
        YES_NO,
        "Whether hash, signature, work and amount of what upstreams say are checked: true or false",
    ),
    flag(
        "watch",
        "FILE",
        "a file",
        "Accounts, one a line, that a gateway's clients get with all_local_accounts",
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
    Key {
        repeats: true,
        ..flag(
            "work_peers",
            "HOST:PORT",
            "HOST:PORT, as in 127.0.0.1:7076, of each work peer",
            "Ask this node or work server for work; may be given more than once",
        )
    },
    flag(
        "data",
        "DIR",
        "a folder",
        "Keep the network in this folder and go on from there next time",
    ),
    flag(
        "tls_cert",
        "FILE",
        "a file",
        "Serve WebSocket and HTTP by TLS (wss, https) with this certificate and its chain, PEM",
    ),
    flag("tls_key", "FILE", "a file", "The certificate's private key, PEM"),
    flag(
        "tokens",
        "FILE",
        "a file",
        "Tokens that clients may show, with their limits; see `token new`",
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
    flag(
        "log_format",
        "FORMAT",
        "text or json",
        "What a line of the log looks like: text for people, json for programs",
    ),
    flag(
        "metrics",
        "WHERE",
        "main, admin or off",
        "Where /metrics is told: main beside the WebSocket, admin on the admin listener only, or off",
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
    flag(
        "io",
        "HOW",
        "auto, uring or epoll",
        "How events are written to sockets: uring many by one system call, epoll one by one, auto by the first where the system allows it",
    ),
    Key {
        named: Some("journal"),
        ..flag(
            "journal.url",
            "URL",
            "nats://HOST:PORT or tls://HOST:PORT, with USER:PASSWORD@ if needed",
            "The NATS server whose JetStream events are shared over, with edges: nats://HOST:PORT, tls://HOST:PORT",
        )
    },
    flag(
        "journal.stream",
        "NAME",
        "a name of letters, digits, _ and -",
        "With --journal, the stream that is shared; made if it is not there",
    ),
    file(
        "journal.stream_keep",
        "AGE:SIZE, as in 7d:4GiB, with units d, h, m and GiB, MiB, KiB",
        "How much a stream keeps, where this program makes it",
    ),
    flag(
        "journal.sync",
        "WHEN",
        "always, interval or never",
        "With --data, when events are safe from a power cut: always, interval (100 ms) or never",
    ),
    file(
        "journal.sync_interval_ms",
        MILLISECONDS,
        "How often events are synced with journal.sync = \"interval\"",
    ),
    file(
        "journal.keep",
        "a list of TOPIC:AGE:SIZE, as in [\"confirmation:7d:1GiB\"], with units d, h, m and GiB, MiB, KiB",
        "With --data, topics whose events are kept on disk, until they pass that age or size",
    ),
    file(
        "gateway.hold_ms",
        MILLISECONDS,
        "How long a block waits for the one before it in its account's chain",
    ),
    file("gateway.heal_ms", MILLISECONDS, "How long upstreams have to say by RPC what was missed"),
    file(
        "gateway.audit_ms",
        MILLISECONDS,
        "How often upstreams with RPC are asked for what was lost without a trace",
    ),
    file(
        "gateway.agree_ms",
        MILLISECONDS,
        "After how long a confirmation that too few upstreams say is reported",
    ),
    file(
        "gateway.rpc_allow",
        "a list of RPC commands, as in [\"account_info\", \"process\"]",
        "RPC commands that a gateway passes on; wallet_add_watch adds to its watched accounts",
    ),
    file(
        "websocket.shards",
        "a whole number from 1 to 1024",
        "Threads that serve clients; not set: one for each core",
    ),
    file(
        "websocket.replay_threads",
        "a whole number from 1 to 256",
        "Threads that read the journal for clients that resume; not set: half as many as cores",
    ),
    file(
        "websocket.max_memory_bytes",
        BYTES,
        "What clients may make the server hold in the worst case; the limits are checked against it",
    ),
    file("websocket.max_connections", COUNT, "Open connections; one more is refused"),
    file(
        "websocket.max_connections_per_address",
        COUNT,
        "Open connections of one IPv4 address or IPv6 /64, for clients without a token",
    ),
    file(
        "websocket.exempt_addresses",
        RANGES,
        "Addresses whose connections are not counted one by one",
    ),
    file(
        "websocket.trusted_proxies",
        RANGES,
        "Proxies that are believed when they say for whom they connect (X-Forwarded-For, PROXY protocol)",
    ),
    file(
        "websocket.proxy_protocol",
        "off or required",
        "Whether connections begin with a header of the PROXY protocol, version 1 or 2",
    ),
    file(
        "websocket.access",
        "open or token",
        "Who may connect: open everyone, token only who shows a token of the file tokens",
    ),
    file(
        "websocket.max_messages_per_second",
        COUNT,
        "Messages of one client a second; more are refused, and who goes on is closed",
    ),
    file(
        "websocket.message_burst",
        COUNT,
        "Messages that one client may send at once, after a pause",
    ),
    file("websocket.max_message_bytes", BYTES, "Longest message of a client"),
    file("websocket.max_total_message_bytes", BYTES, "Unfinished messages of all clients together"),
    file("websocket.max_topics_per_session", COUNT, "Topics that one session may be subscribed to"),
    file(
        "websocket.max_accounts_per_session",
        COUNT,
        "Accounts that the filters of one session may list",
    ),
    file("websocket.max_total_accounts", COUNT, "The same of all sessions together"),
    file(
        "websocket.require_filter",
        YES_NO,
        "Whether a subscription must name accounts, representatives or hashes, so that nobody gets all",
    ),
    file(
        "websocket.max_replays_per_session",
        COUNT,
        "Topics of one session that may be replayed at once, because it asked with since",
    ),
    file("websocket.max_total_replays", COUNT, "Sessions that may be replayed to at once"),
    file(
        "websocket.max_outbox_messages",
        COUNT,
        "Messages that may wait for a slow client, before it catches up from the journal",
    ),
    file("websocket.max_outbox_bytes", BYTES, "The same in bytes"),
    file("websocket.max_total_outbox_bytes", BYTES, "The same of all clients together"),
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
        "websocket.compression",
        YES_NO,
        "Whether messages are compressed for clients that offer permessage-deflate",
    ),
    file(
        "websocket.drain_ms",
        MILLISECONDS,
        "Time in which clients are closed one after the other before a stop; not set: all at once",
    ),
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
