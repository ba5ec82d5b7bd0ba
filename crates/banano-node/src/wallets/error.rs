//! Why a wallet did not do something.
//!
//! Returned by the wallets; RPC turns it into the reference's texts. Values only.

use std::io;

use banano_ledger::StoreError;
use banano_primitives::Account;

use super::WalletId;
use super::spending::ID_BYTES_MAX;
use crate::spender::SpendError;

/// Why a wallet did not do something.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// There is no such wallet.
    #[error("there is no wallet {0}")]
    NoWallet(WalletId),
    /// The wallet does not hold the account.
    #[error("wallet {wallet} does not hold account {account}")]
    NoAccount {
        /// Which wallet.
        wallet: WalletId,
        /// Which account.
        account: Account,
    },
    /// The wallet watches the account, and has no key to sign with.
    #[error("wallet {wallet} only watches account {account}: it has no key to sign with")]
    NoKey {
        /// Which wallet.
        wallet: WalletId,
        /// Which account.
        account: Account,
    },
    /// Every index of the seed was used.
    #[error("the seed of wallet {0} has no index left")]
    NoIndex(WalletId),
    /// A bound was reached.
    #[error("{what}: there are {max} already, and no more are kept")]
    Full {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// The id does not fit.
    #[error("id: {0} bytes are too long, it can have at most {ID_BYTES_MAX}")]
    LongId(usize),
    /// The change could not be written down, and was not made.
    #[error("the wallets' file cannot be written")]
    File(#[source] io::Error),
    /// The system has no randomness.
    #[error("the system gives no random numbers")]
    Random(#[source] rand::rngs::SysError),
    /// The block could not be made.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
