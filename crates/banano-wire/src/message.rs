//! Every message between nodes.
//!
//! Called by the node, which handles values of [`Message`] whatever carried them.

mod asc_pull;
pub(crate) mod handshake;
mod keepalive;
pub(crate) mod legacy_bootstrap;
pub(crate) mod publish;
mod telemetry;
pub(crate) mod voting;

pub use asc_pull::{
    AccountInfoAnswer, AscPullAck, AscPullReq, AscPullStart, Frontiers, Pulled, Request,
};
pub use handshake::{Cookie, Handshake, ResponseV1, ResponseV2};
pub use keepalive::Keepalive;
pub use legacy_bootstrap::{BulkPull, BulkPullAccount, FrontierReq, WantedReceivables};
pub use telemetry::Telemetry;

use std::sync::Arc;

use banano_primitives::{Block, BlockHash, Root, Vote};

/// A message between nodes. Small: what is large is behind a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// "I am here", with addresses of other nodes.
    Keepalive(Box<Keepalive>),
    /// A block for everyone.
    Publish {
        /// The block.
        block: Arc<Block>,
        /// The sender is the first to publish it.
        originator: bool,
    },
    /// Asks for votes on blocks: hash and root of each, 1 to 255.
    ConfirmReq {
        /// What to vote on.
        pairs: Vec<(BlockHash, Root)>,
    },
    /// A vote.
    ConfirmAck {
        /// The vote.
        vote: Arc<Vote>,
        /// The sender passes on someone else's vote.
        rebroadcasted: bool,
    },
    /// Legacy bootstrap: asks for a chain of blocks.
    BulkPull(BulkPull),
    /// Legacy bootstrap: blocks follow as a stream.
    BulkPush,
    /// Legacy bootstrap: asks for heads of accounts.
    FrontierReq(FrontierReq),
    /// Who is there: query, response, or both.
    NodeIdHandshake(Box<Handshake>),
    /// Legacy bootstrap: asks for what an account can receive.
    BulkPullAccount(BulkPullAccount),
    /// Asks for telemetry.
    TelemetryReq,
    /// State of the sender, or `None` when it does not tell.
    TelemetryAck(Option<Box<Telemetry>>),
    /// Ascending bootstrap: a request.
    AscPullReq(AscPullReq),
    /// Ascending bootstrap: the answer.
    AscPullAck(AscPullAck),
}
