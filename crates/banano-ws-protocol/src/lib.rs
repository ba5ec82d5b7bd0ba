//! The WebSocket protocol: topics, actions, options, events; render and parse.
//!
//! Text in and text out, typed values in the middle. `protocol.md` is the law of every byte here.
//! This crate opens no socket, reads no clock, and holds no state between calls: it says what a
//! message means and how an event looks, never who gets it.

mod topic;

mod cursor;
mod event;
mod extra;
mod status;

mod options;
mod variant;

mod json;
mod request;

mod message;
mod render;

mod schema;

pub use cursor::{Cursor, CursorError, CursorRange, Since, SinceError};
pub use event::{
    ActiveDifficulty, BlockFacts, Bootstrap, BootstrapMode, BootstrapPhase, Confirmation,
    ConfirmationKind, ConfirmationSideband, ElectionEvent, ElectionInfo, ElectionVote, Event,
    Multiplier, Stamped, Telemetry, UnconfirmedBlock, VoteCode, VoteEvent, WorkEvent, WorkOutcome,
    WorkRequest, WorkResult,
};
pub use extra::{Extra, ExtraMember, Place, RawJson};
pub use json::JsonError;
pub use message::{
    Ack, ErrorMessage, FieldError, Incomplete, MessageError, ReceivedConfirmation, ReceivedEvent,
    ServerEvent, ServerMessage, ServerStatus, parse_message,
};
pub use options::{
    AccountFilter, AccountSet, AmountRange, BlockFilter, ConfirmationFilter, ConfirmationOptions,
    Direction, Held, KindFilter, ListChange, SortedSet, Subscription, SubtypeWord,
    UnconfirmedFilter, UnconfirmedOptions, Update, VoteFilter, VoteOptions,
};
pub use render::{RenderSettings, render, render_ack, render_error, render_status};
pub use request::{
    Action, ErrorCode, ErrorReplies, Fault, Follow, Refusal, Request, RequestSettings,
    VoteWithoutOptions, parse_query, parse_request, query_credential, query_name, query_subscribes,
};
pub use schema::{CLOSE_CODES, asyncapi, schema, schema_names};
pub use status::{STATUS_TOPIC, SourceState, SourceStatus, Status, UnknownSourceState};
pub use topic::{Topic, UnknownTopic};
pub use variant::{CursorDetail, ElectionDetail, Includes, Variant};
