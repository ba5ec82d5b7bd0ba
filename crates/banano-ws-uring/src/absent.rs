//! Systems without `io_uring`: nothing can be opened.

use std::{convert::Infallible, io, os::fd::BorrowedFd};

use bytes::Bytes;

/// Bytes for one socket.
#[derive(Debug, Clone, Copy)]
pub struct Send<'a> {
    /// The socket.
    pub socket: BorrowedFd<'a>,
    /// What it is to take.
    pub bytes: &'a Bytes,
}

/// Never there.
#[derive(Debug)]
pub struct Ring(Infallible);

impl Ring {
    /// Fails.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn open(_: u16) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Never called.
    pub fn send(&mut self, _: &[Send<'_>], _: &mut Vec<io::Result<usize>>) {
        match self.0 {}
    }
}
