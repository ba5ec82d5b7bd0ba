//! JSON of blocks.

use banano_primitives::{Block, BlockKind};
use serde_json::{Value, json};

use crate::vectors::rows;

const STATE: &str = r#"{"type":"state","account":"ban_1gz8xyhg18otzzog1ddknocftreq4onmryddwnhrggyghuutjotf36z1gmsz","previous":"B928166AC7D4C97FEB67CCFEBF330EAA39D23ABE5B4D3413179C1CC657E9351B","representative":"ban_3zkqyr9jkiwtnoqa37gkpbsh8kpat4iwwpn6gaxqri6ujx73da5ffqff9eod","balance":"1000000000000000000000000000","link":"9D53CFDE2C9B3AAAD2C1F9A891B930C3405906EC0C6DABE61871654C31B31AE1","link_as_account":"ban_39cmszh4s8stodbe5yfak8wm3it1d65gr55fohm3iwd7biru88q3c34g3k11","signature":"956F0EFD09AAE4F94416721C5044D5B104EE09E89B3D5193BEB60CF102227203A6BF79102CAC88B334DC8EA63F1F9E9943893F2C63011CE9E998FEFC76DEE60D","work":"00a1b2c3d4e5f607"}"#;

const OPEN: &str = r#"{"type":"open","source":"2514452A978F08D1CF76BB40B6AD064183CF275D3CC5D3E0515DC96E2112AD4E","representative":"ban_1bananobh5rat99qfgt1ptpieie5swmoth87thi74qgbfrij7dcgjiij94xr","account":"ban_1bananobh5rat99qfgt1ptpieie5swmoth87thi74qgbfrij7dcgjiij94xr","work":"fa055f79fa56abcf","signature":"533DCAB343547B93C4128E779848DEA5877D3278CB5EA948BB3A9AA1AE0DB293DE6D9DA4F69E8D1DDFA385F9B4C5E4F38DFA42C00D7B183560435D07AFA18900"}"#;

const SEND: &str = r#"{"type":"send","previous":"5A472C4BBBB8405766B888CFC901DDC0F4681C226F6DFC57F12600249382C1FE","destination":"ban_1cn7gucinqcp6kmyrg17qbrm4izqw3ej5obgihst7bifu4z6zfe1xt4458h8","balance":"00000000000000000000000000000001","work":"0000000000000001","signature":"A0A367AE5CBBD1955FFAACEABC60E057278CED14A11B9469586961E18283B15D34BAC1D5671B1DC9EBB7BDD48E753352317B3E95C000B3B76E55713C5FCE6907"}"#;

const RECEIVE: &str = r#"{"type":"receive","previous":"7DEC3321286EC468E1BBB5CFD3683A52B6D09ED78051D642E4EC09AAA90EE7B5","source":"001AA13EF84C45510B14E0CD223637E7EE717B1A6B206F9EECC1B9334F326E5D","work":"00a1b2c3d4e5f607","signature":"76098E68025C19AED3301EA3F299290D854470E189326EABE1A9E596E9C6D3196BCB80794F3869062F80D5DFBE96880F0A57AB27512817BE7D6E593FAE94A50E"}"#;

const CHANGE: &str = r#"{"type":"change","previous":"9369D19D08033C9B4D8F6C74A634FD8C536514C6E4815427DF3CF231B450DE80","representative":"ban_1hgnuc6sxiu9q1ywkjft3uc5xny4gim44dho4atw466opogg54hasg4qydp9","work":"00a1b2c3d4e5f607","signature":"2306AFE37B79E7BAD09B9DFC224FBB12AB09DB9E28E8B33A4E4B570F05881A4E92C83D77D34E28525DCFAD24C07269EA8C77F026C972FD851CD795430981F40B"}"#;

const ALL: [(BlockKind, &str); 5] = [
    (BlockKind::State, STATE),
    (BlockKind::Open, OPEN),
    (BlockKind::Send, SEND),
    (BlockKind::Receive, RECEIVE),
    (BlockKind::Change, CHANGE),
];

/// Changes one member of a block and returns the complaint.
fn error(text: &str, member: &str, value: Value) -> String {
    let mut block: Value = serde_json::from_str(text).unwrap();
    block[member] = value;
    serde_json::from_str::<Block>(&block.to_string()).unwrap_err().to_string()
}

#[test]
fn members_are_written_in_the_order_of_the_reference_node() {
    for (kind, text) in ALL {
        let block: Block = serde_json::from_str(text).unwrap();
        assert_eq!(block.kind(), kind);
        assert_eq!(serde_json::to_string(&block).unwrap(), text);
    }
}

#[test]
fn a_link_may_be_an_account_and_the_other_spelling_is_not_looked_at() {
    for row in rows!("blocks_state") {
        let mut block = row["block"].clone();
        block["signature"] = row["signature"].clone();
        block["work"] = json!("1");
        let by_hash: Block = serde_json::from_value(block.clone()).unwrap();
        block["link"] = block["link_as_account"].clone();
        block["link_as_account"] = json!(["whatever"]);
        let by_account: Block = serde_json::from_value(block).unwrap();
        assert_eq!(by_account, by_hash);
    }
}

#[test]
fn unknown_members_and_any_order_are_fine() {
    let mut block: Value = serde_json::from_str(STATE).unwrap();
    let plain: Block = serde_json::from_value(block.clone()).unwrap();
    block["subtype"] = json!("send");
    block["balance_decimal"] = json!({"deep": [1, null]});
    assert_eq!(serde_json::from_value::<Block>(block).unwrap(), plain);
}

#[test]
fn either_case_of_hex_is_read_and_one_is_written() {
    let lower = OPEN.to_ascii_lowercase();
    let block: Block = serde_json::from_str(&lower).unwrap();
    assert_eq!(serde_json::to_string(&block).unwrap(), OPEN);
}

#[test]
fn errors_name_the_member() {
    let cases = [
        (
            error(STATE, "type", json!("stat")),
            "`type`: \"stat\": expected state, open, send, receive or change",
        ),
        (error(STATE, "type", Value::Null), "`type`: expected a string, found null"),
        (
            error(STATE, "previous", json!("00")),
            "`previous`: \"00\": expected 64 hex digits, found 2 characters",
        ),
        (error(STATE, "balance", json!(5)), "`balance`: expected a string, found a number"),
        (error(STATE, "balance", json!(-5)), "`balance`: expected a string, found a number"),
        (error(STATE, "balance", json!(0.5)), "`balance`: expected a string, found a number"),
        (
            error(STATE, "balance", json!("-5")),
            "`balance`: \"-5\": '-' at position 0 is not a digit",
        ),
        (error(STATE, "account", json!("ban_1")), {
            "`account`: \"ban_1\": expected 60 characters after the prefix, found 1"
        }),
        (error(STATE, "link", json!("ban_1")), {
            "`link`: \"ban_1\": expected 60 characters after the prefix, found 1"
        }),
        (error(STATE, "link", json!("1")), {
            "`link`: \"1\": expected 64 hex digits, found 1 characters"
        }),
        (error(STATE, "work", json!([])), "`work`: expected a string, found a list"),
        (error(STATE, "work", json!({})), "`work`: expected a string, found an object"),
        (error(STATE, "work", json!(true)), "`work`: expected a string, found a boolean"),
        (
            error(SEND, "balance", json!("1")),
            "`balance`: \"1\": expected 32 hex digits, found 1 characters",
        ),
    ];
    for (found, wanted) in cases {
        assert!(found.starts_with(wanted), "{found}");
    }
    let missing = serde_json::from_str::<Block>(r#"{"type":"receive"}"#).unwrap_err();
    assert_eq!(missing.to_string(), "`previous` is missing");
    let list = serde_json::from_str::<Block>("[]").unwrap_err().to_string();
    assert!(list.contains("expected a block object"), "{list}");
}

#[test]
fn a_long_value_is_cut_in_the_error() {
    let found = error(STATE, "previous", json!("é".repeat(5000)));
    assert!(found.len() < 400, "{found}");
    assert!(found.contains("found 5000 characters"), "{found}");
}
