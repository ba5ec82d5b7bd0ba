//! The network's rule of verification, where it is laxer than the usual one (`node.md §1.7`).

use banano_primitives::{Account, Block, KeyPair, PrivateKey, Signature};

/// The order of the group, little endian: 2^252 + 27742317777372353535851937790883648493.
const GROUP_ORDER: [u8; 32] = [
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Encodes the neutral element, both as R and as a public key.
const NEUTRAL: [u8; 32] = {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
};

fn key() -> KeyPair {
    PrivateKey::from_bytes([42; 32]).into()
}

/// Adds the group order to S, which changes the number but not what it stands for.
fn with_larger_s(signature: &Signature) -> Signature {
    let mut bytes = *signature.as_bytes();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(GROUP_ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = (sum & 0xFF) as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    Signature::from_bytes(bytes)
}

fn signature(r: [u8; 32], s: [u8; 32]) -> Signature {
    Signature::from_bytes([r, s].concat().try_into().unwrap())
}

#[test]
fn s_above_the_group_order_counts_while_the_top_three_bits_are_clear() {
    let (key, message) = (key(), [7; 32]);
    let plain = key.sign(&message);
    let larger = with_larger_s(&plain);
    assert_ne!(larger, plain);
    assert_eq!(larger.as_bytes()[63] & 0xE0, 0);
    assert!(key.account().verifies(&message, &larger));

    let too_large = with_larger_s(&larger);
    assert_ne!(too_large.as_bytes()[63] & 0xE0, 0, "the same number again, past 2^253");
    assert!(!key.account().verifies(&message, &too_large));
}

#[test]
fn any_of_the_top_three_bits_rejects() {
    let (key, message) = (key(), [7; 32]);
    for bit in [0x20, 0x40, 0x80] {
        let mut bytes = *key.sign(&message).as_bytes();
        bytes[63] |= bit;
        assert!(!key.account().verifies(&message, &Signature::from_bytes(bytes)));
    }
}

#[test]
fn a_changed_bit_anywhere_rejects() {
    let (key, message) = (key(), [7; 32]);
    let good = key.sign(&message);
    for byte in 0..64 {
        let mut bytes = *good.as_bytes();
        bytes[byte] ^= 1;
        assert!(!key.account().verifies(&message, &Signature::from_bytes(bytes)), "{byte}");
    }
}

/// The neutral element is a key for which R neutral and S zero sign everything.
#[test]
fn small_order_keys_are_taken() {
    let key = Account::from_bytes(NEUTRAL);
    for message in [[0; 32], [1; 32], [2; 32]] {
        assert!(key.verifies(&message, &signature(NEUTRAL, [0; 32])));
    }
}

/// The all-zero key has order four: R neutral and S zero sign about every fourth message.
#[test]
fn the_all_zero_key_can_be_forged_for() {
    let forged = signature(NEUTRAL, [0; 32]);
    let taken = (0..=u8::MAX).filter(|byte| Account::ZERO.verifies(&[*byte; 32], &forged)).count();
    assert!((32..=96).contains(&taken), "{taken} of 256");
}

/// A published block of the burn account, with a crafted signature that nodes accept.
#[test]
fn the_published_forgery_for_the_burn_account_verifies() {
    let block: Block = serde_json::from_str(
        r#"{
            "type": "state",
            "account": "ban_1111111111111111111111111111111111111111111111111111hifc8npp",
            "previous": "0000000000000000000000000000000000000000000000000000000000000000",
            "representative": "ban_3e3j5tkog48pnny9dmfzj1r16pg8t1e76dz5tmac6iq689wyjfpiij4txtdo",
            "balance": "5",
            "link": "202203163AD9071460F0F798566C3EBC69DEC3E8A85F7CD587A403CE1177835C",
            "signature": "B6E096BC1E2B74AEFC7ECB12C29B22B58938D0BA5345C63984BA5D8EF385D1D23D30000000000000000000000000000000000000000000000000000000000000",
            "work": "710a1c86b435eef4"
        }"#,
    )
    .unwrap();
    assert_eq!(
        block.hash().to_string(),
        "97EF7A713C9ED68799231CC4A3468CD3755AF4317B30EB950E1EA5D4D854D8F8"
    );
    assert!(block.is_signed_by(&Account::ZERO));
}

/// R is compared as bytes, so another encoding of the same point does not count.
#[test]
fn a_non_canonical_r_is_refused() {
    let key = Account::from_bytes(NEUTRAL);
    let mut other = [0xFF; 32]; // 2^255 - 18 = p + 1: the neutral element again
    other[0] = 0xEE;
    other[31] = 0x7F;
    assert!(!key.verifies(&[0; 32], &signature(other, [0; 32])));
}

#[test]
fn a_key_that_is_no_point_verifies_nothing() {
    let mut bytes = [0; 32];
    bytes[0] = 2;
    assert!(!Account::from_bytes(bytes).verifies(&[0; 32], &key().sign(&[0; 32])));
}
