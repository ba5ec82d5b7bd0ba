//! What holds for every value: texts and bytes come back, and no parser panics.

use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, BlockKind, Body, ChangeBlock, Difficulty,
    KeyPair, Link, Network, OpenBlock, Prefix, PrivateKey, QualifiedRoot, ReceiveBlock, Root, Seed,
    SendBlock, Signature, StateBlock, Unit, Vote, VoteTimestamp, Work,
};
use proptest::prelude::*;

fn hash() -> impl Strategy<Value = BlockHash> {
    any::<[u8; 32]>().prop_map(BlockHash::from_bytes)
}

fn account() -> impl Strategy<Value = Account> {
    any::<[u8; 32]>().prop_map(Account::from_bytes)
}

fn signature() -> impl Strategy<Value = Signature> {
    (any::<[u8; 32]>(), any::<[u8; 32]>())
        .prop_map(|(r, s)| Signature::from_bytes([r, s].concat().try_into().unwrap()))
}

fn body() -> impl Strategy<Value = Body> {
    let fields = (account(), hash(), account(), any::<u128>(), hash());
    (0..5usize, fields).prop_map(|(kind, (account, previous, representative, raw, source))| {
        let balance = Amount::from_raw(raw);
        match kind {
            0 => Body::State(StateBlock {
                account,
                previous,
                representative,
                balance,
                link: source.into(),
            }),
            1 => Body::Open(OpenBlock { source, representative, account }),
            2 => Body::Send(SendBlock { previous, destination: account, balance }),
            3 => Body::Receive(ReceiveBlock { previous, source }),
            _ => Body::Change(ChangeBlock { previous, representative }),
        }
    })
}

fn block() -> impl Strategy<Value = Block> {
    (body(), signature(), any::<u64>())
        .prop_map(|(body, signature, work)| Block::new(body, signature, Work::new(work)))
}

proptest! {
    #[test]
    fn accounts_come_back_from_text(account in account()) {
        prop_assert_eq!(account.to_string().parse(), Ok(account));
        for prefix in [Prefix::Ban, Prefix::Bano, Prefix::Nano, Prefix::Xrb, Prefix::Node] {
            let text = account.with_prefix(prefix);
            prop_assert_eq!(Account::decode(&text), Ok((prefix, account)));
        }
    }

    #[test]
    fn one_wrong_character_never_yields_an_account(
        account in account(),
        at in 0usize..60,
        value in 0u8..32,
    ) {
        let mut text = account.to_string().into_bytes();
        let other = b"13456789abcdefghijkmnopqrstuwxyz"[usize::from(value)];
        prop_assume!(text[4 + at] != other);
        text[4 + at] = other;
        prop_assert!(String::from_utf8(text).unwrap().parse::<Account>().is_err());
    }

    #[test]
    fn amounts_come_back_from_every_unit(raw: u128) {
        let amount = Amount::from_raw(raw);
        prop_assert_eq!(amount.to_string(), raw.to_string());
        prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        prop_assert_eq!(Amount::from_hex(&amount.hex()), Ok(amount));
        prop_assert_eq!(Amount::from_be_bytes(amount.to_be_bytes()), amount);
        for unit in [Unit::Raw, Unit::Banoshi, Unit::Ban, Unit::MegaBan, Unit::Nano] {
            prop_assert_eq!(unit.parse_amount(&amount.in_unit(unit).to_string()), Ok(amount));
        }
    }

    #[test]
    fn hex_comes_back(bytes: [u8; 32], more: [u8; 32], number: u64) {
        let hash = BlockHash::from_bytes(bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        prop_assert_eq!(hash.to_string().to_lowercase().parse(), Ok(hash));
        prop_assert_eq!(hash.to_string(), hash.to_string().to_uppercase());
        prop_assert_eq!(hash.to_string().parse(), Ok(Link::from(hash)));
        prop_assert_eq!(hash.to_string().parse(), Ok(Root::from(hash)));
        let seed = Seed::from_bytes(bytes);
        prop_assert_eq!(seed.to_string().parse(), Ok(seed));
        let qualified = QualifiedRoot { root: hash.into(), previous: BlockHash::from_bytes(more) };
        prop_assert_eq!(qualified.to_string().parse(), Ok(qualified));
        prop_assert_eq!(Work::new(number).to_string().parse(), Ok(Work::new(number)));
        prop_assert_eq!(Work::new(number).to_string(), format!("{number:016x}"));
        prop_assert_eq!(format!("{number:X}").parse(), Ok(Difficulty::new(number)));
    }

    #[test]
    fn signatures_come_back_from_hex_and_decimal(signature in signature()) {
        prop_assert_eq!(signature.to_string().parse(), Ok(signature));
        prop_assert_eq!(Signature::from_decimal(&signature.to_decimal()), Ok(signature));
    }

    #[test]
    fn blocks_come_back_from_bytes_and_json(block in block()) {
        let mut bytes = Vec::new();
        block.encode(&mut bytes);
        prop_assert_eq!(bytes.len(), block.kind().size());
        prop_assert_eq!(&Block::decode(block.kind(), &bytes).unwrap(), &block);
        let json = serde_json::to_string(&block).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Block>(&json).unwrap(), &block);
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else_does(
        key: [u8; 32],
        other: [u8; 32],
        message in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        prop_assume!(key != other);
        let key = KeyPair::from(PrivateKey::from_bytes(key));
        let other = KeyPair::from(PrivateKey::from_bytes(other));
        let signature = key.sign(&message);
        prop_assert!(key.account().verifies(&message, &signature));
        prop_assert!(!other.account().verifies(&message, &signature));
        let longer = [message.as_slice(), &[0]].concat();
        prop_assert!(!key.account().verifies(&longer, &signature));
    }

    #[test]
    fn votes_verify(key: [u8; 32], millis: u64, duration in 0u8..16, hashes: [[u8; 32]; 3]) {
        let key = KeyPair::from(PrivateKey::from_bytes(key));
        let timestamp = VoteTimestamp::new(millis, duration);
        prop_assert_eq!(timestamp.duration(), duration);
        prop_assert_eq!(VoteTimestamp::from_packed(timestamp.packed()), timestamp);
        let vote = Vote::signed(&key, timestamp, hashes.map(BlockHash::from_bytes).to_vec());
        prop_assert!(vote.verify());
    }

    #[test]
    fn no_text_makes_a_parser_panic(text: String, ascii in "[ -~]{0,160}") {
        for text in [&text, &ascii, &format!("ban_{text}"), &format!("{text}.{ascii}")] {
            _ = text.parse::<Account>();
            _ = Account::decode(text);
            _ = text.parse::<Amount>();
            _ = Amount::from_ban(text);
            _ = Amount::from_hex(text);
            _ = text.parse::<BlockHash>();
            _ = text.parse::<QualifiedRoot>();
            _ = text.parse::<Signature>();
            _ = Signature::from_decimal(text);
            _ = text.parse::<Work>();
            _ = text.parse::<Difficulty>();
            _ = text.parse::<PrivateKey>();
            _ = Network::by_name(text);
            _ = serde_json::from_str::<Block>(text);
        }
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>, state: [[u8; 27]; 8], byte: u8) {
        for kind in BlockKind::ALL {
            prop_assert_eq!(
                Block::decode(kind, &bytes).is_ok(),
                bytes.len() == kind.size()
            );
        }
        prop_assert!(Block::decode(BlockKind::State, &state.concat()).is_ok());
        _ = BlockDetails::unpack(byte);
        _ = BlockKind::from_number(byte);
    }

    #[test]
    fn no_key_or_signature_makes_verification_panic(
        account in account(),
        signature in signature(),
        message: [u8; 32],
    ) {
        prop_assert!(!account.verifies(&message, &signature));
    }
}
