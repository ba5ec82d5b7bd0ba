//! Hashes, roots, signatures and bytes of blocks.

use banano_primitives::{
    Account, Amount, Block, BlockDetails, BlockHash, BlockKind, Body, ChangeBlock, DetailKind,
    Epoch, InvalidDetails, KeyPair, Link, PrivateKey, QualifiedRoot, ReceiveBlock, Root,
    SavedBlock, Sideband, Signature, StateBlock, Subtype, Work,
};
use serde_json::Value;

use crate::vectors::{parse, rows, text};

/// Adds signature and work to the block of a row, and reads it.
fn block_of(row: &Value) -> Block {
    let mut block = row["block"].clone();
    block["signature"] = row["signature"].clone();
    block["work"] = "00a1b2c3d4e5f607".into();
    serde_json::from_value(block).unwrap_or_else(|error| panic!("{row}: {error}"))
}

fn check(row: &Value) -> Block {
    let block = block_of(row);
    assert_eq!(block.hash(), parse(row, "hash"));
    assert_eq!(block.root(), parse::<Root>(row, "root"));
    assert_eq!(block.qualified_root().root, block.root());
    assert_eq!(block.qualified_root().previous, block.previous());

    let key = KeyPair::from(parse::<PrivateKey>(row, "private_key"));
    let signed = Block::signed(block.body().clone(), &key, block.work());
    assert_eq!(signed.signature().to_string(), text(row, "signature"));
    assert_eq!(signed, block);
    assert!(block.is_signed_by(&key.account()));
    assert!(!block.is_signed_by(&Account::from_bytes([7; 32])));

    let mut bytes = Vec::new();
    block.encode(&mut bytes);
    assert_eq!(bytes.len(), block.kind().size());
    assert_eq!(Block::decode(block.kind(), &bytes), Ok(block.clone()));
    block
}

#[test]
fn state_blocks_hash_and_sign_as_published() {
    for row in rows!("blocks_state") {
        let block = check(&row);
        assert_eq!(block.kind(), BlockKind::State);
        assert_eq!(block.account(), Some(parse(&row["block"], "account")));
        assert_eq!(block.representative(), Some(parse(&row["block"], "representative")));
        assert_eq!(block.balance(), Some(parse(&row["block"], "balance")));
        assert_eq!(block.link(), Some(parse(&row["block"], "link")));
    }
}

#[test]
fn legacy_blocks_hash_and_sign_as_published() {
    for row in rows!("blocks_legacy") {
        let block = check(&row);
        assert_eq!(block.kind().name(), text(&row, "type"));
        let member = |name: &str| row["block"][name].as_str().map(str::to_owned);
        assert_eq!(block.account().map(|it| it.to_string()), member("account"));
        assert_eq!(block.representative().map(|it| it.to_string()), member("representative"));
        assert_eq!(block.balance().map(|it| it.hex().to_string()), member("balance"));
        assert_eq!(block.destination().map(|it| it.to_string()), member("destination"));
        assert_eq!(block.source().map(|it| it.to_string()), member("source"));
        assert_eq!(block.link(), None);
    }
}

#[test]
fn a_change_block_covers_previous_and_representative() {
    let body = ChangeBlock {
        previous: BlockHash::from_bytes([1; 32]),
        representative: Account::from_bytes([2; 32]),
    };
    let twin = ReceiveBlock { previous: body.previous, source: BlockHash::from_bytes([2; 32]) };
    let change = Block::new(Body::Change(body), Signature::ZERO, Work::new(1));
    let receive = Block::new(Body::Receive(twin), Signature::ZERO, Work::new(1));
    assert_eq!(change.hash(), receive.hash(), "the two kinds hash the same 64 bytes");
    assert_eq!(change.representative(), Some(Account::from_bytes([2; 32])));
    assert_eq!(change.root(), Root::from_bytes([1; 32]));
}

#[test]
fn work_is_big_endian_in_state_blocks_and_little_endian_in_legacy_ones() {
    let tail = |block: &Block| {
        let mut bytes = Vec::new();
        block.encode(&mut bytes);
        bytes.split_off(bytes.len() - 8)
    };
    let work = Work::new(0x0102_0304_0506_0708);
    let state = block_of(&rows!("blocks_state")[0]).with_work(work);
    let legacy = block_of(&rows!("blocks_legacy")[0]).with_work(work);
    assert_eq!(tail(&state), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(tail(&legacy), [8, 7, 6, 5, 4, 3, 2, 1]);
}

#[test]
fn new_work_keeps_the_hash() {
    let block = block_of(&rows!("blocks_state")[0]);
    let other = block.clone().with_work(Work::new(1));
    assert_eq!(other.hash(), block.hash());
    assert_eq!(other.work(), Work::new(1));
    assert_ne!(other, block);
}

#[test]
fn bytes_of_another_length_are_refused() {
    let error = Block::decode(BlockKind::Open, &[0; 167]).unwrap_err();
    assert_eq!(error.to_string(), "expected 168 bytes for a block of kind open, found 167");
    assert!(Block::decode(BlockKind::Open, &[0; 169]).is_err());
    assert!(Block::decode(BlockKind::State, &[]).is_err());
}

#[test]
fn kinds_have_their_numbers_and_sizes() {
    let numbers: Vec<_> = BlockKind::ALL.map(BlockKind::number).into();
    assert_eq!(numbers, [2, 3, 4, 5, 6]);
    let sizes: Vec<_> = BlockKind::ALL.map(BlockKind::size).into();
    assert_eq!(sizes, [152, 136, 168, 136, 216]);
    for kind in BlockKind::ALL {
        assert_eq!(BlockKind::from_number(kind.number()), Some(kind));
        assert_eq!(BlockKind::by_name(kind.name()), Some(kind));
    }
    for number in [0, 1, 7, 255] {
        assert_eq!(BlockKind::from_number(number), None);
    }
}

#[test]
fn a_qualified_root_is_root_then_previous() {
    let qualified = block_of(&rows!("blocks_state")[1]).qualified_root();
    let text = format!("{}{}", qualified.root, qualified.previous);
    assert_eq!(qualified.to_string(), text);
    assert_eq!(text.parse(), Ok(qualified));
    assert_eq!(QualifiedRoot::from_bytes(&qualified.to_bytes()), qualified);
}

#[test]
fn epoch_links_are_padded_text() {
    let link = |epoch: Epoch| epoch.link().unwrap();
    assert_eq!(
        link(Epoch::One).to_string(),
        format!("65706F636820763120626C6F636B{}", "0".repeat(36))
    );
    assert_eq!(
        link(Epoch::Two).as_account().to_string(),
        "ban_1sdifxjpia5p8ai86u5hefoi1111111111111111111111111111ngspq7ps"
    );
    assert_eq!(Epoch::of_link(&link(Epoch::One)), Some(Epoch::One));
    assert_eq!(Epoch::of_link(&link(Epoch::Two)), Some(Epoch::Two));
    assert_eq!(Epoch::of_link(&Link::ZERO), None);
    assert_eq!(Epoch::Zero.link(), None);
}

#[test]
fn details_pack_into_one_byte() {
    let details = |kind, epoch| BlockDetails { epoch, kind };
    let cases = [
        (details(DetailKind::None, Epoch::Zero), 0x02),
        (details(DetailKind::Send, Epoch::Zero), 0x82),
        (details(DetailKind::Receive, Epoch::One), 0x43),
        (details(DetailKind::Epoch, Epoch::Two), 0x24),
    ];
    for (details, byte) in cases {
        assert_eq!(details.pack(), byte);
        assert_eq!(BlockDetails::unpack(byte), Ok(details));
    }
    for byte in 0..=u8::MAX {
        match BlockDetails::unpack(byte) {
            Ok(details) => assert_eq!(details.pack(), byte),
            Err(error) => assert_eq!(error, InvalidDetails(byte)),
        }
    }
    assert_eq!((0..=u8::MAX).filter(|byte| BlockDetails::unpack(*byte).is_ok()).count(), 12);
}

#[test]
fn a_subtype_follows_from_details_and_link() {
    let saved = |link, kind| {
        let body = StateBlock {
            account: Account::ZERO,
            previous: BlockHash::ZERO,
            representative: Account::ZERO,
            balance: Amount::ZERO,
            link,
        };
        let block = Block::new(Body::State(body), Signature::ZERO, Work::default());
        SavedBlock { block: block.into(), sideband: sideband(kind) }.subtype()
    };
    let link = Link::from_bytes([1; 32]);
    assert_eq!(saved(link, DetailKind::Send), Some(Subtype::Send));
    assert_eq!(saved(Link::ZERO, DetailKind::Send), Some(Subtype::Send));
    assert_eq!(saved(link, DetailKind::Receive), Some(Subtype::Receive));
    assert_eq!(saved(Link::ZERO, DetailKind::None), Some(Subtype::Change));
    assert_eq!(saved(link, DetailKind::Epoch), Some(Subtype::Epoch));

    let block = block_of(&rows!("blocks_legacy")[0]).into();
    assert_eq!(SavedBlock { block, sideband: sideband(DetailKind::None) }.subtype(), None);
}

fn sideband(kind: DetailKind) -> Sideband {
    Sideband {
        successor: BlockHash::ZERO,
        account: Account::ZERO,
        height: 1,
        balance: Amount::ZERO,
        timestamp: 0,
        details: BlockDetails { epoch: Epoch::Zero, kind },
        source_epoch: Epoch::Zero,
    }
}
