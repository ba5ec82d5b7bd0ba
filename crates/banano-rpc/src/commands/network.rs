//! What the node says of itself and of its network (node.md §9.1).
//!
//! Called through the table. Reads the ledger, and asks the node for what only its processing task knows.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use banano_node::{ActiveDifficulty, LedgerRead, PeerTelemetry, Telemetry};
use banano_primitives::{Account, Amount, Prefix, format_multiplier};

use super::bootstrap::peer_address;
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

/// The nodes that this one is connected to, each under the address at the other end.
pub(super) fn peers(call: &Call) -> Object {
    let mut peers = call.object();
    for peer in call.node().peers() {
        let name = endpoint(peer.address);
        if call.request.flag("peer_details", false) {
            let details = call
                .object()
                .with("protocol_version", peer.protocol_version)
                .with("node_id", peer.node_id.with_prefix(Prefix::Node))
                .with("type", "tcp")
                .with("peering", endpoint(peer.peering.unwrap_or(peer.address)));
            peers.put_reply(name, details);
        } else {
            peers.put(name, peer.protocol_version);
        }
    }
    call.object().with_reply("peers", peers)
}

/// As nodes write it: IPv4 addresses mapped into IPv6.
fn endpoint(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    SocketAddrV6::new(ip, address.port(), 0, 0).to_string()
}

/// Connects to a node, if it answers.
pub(super) fn keepalive(call: &Call) -> Answer {
    let address = call.request.text("address").and_then(|text| text.parse::<IpAddr>().ok());
    let port = call.request.text("port").and_then(|text| text.parse::<u16>().ok());
    let address = address.ok_or(Error::InvalidAddress)?;
    let port = port.filter(|port| *port != 0).ok_or(Error::InvalidPort)?;
    call.node().dial(SocketAddr::new(address, port));
    Ok(call.object().with("started", 1))
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

/// Without options what the node tells others about itself; `raw` what its peers told, and with `address`
/// and `port` what one of them told.
pub(super) fn telemetry(call: &Call) -> Future<'_> {
    Box::pin(async move {
        match (call.request.text("address"), call.request.text("port")) {
            (None, None) if call.request.flag("raw", false) => {
                let peers = call.node().peers_telemetry().await?;
                let metrics: Vec<Reply> =
                    peers.iter().map(|peer| Reply::from(peer_report(call, peer))).collect();
                Ok(call.object().with_reply("metrics", metrics))
            }
            (None, None) => Ok(report(call, &call.node().telemetry().await?)),
            (Some(_), Some(_)) => {
                let address = peer_address(call)?;
                let peers = call.node().peers_telemetry().await?;
                let peer = peers.iter().find(|peer| peer.address == address);
                Ok(report(call, &peer.ok_or(Error::PeerNotFound)?.report))
            }
            _ => Err(Error::PortAndAddress),
        }
    })
}

fn peer_report(call: &Call, peer: &PeerTelemetry) -> Object {
    report(call, &peer.report).with("address", peer.address.ip()).with("port", peer.address.port())
}

fn report(call: &Call, report: &Telemetry) -> Object {
    call.object()
        .with("block_count", report.block_count)
        .with("cemented_count", report.cemented_count)
        .with("unchecked_count", report.unchecked_count)
        .with("account_count", report.account_count)
        .with("bandwidth_cap", report.bandwidth_cap)
        .with("peer_count", report.peer_count)
        .with("protocol_version", report.protocol_version)
        .with("uptime", report.uptime)
        .with("genesis_block", report.genesis_block)
        .with("major_version", report.major_version)
        .with("minor_version", report.minor_version)
        .with("patch_version", report.patch_version)
        .with("pre_release_version", report.pre_release_version)
        .with("maker", report.maker)
        .with("timestamp", report.timestamp)
        .with("active_difficulty", report.active_difficulty)
        .with("node_id", report.node_id.with_prefix(Prefix::Node))
        .with("signature", report.signature)
}

pub(super) fn confirmation_quorum(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let quorum = call.node().quorum().await?;
        let mut peers: Vec<_> = call
            .node()
            .peers_representatives()
            .await?
            .into_iter()
            .map(|(account, address)| (call.ledger().weight(&account), account, address))
            .collect();
        peers.sort_unstable_by_key(|(weight, account, _)| Reverse((*weight, *account)));
        let mut object = call.object();
        object.put_amount("quorum_delta", quorum.delta);
        object.put("online_weight_quorum_percent", quorum.percent);
        object.put_amount("online_weight_minimum", quorum.minimum);
        object.put_amount("online_stake_total", quorum.online);
        object.put_amount("trended_stake_total", quorum.trended);
        object.put_amount("peers_stake_total", peers.iter().map(|(weight, ..)| *weight).sum());
        if call.request.flag("peer_details", false) {
            let detail = |(weight, account, address): (Amount, Account, SocketAddrV6)| {
                let mut peer = call
                    .object()
                    .with("account", call.style().account(account))
                    .with("ip", address);
                peer.put_amount("weight", weight);
                Reply::from(peer)
            };
            object.put_reply("peers", peers.into_iter().map(detail).collect::<Vec<_>>());
        }
        Ok(object)
    })
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

/// What this node's elections are worked at. The answer has the members of today's nodes, which no
/// longer follow that and always answer a multiplier of 1 (node.md §5).
pub(super) fn active_difficulty(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let ActiveDifficulty { now, multiplier, samples } =
            call.node().active_difficulty().await?.ok_or(Error::NoDifficulty)?;
        let mut object = call
            .object()
            .with("deprecated", 1)
            .with("network_minimum", now.minimum)
            .with("network_receive_minimum", now.receive_minimum)
            .with("network_current", now.current)
            .with("network_receive_current", now.receive_current)
            .with("multiplier", multiplier);
        if call.request.flag("include_trend", false) {
            let samples = samples.into_iter().map(|sample| Reply::text(format_multiplier(sample)));
            object.put_reply("difficulty_trend", samples.collect::<Vec<_>>());
        }
        Ok(object)
    })
}
