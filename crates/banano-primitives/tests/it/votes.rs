//! Votes and the decimal form of signatures.

use banano_primitives::{
    BlockHash, DecimalSignatureError, KeyPair, PrivateKey, Signature, Vote, VoteTimestamp,
};

use crate::vectors::{parse, rows, text};

#[test]
fn votes_hash_and_sign_as_published() {
    for row in rows!("votes") {
        let key = KeyPair::from(parse::<PrivateKey>(&row, "private_key"));
        let packed = VoteTimestamp::from_packed(parse(&row, "packed_timestamp"));
        let timestamp = match row["timestamp_ms"].as_u64() {
            None => VoteTimestamp::FINAL,
            Some(millis) => {
                let duration = u8::try_from(row["duration_bits"].as_u64().unwrap()).unwrap();
                VoteTimestamp::new(millis, duration)
            }
        };
        assert_eq!(timestamp, packed);
        assert_eq!(timestamp.is_final(), row["final"].as_bool().unwrap());
        assert_eq!(timestamp.millis().to_string(), text(&row, "json_timestamp"));
        assert_eq!(timestamp.duration().to_string(), text(&row, "json_duration"));

        let hashes: Vec<BlockHash> = row["hashes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hash| hash.as_str().unwrap().parse().unwrap())
            .collect();
        let vote = Vote::signed(&key, timestamp, hashes);
        assert_eq!(vote.account, parse(&row, "account"));
        assert_eq!(vote.hash(), parse(&row, "vote_hash"));
        assert_eq!(vote.signature, parse(&row, "signature"));
        assert_eq!(vote.signature.to_decimal(), text(&row, "signature_decimal"));
        assert_eq!(Signature::from_decimal(text(&row, "signature_decimal")), Ok(vote.signature));
        assert!(vote.verify());

        let later = Vote { timestamp: VoteTimestamp::from_packed(packed.packed() ^ 1), ..vote };
        assert!(!later.verify(), "the duration is signed too");
    }
}

#[test]
fn decimal_signatures_have_no_leading_zeros_and_all_of_512_bits() {
    let max = Signature::from_bytes([0xFF; 64]);
    assert_eq!(Signature::ZERO.to_decimal(), "0");
    assert_eq!(Signature::from_decimal("0"), Ok(Signature::ZERO));
    let decimal = max.to_decimal();
    assert_eq!(decimal.len(), 155);
    assert_eq!(Signature::from_decimal(&decimal), Ok(max));
    let above = decimal.replace("084095", "084096");
    assert_ne!(above, decimal, "2^512 - 1 ends in 084095");
    assert_eq!(Signature::from_decimal(&above), Err(DecimalSignatureError::TooLarge));
    assert!(Signature::from_decimal("").is_err());
    assert!(Signature::from_decimal(&"0".repeat(156)).is_err());
    assert_eq!(
        Signature::from_decimal("12x"),
        Err(DecimalSignatureError::Digit { position: 2, found: 'x' })
    );
}
