//! Which reports are taken, and when the node tells its own.

use banano_primitives::{Difficulty, KeyPair, Seed, Signature};

use super::*;

const PEER: PeerId = PeerId(3);

fn key(index: u32) -> KeyPair {
    Seed::from_bytes([4; 32]).key_pair(index)
}

fn report(genesis_block: BlockHash) -> Telemetry {
    Telemetry {
        signature: Signature::ZERO,
        node_id: Account::ZERO,
        block_count: 7,
        cemented_count: 5,
        unchecked_count: 1,
        account_count: 3,
        bandwidth_cap: 0,
        peer_count: 2,
        protocol_version: 0x15,
        uptime: 60,
        genesis_block,
        major_version: 28,
        minor_version: 2,
        patch_version: 0,
        pre_release_version: 0,
        maker: 0,
        timestamp: 1,
        active_difficulty: Difficulty::new(0),
        unknown: vec![1, 2, 3],
    }
}

fn reports() -> Reports {
    Reports::new(&Network::live())
}

#[test]
fn only_what_the_peer_signed_for_this_network_is_taken() {
    let genesis = Network::live().genesis.hash();
    let good = report(genesis).signed(&key(1));
    let forged = Telemetry { block_count: 8, ..good.clone() };
    let cut = Telemetry { unknown: vec![1, 2], ..good.clone() };
    let foreign = report(Network::dev().genesis.hash()).signed(&key(1));
    let rows: [(&str, Option<&Telemetry>, KeyPair, Verdict); 6] = [
        ("good", Some(&good), key(1), Verdict::Taken),
        ("empty", None, key(1), Verdict::Empty),
        ("of another node", Some(&good), key(2), Verdict::WrongNode),
        ("forged", Some(&forged), key(1), Verdict::BadSignature),
        ("without all that is signed", Some(&cut), key(1), Verdict::BadSignature),
        ("of another network", Some(&foreign), key(1), Verdict::WrongGenesis),
    ];
    for (name, report, peer, wanted) in rows {
        let mut reports = reports();
        assert_eq!(reports.take(PEER, peer.account(), report, 0), wanted, "{name}");
        let kept = reports.recent(0).count();
        assert_eq!(kept, usize::from(wanted == Verdict::Taken), "{name}");
    }
}

#[test]
fn a_flood_of_reports_costs_one_check_in_a_while() {
    let mut reports = reports();
    let good = report(Network::live().genesis.hash()).signed(&key(1));
    let mut taken = Vec::new();
    for second in 0..60 {
        let verdict = reports.take(PEER, key(1).account(), Some(&good), second * 1_000);
        if verdict == Verdict::Taken {
            taken.push(second);
        }
    }
    assert_eq!(taken, [0, 15, 30, 45]);
}

#[test]
fn a_report_is_forgotten_when_it_is_old() {
    let mut reports = reports();
    let good = report(Network::live().genesis.hash()).signed(&key(1));
    reports.take(PEER, key(1).account(), Some(&good), 1_000);
    assert_eq!(reports.recent(130_999).count(), 1);
    assert_eq!(reports.recent(131_000).count(), 0);
    assert!(reports.begin_round(200_000));
    assert!(reports.heard.is_empty());
}

#[test]
fn all_peers_are_told_at_once_and_then_at_each_interval() {
    let mut reports = reports();
    let rounds: Vec<u64> = (0..200).filter(|s| reports.begin_round(s * 1_000)).collect();
    assert_eq!(rounds, [0, 60, 120, 180]);
    assert_eq!(reports.due(), 240_000);
}

#[test]
fn who_asks_is_answered_unless_told_lately() {
    let mut reports = reports();
    assert!(reports.may_answer(PEER, 0), "nobody was told yet");
    assert!(!reports.may_answer(PEER, 14_999));
    assert!(reports.may_answer(PeerId(4), 14_999), "each peer counts for itself");
    assert!(reports.begin_round(20_000));
    assert!(!reports.may_answer(PEER, 34_999), "all were told");
    assert!(reports.may_answer(PEER, 35_000));
}
