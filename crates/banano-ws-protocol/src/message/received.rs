//! Messages of a server as values.
//!
//! Events are those of [`crate::Event`], but for confirmations: what a client receives depends on
//! what it asked for.

use std::sync::Arc;

use banano_primitives::{Account, Amount, Block, BlockHash, Subtype, VoteTimestamp};

use crate::{
    ActiveDifficulty, Bootstrap, Confirmation, ConfirmationKind, ConfirmationSideband, Cursor,
    CursorDetail, CursorRange, ElectionDetail, ElectionEvent, ElectionInfo, Event, Extra, Place,
    Status, Telemetry, Topic, UnconfirmedBlock, Variant, VoteEvent, WorkEvent,
};

/// One message of a server.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerMessage {
    /// A request succeeded.
    Ack(Ack),
    /// A request was refused (ours; nodes are silent).
    Error(ErrorMessage),
    /// Something happened.
    Event(Box<ServerEvent>),
    /// How the server itself is doing (ours; nodes know no topic `status`).
    Status(ServerStatus),
}

/// The reply to a request that succeeded (protocol.md §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The name of the action; `pong` for `ping`.
    pub word: String,
    /// When the server made it.
    pub time_ms: Option<u64>,
    /// The request's id.
    pub id: Option<String>,
    /// Where live begins, told to those who asked for cursors.
    pub cursor: Option<Cursor>,
    /// What was left out of the request, told to those who asked (protocol.md §11 no. 2).
    pub warnings: Vec<String>,
}

/// The reply to a request that was refused (protocol.md §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorMessage {
    /// For people.
    pub text: String,
    /// For programs: the name of an [`ErrorCode`](crate::ErrorCode), or one of a newer server.
    pub code: String,
    /// When the server made it.
    pub time_ms: Option<u64>,
    /// The request's id.
    pub id: Option<String>,
    /// What the server's journal holds, told with `cursor_expired`.
    pub held: Option<CursorRange>,
}

/// What a server says about itself, as received (protocol.md §11.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerStatus {
    /// When the server made the message.
    pub time_ms: u64,
    /// What it says; `None` if that is of a kind that a newer server has.
    pub status: Option<Status>,
}

/// An event as received.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerEvent {
    /// When the server made the message.
    pub time_ms: u64,
    /// Its place in the server's journal, told to those who asked for cursors.
    pub cursor: Option<Cursor>,
    /// Whether it happened before the subscription was made.
    pub replayed: bool,
    /// What happened.
    pub event: ReceivedEvent,
}

/// What happened, as told by a server.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the same as the variants of `Event`")]
pub enum ReceivedEvent {
    Confirmation(ReceivedConfirmation),
    Vote(VoteEvent),
    StartedElection(ElectionEvent),
    StoppedElection(ElectionEvent),
    ActiveDifficulty(ActiveDifficulty),
    Work(WorkEvent),
    Telemetry(Telemetry),
    NewUnconfirmedBlock(UnconfirmedBlock),
    Bootstrap(Bootstrap),
}

impl ReceivedEvent {
    /// The topic of the message.
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

    /// What a client that asked for `variant` gets to know of `event`: the value of the text that
    /// [`render`](crate::render()) makes. What is only for filters is left out.
    pub fn of(event: Event, variant: Variant) -> Self {
        match event {
            Event::Confirmation(it) => Self::Confirmation(ReceivedConfirmation::of(it, variant)),
            Event::Vote(it) => Self::Vote(it),
            Event::StartedElection(it) => Self::StartedElection(it),
            Event::StoppedElection(it) => Self::StoppedElection(it),
            Event::ActiveDifficulty(it) => Self::ActiveDifficulty(it),
            Event::Work(it) => Self::Work(it),
            Event::Telemetry(it) => Self::Telemetry(it),
            Event::NewUnconfirmedBlock(it) => Self::NewUnconfirmedBlock(UnconfirmedBlock {
                account: it.block.account(),
                amount: None,
                linked_account: None,
                ..it
            }),
            Event::Bootstrap(it) => Self::Bootstrap(it),
        }
    }
}

/// A confirmation as received: what the subscription did not ask for is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedConfirmation {
    /// Owner of the block.
    pub account: Account,
    /// Raw moved by the block.
    pub amount: Amount,
    /// Hash of the block, as the server says.
    pub hash: BlockHash,
    /// How it was confirmed.
    pub kind: ConfirmationKind,
    /// The election; its `votes` are empty as well if they were not asked for.
    pub election: Option<ElectionInfo>,
    /// The block.
    pub block: Option<Arc<Block>>,
    /// The other side, if it was asked for and is known.
    pub linked_account: Option<Account>,
    /// What a state block does.
    pub subtype: Option<Subtype>,
    /// Where the block stands in its account's chain.
    pub sideband: Option<ConfirmationSideband>,
    /// Whether a gateway had missed it and asked for it later.
    pub healed: bool,
    /// Members that we do not know.
    pub extra: Extra,
}

impl ReceivedConfirmation {
    /// What a client that asked for `variant` gets to know of `confirmation`.
    pub fn of(confirmation: Confirmation, variant: Variant) -> Self {
        let Confirmation { block, account, amount, kind, subtype, linked_account, .. } =
            confirmation;
        let election = confirmation.election.and_then(|mut election| match variant.election() {
            ElectionDetail::None => None,
            ElectionDetail::Summary => Some(ElectionInfo { votes: Vec::new(), ..election }),
            ElectionDetail::Votes => {
                for vote in &mut election.votes {
                    vote.timestamp = VoteTimestamp::from_packed(vote.timestamp.millis());
                }
                Some(election)
            }
        });
        let shown = |place| match place {
            Place::Block => variant.shows_block(),
            Place::Sideband => variant.shows_sideband(),
            Place::ElectionInfo => variant.election() != ElectionDetail::None,
            Place::ElectionVote(_) => variant.election() == ElectionDetail::Votes,
            _ => true,
        };
        Self {
            account,
            amount,
            hash: block.hash(),
            kind,
            election,
            linked_account: linked_account.filter(|_| variant.shows_linked_account()),
            subtype: subtype.filter(|_| variant.shows_block()),
            block: variant.shows_block().then_some(block),
            sideband: confirmation.sideband.filter(|_| variant.shows_sideband()),
            healed: confirmation.healed && variant.cursor() != CursorDetail::None,
            extra: confirmation.extra.iter().filter(|it| shown(it.place)).cloned().collect(),
        }
    }

    /// Makes an event of ours of it, for a gateway that passes it on. `local` says whether one of
    /// its accounts is a wallet's here.
    ///
    /// # Errors
    ///
    /// If it came without its block, or with a block of another hash.
    pub fn complete(self, local: bool) -> Result<Confirmation, Incomplete> {
        let Self { account, amount, hash, kind, election, linked_account, .. } = self;
        let block = self.block.ok_or(Incomplete::WithoutBlock(hash))?;
        if block.hash() != hash {
            return Err(Incomplete::OtherBlock { told: hash, computed: block.hash() });
        }
        Ok(Confirmation {
            block,
            account,
            amount,
            kind,
            subtype: self.subtype,
            linked_account,
            sideband: self.sideband,
            election,
            local,
            healed: self.healed,
            extra: self.extra,
        })
    }
}

/// Why a received confirmation cannot be passed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incomplete {
    /// The subscription must ask for the block.
    #[error("confirmation of {0} came without its block; subscribe with include_block")]
    WithoutBlock(BlockHash),
    /// The server is wrong about one of the two.
    #[error("confirmation of {told} came with a block whose hash is {computed}")]
    OtherBlock {
        /// `message.hash`.
        told: BlockHash,
        /// Hash of `message.block`.
        computed: BlockHash,
    },
}
