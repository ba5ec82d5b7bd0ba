//! Measures signing, verification, hashing and text on one core:
//! `cargo run --release -p banano-primitives --example signature_speed`.

use std::hint::black_box;
use std::time::Instant;

use banano_primitives::{Account, BlockHash, KeyPair, Seed, Work};

const ROUNDS: u32 = 20_000;

fn main() {
    let key: KeyPair = Seed::from_bytes([7; 32]).key_pair(0);
    let account = key.account();
    let text = account.to_string();
    let hash = BlockHash::from_bytes([9; 32]);
    let signature = key.sign(hash.as_bytes());
    measure("sign", || key.sign(hash.as_bytes()));
    measure("verify", || account.verifies(hash.as_bytes(), &signature));
    measure("work difficulty", || Work::new(1).difficulty(&hash.into()));
    measure("account to text", || account.text());
    measure("account from text", || text.parse::<Account>().is_ok());
    measure("hash to text", || hash.text());
    measure("signature to decimal", || signature.decimal());
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn measure<T>(name: &str, mut act: impl FnMut() -> T) {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(act());
    }
    println!("{name}: {:.3} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
}
