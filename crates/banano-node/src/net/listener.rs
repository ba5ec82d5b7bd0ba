//! Takes the connections that others open.
//!
//! Started by [`super::Net`]. Owns the listening socket. Admits before anything is read or written.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::Shared;
use super::channel::Direction;
use super::connection;

/// After the system refused a connection, which it does when it has no more files to give.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Works until the node stops.
pub(super) async fn listen(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, remote) = match accepted {
            Ok(accepted) => accepted,
            Err(cause) => {
                tracing::debug!(%cause, "no connection taken");
                tokio::time::sleep(REFUSED_PAUSE).await;
                continue;
            }
        };
        shared.counters.accepted();
        match shared.admit(remote.ip(), Direction::In) {
            Ok(seat) => {
                let task =
                    connection::run(Arc::clone(&shared), stream, remote, Direction::In, seat);
                shared.spawn(async move {
                    task.await;
                });
            }
            Err(reason) => shared.counters.closed(reason),
        }
    }
}
