//! How many connections there are of each address and of each token.
//!
//! One table for the server, asked by every shard when a connection comes and when it goes. Holds an
//! entry only for those who have a connection, so it is never larger than the connections are many.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Beyond its limit, so many connections of one client are told so at a time. Further ones are
/// dropped at once.
const TOLD_MAX: usize = 8;

/// Whose connections are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    V4(u32),
    /// The first half: what one customer of a provider has.
    V6(u64),
    /// The name of a token.
    Token(Arc<str>),
}

impl From<IpAddr> for Whose {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4.to_bits()),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::V6(
                    [a, b, c, d].into_iter().fold(0, |bits, part| bits << 16 | u64::from(part)),
                )
            }
        }
    }
}

/// The table. Clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<HashMap<Whose, usize>>>);

/// A place in the table, left when this is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    counts: Counts,
    whose: Whose,
}

/// Whether one more is welcome.
#[derive(Debug)]
pub(crate) enum Entry {
    Admitted(Ticket),
    /// There are too many: it is told so.
    Refused(Ticket),
    /// There are so many that this one is not even told.
    Dropped,
}

impl Counts {
    /// Counts one more connection, of which there may be `max`.
    pub(crate) fn enter(&self, whose: Whose, max: usize) -> Entry {
        let mut counts = self.lock();
        let count = counts.entry(whose.clone()).or_insert(0);
        let before = *count;
        if before >= max.saturating_add(TOLD_MAX) {
            return Entry::Dropped;
        }
        *count += 1;
        drop(counts);
        let ticket = Ticket { counts: self.clone(), whose };
        if before < max { Entry::Admitted(ticket) } else { Entry::Refused(ticket) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Whose, usize>> {
        // Nothing that runs under the lock can leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        let Some(count) = counts.get_mut(&self.whose) else { return };
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(&self.whose);
            // After a flood the table is as small as before.
            if counts.capacity() > 1_024 && counts.len() < counts.capacity() / 8 {
                counts.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(address: &str) -> Whose {
        Whose::from(address.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn addresses_that_are_one_client_are_counted_together() {
        assert_eq!(whose("2001:db8::1"), whose("2001:db8::ffff:1:2:3"));
        assert_ne!(whose("2001:db8:0:1::1"), whose("2001:db8:0:2::1"));
        assert_ne!(whose("10.0.0.1"), whose("10.0.0.2"));
        assert_eq!(whose("::ffff:10.0.0.1"), whose("10.0.0.1"));
    }

    #[test]
    fn beyond_the_limit_a_few_are_told_and_the_rest_is_dropped() {
        let counts = Counts::default();
        let mut held = Vec::new();
        let mut said = [0; 3];
        for _ in 0..20 {
            match counts.enter(whose("10.0.0.1"), 5) {
                Entry::Admitted(ticket) => {
                    said[0] += 1;
                    held.push(ticket);
                }
                Entry::Refused(ticket) => {
                    said[1] += 1;
                    held.push(ticket);
                }
                Entry::Dropped => said[2] += 1,
            }
        }
        assert_eq!(said, [5, TOLD_MAX, 20 - 5 - TOLD_MAX]);
        assert!(matches!(counts.enter(whose("10.0.0.2"), 5), Entry::Admitted(_)));
        held.truncate(4);
        assert!(matches!(counts.enter(whose("10.0.0.1"), 5), Entry::Admitted(_)));
        drop(held);
        assert!(counts.lock().is_empty(), "who has no connection has no entry");
    }
}
