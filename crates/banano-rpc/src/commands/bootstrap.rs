//! Fetching what the ledger lacks (node.md §9.1).
//!
//! Called through the table. Orders attempts from the node, which alone fetches; never waits for their end.
//! While an attempt runs a second one is begun by `force` only, as in the reference.

use std::net::{IpAddr, SocketAddrV6};

use banano_node::{BootstrapOrder, Cause, Ordered, Whence};

use super::Future;
use crate::call::Call;
use crate::error::Error;
use crate::reply::Reply;

/// From one peer.
pub(super) fn bootstrap(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let address = peer_address(call)?;
        match order(call, Whence::Peer(address), true).await? {
            Ordered::UnknownPeer => Err(Error::PeerNotFound),
            Ordered::Started | Ordered::Refused => Ok(call.object().with("success", "")),
        }
    })
}

/// From any peers.
pub(super) fn bootstrap_any(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let account = call.request.account_or("account", Error::BadAccount)?;
        order(call, Whence::Peers { account }, false).await?;
        Ok(call.object().with("success", ""))
    })
}

/// From one block.
pub(super) fn bootstrap_lazy(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let hash = call.request.hash("hash")?;
        let ordered = order(call, Whence::Hash(hash), false).await?;
        let mut object = call.object();
        object.put_digit("started", ordered == Ordered::Started);
        object.put_digit("key_inserted", ordered == Ordered::Started);
        Ok(object)
    })
}

/// What runs. The numbers of connections are those of requests that wait for an answer, and of peers: an
/// attempt has no connections of its own.
pub(super) fn bootstrap_status(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let status = call.node().bootstrap_status().await?;
        let peers = call.node().peer_count();
        let connections = call
            .object()
            .with("clients", status.asked)
            .with("connections", peers)
            .with("idle", status.idle_peers)
            .with("target_connections", peers)
            .with("pulls", status.asked);
        let attempts: Vec<Reply> = status
            .running
            .iter()
            .map(|attempt| {
                call.object()
                    .with("id", &attempt.id)
                    .with("mode", "ascending")
                    .with("started", true)
                    .with("pulling", status.asked)
                    .with("total_blocks", attempt.blocks)
                    .with("lazy", attempt.cause == Cause::Hash)
                    .with("duration", status.running_ms / 1_000)
                    .into()
            })
            .collect();
        Ok(call
            .object()
            .with("bootstrap_threads", 1)
            .with("running_attempts_count", attempts.len())
            .with("total_attempts_count", status.attempts)
            .with_reply("connections", connections)
            .with_reply("attempts", attempts))
    })
}

async fn order(call: &Call, from: Whence, force: bool) -> Result<Ordered, Error> {
    let id = call.request.text("id").filter(|id| !id.is_empty()).map(str::to_owned);
    let force = call.request.flag("force", force);
    Ok(call.node().bootstrap(BootstrapOrder { id, force, from }).await?)
}

/// `address` and `port` of the request; IPv4 is mapped.
pub(super) fn peer_address(call: &Call) -> Result<SocketAddrV6, Error> {
    let port = call.request.required("port")?.parse().map_err(|_| Error::InvalidPort)?;
    let address = call.request.required("address")?;
    let address = match address.parse().map_err(|_| Error::InvalidAddress)? {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    Ok(SocketAddrV6::new(address, port, 0, 0))
}
