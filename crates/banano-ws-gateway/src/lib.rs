//! Running nodes as one source of events.
//!
//! Called by the program in gateway mode. [`Merge`] is a value: what upstreams say and the time go
//! in, events and questions come out; it has no socket, no clock, no thread. [`Gateway`] is the shell
//! around it, which reads the upstreams and asks the questions.

mod coverage;
mod gateway;
mod listening;
mod merging;

mod asking;
mod passing;
mod watching;

mod merge;

mod agreement;
mod chains;
mod check;
mod confirmed;
mod healing;
mod holes;
mod key;
mod repeats;
mod report;
mod upstream;
mod witnesses;

pub use check::Lie;
pub use coverage::Hearing;
pub use gateway::{Gateway, GatewayConfig, GatewayError, Standing, Upstream, now_ms};
pub use healing::{Answer, Ask, AskId, Question};
pub use merge::{Merge, MergeConfig, Output};
pub use passing::{Passed, Passing, PassingConfig};
pub use report::Report;
pub use upstream::{UPSTREAMS_MAX, UpstreamId};
pub use watching::{WATCHED_MAX, WatchError, WatchList, read_accounts};
