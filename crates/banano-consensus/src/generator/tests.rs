use banano_primitives::Root;

use super::*;

fn pair(number: u16) -> (QualifiedRoot, BlockHash) {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&number.to_le_bytes());
    let hash = BlockHash::from_bytes(bytes);
    (QualifiedRoot { root: Root::from(hash), previous: hash }, hash)
}

fn add(generator: &mut Generator, numbers: std::ops::Range<u16>, mono_ms: u64) {
    for number in numbers {
        let (root, hash) = pair(number);
        generator.add(root, hash, mono_ms);
    }
}

/// How many pairs each vote holds.
fn sizes(effects: &[Effect]) -> Vec<usize> {
    effects
        .iter()
        .map(|effect| match effect {
            Effect::Vote { kind: VoteKind::Normal, pairs } => pairs.len(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn without_delay_everything_goes_out_at_the_end_of_the_pass() {
    let mut generator = Generator::new(VoteKind::Normal, 0);
    let mut effects = Vec::new();
    add(&mut generator, 0..600, 5);
    assert_eq!(generator.due(), None, "no timer is needed");
    generator.end_pass(&mut effects);
    assert_eq!(sizes(&effects), [255, 255, 90]);
    generator.end_pass(&mut effects);
    assert_eq!(effects.len(), 3, "and nothing twice");
}

#[test]
fn with_delay_votes_wait_for_company_unless_the_bundle_is_full() {
    let mut generator = Generator::new(VoteKind::Normal, 100);
    let mut effects = Vec::new();
    add(&mut generator, 0..3, 1_000);
    add(&mut generator, 3..5, 1_050);
    generator.end_pass(&mut effects);
    generator.tick(1_099, &mut effects);
    assert_eq!(sizes(&effects), [0; 0]);
    assert_eq!(generator.due(), Some(1_100));
    generator.tick(1_100, &mut effects);
    assert_eq!(sizes(&effects), [5]);
    add(&mut generator, 5..262, 1_200);
    generator.end_pass(&mut effects);
    assert_eq!(sizes(&effects), [5, 255]);
    generator.tick(1_300, &mut effects);
    assert_eq!(sizes(&effects), [5, 255, 2]);
    assert_eq!(generator.due(), None);
}

#[test]
fn a_hash_goes_out_once_a_bundle() {
    let mut generator = Generator::new(VoteKind::Normal, 0);
    let mut effects = Vec::new();
    add(&mut generator, 0..3, 0);
    add(&mut generator, 1..4, 0);
    generator.end_pass(&mut effects);
    assert_eq!(sizes(&effects), [4]);
    add(&mut generator, 1..2, 0);
    generator.end_pass(&mut effects);
    assert_eq!(sizes(&effects), [4, 1], "and may go out again with the next");
}
