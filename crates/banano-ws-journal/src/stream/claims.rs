//! What the sources of a stream claim to have heard, so that edges know where events are missing.
//!
//! A source that listens to a network may be away while others are not. Each says every few seconds, as a
//! message of the stream, since which place in it nothing of a topic is missing by its doing. Edges put the
//! claims together: a place is good if the stretches of some sources cover all that came behind it, up to
//! now. A source that is silent claims nothing, and neither does an earlier run of one that runs again.
//! Touches no socket and no clock.

use std::{fmt::Write as _, time::Duration};

use banano_ws_protocol::Topic;

use crate::locate::Floor;

/// How often a source says what it claims.
pub(super) const RENEWED: Duration = Duration::from_secs(5);
/// A source that has been silent for so long is away.
pub(super) const VALID: Duration = Duration::from_secs(15);
/// The line that says whose run it is.
const INSTANCE: &str = "instance";
/// Sources that an edge remembers; of more, those that spoke last.
const SOURCES_MAX: usize = 64;

/// What a source has heard of each topic.
type Stretches = [Stretch; Topic::ALL.len()];

/// What a source has heard of a topic, by places in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Stretch {
    /// Since when it has heard it without a break, if it does. 0 in a message is the message's own place.
    since: Option<Floor>,
    /// The stretch before the last break: since when, and until where at least.
    before: Option<(Floor, u64)>,
}

/// What one source claims.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// The same for all runs of a source, and no other's.
    instance: String,
    stretches: Stretches,
    /// The places in its own journal since which it has heard each topic.
    own: [Option<Floor>; Topic::ALL.len()],
    /// The place of the last message.
    claimed: u64,
}

impl Claims {
    /// A source that begins.
    pub(super) fn new(instance: &str) -> Self {
        // One word.
        let instance = instance.split_whitespace().collect();
        Self { instance, ..Self::default() }
    }

    /// A source that goes on where an earlier run was at `place`, but for what it did not hear meanwhile.
    pub(super) fn resumed(instance: &str, place: Floor) -> Self {
        let stretch = Stretch { since: Some(place), before: None };
        Self {
            stretches: [stretch; Topic::ALL.len()],
            own: [Some(Floor::default()); Topic::ALL.len()],
            claimed: place.sequence,
            ..Self::new(instance)
        }
    }

    /// The place of the last message in the stream; 0 if there is none.
    pub(super) fn claimed(&self) -> u64 {
        self.claimed
    }

    /// Forgets all: what was published is no longer without a hole.
    pub(super) fn clear(&mut self) {
        *self = Self { claimed: self.claimed, ..Self::new(&self.instance) };
    }

    /// Compares with what the source's journal may have `missed`: everything up to `published` is in the
    /// stream, the latest of it of `latest_ms`. Returns whether that changes anything.
    pub(super) fn update(
        &mut self,
        missed: impl Fn(Topic) -> Floor,
        published: u64,
        latest_ms: u64,
    ) -> bool {
        let mut is_changed = false;
        for topic in Topic::ALL {
            let missed = missed(topic);
            let heard = (missed.sequence <= published).then_some(missed);
            let own = self.own.get_mut(topic.index());
            let Some((own, stretch)) = own.zip(self.stretches.get_mut(topic.index())) else {
                continue;
            };
            if *own != heard {
                *own = heard;
                let said = stretch.since.filter(|since| since.sequence > 0);
                let before = said.map(|since| (since, self.claimed)).or(stretch.before);
                let time_ms = missed.time_ms.max(latest_ms);
                *stretch = Stretch { since: heard.map(|_| Floor { sequence: 0, time_ms }), before };
                is_changed = true;
            }
        }
        is_changed
    }

    /// The stream has taken what was claimed last, at this sequence.
    pub(super) fn settle(&mut self, sequence: u64) {
        self.claimed = sequence;
        let since = self.stretches.iter_mut().filter_map(|stretch| stretch.since.as_mut());
        for since in since.filter(|it| it.sequence == 0) {
            since.sequence = sequence;
        }
    }

    /// As a message: a line for each stretch.
    pub(super) fn message(&self) -> String {
        let mut text = format!("{INSTANCE} {}\n", self.instance);
        for (topic, Stretch { since, before }) in Topic::ALL.into_iter().zip(self.stretches) {
            if let Some((Floor { sequence, time_ms }, until)) = before {
                let _ = writeln!(text, "{topic} {sequence} {time_ms} {until}");
            }
            if let Some(Floor { sequence, time_ms }) = since {
                let _ = writeln!(text, "{topic} {sequence} {time_ms}");
            }
        }
        text
    }
}

/// Reads a message that has a place in the stream. Lines that make no sense claim nothing.
fn parse(message: &[u8], place: u64) -> Stretches {
    let mut stretches = Stretches::default();
    for line in String::from_utf8_lossy(message).lines() {
        let mut words = line.split_ascii_whitespace();
        let topic = words.next().and_then(|word| word.parse::<Topic>().ok());
        let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
        let Some(stretch) = topic.and_then(|it| stretches.get_mut(it.index())) else { continue };
        match *numbers.as_deref().unwrap_or_default() {
            [0, time_ms] => stretch.since = Some(Floor { sequence: place, time_ms }),
            [sequence, time_ms] => stretch.since = Some(Floor { sequence, time_ms }),
            [sequence, time_ms, until] => {
                stretch.before = Some((Floor { sequence, time_ms }, until));
            }
            _ => {}
        }
    }
    stretches
}

/// Whose run a message is of; empty if it does not say.
fn instance(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let found = lines.find(|(word, _)| *word == INSTANCE);
    found.map_or_else(String::new, |(_, instance)| instance.to_owned())
}

/// What all sources claim, as an edge knows it.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<Source>);

/// What a source claimed last.
#[derive(Debug)]
struct Source {
    name: String,
    instance: String,
    stretches: Stretches,
    /// The place of its message.
    until: u64,
    /// When that lapses, on the edge's own clock.
    lapses: Duration,
}

impl Sources {
    /// A source said this at `now`, or `age` before; it stands at `until` in the stream.
    pub(super) fn note(
        &mut self,
        name: &str,
        message: &[u8],
        until: u64,
        now: Duration,
        age: Duration,
    ) {
        let stretches = parse(message, until);
        self.0.retain(|source| source.name != name);
        if self.0.len() >= SOURCES_MAX {
            self.0.remove(0);
        }
        let instance = instance(message);
        for source in self.0.iter_mut().filter(|it| !instance.is_empty() && it.instance == instance)
        {
            source.lapses = Duration::ZERO;
        }
        let lapses = (now + VALID).saturating_sub(age);
        self.0.push(Source { name: name.to_owned(), instance, stretches, until, lapses });
    }

    /// Behind which place nothing of a topic is missing; `None` if nobody hears it now.
    pub(super) fn heard(&self, topic: Topic, now: Duration) -> Option<Floor> {
        let mut stretches = Vec::new();
        for source in &self.0 {
            let stretch = source.stretches.get(topic.index()).copied().unwrap_or_default();
            let until = if source.lapses > now { u64::MAX } else { source.until };
            stretches.extend(stretch.since.map(|since| (since, until)));
            stretches.extend(stretch.before);
        }
        stretches.sort_unstable_by_key(|(_, until)| std::cmp::Reverse(*until));
        let mut heard: Option<Floor> = None;
        for (since, until) in stretches {
            match heard {
                None if until < u64::MAX => return None,
                None => heard = Some(since),
                // From here on backwards, nobody.
                Some(floor) if until < floor.sequence => break,
                Some(floor) => heard = Some(floor.min(since)),
            }
        }
        heard
    }

    /// Whether any source ever claimed anything: one whose network is its own has no need to.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: Topic = Topic::Vote;

    fn floor(sequence: u64, time_ms: u64) -> Floor {
        Floor { sequence, time_ms }
    }

    /// What an edge reads of a message at a place.
    fn read(claims: &Claims, place: u64) -> Option<Floor> {
        parse(claims.message().as_bytes(), place)[TOPIC.index()].since
    }

    #[test]
    fn a_source_claims_what_it_has_heard_without_a_break() {
        let mut claims = Claims::new("a");
        let interrupted = |_| floor(u64::MAX, u64::MAX);
        assert!(!claims.update(interrupted, 5, 70));
        assert_eq!(read(&claims, 9), None);
        // Listens since, but some of before is not in the stream yet.
        let from = |_| floor(6, 60);
        assert!(!claims.update(from, 5, 70));
        assert!(claims.update(from, 6, 70));
        assert_eq!(read(&claims, 10), Some(floor(10, 70)), "its own place, until it is known");
        claims.settle(10);
        assert!(!claims.update(from, 8, 90));
        assert_eq!(read(&claims, 12), Some(floor(10, 70)));
        // Interrupted, and again heard, between two claims.
        assert!(claims.update(|_| floor(9, 95), 9, 90));
        assert_eq!(read(&claims, 14), Some(floor(14, 95)));
        let before = parse(claims.message().as_bytes(), 14)[TOPIC.index()].before;
        assert_eq!(before, Some((floor(10, 70), 10)));
        claims.clear();
        assert_eq!(read(&claims, 15), None);
    }

    #[test]
    fn a_source_that_was_away_and_has_missed_nothing_goes_on() {
        let mut claims = Claims::resumed("a", floor(7, 50));
        let missed = |topic| if topic == TOPIC { floor(3, 80) } else { Floor::default() };
        assert!(claims.update(missed, 4, 60));
        assert_eq!(read(&claims, 9), Some(floor(9, 80)));
        let all = parse(claims.message().as_bytes(), 9);
        assert_eq!(all[Topic::Confirmation.index()].since, Some(floor(7, 50)));
        assert_eq!((all[TOPIC.index()].before, claims.claimed()), (Some((floor(7, 50), 7)), 7));
    }

    #[test]
    fn what_makes_no_sense_claims_nothing() {
        for text in ["", "vote", "vote 1", "vote 1 x", "vote 1 2 3 4", "votes 1 2", "\u{0}\n\n"] {
            assert_eq!(parse(text.as_bytes(), 9), Stretches::default(), "{text:?}");
        }
        assert_eq!(parse(b"\xFF\nvote 1 2", 9)[TOPIC.index()].since, Some(floor(1, 2)));
    }

    #[test]
    fn rows_of_stretches() {
        // (since, until, age in seconds of each source, place behind which nothing is missing)
        type Row<'a> = (&'a [(u64, u64, u64)], Option<u64>);
        let rows: [Row; 8] = [
            (&[], None),
            (&[(5, 9, 0)], Some(5)),
            (&[(5, 9, 15)], None),
            (&[(5, 9, 0), (3, 8, 0)], Some(3)),
            // One is away; the other had begun before.
            (&[(5, 20, 0), (2, 9, 60)], Some(2)),
            (&[(5, 20, 0), (2, 5, 60)], Some(2)),
            (&[(5, 20, 0), (2, 4, 60)], Some(5)),
            // One after the other, the earliest with a hole behind it.
            (&[(9, 20, 0), (6, 9, 60), (4, 7, 60), (1, 3, 60)], Some(4)),
        ];
        for (stretches, want) in rows {
            let mut sources = Sources::default();
            for (name, (since, until, age)) in stretches.iter().enumerate() {
                let message = format!("{TOPIC} {since} 0");
                let age = Duration::from_secs(*age);
                let now = Duration::from_secs(100);
                sources.note(&name.to_string(), message.as_bytes(), *until, now, age);
            }
            let heard = sources.heard(TOPIC, Duration::from_secs(100));
            assert_eq!(heard.map(|it| it.sequence), want, "{stretches:?}");
            assert_eq!(sources.heard(TOPIC, Duration::from_secs(115)), None);
        }
    }

    #[test]
    fn what_was_heard_before_a_break_still_counts() {
        let mut sources = Sources::default();
        let mut note = |name, message: &str, until| {
            sources.note(name, message.as_bytes(), until, Duration::ZERO, Duration::ZERO);
            sources.heard(TOPIC, Duration::ZERO).map(|it| it.sequence)
        };
        assert_eq!(note("a", "vote 3 0", 10), Some(3));
        assert_eq!(note("b", "vote 0 0", 9), Some(3));
        assert_eq!(note("a", "vote 3 0 10", 11), Some(3), "no longer heard by a, but by b since");
        assert_eq!(note("a", "vote 3 0 8", 12), Some(9), "until b heard it");
        assert_eq!(note("b", "", 13), None);
    }

    #[test]
    fn an_earlier_run_claims_nothing_any_more() {
        let mut sources = Sources::default();
        let mut note = |run, instance, until| {
            let message = format!("{INSTANCE} {instance}\n{TOPIC} 0 0");
            sources.note(run, message.as_bytes(), until, Duration::ZERO, Duration::ZERO);
            sources.heard(TOPIC, Duration::ZERO).map(|it| it.sequence)
        };
        assert_eq!(note("run 1 of a", "a", 5), Some(5));
        assert_eq!(note("run 1 of b", "b", 9), Some(5));
        assert_eq!(note("run 2 of a", "a", 12), Some(9), "b was there while a was not");
        assert_eq!(note("run 2 of b", "b", 14), Some(12));
        // Killed, and back at once, while b is away.
        assert_eq!(note("run 3 of b", "b", 16), Some(12));
        assert_eq!(note("run 3 of a", "a", 18), Some(16));
    }

    #[test]
    fn a_source_is_one_whatever_it_says_and_there_are_not_too_many() {
        let mut sources = Sources::default();
        for number in 0..200 {
            let name = format!("{}", number.min(150));
            sources.note(&name, b"", number, Duration::ZERO, Duration::ZERO);
        }
        assert_eq!(sources.0.len(), SOURCES_MAX);
        assert_eq!(sources.0.last().map(|it| it.until), Some(199));
    }
}
