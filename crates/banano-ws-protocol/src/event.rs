//! What happened: one value per notification, with everything that any client may ask to see.
//!
//! Made by the node (or by a gateway), kept by the journal, matched by filters, rendered for
//! clients. May hold values of `banano-primitives`. Never holds JSON that we know the meaning of:
//! members that a newer node added, and that we only pass on, are the one exception ([`Extra`](crate::Extra)).

mod bootstrap;
mod confirmation;
mod difficulty;
mod election;
mod facts;
mod telemetry;
mod unconfirmed;
mod vote;
mod work;

pub use bootstrap::{Bootstrap, BootstrapMode, BootstrapPhase};
pub use confirmation::{
    Confirmation, ConfirmationKind, ConfirmationSideband, ElectionInfo, ElectionVote,
};
pub use difficulty::ActiveDifficulty;
pub use election::ElectionEvent;
pub use facts::BlockFacts;
pub use telemetry::Telemetry;
pub use unconfirmed::UnconfirmedBlock;
pub use vote::{VoteCode, VoteEvent};
pub use work::{Multiplier, WorkEvent, WorkOutcome, WorkRequest, WorkResult};

use crate::Topic;

/// Something that happened and that clients may want to know (protocol.md §7).
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A block was cemented.
    Confirmation(Confirmation),
    /// A validly signed vote was handled.
    Vote(VoteEvent),
    /// An election was inserted; the hash is that of the block which started it.
    StartedElection(ElectionEvent),
    /// A candidate left the container of elections without having won a confirmed one.
    StoppedElection(ElectionEvent),
    /// The difficulty that the network works at changed, or is due to be told again.
    ActiveDifficulty(ActiveDifficulty),
    /// A work request ended.
    Work(WorkEvent),
    /// Another node's telemetry was checked and stored.
    Telemetry(Telemetry),
    /// A block passed all ledger checks and was stored for the first time.
    NewUnconfirmedBlock(UnconfirmedBlock),
    /// A bootstrap attempt began or ended.
    Bootstrap(Bootstrap),
}

impl Event {
    /// The topic whose subscribers get this event.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Confirmation(_) => Topic::Confirmation,
            Self::Vote(_) => Topic::Vote,
            Self::StartedElection(_) => Topic::StartedElection,
            Self::StoppedElection(_) => Topic::StoppedElection,
            Self::ActiveDifficulty(_) => Topic::ActiveDifficulty,
            Self::Work(_) => Topic::Work,
            Self::Telemetry(_) => Topic::Telemetry,
            Self::NewUnconfirmedBlock(_) => Topic::NewUnconfirmedBlock,
            Self::Bootstrap(_) => Topic::Bootstrap,
        }
    }
}

/// An event with its place in the journal. What the journal keeps, behind an `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped {
    /// Names the journal: cursors of another journal mean nothing here.
    pub journal: u32,
    /// Grows by one per event, over all topics.
    pub sequence: u64,
    /// When the message was made, in milliseconds since the Unix epoch: `time` of the message,
    /// equal for all clients.
    pub time_ms: u64,
    /// What happened.
    pub event: Event,
}
