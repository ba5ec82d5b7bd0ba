//! The blocks are as the rules want them.

use banano_primitives::BlockKind;

use super::*;

fn raw(raw: u128) -> Amount {
    Amount::from_raw(raw)
}

#[test]
fn every_kind_of_block_can_be_built_and_follows_its_chain() {
    let mut lattice = Lattice::dev();
    let genesis = lattice.genesis_key();
    let [alice, bob] = [1, 2].map(|index| lattice.key(index));

    let legacy_send = lattice.legacy_send(&genesis, bob.account(), raw(30));
    let legacy_open = lattice.legacy_open(&bob, legacy_send.hash(), genesis.account());
    let second = lattice.legacy_send(&genesis, bob.account(), raw(3));
    let legacy_receive = lattice.legacy_receive(&bob, second.hash());
    let legacy_change = lattice.legacy_change(&bob, bob.account());
    lattice.epoch(bob.account(), Epoch::One);
    let send = lattice.send(&bob, alice.account(), raw(11));
    let open = lattice.receive(&alice, send.hash());
    lattice.change(&alice, genesis.account());
    lattice.epoch(alice.account(), Epoch::Two);

    assert_eq!(legacy_receive.previous(), legacy_open.hash());
    assert_eq!(legacy_change.previous(), legacy_receive.hash());
    assert_eq!(open.previous(), BlockHash::ZERO);
    assert_eq!(lattice.balance(&bob.account()), raw(22));
    assert_eq!(lattice.balance(&genesis.account()), raw(u128::MAX - 33));
    let alice_chain = lattice.chain(&alice.account()).unwrap();
    assert_eq!((alice_chain.epoch, alice_chain.height), (Epoch::Two, 3));
    assert_eq!(alice_chain.representative, genesis.account());

    let thresholds = lattice.network().thresholds;
    for block in lattice.blocks() {
        let signed = [&genesis, &alice, &bob].iter().any(|key| block.is_signed_by(&key.account()));
        assert!(signed, "{block:?}");
        let least = match block.kind() {
            BlockKind::State => thresholds.entry,
            _ => thresholds.legacy(),
        };
        assert!(block.difficulty() >= least, "{block:?}");
    }
    assert_eq!(lattice.blocks().len(), 10);
}

#[test]
fn an_epoch_travels_with_the_money() {
    let mut lattice = Lattice::dev();
    let genesis = lattice.genesis_key();
    lattice.epoch(genesis.account(), Epoch::One);
    let alice = lattice.key(1);
    lattice.fund(&alice, raw(1));
    assert_eq!(lattice.chain(&alice.account()).unwrap().epoch, Epoch::One);
}

#[test]
fn the_same_steps_make_the_same_blocks_and_clones_make_forks() {
    let mut one = Lattice::dev();
    let mut other = one.clone();
    let alice = one.key(1);
    assert_eq!(one.fund(&alice, raw(7)), other.fund(&alice, raw(7)));
    let (send, fork) = (one.fund(&one.key(2), raw(1)), other.fund(&other.key(3), raw(1)));
    assert_ne!(send.hash(), fork.hash());
    let [send, fork] = [&one, &other].map(|lattice| lattice.blocks()[2].qualified_root());
    assert_eq!(send, fork);
}

#[test]
#[should_panic(expected = "is not enough to send 8")]
fn nobody_sends_what_he_has_not() {
    let mut lattice = Lattice::dev();
    let alice = lattice.key(1);
    lattice.fund(&alice, raw(7));
    lattice.send(&alice, lattice.genesis_key().account(), raw(8));
}
