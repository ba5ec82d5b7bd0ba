//! Which representatives are worth asking for votes.
//!
//! Called by `consensus` before it sends requests. Known from the ledger's weights, so that one who was never
//! heard is asked too.

use banano_ledger::{Key, LedgerRead, StoreError, Table};
use banano_primitives::{Account, Amount};

/// How old the list may be. Weights of principal representatives move slowly; the list is only built while
/// elections lack votes.
const AGE_MS: u64 = 1_000;

/// The principal representatives: more than trended weight / divisor (node.md §2.4).
#[derive(Debug, Default)]
pub(crate) struct Principals {
    accounts: Vec<Account>,
    listed_ms: Option<u64>,
}

impl Principals {
    /// Renews the list if it is old.
    pub(crate) fn renew(
        &mut self,
        threshold: Amount,
        mono_ms: u64,
        ledger: &impl LedgerRead,
    ) -> Result<(), StoreError> {
        if self.listed_ms.is_some_and(|at| at.saturating_add(AGE_MS) > mono_ms) {
            return Ok(());
        }
        self.accounts.clear();
        for (key, _) in ledger.rows(Table::RepWeights, &Key::from(&Account::ZERO), usize::MAX)? {
            let account = key.as_slice().try_into().map(Account::from_bytes);
            self.accounts.extend(account.ok().filter(|account| ledger.weight(account) > threshold));
        }
        self.listed_ms = Some(mono_ms);
        Ok(())
    }

    /// In the order of accounts.
    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }
}
