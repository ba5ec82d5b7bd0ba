//! What a journal on disk keeps, and how safely.
//!
//! Filled by the program. `Default` is the one list of defaults.

use std::path::PathBuf;

use banano_ws_protocol::Topic;

use crate::Limits;

/// How a journal on disk is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskConfig {
    /// The folder, used by nothing else. Made if needed.
    pub dir: PathBuf,
    /// When written events are brought to the disk itself.
    pub sync: SyncPolicy,
    /// What is held in memory, of all topics: for readers that follow, and for the topics that are not
    /// on disk.
    pub memory: Limits,
    /// What is kept on disk, by [`Topic::index`]. `None`: of this topic nothing.
    pub topics: [Option<Retention>; Topic::ALL.len()],
}

impl DiskConfig {
    /// Topics that are kept on disk unless told otherwise: those about blocks. Votes are many and
    /// soon worthless; the others are told again.
    pub const TOPICS: [Topic; 4] = [
        Topic::Confirmation,
        Topic::StartedElection,
        Topic::StoppedElection,
        Topic::NewUnconfirmedBlock,
    ];

    /// The defaults, in a folder.
    pub fn new(dir: PathBuf) -> Self {
        let kept = |topic| Self::TOPICS.contains(&topic).then(Retention::default);
        Self {
            dir,
            sync: SyncPolicy::default(),
            memory: Limits::default(),
            topics: Topic::ALL.map(kept),
        }
    }

    /// What is kept of `topic`.
    pub(crate) fn retention(&self, topic: Topic) -> Option<Retention> {
        self.topics.get(topic.index()).copied().flatten()
    }
}

/// When written events are brought to the disk itself. A killed process loses nothing in any case,
/// since events are handed to the operating system before anybody sees them; this is about a power
/// cut, or a crash of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before anybody sees them: a power cut loses nothing, and each batch waits for the disk.
    Always,
    /// Every so many milliseconds, beside the writing: a power cut may lose what was seen in the
    /// last of them.
    Interval {
        /// How many.
        ms: u64,
    },
    /// When the operating system sees fit, usually within half a minute.
    Never,
}

impl Default for SyncPolicy {
    fn default() -> Self {
        Self::Interval { ms: 100 }
    }
}

/// How long events of a topic are kept: until they pass one of the two. They go in sixteenths, so up
/// to that much more is kept, and the newest sixteenth stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Age, in milliseconds.
    pub max_age_ms: u64,
    /// Size of the events and their index before compression, in bytes.
    pub max_bytes: u64,
}

impl Default for Retention {
    /// A week, 1 GiB: more than two million confirmations.
    fn default() -> Self {
        Self { max_age_ms: 7 * 24 * 3_600_000, max_bytes: 1 << 30 }
    }
}

impl Retention {
    /// In how many parts events are let go of.
    const PARTS: u64 = 16;

    /// Whether the part that began at `first_ms` and has `bytes` is complete at `now_ms`.
    pub(super) fn is_part(&self, first_ms: u64, bytes: u64, now_ms: u64) -> bool {
        let age_ms = now_ms.saturating_sub(first_ms);
        bytes >= (self.max_bytes / Self::PARTS).max(1)
            || age_ms >= (self.max_age_ms / Self::PARTS).max(1)
    }
}
