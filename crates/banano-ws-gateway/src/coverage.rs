//! Which topics are heard at all: by as many upstreams as it takes.
//!
//! All listeners share it. Knows no clock and no message: it is told when an upstream begins to hear a topic
//! and when it no longer does, and tells what follows for all of them.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use banano_ws_client::Topic;

use crate::upstream::{UpstreamId, UpstreamSet};

/// What becomes of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// What happens from now on is not heard, or not in time.
    Ends,
    /// What happens from now on is heard; what happened before may be missing.
    Begins,
    /// What happens from now on is heard, and what happened since the end was told, or will be.
    GoesOn,
}

/// Which upstreams hear each topic.
pub(crate) struct Coverage {
    /// So many have to hear a confirmation; of other topics, one.
    agree: usize,
    topics: Mutex<[Heard; Topic::ALL.len()]>,
    tell: Box<dyn Fn(Topic, Hearing) + Send + Sync>,
}

/// One topic.
#[derive(Debug, Default)]
struct Heard {
    by: UpstreamSet,
    /// Something may have been missed since the end: nobody has heard it yet, or one came to hear it who
    /// did not hear all since.
    is_broken: bool,
}

impl Coverage {
    pub(crate) fn new(agree: usize, tell: impl Fn(Topic, Hearing) + Send + Sync + 'static) -> Self {
        let topics = Topic::ALL.map(|_| Heard { is_broken: true, ..Heard::default() });
        Self { agree, topics: Mutex::new(topics), tell: Box::new(tell) }
    }

    /// An upstream hears a topic from now on. `is_whole`: and it told or will tell what happened since it
    /// no longer did.
    pub(crate) fn begin(&self, id: UpstreamId, topic: Topic, is_whole: bool) {
        self.change(topic, |heard, needed| {
            heard.is_broken |= !is_whole && heard.by.len() < needed;
            heard.by.insert(id);
            if heard.by.len() < needed {
                return None;
            }
            let is_broken = std::mem::take(&mut heard.is_broken);
            Some(if is_broken { Hearing::Begins } else { Hearing::GoesOn })
        });
    }

    /// An upstream no longer hears a topic.
    pub(crate) fn end(&self, id: UpstreamId, topic: Topic) {
        self.change(topic, |heard, needed| {
            heard.by.remove(id);
            (heard.by.len() < needed).then_some(Hearing::Ends)
        });
    }

    /// Tells what `change` makes of it, if it is news.
    fn change(&self, topic: Topic, change: impl FnOnce(&mut Heard, usize) -> Option<Hearing>) {
        let needed = if topic == Topic::Confirmation { self.agree } else { 1 };
        // Nothing that runs under the lock leaves it half changed, so poison is no harm.
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(heard) = topics.get_mut(topic.index()) else { return };
        let was_heard = heard.by.len() >= needed;
        let hearing = change(heard, needed);
        let is_heard = heard.by.len() >= needed;
        if let Some(hearing) = hearing.filter(|_| was_heard != is_heard) {
            // Under the lock, so that no other change is told before this one.
            (self.tell)(topic, hearing);
        }
    }
}

impl fmt::Debug for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coverage").field("topics", &self.topics).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use Hearing::{Begins, Ends, GoesOn};

    use super::*;

    /// What is told when these upstreams begin and end: `+1` hears it, `*1` has missed nothing, `-1` ends.
    fn told(topic: Topic, agree: usize, steps: &str) -> Vec<Hearing> {
        let told: Arc<Mutex<Vec<_>>> = Arc::default();
        let telling = Arc::clone(&told);
        let coverage = Coverage::new(agree, move |of, hearing| {
            assert_eq!(of, topic);
            telling.lock().unwrap().push(hearing);
        });
        for step in steps.split_whitespace() {
            let (what, id) = step.split_at(1);
            let id = UpstreamId(id.parse().unwrap());
            match what {
                "-" => coverage.end(id, topic),
                what => coverage.begin(id, topic, what == "*"),
            }
        }
        let told = told.lock().unwrap();
        told.clone()
    }

    #[test]
    fn the_first_that_hears_a_topic_is_told_and_the_last_that_no_longer_does() {
        let rows: [(&str, &[Hearing]); 9] = [
            ("+1", &[Begins]),
            ("+1 +2 -1", &[Begins]),
            ("+1 +2 -1 -2", &[Begins, Ends]),
            ("+1 -1 +1", &[Begins, Ends, Begins]),
            ("+1 -1 *1", &[Begins, Ends, GoesOn]),
            // It left before the end, and tells all since.
            ("+1 +2 -1 -2 *1", &[Begins, Ends, GoesOn]),
            // The second is not the first any more.
            ("+1 -1 +2 *1 -2 -1 *2", &[Begins, Ends, Begins, Ends, GoesOn]),
            ("+1 +1 -1 -1", &[Begins, Ends]),
            ("-1 *1", &[Begins]),
        ];
        for (steps, want) in rows {
            assert_eq!(told(Topic::Vote, 2, steps), want, "{steps}");
        }
    }

    #[test]
    fn of_confirmations_as_many_are_needed_as_have_to_agree() {
        let rows: [(&str, &[Hearing]); 5] = [
            ("+1", &[]),
            ("+1 +2 -1", &[Begins, Ends]),
            ("+1 +2 -1 *1", &[Begins, Ends, GoesOn]),
            // One of the two that agree now has missed what the other tells.
            ("+1 +2 -1 -2 +1 *2", &[Begins, Ends, Begins]),
            ("+1 +2 +3 -1 -3 *1", &[Begins, Ends, GoesOn]),
        ];
        for (steps, want) in rows {
            assert_eq!(told(Topic::Confirmation, 2, steps), want, "{steps}");
        }
    }
}
