//! Short names of accounts for the log.
//!
//! Filled once with the accounts that the dev network printed. Never used in an answer.

use std::collections::HashMap;

use banano_primitives::Account;

/// Who is who.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<Account, u32>);

impl Names {
    /// Names accounts by their index, as in `#3`.
    pub fn new(accounts: impl IntoIterator<Item = (u32, Account)>) -> Self {
        Self(accounts.into_iter().map(|(index, account)| (account, index)).collect())
    }

    pub(crate) fn short(&self, account: Account) -> String {
        match self.0.get(&account) {
            Some(index) => format!("#{index}"),
            None => account.to_string().chars().take(12).chain(['…']).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_account_has_its_index_and_another_its_beginning() {
        let names = Names::new([(3, Account::ZERO)]);
        assert_eq!(names.short(Account::ZERO), "#3");
        assert_eq!(names.short(Account::from_bytes([1; 32])), "ban_11a3161i…");
    }
}
