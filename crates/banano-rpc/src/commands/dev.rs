//! Commands that only a dev network has: money for tests, and confirmations on demand.
//!
//! Called through the table. Refused on every other network.

use std::sync::Arc;

use banano_node::{Dev, SpendError};
use banano_primitives::Amount;

use super::Future;
use super::process::refusal;
use crate::call::Call;
use crate::error::Error;
use crate::request::lax_hash;

/// What the faucet gives unless told otherwise, in BAN.
const FAUCET_BAN: &str = "1";

fn dev<'a>(call: &'a Call, name: &'static str) -> Result<&'a Arc<Dev>, Error> {
    call.node().dev().ok_or(Error::DevNetworkOnly(name))
}

/// Lets the representatives vote for `hash`, or for all that `--confirm manual` holds back.
pub(super) fn dev_confirm(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let dev = dev(call, "dev_confirm")?;
        let hash = match call.request.text("hash") {
            None | Some("all") => None,
            Some(text) => Some(lax_hash(text).ok_or(Error::InvalidBlockHash)?),
        };
        if let Some(hash) = &hash {
            call.block(hash)?;
        }
        dev.release(hash).await?;
        Ok(call.object().with("started", 1))
    })
}

/// Sends `account` an `amount` in raw or an `amount_decimal` in BAN.
pub(super) fn dev_faucet(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let dev = dev(call, "dev_faucet")?;
        let account = call.request.account()?;
        let amount = match (call.request.text("amount"), call.request.text("amount_decimal")) {
            (Some(_), Some(_)) => return Err(Error::TwoAmounts),
            (Some(raw), None) => raw.parse().map_err(|_| Error::InvalidAmount)?,
            (None, ban) => {
                let ban = ban.unwrap_or(FAUCET_BAN);
                Amount::from_ban(ban).map_err(|_| Error::BadDecimalAmount(ban.to_owned()))?
            }
        };
        let hash = dev.faucet(account, amount).await?;
        let mut object = call.object().with("hash", hash);
        object.put_account("account", account);
        object.put_amount("amount", amount);
        Ok(object)
    })
}

impl From<SpendError> for Error {
    fn from(error: SpendError) -> Self {
        match error {
            SpendError::Balance { .. } => Self::InsufficientBalance,
            SpendError::Nothing => Self::InvalidAmount,
            SpendError::Stopped(stopped) => stopped.into(),
            SpendError::Work(_) => Self::WorkFailed,
            SpendError::Refused { result, .. } => refusal(result).unwrap_or(Self::Processing),
            SpendError::NotReceivable { .. } => Self::Unreceivable,
            SpendError::NotOpened { .. } => Self::AccountNotFound,
            SpendError::WorkTooLow { .. } => Self::InvalidWork,
            SpendError::Store(error) => error.into(),
        }
    }
}
