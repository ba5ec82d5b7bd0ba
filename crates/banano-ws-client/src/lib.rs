//! Client library for the WebSocket of a Banano node, or of `banano-ws`.
//!
//! Called by applications. It does what every application would have to: comes back after a lost
//! connection, goes on where it stopped where the server knows cursors and says so where it does not,
//! leaves out repeats, checks what it is told, and holds a bounded queue.
//!
//! Decisions (`session`, [`Backoff`], `seen`, [`Invoice`]) know no socket and no
//! clock. The rest is a thin shell around them. Never says that nothing was missed unless the server
//! said so: see [`Continuity`].
//!
//! ```no_run
//! use banano_ws_client::{Client, Confirmations, StreamExt as _};
//!
//! # async fn watch() -> Result<(), Box<dyn std::error::Error>> {
//! let (client, mut events) = Client::connect("ws://127.0.0.1:7074").await?;
//! client.subscribe(Confirmations::new().min_amount("10".parse()?)).await?;
//! while let Some(item) = events.next().await {
//!     println!("{item}");
//! }
//! # Ok(())
//! # }
//! ```

mod builder;
mod client;
mod item;
mod subscription;

mod backoff;
mod seen;
mod session;
mod validate;

mod connection;
mod dialer;
mod queue;
mod store;

mod secrets;

mod invoice;
mod payments;
mod rpc;

pub use backoff::Backoff;
pub use banano_primitives::{Account, Amount, BlockHash, Network};
pub use banano_ws_protocol::{
    Cursor, Direction, ReceivedConfirmation, ReceivedEvent, Since, SubtypeWord, Topic,
};
pub use builder::{Builder, OnFull, OnGap, Timing};
pub use client::{Client, ClientError, Events};
pub use dialer::Dialer;
pub use futures_util::{Stream, StreamExt};
pub use invoice::{Invoice, Payment, PaymentUpdate, TooManyPayments};
pub use item::{Continuity, Event, Item, Status};
pub use payments::{PaymentError, Payments, payment};
pub use rpc::{Rpc, RpcError};
pub use secrets::without_secrets;
pub use store::{CursorStore, StoreError};
pub use subscription::{ConfirmationType, Confirmations, Subscription, UnconfirmedBlocks, Votes};
pub use validate::{Invalid, validate};

/// The Rust of the guide is right: it is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide.md")]
struct Guide;

/// So is that of the page on best practices.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/practices.md")]
struct Practices;
