//! The node's wallets: accounts that the node holds keys of, or watches (node.md §9.5).
//!
//! Called through the table. Asks the node's wallets for everything; the keys stay there. Locking and
//! passwords are no commands here: nothing is encrypted, and nothing says so.

use std::sync::Arc;

use banano_node::{LedgerRead as _, SendOrder, WalletError, WalletId, Wallets};
use banano_primitives::{Amount, PrivateKey, Seed, Work};

use super::accounts::balances;
use super::{Answer, Future};
use crate::call::Call;
use crate::error::Error;
use crate::reply::{Object, Reply};
use crate::request::{lax_bytes, unsigned};

fn wallets(call: &Call) -> Result<&Arc<Wallets>, Error> {
    call.node().wallets().ok_or(Error::NoWallets)
}

/// The wallet that a request names, which must be there.
pub(super) fn wallet(call: &Call) -> Result<(&Arc<Wallets>, WalletId), Error> {
    let text = call.request.required("wallet")?;
    let id = WalletId::from_bytes(lax_bytes(text).ok_or(Error::BadWallet)?);
    let wallets = wallets(call)?;
    wallets.info(id)?;
    Ok((wallets, id))
}

pub(super) fn wallet_create(call: &Call) -> Answer {
    let seed = call.request.text("seed").map(|text| lax_bytes(text).ok_or(Error::BadSeed));
    let seed = seed.transpose()?.map(Seed::from_bytes);
    let wallets = wallets(call)?;
    let (id, last) = wallets.create(call.node(), seed)?;
    let mut object = call.object().with("wallet", id);
    if let Some(account) = last {
        object.put_account("last_restored_account", account);
        object.put("restored_count", wallets.info(id)?.next_index);
    }
    Ok(object)
}

pub(super) fn wallet_destroy(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    wallets.destroy(id)?;
    Ok(call.object().with("destroyed", 1))
}

pub(super) fn wallet_add(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let key = lax_bytes(call.request.required("key")?).ok_or(Error::BadPrivateKey)?;
    let mut object = call.object();
    object.put_account("account", wallets.add_key(id, PrivateKey::from_bytes(key))?);
    Ok(object)
}

pub(super) fn wallet_add_watch(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let accounts: Result<Vec<_>, _> = call
        .request
        .list("accounts")?
        .into_iter()
        .map(|text| call.request.decode_account(text, Error::BadAccount))
        .collect();
    for account in accounts? {
        wallets.watch(id, account)?;
    }
    Ok(call.object().with("success", ""))
}

pub(super) fn account_create(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let index = call.request.text("index").map(|text| {
        unsigned(text).and_then(|index| u32::try_from(index).ok()).ok_or(Error::InvalidIndex)
    });
    let mut object = call.object();
    object.put_account("account", wallets.create_account(id, index.transpose()?)?);
    Ok(object)
}

pub(super) fn accounts_create(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let count = call.bounded(call.request.count()?);
    let mut accounts = Vec::new();
    for _ in 0..count {
        call.check_deadline()?;
        let account = wallets.create_account(id, None)?;
        accounts.push(Reply::Text(call.style().account(account)));
    }
    Ok(call.object().with_reply("accounts", accounts))
}

pub(super) fn account_remove(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    wallets.remove(id, call.request.account()?)?;
    Ok(call.object().with("removed", 1))
}

pub(super) fn account_list(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let shown = |account| Reply::Text(call.style().account(account));
    let accounts: Vec<Reply> = wallets.accounts(id)?.into_iter().map(shown).collect();
    Ok(call.object().with_reply("accounts", accounts))
}

pub(super) fn wallet_contains(call: &Call) -> Answer {
    let account = call.request.account()?;
    let (wallets, id) = wallet(call)?;
    let mut object = call.object();
    object.put_digit("exists", wallets.contains(id, account)?);
    Ok(object)
}

pub(super) fn wallet_info(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let info = wallets.info(id)?;
    let accounts = wallets.accounts(id)?;
    let (mut balance, mut receivable) = (Amount::ZERO, Amount::ZERO);
    let (mut blocks, mut cemented) = (0_u64, 0_u64);
    for account in &accounts {
        call.check_deadline()?;
        if let Some(known) = call.ledger().account(account)? {
            balance = balance.saturating_add(known.balance);
            blocks = blocks.saturating_add(known.block_count);
        }
        cemented = cemented.saturating_add(call.ledger().confirmation_height(account)?.height);
        let amount = super::accounts::receivable(call, account, false)?;
        receivable = receivable.saturating_add(amount);
    }
    let mut object = call.object();
    object.put_amount("balance", balance);
    super::accounts::put_receivable(&mut object, ["pending", "receivable"], receivable);
    object.put("accounts_count", accounts.len());
    object.put("accounts_block_count", blocks);
    object.put("accounts_cemented_block_count", cemented);
    object.put("deterministic_count", info.from_seed);
    object.put("adhoc_count", info.ad_hoc);
    object.put("deterministic_index", info.next_index);
    Ok(object)
}

/// Balances as they are now, confirmed or not, as in the reference.
pub(super) fn wallet_balances(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let threshold = call.request.threshold()?;
    let mut all = call.object();
    for account in wallets.accounts(id)? {
        call.check_deadline()?;
        let balance = call.ledger().account(&account)?.map_or(Amount::ZERO, |info| info.balance);
        if balance >= threshold {
            all.put_reply(call.style().account(account), balances(call, &account, false)?);
        }
    }
    Ok(call.object().with_reply("balances", all))
}

pub(super) fn wallet_representative(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let mut object = call.object();
    object.put_account("representative", wallets.default_representative(id)?);
    Ok(object)
}

pub(super) fn wallet_representative_set(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    let text = call.request.required("representative")?;
    let representative = call.request.decode_account(text, Error::BadRepresentative)?;
    wallets.set_default_representative(id, representative)?;
    Ok(call.object().with("set", 1))
}

/// Never: there are no passwords.
pub(super) fn wallet_locked(call: &Call) -> Answer {
    wallet(call)?;
    Ok(call.object().with("locked", 0))
}

pub(super) fn send(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let request = &call.request;
        let (wallets, id) = wallet(call)?;
        let amount = request.required("amount")?.parse().map_err(|_| Error::InvalidAmount)?;
        if amount == Amount::ZERO {
            return Err(Error::InvalidAmount);
        }
        let order = SendOrder {
            source: request.decode_account(request.required("source")?, Error::BadSource)?,
            destination: request
                .decode_account(request.required("destination")?, Error::BadDestination)?,
            amount,
            id: request.text("id").map(str::to_owned),
            work: given_work(call)?,
        };
        Ok(made(call, wallets.send(call.node(), id, order).await?))
    })
}

pub(super) fn receive(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let (wallets, id) = wallet(call)?;
        let account = call.request.account()?;
        let hash = call.request.hash("block")?;
        // The account first, as in the reference.
        wallets.key(id, account)?;
        call.block(&hash)?;
        let work = given_work(call)?;
        Ok(made(call, wallets.receive(call.node(), id, account, hash, work).await?))
    })
}

pub(super) fn account_representative_set(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let (wallets, id) = wallet(call)?;
        let account = call.request.account()?;
        let text = call.request.required("representative")?;
        let to = call.request.decode_account(text, Error::BadRepresentative)?;
        let work = given_work(call)?;
        let hash = wallets.change_representative(call.node(), id, account, to, work).await?;
        Ok(made(call, hash))
    })
}

pub(super) fn receive_minimum(call: &Call) -> Answer {
    let mut object = call.object();
    object.put_amount("amount", wallets(call)?.receive_minimum());
    Ok(object)
}

pub(super) fn receive_minimum_set(call: &Call) -> Answer {
    let amount = call.request.required("amount")?.parse().map_err(|_| Error::InvalidAmount)?;
    wallets(call)?.set_receive_minimum(amount);
    Ok(call.object().with("success", ""))
}

pub(super) fn search_receivable(call: &Call) -> Answer {
    let (wallets, id) = wallet(call)?;
    wallets.search(id)?;
    Ok(call.object().with("started", true))
}

fn given_work(call: &Call) -> Result<Option<Work>, Error> {
    let work = call.request.hex64("work", Error::BadWork)?;
    Ok(work.filter(|work| *work != 0).map(Work::new))
}

fn made(call: &Call, hash: banano_primitives::BlockHash) -> Object {
    call.object().with("block", hash)
}

impl From<WalletError> for Error {
    fn from(error: WalletError) -> Self {
        match error {
            WalletError::NoWallet(_) => Self::WalletNotFound,
            WalletError::NoAccount { .. } => Self::AccountNotFoundInWallet,
            WalletError::Spend(error) => error.into(),
            WalletError::Store(error) => error.into(),
            WalletError::File(_) | WalletError::Random(_) => Self::internal(error),
            WalletError::NoKey { .. }
            | WalletError::NoIndex(_)
            | WalletError::Full { .. }
            | WalletError::LongId(_) => Self::Wallet(error),
        }
    }
}
