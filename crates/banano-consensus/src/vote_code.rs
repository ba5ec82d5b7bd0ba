//! What became of a vote.
//!
//! Called by the vote path of `consensus`. Never drops a vote silently: every vote ends in one code.

/// The verdict on a vote, for one hash in it or for the whole (node.md §4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoteCode {
    /// New to at least one running election.
    Vote,
    /// Not newer than what the representative has already said there.
    Replay,
    /// No election runs, and the block was confirmed lately.
    Late,
    /// No election runs and nothing is known of the block, or the representative is too small to count.
    Indeterminate,
    /// Held back by the cooldown. Never the code of a whole vote: it is summed up as
    /// [`VoteCode::Indeterminate`].
    Ignored,
}

impl VoteCode {
    /// Sums up the codes of a vote's hashes: any replay, else any vote, else any late, else indeterminate.
    ///
    /// Source: node.md §4.4, with the `late` of B28.
    pub fn of_whole_vote(codes: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::Indeterminate;
        for code in codes {
            if code.rank() > whole.rank() {
                whole = code;
            }
        }
        whole
    }

    fn rank(self) -> u8 {
        match self {
            Self::Ignored | Self::Indeterminate => 0,
            Self::Late => 1,
            Self::Vote => 2,
            Self::Replay => 3,
        }
    }
}

/// Where a vote came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoteSource {
    /// From the network.
    Live,
    /// Signed by this node; it takes the same way as the others and is notified too (node.md §4.4).
    Own,
}

#[cfg(test)]
mod tests {
    use super::VoteCode::{self, Ignored, Indeterminate, Late, Replay, Vote};

    #[test]
    fn a_whole_vote_has_the_strongest_code_of_its_hashes() {
        let rows: [(&str, &[VoteCode], VoteCode); 9] = [
            ("no hash", &[], Indeterminate),
            ("one vote", &[Vote], Vote),
            ("a replay beats a vote, before it", &[Replay, Vote], Replay),
            ("a replay beats a vote, after it", &[Vote, Replay], Replay),
            ("a vote beats late", &[Late, Vote, Late], Vote),
            ("late beats indeterminate", &[Indeterminate, Late], Late),
            ("ignored alone is indeterminate", &[Ignored], Indeterminate),
            ("ignored beside late is late", &[Ignored, Late], Late),
            ("replay beats everything", &[Ignored, Late, Vote, Indeterminate, Replay], Replay),
        ];
        for (name, codes, want) in rows {
            assert_eq!(VoteCode::of_whole_vote(codes.iter().copied()), want, "{name}");
        }
    }
}
