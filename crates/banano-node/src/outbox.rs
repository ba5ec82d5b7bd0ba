//! Answers that wait for the commit.
//!
//! Filled by the processing task during a pass, emptied after its commit. Never answers before: what
//! was answered for survives a kill of the process.

use banano_ledger::ProcessResult;
use tokio::sync::oneshot;

use crate::catch_up::Ordered;
use crate::request::{ConfirmStart, Inspect, View};

/// An answer, and whom it is for. Who went away needs none.
enum Answer {
    Process(oneshot::Sender<ProcessResult>, ProcessResult),
    Confirm(oneshot::Sender<ConfirmStart>, ConfirmStart),
    Release(oneshot::Sender<()>),
    Bootstrap(oneshot::Sender<Ordered>, Ordered),
    Inspect(Inspect),
}

/// The answers of one pass, in the order of the requests.
#[derive(Default)]
pub(crate) struct Outbox {
    answers: Vec<Answer>,
}

impl Outbox {
    pub(crate) fn process(&mut self, to: oneshot::Sender<ProcessResult>, result: ProcessResult) {
        self.answers.push(Answer::Process(to, result));
    }

    pub(crate) fn confirm(&mut self, to: oneshot::Sender<ConfirmStart>, start: ConfirmStart) {
        self.answers.push(Answer::Confirm(to, start));
    }

    pub(crate) fn release(&mut self, to: oneshot::Sender<()>) {
        self.answers.push(Answer::Release(to));
    }

    pub(crate) fn bootstrap(&mut self, to: oneshot::Sender<Ordered>, ordered: Ordered) {
        self.answers.push(Answer::Bootstrap(to, ordered));
    }

    pub(crate) fn inspect(&mut self, inspect: Inspect) {
        self.answers.push(Answer::Inspect(inspect));
    }

    /// Answers everybody.
    pub(crate) fn deliver(&mut self, view: &View<'_>) {
        for answer in self.answers.drain(..) {
            match answer {
                Answer::Process(to, result) => drop(to.send(result)),
                Answer::Confirm(to, start) => drop(to.send(start)),
                Answer::Release(to) => drop(to.send(())),
                Answer::Bootstrap(to, ordered) => drop(to.send(ordered)),
                Answer::Inspect(inspect) => inspect(view),
            }
        }
    }
}
