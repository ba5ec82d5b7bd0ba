//! What is bundled into one vote, and when it goes out.

use banano_primitives::Root;

use super::*;

fn pair(number: u16) -> Pair {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&number.to_le_bytes());
    let hash = BlockHash::from_bytes(bytes);
    (QualifiedRoot { root: Root::from(hash), previous: hash }, hash)
}

fn add(generator: &mut Generator, numbers: std::ops::Range<u16>, mono_ms: u64) {
    for number in numbers {
        generator.add(pair(number), mono_ms);
    }
}

#[test]
fn without_delay_everything_goes_out_at_the_end_of_the_pass() {
    let mut generator = Generator::new(0);
    add(&mut generator, 0..600, 5);
    assert_eq!(generator.due(), None, "no timer is needed");
    let (pairs, pass_ms) = generator.end_pass();
    assert_eq!((pairs.len(), pass_ms), (600, 5));
    assert_eq!(generator.end_pass().0, [], "and nothing twice");
}

#[test]
fn with_delay_votes_wait_for_company_unless_the_bundle_is_full() {
    let mut generator = Generator::new(100);
    add(&mut generator, 0..3, 1_000);
    add(&mut generator, 3..5, 1_050);
    assert_eq!(generator.end_pass().0.len(), 0);
    assert_eq!(generator.tick(1_099).len(), 0);
    assert_eq!(generator.due(), Some(1_100));
    assert_eq!(generator.tick(1_100).len(), 5);
    add(&mut generator, 5..262, 1_200);
    assert_eq!(generator.end_pass(), ((5..260).map(pair).collect(), 1_200));
    assert_eq!(generator.tick(1_300), [pair(260), pair(261)]);
    assert_eq!(generator.due(), None);
}

#[test]
fn a_hash_waits_once() {
    let mut generator = Generator::new(0);
    add(&mut generator, 0..3, 0);
    add(&mut generator, 1..4, 0);
    assert_eq!(generator.end_pass().0.len(), 4);
    add(&mut generator, 1..2, 0);
    assert_eq!(generator.end_pass().0, [pair(1)], "and may go out again with the next");
}
