//! Weights of representatives that somebody vouches for, in the place of the ledger's own.
//!
//! Owned by the processing task of a node whose ledger is not complete yet: what is not there weighs
//! nothing, so no vote could be counted. What was confirmed meanwhile rests on these weights
//! (`node.md` §8.6). Only consensus sees them; everybody else sees the ledger's.

use banano_ledger::{Counts, Key, LedgerRead, Row, Rows, StoreError, Table, Writer};
use banano_primitives::{Account, Amount, BlockHash};
use rustc_hash::FxHashMap;

/// Weights by representative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LentWeights(FxHashMap<Account, Amount>);

impl FromIterator<(Account, Amount)> for LentWeights {
    fn from_iter<I: IntoIterator<Item = (Account, Amount)>>(weights: I) -> Self {
        Self(weights.into_iter().collect())
    }
}

impl LentWeights {
    /// How many representatives there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn weight(&self, representative: &Account) -> Amount {
        self.0.get(representative).copied().unwrap_or_default()
    }
}

/// A writer's ledger as consensus sees it.
pub(crate) struct Weighed<'a> {
    writer: &'a Writer,
    lent: Option<&'a LentWeights>,
}

impl<'a> Weighed<'a> {
    pub(crate) fn new(writer: &'a Writer, lent: Option<&'a LentWeights>) -> Self {
        Self { writer, lent }
    }
}

impl Rows for Weighed<'_> {
    fn row(&self, table: Table, key: &Key) -> Result<Option<Row>, StoreError> {
        self.writer.row(table, key)
    }

    /// The table of weights lists those who have lent weight. Its rows are the ledger's, and empty for
    /// representatives that the ledger does not know: who wants a weight asks for it.
    fn rows(&self, table: Table, from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        let (Table::RepWeights, Some(lent)) = (table, self.lent) else {
            return self.writer.rows(table, from, limit);
        };
        let mut keys: Vec<Key> = lent.0.keys().map(Key::from).filter(|key| key >= from).collect();
        keys.sort_unstable();
        keys.truncate(limit);
        Ok(keys.into_iter().map(|key| (key, Row::default())).collect())
    }
}

impl LedgerRead for Weighed<'_> {
    fn counts(&self) -> Counts {
        self.writer.counts()
    }

    fn weight(&self, representative: &Account) -> Amount {
        match self.lent {
            Some(lent) => lent.weight(representative),
            None => self.writer.weight(representative),
        }
    }

    fn genesis(&self) -> BlockHash {
        self.writer.genesis()
    }
}

#[cfg(test)]
mod tests {
    use banano_ledger::Ledger;
    use banano_primitives::Network;

    use super::*;

    #[test]
    fn lent_weights_stand_in_for_the_ledgers() {
        let network = Network::dev();
        let writer = Ledger::memory(&network).unwrap().writer();
        let (genesis, other) = (network.genesis_account(), Account::from_bytes([7; 32]));
        let lent: LentWeights = [(other, Amount::from_raw(5))].into_iter().collect();
        let rows = |ledger: &Weighed<'_>| -> Vec<Account> {
            let rows = ledger.rows(Table::RepWeights, &Key::from(&Account::ZERO), 9).unwrap();
            let account = |(key, _): (Key, Row)| key.as_slice().try_into().map(Account::from_bytes);
            rows.into_iter().map(|row| account(row).unwrap()).collect()
        };
        let own = Weighed::new(&writer, None);
        assert_eq!((own.weight(&genesis), own.weight(&other)), (Amount::MAX, Amount::ZERO));
        assert_eq!(rows(&own), [genesis]);
        let seen = Weighed::new(&writer, Some(&lent));
        assert_eq!(
            (seen.weight(&genesis), seen.weight(&other)),
            (Amount::ZERO, Amount::from_raw(5))
        );
        assert_eq!(rows(&seen), [other]);
        assert_eq!(seen.counts(), own.counts());
    }
}
