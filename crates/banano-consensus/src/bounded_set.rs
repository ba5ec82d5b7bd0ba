//! A set that forgets its oldest members.
//!
//! Used wherever the outside can make a set grow.

use std::collections::VecDeque;
use std::hash::Hash;

use rustc_hash::FxHashSet;

/// A set of at most `capacity` members; a new one pushes the oldest out.
#[derive(Debug)]
pub(crate) struct BoundedSet<T> {
    members: FxHashSet<T>,
    /// Order of arrival. Members that were removed stay here until they are met or swept.
    order: VecDeque<T>,
    capacity: usize,
}

impl<T: Copy + Eq + Hash> BoundedSet<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { members: FxHashSet::default(), order: VecDeque::new(), capacity }
    }

    pub(crate) fn contains(&self, member: &T) -> bool {
        self.members.contains(member)
    }

    /// Adds a member. False if it is there already.
    pub(crate) fn insert(&mut self, member: T) -> bool {
        if !self.members.insert(member) {
            return false;
        }
        self.order.push_back(member);
        while self.members.len() > self.capacity {
            let Some(oldest) = self.order.pop_front() else { break };
            self.members.remove(&oldest);
        }
        // Removed members would make the order grow without end.
        if self.order.len() > self.capacity.saturating_mul(2) {
            let members = &self.members;
            self.order.retain(|member| members.contains(member));
        }
        true
    }

    pub(crate) fn remove(&mut self, member: &T) -> bool {
        self.members.remove(member)
    }

    /// Takes all members, oldest first.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        let members = std::mem::take(&mut self.members);
        let mut drained: Vec<T> = Vec::with_capacity(members.len());
        let mut left = members;
        for member in self.order.drain(..) {
            if left.remove(&member) {
                drained.push(member);
            }
        }
        drained
    }
}

#[cfg(test)]
mod tests {
    use super::BoundedSet;

    #[test]
    fn the_oldest_member_makes_room() {
        let mut set = BoundedSet::new(2);
        assert!(set.insert(1));
        assert!(!set.insert(1));
        assert!(set.insert(2));
        assert!(set.insert(3));
        assert!(!set.contains(&1));
        assert!(set.contains(&2) && set.contains(&3));
    }

    #[test]
    fn removing_and_adding_again_and_again_stays_bounded() {
        let mut set = BoundedSet::new(4);
        for round in 0..1000 {
            set.insert(round);
            set.remove(&round);
        }
        assert!(set.order.len() <= 8, "{}", set.order.len());
        assert_eq!(set.drain(), Vec::<i32>::new());
    }

    #[test]
    fn draining_gives_each_member_once_and_oldest_first() {
        let mut set = BoundedSet::new(10);
        set.insert(5);
        set.insert(3);
        set.remove(&5);
        set.insert(5);
        let mut drained = set.drain();
        drained.sort_unstable();
        assert_eq!(drained, [3, 5]);
        assert_eq!(set.drain(), Vec::<i32>::new());
    }
}
