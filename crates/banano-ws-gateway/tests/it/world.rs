//! Real blocks, and what an upstream says of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use banano_primitives::{Account, Amount, Block, BlockHash, Network, Subtype};
use banano_testkit::lattice::Lattice;
use banano_ws_gateway::{Merge, MergeConfig, Output, UpstreamId};
use banano_ws_protocol::{
    Confirmation, ConfirmationKind, ConfirmationSideband, ElectionInfo, Event, Extra,
    ReceivedConfirmation, ReceivedEvent,
};

/// Accounts of a simulation. The first block of each is confirmed before it begins.
pub(crate) const ACCOUNTS: u32 = 5;

/// The chains of some accounts, each block a send of one raw, one account after the other in turn.
pub(crate) fn chains(accounts: u32, length: u64) -> Vec<Confirmation> {
    let mut lattice = Lattice::dev();
    let genesis = lattice.genesis_key();
    let mut truth = Vec::new();
    for index in 0..accounts {
        let key = lattice.key(index);
        let amount = Amount::from_raw(1_000_000);
        let send = lattice.send(&genesis, key.account(), amount);
        let open = lattice.receive(&key, send.hash());
        truth.push(confirmation(&open, Subtype::Receive, amount, 1));
    }
    for height in 2..=length {
        for index in 0..accounts {
            let (key, amount) = (lattice.key(index), Amount::from_raw(1));
            let block = lattice.send(&key, genesis.account(), amount);
            truth.push(confirmation(&block, Subtype::Send, amount, height));
        }
    }
    truth
}

fn confirmation(block: &Arc<Block>, subtype: Subtype, amount: Amount, height: u64) -> Confirmation {
    Confirmation {
        block: Arc::clone(block),
        account: block.account().unwrap(),
        amount,
        kind: ConfirmationKind::ActiveQuorum,
        subtype: Some(subtype),
        linked_account: None,
        sideband: Some(ConfirmationSideband { height, local_timestamp: 1 }),
        election: Some(ElectionInfo::without_quorum(1)),
        local: false,
        healed: false,
        extra: Extra::NONE,
    }
}

/// A confirmation as a node says it.
pub(crate) fn said(it: &Confirmation) -> ReceivedEvent {
    ReceivedEvent::Confirmation(ReceivedConfirmation {
        account: it.account,
        amount: it.amount,
        hash: it.block.hash(),
        kind: it.kind,
        election: it.election.clone(),
        block: Some(Arc::clone(&it.block)),
        linked_account: it.linked_account,
        subtype: it.subtype,
        sideband: it.sideband,
        healed: false,
        extra: Extra::NONE,
    })
}

/// The same with one thing wrong in it.
pub(crate) fn corrupted(it: &Confirmation, how: u32) -> ReceivedEvent {
    let mut message = said(it);
    let ReceivedEvent::Confirmation(received) = &mut message else { unreachable!() };
    match how % 4 {
        0 => received.hash = BlockHash::from_bytes([9; 32]),
        1 => received.account = Account::from_bytes([9; 32]),
        2 => {
            let mut bytes = *it.block.signature().as_bytes();
            bytes[0] ^= 1;
            let signature = banano_primitives::Signature::from_bytes(bytes);
            let forged = Block::new(it.block.body().clone(), signature, it.block.work());
            received.block = Some(Arc::new(forged));
        }
        _ => received.block = None,
    }
    message
}

/// A merge of so many upstreams that are all up, and know the first block of every account.
pub(crate) fn merge(config: MergeConfig, upstreams: u8, known: &[Confirmation]) -> Merge {
    let mut merge = Merge::new(config, Network::dev(), upstreams.into(), None);
    for it in known {
        merge.remember(it);
    }
    let mut out = Vec::new();
    for id in 0..upstreams {
        merge.up(UpstreamId(id), false, 0, &mut out);
    }
    assert!(out.is_empty());
    merge
}

/// The hashes of the confirmations among it, in order.
pub(crate) fn hashes(out: &[Output]) -> Vec<BlockHash> {
    out.iter()
        .filter_map(|output| match output {
            Output::Event { event: Event::Confirmation(it), .. } => Some(it.block.hash()),
            _ => None,
        })
        .collect()
}

/// Each at most once; and unless there are holes, each after its previous.
pub(crate) fn check(seed: u64, truth: &[Confirmation], delivered: &[BlockHash], holes: usize) {
    let blocks: HashMap<_, _> = truth.iter().map(|it| (it.block.hash(), it)).collect();
    let mut seen: HashSet<_> =
        truth[..usize::try_from(ACCOUNTS).unwrap()].iter().map(|it| it.block.hash()).collect();
    for hash in delivered {
        assert!(holes > 0 || seen.contains(&blocks[hash].block.previous()), "seed {seed}: order");
        assert!(seen.insert(*hash), "seed {seed}: {hash} twice");
    }
}
