//! Weights that an observer goes by until its ledger is in sync: an answer of RPC `representatives`.
//!
//! Called at the start. What is confirmed on these weights rests on the word of whoever made the file.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Error, ensure};
use banano_node::LentWeights;
use banano_primitives::{Account, Amount};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    representatives: BTreeMap<String, String>,
}

/// Reads the file.
///
/// # Errors
/// It cannot be read or understood, or lists nobody; names the entry that is wrong.
pub(super) fn load(path: &Path) -> Result<LentWeights, Error> {
    let text = std::fs::read_to_string(path);
    let text = text.with_context(|| format!("--weights: cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("--weights {}", path.display()))
}

fn parse(text: &str) -> Result<LentWeights, Error> {
    let file: File = serde_json::from_str(text).context(
        "expected an answer of RPC representatives: {\"representatives\": {account: raw}}",
    )?;
    ensure!(!file.representatives.is_empty(), "no representative is listed");
    let entry = |(account, weight): (String, String)| -> Result<(Account, Amount), Error> {
        let weight: Amount = weight
            .parse()
            .with_context(|| format!("`{account}`: {weight:?} is no amount of raw"))?;
        let account: Account =
            account.parse().with_context(|| format!("{account:?} is no account"))?;
        Ok((account, weight))
    };
    file.representatives.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_rpc_is_read() {
        let text = r#"{"representatives": {
            "ban_1111111111111111111111111111111111111111111111111111hifc8npp": "7",
            "ban_1bananobh5rat99qfgt1ptpieie5swmoth87thi74qgbfrij7dcgjiij94xr": "340282366920938463463374607431768211455"
        }}"#;
        let want: LentWeights = [
            (Account::ZERO, Amount::from_raw(7)),
            (banano_primitives::Network::live().genesis_account(), Amount::MAX),
        ]
        .into_iter()
        .collect();
        assert_eq!(parse(text).unwrap(), want);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let account = "ban_1111111111111111111111111111111111111111111111111111hifc8npp";
        for (text, part) in [
            ("[]".to_owned(), "expected an answer of RPC representatives"),
            (r#"{"representatives": {}}"#.to_owned(), "no representative"),
            (r#"{"representatives": {"ban_x": "7"}}"#.to_owned(), "ban_x"),
            (format!(r#"{{"representatives": {{"{account}": "-7"}}}}"#), "-7"),
        ] {
            let error = format!("{:#}", parse(&text).unwrap_err());
            assert!(error.contains(part), "{error}");
        }
    }
}
