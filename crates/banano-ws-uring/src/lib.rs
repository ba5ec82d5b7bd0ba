//! Many sends by one system call, through Linux's `io_uring`.
//!
//! Called by a shard of the server with everything that a batch of events sends to sockets. A send that
//! the socket does not take at once is not waited for. Contains all unsafe code of the workspace: one
//! call, argued in `docs/adr/0003-io-uring.md`. Where the system has no `io_uring`, or a container
//! forbids it, [`Ring::open`] fails and the server writes to its sockets one by one.

#[cfg(target_os = "linux")]
mod ring;
#[cfg(not(target_os = "linux"))]
#[path = "absent.rs"]
mod ring;

pub use ring::{Ring, Send};
