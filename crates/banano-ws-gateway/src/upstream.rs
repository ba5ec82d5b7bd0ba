//! Which upstream said it.
//!
//! Upstreams are few and known from the start, so that a set of them is one word.

/// The most upstreams that one gateway has: a set of them fits 64 bits.
pub const UPSTREAMS_MAX: usize = 64;

/// An upstream, counted from 0 in the order of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UpstreamId(pub u8);

impl UpstreamId {
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Some of the upstreams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct UpstreamSet(u64);

impl UpstreamSet {
    /// Adds one. False if it was there, or can't be.
    pub(crate) fn insert(&mut self, id: UpstreamId) -> bool {
        let bit = 1_u64.checked_shl(u32::from(id.0)).unwrap_or(0);
        let is_new = self.0 & bit == 0 && bit != 0;
        self.0 |= bit;
        is_new
    }

    pub(crate) fn remove(&mut self, id: UpstreamId) {
        self.0 &= !1_u64.checked_shl(u32::from(id.0)).unwrap_or(0);
    }

    pub(crate) fn contains(self, id: UpstreamId) -> bool {
        self.0 & 1_u64.checked_shl(u32::from(id.0)).unwrap_or(0) != 0
    }

    pub(crate) fn len(self) -> usize {
        // At most 64.
        self.0.count_ones() as usize
    }

    /// The lowest of them.
    pub(crate) fn first(self) -> Option<UpstreamId> {
        (self.0 != 0).then(|| UpstreamId(u8::try_from(self.0.trailing_zeros()).unwrap_or(0)))
    }
}
