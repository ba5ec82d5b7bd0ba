//! Text of accounts.

use banano_primitives::{Account, AccountError, BlockHash, Prefix};

use crate::vectors::{parse, rows, text};

#[test]
fn every_spelling_of_a_valid_account_names_its_key() {
    for row in rows!("accounts_valid") {
        let account = Account::from_bytes(*parse::<BlockHash>(&row, "public_key").as_bytes());
        let spellings =
            [("account", Prefix::Ban), ("nano_account", Prefix::Nano), ("node_id", Prefix::Node)];
        for (member, prefix) in spellings {
            let spelling = text(&row, member);
            assert_eq!(account.with_prefix(prefix).as_str(), spelling);
            assert_eq!(Account::decode(spelling), Ok((prefix, account)), "{spelling}");
        }
        assert_eq!(account.to_string(), text(&row, "account"));
        let body = text(&row, "account").strip_prefix("ban_").unwrap();
        for prefix in ["ban_", "ban-", "nano_", "nano-", "xrb_", "xrb-"] {
            assert_eq!(format!("{prefix}{body}").parse(), Ok(account), "{prefix}{body}");
        }
        for prefix in ["bano_", "bano-"] {
            let spelling = format!("{prefix}{body}");
            assert_eq!(Account::decode(&spelling), Ok((Prefix::Bano, account)));
            assert_eq!(spelling.parse::<Account>(), Err(AccountError::Prefix));
        }
        assert_eq!(text(&row, "node_id").parse::<Account>(), Err(AccountError::Prefix));
        assert_eq!(Account::decode(&format!("node-{body}")), Err(AccountError::Prefix));
    }
}

/// The two spellings of Nano in the vectors name a key all the same; only a Banano node refuses
/// them, which is the caller's choice (`protocol.md §5`).
#[test]
fn no_invalid_account_is_read_as_one_of_banano() {
    for row in rows!("accounts_invalid") {
        let spelling = text(&row, "account");
        match Account::decode(spelling) {
            Err(_) => assert!(spelling.parse::<Account>().is_err(), "{spelling}"),
            Ok((prefix, _)) => {
                assert!(matches!(prefix, Prefix::Nano | Prefix::Xrb), "{spelling}");
                assert!(text(&row, "reason").contains("Nano prefix"), "{spelling}");
            }
        }
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let error = |text: &str| text.parse::<Account>().unwrap_err().to_string();
    let good = "ban_1bananobh5rat99qfgt1ptpieie5swmoth87thi74qgbfrij7dcgjiij94xr";
    assert_eq!(error(""), "an account begins with ban_");
    assert_eq!(error(&good[4..]), "an account begins with ban_");
    assert_eq!(error(&good[..63]), "expected 60 characters after the prefix, found 59");
    assert_eq!(error(&format!("{good} ")), "expected 60 characters after the prefix, found 61");
    assert_eq!(
        error(&good.replace("obh5", "olh5")),
        "'l' at position 7 after the prefix does not occur in accounts"
    );
    assert_eq!(
        error(&good.replace("_1", "_4")),
        "the first character after the prefix is 1 or 3, found '4'"
    );
    assert_eq!(
        error(&good.replace("obh5", "o1h5")),
        "the checksum does not match, so at least one character is wrong"
    );
    assert_eq!(error("ban_é"), "expected 60 characters after the prefix, found 1");
}

#[test]
fn the_zero_account_is_the_burn_account() {
    let burn = "ban_1111111111111111111111111111111111111111111111111111hifc8npp";
    assert_eq!(Account::ZERO.to_string(), burn);
    assert!(burn.parse::<Account>().unwrap().is_zero());
}
