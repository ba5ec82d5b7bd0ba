//! What the node says of itself and of its network (node.md §9.1).
//!
//! Called through the table. Reads the ledger, and asks the node for what only its processing task knows.

use std::cmp::Reverse;
use std::collections::HashSet;

use banano_node::LedgerRead;
use banano_primitives::{Account, Amount, Difficulty, Prefix};

use super::{Answer, Future};
use crate::call::{Call, Scan};
use crate::error::Error;
use crate::reply::{Object, Reply};
use crate::request::lax_bytes;

/// Accounts that hold what was never given out on the live network, and count as unavailable
/// (`nano-node:nano/node/json_handler.cpp`). On any other network they are ordinary, unopened accounts.
const UNAVAILABLE: [&str; 2] = [
    "059F68AAB29DE0D3A27443625C7EA9CDDB6517A8B76FE37727EF6A4D76832AD5",
    "8E319CE6F3025E5B2DF66DA7AB1467FE48F1679C13DD43BFDB29FA2E9FC40D3B",
];

pub(super) fn version(call: &Call) -> Object {
    let version = call.node().version();
    call.object()
        .with("rpc_version", version.rpc_version)
        .with("store_version", version.store_version)
        .with("protocol_version", version.protocol_version)
        .with("node_vendor", version.node_vendor)
        .with("store_vendor", version.store_vendor)
        .with("network", version.network)
        .with("network_identifier", version.network_identifier)
        .with("build_info", version.build_info)
}

pub(super) fn uptime(call: &Call) -> Object {
    call.object().with("seconds", call.node().uptime().as_secs())
}

pub(super) fn block_count(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let unchecked = call.node().unchecked_count().await?;
        let counts = call.ledger().counts();
        let mut object = call
            .object()
            .with("count", counts.blocks)
            .with("unchecked", unchecked)
            .with("cemented", counts.cemented);
        if counts.pruned > 0 {
            object.put("full", counts.blocks.saturating_sub(counts.pruned));
            object.put("pruned", counts.pruned);
        }
        Ok(object)
    })
}

pub(super) fn telemetry(call: &Call) -> Future<'_> {
    Box::pin(async move {
        match (call.request.text("address"), call.request.text("port")) {
            (None, None) => {}
            (Some(address), Some(port)) => {
                port.parse::<u16>().map_err(|_| Error::InvalidPort)?;
                address.parse::<std::net::IpAddr>().map_err(|_| Error::InvalidAddress)?;
                return Err(Error::PeerNotFound);
            }
            _ => return Err(Error::PortAndAddress),
        }
        let own = own_telemetry(call).await?;
        if call.request.flag("raw", false) {
            return Ok(call.object().with_reply("metrics", vec![own.into()]));
        }
        Ok(own)
    })
}

async fn own_telemetry(call: &Call) -> Result<Object, Error> {
    let own = call.node().telemetry().await?;
    Ok(call
        .object()
        .with("block_count", own.block_count)
        .with("cemented_count", own.cemented_count)
        .with("unchecked_count", own.unchecked_count)
        .with("account_count", own.account_count)
        .with("bandwidth_cap", own.bandwidth_cap)
        .with("peer_count", own.peer_count)
        .with("protocol_version", own.protocol_version)
        .with("uptime", own.uptime)
        .with("genesis_block", own.genesis_block)
        .with("major_version", own.major_version)
        .with("minor_version", own.minor_version)
        .with("patch_version", own.patch_version)
        .with("pre_release_version", own.pre_release_version)
        .with("maker", own.maker)
        .with("timestamp", own.timestamp)
        .with("active_difficulty", own.active_difficulty)
        .with("node_id", own.node_id.with_prefix(Prefix::Node))
        .with("signature", own.signature))
}

pub(super) fn confirmation_quorum(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let quorum = call.node().quorum().await?;
        let heard = call.node().online_representatives().await?;
        let mut object = call.object();
        object.put_amount("quorum_delta", quorum.delta);
        object.put("online_weight_quorum_percent", quorum.percent);
        object.put_amount("online_weight_minimum", quorum.minimum);
        object.put_amount("online_stake_total", quorum.online);
        object.put_amount("trended_stake_total", quorum.trended);
        object.put_amount("peers_stake_total", others(call, &heard));
        if call.request.flag("peer_details", false) {
            // Representatives behind a network address: the nodes of a dev network share one process.
            object.put_reply("peers", Vec::new());
        }
        Ok(object)
    })
}

/// The weight of those representatives that are not this node's.
fn others(call: &Call, heard: &[(Account, Amount)]) -> Amount {
    let own = call.node().dev().and_then(|dev| dev.representatives().first().copied());
    heard.iter().filter(|(account, _)| Some(*account) != own).map(|(_, weight)| *weight).sum()
}

pub(super) fn representatives(call: &Call) -> Answer {
    let count = call.bounded(call.request.count_or(usize::MAX)?);
    let mut weights: Vec<(Account, Amount)> =
        call.ledger().weights().iter().map(|(account, weight)| (*account, *weight)).collect();
    if call.request.flag("sorting", false) {
        weights.sort_unstable_by_key(|(account, weight)| Reverse((*weight, *account)));
    } else {
        weights.sort_unstable();
    }
    let mut representatives = call.object();
    for (account, weight) in weights.into_iter().take(count) {
        representatives.put(call.style().account(account), weight);
    }
    Ok(call.object().with_reply("representatives", representatives))
}

pub(super) fn representatives_online(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let only = call.request.list_or_none("accounts").map(|texts| {
            texts
                .into_iter()
                .map(|text| call.request.decode_account(text, Error::BadAccount))
                .collect::<Result<HashSet<_>, _>>()
        });
        let only = only.transpose()?;
        let online = call.node().online_representatives().await?;
        let online = online
            .into_iter()
            .filter(|(account, _)| only.as_ref().is_none_or(|only| only.contains(account)));
        let representatives: Reply = if call.request.flag("weight", false) {
            let mut object = call.object();
            for (account, weight) in online {
                let mut entry = call.object();
                entry.put_amount("weight", weight);
                object.put_reply(call.style().account(account), entry);
            }
            object.into()
        } else {
            online
                .map(|(account, _)| Reply::Text(call.style().account(account)))
                .collect::<Vec<_>>()
                .into()
        };
        Ok(call.object().with_reply("representatives", representatives))
    })
}

pub(super) fn available_supply(call: &Call) -> Answer {
    let mut unavailable = Amount::ZERO;
    let landing = UNAVAILABLE.into_iter().filter_map(lax_bytes).map(Account::from_bytes);
    for account in landing.chain([call.network().genesis_account()]) {
        let balance = call.ledger().account(&account)?.map_or(Amount::ZERO, |info| info.balance);
        unavailable = unavailable.saturating_add(balance);
    }
    // What was sent to the account that nobody can open is burned.
    call.scan_receivables(&Account::ZERO, |_, info| {
        unavailable = unavailable.saturating_add(info.amount);
        Ok(Scan::Go)
    })?;
    Ok(call.object().with("available", Amount::MAX.saturating_sub(unavailable)))
}

/// Nodes no longer order elections by work; they answer this as if all was calm (node.md §5).
pub(super) fn active_difficulty(call: &Call) -> Object {
    let thresholds = &call.network().thresholds;
    let receive: Difficulty = thresholds.epoch_2_receive;
    let mut object = call
        .object()
        .with("deprecated", 1)
        .with("network_minimum", thresholds.base)
        .with("network_receive_minimum", receive)
        .with("network_current", thresholds.base)
        .with("network_receive_current", receive)
        .with("multiplier", 1);
    if call.request.flag("include_trend", false) {
        object.put_reply("difficulty_trend", vec![Reply::text("1.000000000000000")]);
    }
    object
}
