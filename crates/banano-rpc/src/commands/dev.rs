//! Commands that only a dev network has: money, forks, silence, dropped and delayed clients, further nodes and a new
//! beginning for tests, and confirmations on demand.
//!
//! Called through the table. Refused on every other network.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use banano_node::{Chosen, Dev, ForkError, Harm, JoinError, Node, Publication, SpendError};
use banano_primitives::{Amount, Prefix};
use tokio::sync::oneshot;

use super::process::refusal;
use super::{Answer, Future};
use crate::call::Call;
use crate::error::Error;
use crate::request::lax_hash;

/// What the faucet gives unless told otherwise, in BAN.
const FAUCET_BAN: &str = "1";

/// For how long clients are delayed unless told otherwise, and at most, in milliseconds.
const DELAY_MS: u64 = 5_000;
const DELAY_MS_MAX: u64 = 600_000;

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
        if !call.request.has("account") {
            return Err(Error::FaucetForWhom);
        }
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

/// Makes a rival for the unconfirmed block `hash`, or two blocks for one place on a funded `account`.
/// `publish` says where the rival of the latter goes: to the `others` first, or to `all` behind it.
pub(super) fn dev_fork(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let dev = dev(call, "dev_fork")?;
        let publication = match call.request.text("publish") {
            None | Some("others") => Publication::OthersFirst,
            Some("all") => Publication::All,
            Some(other) => return Err(Error::BadPublish(other.to_owned())),
        };
        let fork = match (call.request.has("hash"), call.request.has("account")) {
            (true, false) => dev.fork_block(call.request.hash("hash")?).await?,
            (false, true) => dev.fork_account(call.request.account()?, publication).await?,
            _ => return Err(Error::ForkOfWhat),
        };
        Ok(call.object().with("hash", fork.first).with("fork", fork.rival))
    })
}

/// Holds back the votes of all representatives, or of number `index`, or with `paused` false lets
/// them vote again.
pub(super) fn dev_pause_votes(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let dev = dev(call, "dev_pause_votes")?;
        let index = call.request.number("index", Error::InvalidIndex)?;
        let index = index.map(|index| usize::try_from(index).unwrap_or(usize::MAX));
        let is_paused = match call.request.text("paused") {
            None | Some("true" | "1") => true,
            Some("false" | "0") => false,
            Some(other) => return Err(Error::BadPaused(other.to_owned())),
        };
        if !dev.pause_votes(index, is_paused).await? {
            return Err(Error::NoSuchRepresentative(dev.nodes().len()));
        }
        Ok(call.object().with("paused", is_paused))
    })
}

/// Drops WebSocket clients without a word.
pub(super) fn dev_disconnect(call: &Call) -> Answer {
    let dev = dev(call, "dev_disconnect")?;
    let dropped = dev.harm(Harm::Drop, chosen(call)?).ok_or(Error::NoClients)?;
    Ok(call.object().with("disconnected", dropped))
}

/// Holds back for `ms` milliseconds what WebSocket clients are sent.
pub(super) fn dev_delay(call: &Call) -> Answer {
    let dev = dev(call, "dev_delay")?;
    let ms = call.request.number("ms", Error::BadDelay)?.unwrap_or(DELAY_MS);
    if !(1..=DELAY_MS_MAX).contains(&ms) {
        return Err(Error::BadDelay);
    }
    let harm = Harm::Delay(Duration::from_millis(ms));
    let delayed = dev.harm(harm, chosen(call)?).ok_or(Error::NoClients)?;
    Ok(call.object().with("delayed", delayed))
}

/// All WebSocket clients, those of an `address`, the one with a `port`, those that call themselves
/// `client`, or `count` of them at most.
fn chosen(call: &Call) -> Result<Chosen, Error> {
    let request = &call.request;
    let ip = request.text("address").map(str::parse::<IpAddr>).transpose();
    let port = request.text("port").map(str::parse).transpose();
    Ok(Chosen {
        name: request.text("client").map(str::to_owned),
        ip: ip.map_err(|_| Error::InvalidAddress)?,
        port: port.map_err(|_| Error::InvalidPort)?,
        most: request.has("count").then(|| request.count_or(0)).transpose()?,
    })
}

/// Starts a node with an empty ledger, or again the one that joined as `index` and left.
pub(super) fn dev_join(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let dev = dev(call, "dev_join")?;
        let (index, node) = match node_index(call)? {
            Some(index) => (index, dev.rejoin(index).await?),
            None => dev.join().await?,
        };
        let mut object = call
            .object()
            .with("index", index)
            .with("node_id", node.id().with_prefix(Prefix::Node).to_string());
        if let Some(peering) = node.peering() {
            object.put("peering", peering.to_string());
        }
        Ok(object)
    })
}

/// Stops the node that joined as `index`. It keeps its ledger.
pub(super) fn dev_leave(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let dev = dev(call, "dev_leave")?;
        let index = node_index(call)?.ok_or(Error::InvalidIndex)?;
        dev.leave(index).await?;
        Ok(call.object().with("stopped", 1))
    })
}

fn node_index(call: &Call) -> Result<Option<u32>, Error> {
    let index = call.request.number("index", Error::InvalidIndex)?;
    index.map(|index| u32::try_from(index).map_err(|_| Error::InvalidIndex)).transpose()
}

impl From<JoinError> for Error {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Stopped(stopped) => stopped.into(),
            told => Self::NoJoin(told.to_string()),
        }
    }
}

/// Orders that the network begins anew, from its first block.
#[expect(clippy::needless_pass_by_value, reason = "a node that is held cannot be replaced")]
pub(super) fn dev_reset(node: Node) -> Result<oneshot::Receiver<()>, Error> {
    let dev = node.dev().ok_or(Error::DevNetworkOnly("dev_reset"))?;
    dev.order_reset().ok_or(Error::NoReset)
}

impl From<ForkError> for Error {
    fn from(error: ForkError) -> Self {
        match error {
            ForkError::UnknownBlock(_) => Self::BlockNotFound,
            ForkError::Refused { result, .. } => refusal(result).unwrap_or(Self::Processing),
            ForkError::Work(_) => Self::WorkFailed,
            ForkError::Stopped(stopped) => stopped.into(),
            ForkError::Store(cause) => cause.into(),
            told => Self::NoFork(told),
        }
    }
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
