//! Four nodes that hear each other at once: what a confirmation costs in messages when nothing goes wrong.

use std::sync::Arc;

use banano_ledger::LedgerRead;
use banano_primitives::{Block, Vote};

use crate::chains::{Chains, account, network};
use crate::shell::{Sent, Shell};
use crate::stage::{PERMILLE, config, representative};

const NODES: u8 = 4;

/// Nodes of equal weight, and an account with funds.
fn nodes() -> (Vec<Shell>, Chains) {
    let network = network();
    let mut chains = Chains::new(&network);
    for node in 0..NODES {
        chains.fund(network.genesis_account(), representative(node), 240 * PERMILLE);
    }
    let genesis = network.genesis_account();
    chains.fund(genesis, account(1), PERMILLE);
    // The rest is on its way for ever, and votes for nobody.
    chains.send(genesis, account(99), chains.balance(&genesis));
    let setup = std::mem::take(&mut chains.blocks);
    let start = |node| {
        let mut shell = Shell::new(&network, config(&network), vec![representative(node)]);
        shell.preload(&setup);
        shell.tick();
        shell
    };
    ((0..NODES).map(start).collect(), chains)
}

/// Carries votes between the nodes until there are none; returns how often they had to go.
fn exchange(nodes: &mut [Shell]) -> usize {
    for hops in 0.. {
        let said: Vec<Vec<Arc<Vote>>> = nodes.iter_mut().map(votes_of).collect();
        if said.iter().all(Vec::is_empty) {
            return hops;
        }
        for (hearer, node) in nodes.iter_mut().enumerate() {
            for (speaker, votes) in said.iter().enumerate() {
                if speaker != hearer {
                    for vote in votes {
                        node.vote(vote);
                    }
                }
            }
        }
    }
    unreachable!("nodes never stop talking")
}

fn votes_of(node: &mut Shell) -> Vec<Arc<Vote>> {
    let sent = std::mem::take(&mut node.sent);
    let votes = sent.into_iter().map(|sent| match sent {
        Sent::Vote(vote) => vote,
        other => panic!("needless: {other:?}"),
    });
    votes.collect()
}

fn publish(nodes: &mut [Shell], blocks: &[Arc<Block>]) {
    for node in nodes {
        for block in blocks {
            node.publish(block);
        }
    }
}

#[test]
fn each_block_of_a_chain_takes_two_hops_and_no_time() {
    let (mut nodes, mut chains) = nodes();
    let chain: Vec<_> = (0..500).map(|_| chains.send(account(1), account(2), 1)).collect();
    publish(&mut nodes, &chain);
    assert_eq!(exchange(&mut nodes), 2 * chain.len(), "a normal and a final vote each");
    for node in &nodes {
        assert!(node.ledger.is_cemented(&chain[499].hash()).unwrap());
        assert_eq!(node.now.mono_ms, 0);
    }
}

#[test]
fn when_all_goes_well_nothing_is_asked_for_or_said_twice() {
    let (mut nodes, mut chains) = nodes();
    let send = chains.send(account(1), account(2), 1);
    let receive = chains.receive(account(2), send.hash(), 1);
    publish(&mut nodes, &[send, receive.clone()]);
    exchange(&mut nodes);
    for node in &mut nodes {
        node.advance(10_000);
        assert!(votes_of(node).is_empty());
        assert!(node.ledger.is_cemented(&receive.hash()).unwrap());
    }
}
