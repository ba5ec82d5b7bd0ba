//! Several voters, each with its own ledger and state machine, over a network that loses, delays, reorders and
//! doubles messages.
//!
//! Everything follows from a seed: a failing run prints it, and `SIMULATION_SEED=n` repeats that run alone.
//! Checked are the two promises of consensus: no two nodes ever cement different blocks for one root, and what
//! a quorum can decide is decided in the end.

mod story;
mod world;

use world::World;

/// How many seeds the short run tries. `SIMULATION_SEEDS=n` tries that many.
const SEEDS: u64 = 300;

#[test]
fn voters_agree_and_decide_in_spite_of_the_network() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seeds = match number("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIMULATION_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        let run = std::panic::catch_unwind(|| World::new(seed).run());
        if let Err(cause) = run {
            eprintln!("failed with SIMULATION_SEED={seed}");
            std::panic::resume_unwind(cause);
        }
    }
}
