//! The ring: sends go in, results come out, all within one call.

use std::{
    io::{self, ErrorKind},
    marker::PhantomData,
    mem,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use bytes::Bytes;
use io_uring::{IoUring, opcode, squeue, types};

/// Bytes for one socket.
#[derive(Debug, Clone, Copy)]
pub struct Send<'a> {
    /// The socket. Need not be set to non-blocking: no send waits.
    pub socket: BorrowedFd<'a>,
    /// What it is to take, or as much of it as it has room for.
    pub bytes: &'a Bytes,
}

/// Sends many things by one system call. Belongs to the thread that opened it.
pub struct Ring {
    uring: IoUring,
    /// What the kernel may still read, once for all sends in a row that send the same. Held here, not
    /// by the caller, so that nothing the caller does can free it too early.
    lent: Vec<Bytes>,
    /// Sends that were handed to the kernel and whose end was not seen.
    in_flight: usize,
    /// The ring can't be trusted any more.
    is_broken: bool,
    /// `SINGLE_ISSUER`: only one thread may submit.
    _one_thread: PhantomData<*const ()>,
}

impl Ring {
    /// Opens a ring that takes so many sends in one system call (rounded up to a power of two).
    ///
    /// # Errors
    ///
    /// If the system has no `io_uring`, forbids it, or is too old to send with it.
    pub fn open(entries: u16) -> io::Result<Self> {
        let entries = u32::from(entries.max(1));
        // The quicker set-up needs Linux 6.1; the plain one 5.6.
        let uring = IoUring::builder()
            .setup_single_issuer()
            .setup_defer_taskrun()
            .build(entries)
            .or_else(|_| IoUring::new(entries))?;
        let mut probe = io_uring::Probe::new();
        uring.submitter().register_probe(&mut probe)?;
        if !probe.is_supported(opcode::Send::CODE) {
            return Err(ErrorKind::Unsupported.into());
        }
        Ok(Self {
            uring,
            lent: Vec::new(),
            in_flight: 0,
            is_broken: false,
            _one_thread: PhantomData,
        })
    }

    /// Sends, without waiting for any socket. `results` gets one entry per send, in order: how many
    /// bytes the socket took, or why it took none (`WouldBlock`: it is full).
    pub fn send(&mut self, sends: &[Send<'_>], results: &mut Vec<io::Result<usize>>) {
        results.clear();
        let round = self.uring.params().sq_entries() as usize;
        for sends in sends.chunks(round.max(1)) {
            let first = results.len();
            results.extend(sends.iter().map(|_| Err(broken())));
            if self.is_broken {
                continue;
            }
            let ended = self.round(sends, results.get_mut(first..).unwrap_or_default());
            self.is_broken = ended.is_err();
            if self.in_flight == 0 {
                self.lent.clear();
            }
        }
    }

    fn round(&mut self, sends: &[Send<'_>], results: &mut [io::Result<usize>]) -> io::Result<()> {
        for (number, send) in sends.iter().enumerate() {
            let is_lent = self.lent.last().is_some_and(|last| {
                last.as_ptr() == send.bytes.as_ptr() && last.len() == send.bytes.len()
            });
            if !is_lent {
                self.lent.push(send.bytes.clone());
            }
            let length = u32::try_from(send.bytes.len()).unwrap_or(u32::MAX);
            let fd = types::Fd(send.socket.as_raw_fd());
            let entry = opcode::Send::new(fd, send.bytes.as_ptr(), length)
                .flags(libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL)
                .build()
                .user_data(number as u64);
            push(&mut self.uring, &entry)?;
            self.in_flight += 1;
        }
        while self.in_flight > 0 {
            match self.uring.submit_and_wait(self.in_flight) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            for completion in self.uring.completion() {
                self.in_flight = self.in_flight.saturating_sub(1);
                let number = usize::try_from(completion.user_data()).unwrap_or(usize::MAX);
                if let Some(result) = results.get_mut(number) {
                    let code = completion.result();
                    *result = usize::try_from(code)
                        .map_err(|_| io::Error::from_raw_os_error(code.saturating_neg()));
                }
            }
        }
        Ok(())
    }
}

#[expect(unsafe_code, reason = "the one call of the kernel's interface that cannot be checked")]
fn push(uring: &mut IoUring, entry: &squeue::Entry) -> io::Result<()> {
    // SAFETY: the entry reads bytes that a `Bytes` in `Ring::lent` owns. That one is let go only when
    // the completions of all entries were seen, and is leaked if the ring ends before (see `Drop`), so
    // the kernel never reads freed memory. A `Bytes` is immutable, so nobody writes meanwhile. The
    // descriptor is borrowed by the caller's `Send` for the whole call.
    unsafe { uring.submission().push(entry) }.map_err(|_| broken())
}

/// Made beforehand for each send, so it must cost nothing.
fn broken() -> io::Error {
    ErrorKind::BrokenPipe.into()
}

impl Drop for Ring {
    fn drop(&mut self) {
        if self.in_flight > 0 {
            // The kernel may still read it.
            mem::forget(mem::take(&mut self.lent));
        }
    }
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring")
            .field("in_flight", &self.in_flight)
            .field("is_broken", &self.is_broken)
            .finish_non_exhaustive()
    }
}
