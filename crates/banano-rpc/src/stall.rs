//! A stream that gives up on a peer who takes in nothing.
//!
//! Wrapped by the server around each connection, since an answer that nobody reads would otherwise stay in
//! memory for ever. Never shortens the wait of a peer who reads slowly but steadily.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Fails with `TimedOut` when a write makes no progress for `limit`.
#[derive(Debug)]
pub(crate) struct Stall<S> {
    stream: S,
    limit: Duration,
    timer: Pin<Box<Sleep>>,
    /// Whether the timer counts, which it does while a write waits.
    waits: bool,
}

impl<S> Stall<S> {
    /// Needs a runtime with time.
    pub(crate) fn new(stream: S, limit: Duration) -> Self {
        Self { stream, limit, timer: Box::pin(sleep(limit)), waits: false }
    }

    /// Passes a result on, or counts how long there has been none.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.waits = false;
            return result;
        }
        if !self.waits {
            self.waits = true;
            self.timer.as_mut().reset(Instant::now() + self.limit);
        }
        ready!(self.timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stall<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stall<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.watch(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(context);
        self.watch(context, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch(context, result)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::{advance, pause};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            pause();
            test.await;
        });
    }

    #[test]
    fn who_takes_in_nothing_is_given_up() {
        run(async {
            let (ours, _theirs) = duplex(4);
            let mut ours = Stall::new(ours, LIMIT);
            let error = ours.write_all(b"12345").await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        });
    }

    #[test]
    fn who_takes_in_little_by_little_is_not() {
        run(async {
            let (ours, mut theirs) = duplex(1);
            let mut ours = Stall::new(ours, LIMIT);
            let reader = async {
                for _ in 0..5 {
                    advance(LIMIT / 2).await;
                    theirs.read_u8().await.unwrap();
                }
            };
            let (written, ()) = tokio::join!(ours.write_all(b"12345"), reader);
            written.unwrap();
        });
    }

    #[test]
    fn time_between_writes_does_not_count() {
        run(async {
            let (ours, mut theirs) = duplex(1);
            let mut ours = Stall::new(ours, LIMIT);
            ours.write_all(b"1").await.unwrap();
            advance(LIMIT * 2).await;
            theirs.read_u8().await.unwrap();
            ours.write_all(b"2").await.unwrap();
        });
    }
}
