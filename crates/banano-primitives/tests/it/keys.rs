//! Seeds, keys and signing.

use banano_primitives::{Account, KeyPair, PrivateKey, Seed, Signature};

use crate::vectors::{parse, rows, text};

#[test]
fn a_seed_yields_the_published_keys() {
    for row in rows!("keys_from_seed") {
        let seed: Seed = parse(&row, "seed");
        let index = u32::try_from(row["index"].as_u64().unwrap()).unwrap();
        assert_eq!(seed.private_key(index).to_string(), text(&row, "private_key"));
        let account = seed.key_pair(index).account();
        assert_eq!(account.hex().as_str(), text(&row, "public_key"));
        assert_eq!(Account::from_hex(text(&row, "public_key")), Ok(account));
        assert_eq!(account.to_string(), text(&row, "account"));
    }
}

#[test]
fn a_private_key_yields_the_published_account() {
    for row in rows!("public_from_private") {
        let key = KeyPair::from(parse::<PrivateKey>(&row, "private_key"));
        assert_eq!(key.account().hex().as_str(), text(&row, "public_key"));
        assert_eq!(key.account().to_string(), text(&row, "account"));
        assert_eq!(key.private_key().to_string(), text(&row, "private_key"));
    }
}

#[test]
fn signatures_are_the_published_ones_and_verify() {
    for row in rows!("signatures") {
        let key = KeyPair::from(parse::<PrivateKey>(&row, "private_key"));
        let message: banano_primitives::BlockHash = parse(&row, "message");
        let signature = key.sign(message.as_bytes());
        assert_eq!(signature.to_string(), text(&row, "signature"));
        assert_eq!(key.account().hex().as_str(), text(&row, "public_key"));
        assert!(key.account().verifies(message.as_bytes(), &signature));
        assert!(!key.account().verifies(&message.as_bytes()[1..], &signature));
        assert_eq!(Signature::from_decimal(&signature.to_decimal()), Ok(signature));
    }
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let seed = Seed::from_bytes([0xAB; 32]);
    let key = seed.key_pair(0);
    for shown in [format!("{seed:?}"), format!("{:?}", key.private_key()), format!("{key:?}")] {
        assert!(!shown.contains("ABAB"), "{shown}");
        assert!(!shown.contains(&key.private_key().to_string()[..8]), "{shown}");
    }
    assert!(format!("{key:?}").contains(&key.account().to_string()));
}
