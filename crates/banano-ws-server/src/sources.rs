//! How the places are doing that events come from, and whether the server is about to stop.
//!
//! Told by the program, which alone knows its sources; read by the shards for topic `status`, by the
//! health routes and by the metrics. Touches no socket. Never keeps more than the latest of each source:
//! whoever looks late sees what is so now.

use banano_ws_protocol::{SourceState, SourceStatus};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::clock;

/// Sources that are told of. Further ones are left out, which the log tells.
const SOURCES_MAX: usize = 256;
/// Characters of a source's name.
const NAME_MAX: usize = 64;
/// Characters of what is told about its state.
const DETAIL_MAX: usize = 200;

/// The sources of a server. Clones are handles to the same.
#[derive(Debug, Clone)]
pub struct Sources(watch::Sender<Board>);

/// What is so at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Board {
    pub(crate) sources: Vec<SourceStatus>,
    /// How many of them must be up for the server to be ready; at least one, once there are any.
    required: usize,
    /// The server stops: when the last client is closed at the latest.
    pub(crate) shutdown: Option<u64>,
}

impl Sources {
    pub(crate) fn new(required: usize) -> Self {
        Self(watch::Sender::new(Board { sources: Vec::new(), required, shutdown: None }))
    }

    /// Says how the source `name` is doing, and more for a person in `detail`. Clients who asked for
    /// topic `status` are told if the state is another than before; so neither may hold a secret.
    pub fn tell(&self, name: &str, state: SourceState, detail: &str) {
        let name: String = name.chars().take(NAME_MAX).collect();
        let detail: String = detail.chars().take(DETAIL_MAX).collect();
        self.0.send_if_modified(|board| {
            if let Some(source) = board.sources.iter_mut().find(|source| source.name == name) {
                if source.state == state && source.detail == detail {
                    return false;
                }
                if source.state != state {
                    info!("source {name} is {state} {detail}");
                    source.state = state;
                    source.since_ms = clock::now_ms();
                }
                source.detail = detail;
            } else if board.sources.len() < SOURCES_MAX {
                board.sources.push(SourceStatus { name, state, since_ms: clock::now_ms(), detail });
            } else {
                warn!("more than {SOURCES_MAX} sources: nobody is told of {name}");
                return false;
            }
            true
        });
    }

    /// Forgets a source that is none any more.
    pub fn forget(&self, name: &str) {
        self.0.send_if_modified(|board| {
            let before = board.sources.len();
            board.sources.retain(|source| source.name != name);
            board.sources.len() < before
        });
    }

    /// All sources, in the order in which they were first told of.
    pub fn all(&self) -> Vec<SourceStatus> {
        self.0.borrow().sources.clone()
    }

    /// Why no client should be sent here, if there is a reason.
    pub(crate) fn unready(&self) -> Option<String> {
        let board = self.0.borrow();
        let is_up = |source: &&SourceStatus| source.state == SourceState::Up;
        let up = board.sources.iter().filter(is_up).count();
        let required = board.required.max(board.sources.len().min(1));
        if board.shutdown.is_some() {
            Some("stopping".to_owned())
        } else if up < required {
            Some(format!("{up} of {} sources up, {required} needed", board.sources.len()))
        } else {
            None
        }
    }

    /// Says that the server stops. The first word counts.
    pub(crate) fn announce_shutdown(&self, deadline_ms: u64) {
        self.0.send_if_modified(|board| {
            board.shutdown.is_none() && board.shutdown.replace(deadline_ms).is_none()
        });
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Board> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_since_its_change_and_details_may_change_within() {
        let sources = Sources::new(0);
        sources.tell("a", SourceState::Up, "first");
        let since = sources.all()[0].since_ms;
        sources.tell("a", SourceState::Up, "second");
        let all = sources.all();
        assert_eq!((all.len(), all[0].since_ms, all[0].detail.as_str()), (1, since, "second"));
        sources.tell("a", SourceState::Down, "");
        assert_eq!(sources.all()[0].state, SourceState::Down);
        sources.forget("a");
        assert_eq!(sources.all(), []);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let sources = Sources::new(0);
        for number in 0..2 * SOURCES_MAX {
            sources.tell(
                &format!("{number}{}", "é".repeat(500)),
                SourceState::Up,
                &"x".repeat(9_999),
            );
        }
        let all = sources.all();
        assert_eq!(all.len(), SOURCES_MAX);
        assert!(all.iter().all(|it| it.name.chars().count() == NAME_MAX));
        assert!(all.iter().all(|it| it.detail.len() == DETAIL_MAX));
    }

    #[test]
    fn a_server_is_ready_while_enough_sources_are_up_and_it_does_not_stop() {
        let sources = Sources::new(0);
        assert_eq!(sources.unready(), None, "it needs none");
        sources.tell("a", SourceState::Lagging, "");
        assert_eq!(sources.unready().unwrap(), "0 of 1 sources up, 1 needed");
        sources.tell("a", SourceState::Up, "");
        assert_eq!(sources.unready(), None);
        let sources = Sources::new(2);
        assert_eq!(sources.unready().unwrap(), "0 of 0 sources up, 2 needed", "it has just begun");
        sources.tell("a", SourceState::Up, "");
        sources.tell("b", SourceState::Down, "");
        assert_eq!(sources.unready().unwrap(), "1 of 2 sources up, 2 needed");
        sources.tell("b", SourceState::Up, "");
        assert_eq!(sources.unready(), None);
        sources.announce_shutdown(1);
        assert_eq!(sources.unready().unwrap(), "stopping");
    }
}
