//! Sets of accounts, hashes and words.

/// A set in a sorted row: 32 bytes per account or hash, and no choice of elements by a client makes
/// it slow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortedSet<T>(Vec<T>);

impl<T: Ord + Copy> SortedSet<T> {
    /// Whether it holds `element`.
    pub fn contains(&self, element: &T) -> bool {
        self.0.binary_search(element).is_ok()
    }

    /// How many it holds.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in ascending order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// Takes in all of `elements`. One at a time goes to its place; more are sorted in.
    pub fn insert_all(&mut self, elements: &[T]) {
        if let [element] = elements {
            if let Err(place) = self.0.binary_search(element) {
                self.0.insert(place, *element);
            }
            return;
        }
        self.0.extend_from_slice(elements);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Leaves out all of `elements`; those that it does not hold do not matter.
    pub fn remove_all(&mut self, elements: &[T]) {
        if elements.is_empty() {
            return;
        }
        let gone: Self = elements.iter().copied().collect();
        self.0.retain(|element| !gone.contains(element));
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut sorted: Vec<_> = elements.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.shrink_to_fit();
        Self(sorted)
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_set() {
        let mut set: SortedSet<u8> = [3, 1, 2, 3].into_iter().collect();
        assert_eq!(set.len(), 3);
        set.insert_all(&[2]);
        set.insert_all(&[0]);
        set.insert_all(&[]);
        set.insert_all(&[5, 4, 5, 1]);
        assert!(set.iter().copied().eq(0..6));
        set.remove_all(&[9, 0, 3]);
        assert!(set.iter().copied().eq([1, 2, 4, 5]));
        assert!(set.contains(&4) && !set.contains(&3));
    }
}
