//! Strangers at the peering port: each is dropped with a counted reason, and the network goes on.

use std::sync::Arc;

use banano_node::{CloseReason, DevConfig, DevNet, DropReason, Node};
use banano_primitives::{BlockHash, Network, Signature, Vote, VoteTimestamp};
use banano_wire::{Handshake, Header, Keepalive, Message, Protocol, ResponseV2};

use crate::stranger::{Stranger, counted, dial};
use crate::support::{PATIENCE, Wallet, cemented_everywhere, key, process, start};

/// A whole handshake, as a node of that number would do it.
fn greeted(node: &Node, index: u32) -> Stranger {
    Stranger::greeted(node, &key(index))
}

fn query() -> Handshake {
    dial(&Network::dev(), &key(100)).1
}

/// The network still confirms, and its nodes are still connected.
async fn assert_well(net: &DevNet) {
    let mut wallet = Wallet::funded(net, 0);
    process(net.node(), &wallet.send(key(9).account(), 1)).await;
    cemented_everywhere(net, wallet.head).await;
    let own = |node: &Node| net.nodes().iter().any(|other| other.id() == node.id());
    assert!(own(net.node()));
    let others = net
        .node()
        .peers()
        .into_iter()
        .filter(|peer| net.nodes().iter().any(|node| node.id() == peer.node_id));
    assert_eq!(others.count(), net.nodes().len() - 1);
}

fn header(kind: u8, extensions: u16) -> Vec<u8> {
    let Network { magic, protocol, .. } = Network::dev();
    let [low, high] = extensions.to_le_bytes();
    vec![magic[0], magic[1], protocol.current, protocol.current, protocol.minimum, kind, low, high]
}

#[tokio::test]
async fn rows_of_strangers_that_are_dropped_before_they_prove_anything() {
    let (net, _witness) = start(&DevConfig::default());
    let node = net.node();
    let mut live = Vec::new();
    Message::NodeIdHandshake(Box::new(query()))
        .encode(Protocol::of(&Network::live()), &mut live)
        .unwrap();
    let mut old = header(10, 5);
    old[3] = 1;
    let mut keepalive = Vec::new();
    Message::Keepalive(Box::new(Keepalive::new([])))
        .encode(Protocol::of(node.network()), &mut keepalive)
        .unwrap();
    let rows: [(&str, Vec<u8>, CloseReason); 7] = [
        ("garbage", vec![0xff; 10_000], CloseReason::Magic),
        ("a web browser", b"GET / HTTP/1.1\r\n\r\n".to_vec(), CloseReason::Magic),
        ("another network", live, CloseReason::Magic),
        ("an old node", old, CloseReason::Version),
        ("no message", header(99, 0), CloseReason::Kind),
        ("no handshake first", keepalive, CloseReason::HandshakeOrder),
        ("an old bootstrap", [header(8, 0), vec![0; 40]].concat(), CloseReason::LegacyBootstrap),
    ];
    for (name, bytes, reason) in rows {
        let before = node.net_stats().closed_for(reason);
        let mut stranger = Stranger::connect(node);
        stranger.write(&bytes);
        stranger.dropped();
        counted(node, reason, before + 1).await;
        assert!(!node.net_stats().closed.is_empty(), "{name}");
    }
    assert_well(&net).await;
    net.stop().await.unwrap();
}

#[tokio::test]
async fn forged_and_replayed_proofs_are_refused() {
    let (net, _witness) = start(&DevConfig::default());
    let node = net.node();
    let genesis = node.network().genesis.hash();
    let answer = |signer: u32, cookie: &[u8; 32], genesis: BlockHash| {
        let response = ResponseV2::signed(&key(signer), cookie, [3; 32], genesis);
        Handshake::V2 { query: None, response: Some(response) }
    };
    // Another's proof, heard on another connection, does not fit this one's cookie.
    let mut first = Stranger::connect(node);
    first.shake(query());
    let cookie = *first.handshake().query().unwrap();
    let mut second = Stranger::connect(node);
    second.shake(query());
    second.handshake();
    second.shake(answer(100, &cookie, genesis));
    second.dropped();
    counted(node, CloseReason::HandshakeSignature, 1).await;
    // The right cookie, but for another network.
    first.shake(answer(100, &cookie, BlockHash::from_bytes([6; 32])));
    first.dropped();
    counted(node, CloseReason::Genesis, 1).await;
    // A second question.
    let mut third = Stranger::connect(node);
    third.shake(query());
    third.handshake();
    third.shake(query());
    third.dropped();
    counted(node, CloseReason::HandshakeOrder, 1).await;
    assert_well(&net).await;
    net.stop().await.unwrap();
}

#[tokio::test]
async fn a_proven_peer_that_misbehaves_is_dropped() {
    let (net, _witness) = start(&DevConfig::default());
    let node = net.node();
    let mut forger = greeted(node, 100);
    let mut vote =
        Vote::signed(&key(1), VoteTimestamp::FINAL, vec![BlockHash::from_bytes([7; 32])]);
    vote.signature = Signature::ZERO;
    forger.send(&Message::ConfirmAck { vote: Arc::new(vote), rebroadcasted: false });
    forger.dropped();
    counted(node, CloseReason::VoteSignature, 1).await;

    let mut twin = greeted(node, 101);
    assert!(matches!(twin.next(), Some(Message::Keepalive(_))));
    greeted(node, 101).dropped();
    counted(node, CloseReason::Duplicate, 1).await;

    // What does not parse is dropped, and the connection lives on; what came before is not read again.
    twin.write(&[header(14, 5), vec![0; 14]].concat());
    let block = Arc::clone(&node.network().genesis);
    for _ in 0..1_000 {
        twin.send(&Message::Publish { block: Arc::clone(&block), originator: false });
    }
    let wait = async {
        while node.net_stats().dropped_for(DropReason::Duplicate) < 999
            || node.net_stats().dropped_for(DropReason::Unreadable) < 1
        {
            node.stats().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("copies are counted");
    assert!(node.peers().iter().any(|peer| peer.node_id == key(101).account()));
    assert_well(&net).await;
    net.stop().await.unwrap();
}

#[tokio::test]
async fn slow_bytes_and_a_long_length_cost_a_socket_and_end_in_time() {
    let (net, _witness) = start(&DevConfig { nodes: 2, ..DevConfig::default() });
    let node = net.node();
    // Begins a handshake and never ends it.
    let mut slow = Stranger::connect(node);
    slow.write(&header(10, 5)[..Header::SIZE - 1]);
    // The longest payload that a header can announce, of which one byte comes.
    let mut long = greeted(node, 102);
    long.write(&header(15, u16::MAX));
    long.write(&[1]);
    slow.dropped();
    counted(node, CloseReason::HandshakeTimeout, 1).await;
    long.dropped();
    counted(node, CloseReason::SlowWriter, 1).await;
    assert_well(&net).await;
    net.stop().await.unwrap();
}

#[tokio::test]
async fn churn_leaves_nothing_behind() {
    let (net, _witness) = start(&DevConfig { nodes: 2, ..DevConfig::default() });
    let node = net.node();
    let before = node.net_stats();
    for round in 0..300_u32 {
        match round % 3 {
            0 => drop(Stranger::connect(node)),
            1 => Stranger::connect(node).shake(query()),
            _ => drop(greeted(node, 200 + round)),
        }
    }
    let ended = |node: &Node| node.net_stats().closed_for(CloseReason::Ended);
    counted(node, CloseReason::Ended, before.closed_for(CloseReason::Ended) + 300).await;
    assert_eq!(ended(node), before.closed_for(CloseReason::Ended) + 300);
    assert_eq!(node.net_stats().accepted, before.accepted + 300);
    assert_eq!(node.peer_count(), 1);
    assert_well(&net).await;
    net.stop().await.unwrap();
}
