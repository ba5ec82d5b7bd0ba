//! The search itself: hash one value after the other until one is good enough.
//!
//! Called by the pool's threads. Computes only. Never decides where to start or when to give up.

use banano_primitives::{Difficulty, Root, Work};

/// Tries `tries` work values from `first` on (wrapping around) and returns the first that reaches
/// `difficulty` for `root`. Work is valid when its difficulty is equal or greater (`node.md` §1.8).
///
/// The hash scatters neighbours over the whole range, so counting up is as good as drawing lots.
pub fn search(root: &Root, difficulty: Difficulty, first: u64, tries: u64) -> Option<Work> {
    (0..tries)
        .map(|step| Work::new(first.wrapping_add(step)))
        .find(|work| work.difficulty(root) >= difficulty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_value_that_reaches_the_difficulty() {
        let root = Root::from_bytes([7; 32]);
        let difficulty = Difficulty::new(0xff00_0000_0000_0000);
        let found = search(&root, difficulty, 1_000, 100_000).unwrap();
        assert!(found.difficulty(&root) >= difficulty);
        let before = found.value() - 1_000;
        assert_eq!(
            search(&root, difficulty, 1_000, before),
            None,
            "an earlier value was passed over"
        );
        assert_eq!(search(&root, difficulty, 1_000, before + 1), Some(found));
    }

    #[test]
    fn counts_past_the_largest_value() {
        let root = Root::from_bytes([1; 32]);
        let found = search(&root, Difficulty::ZERO, u64::MAX, 2);
        assert_eq!(found, Some(Work::new(u64::MAX)));
        let last = Work::new(u64::MAX).difficulty(&root);
        let next = Work::new(0).difficulty(&root);
        let target = last.max(next);
        assert!(search(&root, target, u64::MAX, 2).is_some());
    }
}
