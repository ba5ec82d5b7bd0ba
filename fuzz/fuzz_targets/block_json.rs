//! Any JSON as a block: what reads also writes, and reads back as the same block.
#![no_main]

use banano_primitives::Block;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(block) = serde_json::from_str::<Block>(text) else { return };
    let written = serde_json::to_string(&block).expect("blocks are JSON");
    let again: Block = serde_json::from_str(&written).expect("what we write we read");
    assert_eq!(again.hash(), block.hash());
});
