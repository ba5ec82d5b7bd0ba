//! Which rendering of an event a subscriber wants.
//!
//! Small and `Copy`: the hub groups subscribers by it and renders each variant once. Never holds a
//! filter: two subscribers with different filters share a rendering.

/// How an event is rendered for a subscriber. Topics other than `confirmation` differ by the cursor
/// only.
///
/// Made by [`Variant::confirmation`] so that two wishes with the same text are the same variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variant {
    block: bool,
    election: ElectionDetail,
    sideband: bool,
    linked_account: bool,
    cursor: CursorDetail,
}

/// Whether an event tells its place in the journal (protocol.md §11.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum CursorDetail {
    /// No: as from a node.
    #[default]
    None,
    /// `cursor`.
    Live,
    /// `cursor`, and `replayed`: it happened before the subscription was made.
    Replayed,
}

/// How much of the election a subscriber to `confirmation` wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ElectionDetail {
    /// Nothing.
    #[default]
    None,
    /// `election_info` without `votes`.
    Summary,
    /// `election_info` with `votes`.
    Votes,
}

/// The `include_…` options of a `confirmation` subscription, by their defaults
/// (protocol.md §6.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one per option of the protocol, as named there")]
pub struct Includes {
    /// `include_block`.
    pub block: bool,
    /// `include_election_info`.
    pub election_info: bool,
    /// `include_election_info_with_votes`; implies the one before.
    pub election_info_with_votes: bool,
    /// `include_sideband_info`.
    pub sideband_info: bool,
    /// `include_linked_account`; needs `block`.
    pub linked_account: bool,
}

impl Default for Includes {
    fn default() -> Self {
        Self {
            block: true,
            election_info: false,
            election_info_with_votes: false,
            sideband_info: false,
            linked_account: false,
        }
    }
}

impl Variant {
    /// The variant that shows what `includes` asks for.
    pub const fn confirmation(includes: Includes) -> Self {
        let election = if includes.election_info_with_votes {
            ElectionDetail::Votes
        } else if includes.election_info {
            ElectionDetail::Summary
        } else {
            ElectionDetail::None
        };
        Self {
            block: includes.block,
            election,
            sideband: includes.sideband_info,
            linked_account: includes.linked_account && includes.block,
            cursor: CursorDetail::None,
        }
    }

    /// The same, with so much about its place in the journal.
    #[must_use]
    pub const fn with_cursor(self, cursor: CursorDetail) -> Self {
        Self { cursor, ..self }
    }

    /// Whether the block is shown.
    pub const fn shows_block(self) -> bool {
        self.block
    }

    /// How much of the election is shown.
    pub const fn election(self) -> ElectionDetail {
        self.election
    }

    /// Whether height and local time are shown.
    pub const fn shows_sideband(self) -> bool {
        self.sideband
    }

    /// What is told about the event's place in the journal.
    pub const fn cursor(self) -> CursorDetail {
        self.cursor
    }

    /// Whether the block's other side is shown. Never without the block.
    pub const fn shows_linked_account(self) -> bool {
        self.linked_account
    }
}

impl Default for Variant {
    fn default() -> Self {
        Self::confirmation(Includes::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_with_the_same_text_are_the_same_variant() {
        let bare = Includes { block: false, ..Includes::default() };
        let cases = [
            ("linked account without block", Includes { linked_account: true, ..bare }, bare),
            (
                "votes imply the summary",
                Includes { election_info_with_votes: true, election_info: true, ..bare },
                Includes { election_info_with_votes: true, ..bare },
            ),
        ];
        for (name, one, other) in cases {
            assert_eq!(Variant::confirmation(one), Variant::confirmation(other), "{name}");
        }
    }
}
