//! One attempt at a request: who was asked, who answered what, and what follows (`node.md` §6.1).
//!
//! Called by the factory, which does the asking. Answers in, decisions out. Never asks anybody
//! itself, and knows no time.

use banano_primitives::{Difficulty, Root, Work};

use crate::answer::{self, PeerFailure};
use crate::request::Source;

/// What there is to begin with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means {
    /// How many peers can be asked.
    pub(crate) peers: usize,
    /// Whether there are local threads.
    pub(crate) threads: bool,
    /// Whether all peers failed the last time, and none has been of use since.
    pub(crate) peers_unresponsive: bool,
}

/// Something happened.
#[derive(Debug)]
pub(crate) enum Input {
    /// A peer answered, or will not any more.
    Peer {
        /// Its place among those asked.
        index: usize,
        /// Its address, as notifications show it.
        address: String,
        /// The body of its answer.
        answer: Result<Vec<u8>, PeerFailure>,
    },
    /// The local threads found work, or gave up.
    Local(Option<Work>),
    /// The request was cancelled, or its caller went away.
    Cancelled,
}

/// What follows from it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    /// What the peers turned out to be, for the attempts to come.
    pub(crate) peers_unresponsive: Option<bool>,
    /// Places of peers that are to be told that we no longer want their work.
    pub(crate) cancel: Vec<usize>,
    /// The attempt is over.
    pub(crate) end: Option<End>,
}

/// How an attempt ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Somebody found work.
    Found { source: Source, work: Work },
    /// Nobody wants it any more.
    Cancelled,
    /// Everybody failed. With `again`, another attempt is worth while, after a pause.
    Failed { again: bool },
}

/// The state of an attempt.
#[derive(Debug)]
pub(crate) struct Attempt {
    root: Root,
    difficulty: Difficulty,
    /// For each peer whether its answer is still to come.
    waiting: Vec<bool>,
    local: Local,
    bad_peers: Vec<String>,
    over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Local {
    Off,
    Running,
    Failed,
}

impl Attempt {
    /// Begins: all peers are asked at once; local threads start if there are no peers, or none that
    /// is known to be of use. `None` when there is nobody to do it.
    pub(crate) fn begin(root: Root, difficulty: Difficulty, means: Means) -> Option<Self> {
        let Means { peers, threads, peers_unresponsive } = means;
        let local = threads && (peers == 0 || peers_unresponsive);
        if peers == 0 && !local {
            return None;
        }
        let local = if local { Local::Running } else { Local::Off };
        let waiting = vec![true; peers];
        Some(Self { root, difficulty, waiting, local, bad_peers: Vec::new(), over: false })
    }

    /// Whether local threads are, or are to be, at work on it.
    pub(crate) fn is_local(&self) -> bool {
        self.local == Local::Running
    }

    /// Whether a peer may still answer.
    pub(crate) fn waits_for_peers(&self) -> bool {
        self.waiting.contains(&true)
    }

    /// A peer that may still answer.
    pub(crate) fn first_waiting(&self) -> Option<usize> {
        self.waiting.iter().position(|waiting| *waiting)
    }

    /// The peers that failed so far, in the order in which they did.
    pub(crate) fn take_bad_peers(&mut self) -> Vec<String> {
        std::mem::take(&mut self.bad_peers)
    }

    /// Takes in what happened. After the end nothing matters any more.
    pub(crate) fn take(&mut self, input: Input) -> Decision {
        if self.over {
            return Decision::default();
        }
        match input {
            Input::Cancelled => self.end(End::Cancelled),
            Input::Local(Some(work)) => self.end(End::Found { source: Source::Local, work }),
            Input::Local(None) => {
                self.local = Local::Failed;
                if self.waits_for_peers() {
                    Decision::default()
                } else {
                    self.end(End::Failed { again: false })
                }
            }
            Input::Peer { index, address, answer } => self.take_answer(index, address, answer),
        }
    }

    fn take_answer(
        &mut self,
        index: usize,
        address: String,
        answer: Result<Vec<u8>, PeerFailure>,
    ) -> Decision {
        match self.waiting.get_mut(index) {
            Some(waiting) if *waiting => *waiting = false,
            _ => return Decision::default(),
        }
        let failure =
            match answer.and_then(|body| answer::judge(&body, &self.root, self.difficulty)) {
                Ok(work) => {
                    let source = Source::Peer(address);
                    let end = self.end(End::Found { source, work });
                    return Decision { peers_unresponsive: Some(false), ..end };
                }
                Err(failure) => failure,
            };
        tracing::debug!(peer = address, root = %self.root, cause = error_chain(&failure), "bad work peer");
        self.bad_peers.push(address);
        let cancel: Vec<_> = failure.leaves_it_at_work().then_some(index).into_iter().collect();
        if self.waits_for_peers() {
            return Decision { cancel, ..Decision::default() };
        }
        let end = match self.local {
            Local::Running => None,
            Local::Off => Some(End::Failed { again: true }),
            Local::Failed => Some(End::Failed { again: false }),
        };
        self.over = end.is_some();
        Decision { peers_unresponsive: Some(true), cancel, end }
    }

    /// Ends. Whoever is still at it may stop.
    fn end(&mut self, end: End) -> Decision {
        self.over = true;
        let waiting = self.waiting.iter().enumerate().filter(|(_, waiting)| **waiting);
        let cancel = waiting.map(|(index, _)| index).collect();
        Decision { peers_unresponsive: None, cancel, end: Some(end) }
    }
}

/// An error and its causes, in one line.
fn error_chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
