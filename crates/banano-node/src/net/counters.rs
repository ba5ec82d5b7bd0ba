//! Why connections end and messages are dropped, counted.
//!
//! Bumped by every part of the network side, read by whoever asks. Only grows.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};

/// Declares an enum with a name for each variant.
macro_rules! reasons {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every one, in the order of the counters.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// The word of statistics.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

reasons! {
    /// Why a connection ended, or never began.
    CloseReason {
        /// The other side closed it, or the network broke it.
        Ended = "ended",
        /// This node stops.
        Stopped = "stopped",
        /// Nobody answered.
        ConnectFailed = "connect_failed",
        /// Our side has as many connections as it may.
        Full = "full",
        /// As many connections with this address as it may have.
        AddressLimit = "address_limit",
        /// As many connections with this part of the network as it may have.
        SubnetLimit = "subnet_limit",
        /// An address that no peer of a public network has.
        Reserved = "reserved_address",
        /// The address misbehaved before.
        Excluded = "excluded",
        /// The node is connected already.
        Duplicate = "duplicate",
        /// The handshake was not over in time.
        HandshakeTimeout = "handshake_timeout",
        /// Handshake messages out of turn, or something else before or after them.
        HandshakeOrder = "handshake_order",
        /// The signature of the handshake is wrong: forged, or replayed.
        HandshakeSignature = "handshake_signature",
        /// A node with another genesis block.
        Genesis = "wrong_genesis",
        /// This very node.
        Ourselves = "ourselves",
        /// Bytes that begin with another network's magic, or are no message at all.
        Magic = "wrong_network",
        /// A node that is too old.
        Version = "old_version",
        /// A kind of message, or of block, that does not exist.
        Kind = "unknown_kind",
        /// An old way of fetching blocks, which this node does not serve.
        LegacyBootstrap = "legacy_bootstrap",
        /// A message that began and did not end.
        SlowWriter = "slow_writer",
        /// The peer does not read what we send.
        SlowReader = "slow_reader",
        /// Nothing came for too long.
        Idle = "idle",
        /// A vote whose signature is wrong.
        VoteSignature = "vote_signature",
        /// Telemetry that an honest node of this network would not have sent.
        Telemetry = "telemetry",
    }
}

impl CloseReason {
    /// Whether an honest node could never cause it: strikes count towards exclusion.
    pub(crate) fn is_misbehaviour(self) -> bool {
        use CloseReason::{
            Genesis, HandshakeOrder, HandshakeSignature, Kind, Magic, SlowWriter, Telemetry,
            VoteSignature,
        };
        matches!(
            self,
            Genesis
                | HandshakeOrder
                | HandshakeSignature
                | Kind
                | Magic
                | SlowWriter
                | Telemetry
                | VoteSignature
        )
    }
}

reasons! {
    /// Why a message was dropped.
    DropReason {
        /// It does not parse.
        Unreadable = "unreadable",
        /// It came within the last minute.
        Duplicate = "duplicate",
        /// Blocks to send found their queue full.
        BlockQueue = "block_queue_full",
        /// Votes, or requests for votes, to send found their queue full.
        VoteQueue = "vote_queue_full",
        /// Bootstrap messages to send found their queue full.
        BootstrapQueue = "bootstrap_queue_full",
        /// Other messages to send found their queue full.
        ControlQueue = "control_queue_full",
        /// Sending it would have taken more than our share of the line.
        Bandwidth = "bandwidth",
    }
}

impl DropReason {
    /// Whether the message came from a peer; the others were to be sent.
    pub fn is_inbound(self) -> bool {
        matches!(self, Self::Unreadable | Self::Duplicate)
    }
}

/// The counters of one node.
#[derive(Debug)]
pub(crate) struct Counters {
    accepted: AtomicU64,
    dialled: AtomicU64,
    proven: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    closed: [AtomicU64; CloseReason::ALL.len()],
    dropped: [AtomicU64; DropReason::ALL.len()],
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            accepted: AtomicU64::default(),
            dialled: AtomicU64::default(),
            proven: AtomicU64::default(),
            bytes_in: AtomicU64::default(),
            bytes_out: AtomicU64::default(),
            closed: array::from_fn(|_| AtomicU64::default()),
            dropped: array::from_fn(|_| AtomicU64::default()),
        }
    }
}

/// What a node's network side counted since the node started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetStats {
    /// Connections that others opened, refused ones included.
    pub accepted: u64,
    /// Connections that this node tried to open.
    pub dialled: u64,
    /// Connections whose handshake succeeded.
    pub proven: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Connections that ended, or never began, by reason: those above zero.
    pub closed: Vec<(CloseReason, u64)>,
    /// Messages dropped, by reason: those above zero.
    pub dropped: Vec<(DropReason, u64)>,
}

impl NetStats {
    /// How many connections ended for a reason.
    pub fn closed_for(&self, reason: CloseReason) -> u64 {
        self.closed.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }

    /// How many messages were dropped for a reason.
    pub fn dropped_for(&self, reason: DropReason) -> u64 {
        self.dropped.iter().find(|(known, _)| *known == reason).map_or(0, |(_, count)| *count)
    }
}

impl Counters {
    pub(crate) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dialled(&self) {
        self.dialled.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn proven(&self) {
        self.proven.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn bytes_in(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn bytes_out(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn closed(&self, reason: CloseReason) {
        if let Some(counter) = self.closed.get(reason as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn dropped(&self, reason: DropReason, messages: u64) {
        if let Some(counter) = self.dropped.get(reason as usize) {
            counter.fetch_add(messages, Ordering::Relaxed);
        }
    }

    pub(crate) fn stats(&self) -> NetStats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        NetStats {
            accepted: count(&self.accepted),
            dialled: count(&self.dialled),
            proven: count(&self.proven),
            bytes_in: count(&self.bytes_in),
            bytes_out: count(&self.bytes_out),
            closed: listed(CloseReason::ALL, &self.closed),
            dropped: listed(DropReason::ALL, &self.dropped),
        }
    }
}

/// The counters above zero, with their names.
fn listed<R, const N: usize>(reasons: [R; N], counters: &[AtomicU64; N]) -> Vec<(R, u64)> {
    reasons
        .into_iter()
        .zip(counters)
        .map(|(reason, counter)| (reason, counter.load(Ordering::Relaxed)))
        .filter(|(_, count)| *count > 0)
        .collect()
}
