//! What a gateway has to know of a request that it passes on.
//!
//! Read from the body, which goes on as it is but for `count`. A member that is there twice makes the
//! whole unreadable: nobody knows which one the node would believe.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Commands whose list has no end unless `count` says so.
const ENDLESS: [&str; 7] = [
    "receivable",
    "pending",
    "accounts_receivable",
    "accounts_pending",
    "representatives",
    "delegators",
    "ledger",
];

/// A request.
#[derive(Debug, Deserialize)]
pub(super) struct Asked<'b> {
    #[serde(borrow)]
    pub(super) action: Cow<'b, str>,
    #[serde(borrow, default)]
    count: Option<&'b RawValue>,
    #[serde(borrow, default)]
    do_work: Option<&'b RawValue>,
    /// Of `wallet_add_watch`; of others they go on as they are.
    #[serde(default, deserialize_with = "texts")]
    pub(super) accounts: Option<Vec<String>>,
}

/// A list of texts; anything else is none.
fn texts<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

impl<'b> Asked<'b> {
    /// Reads the body of a request, if it is one.
    pub(super) fn read(body: &'b [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// Whether a node may have to find work for it.
    pub(super) fn needs_work(&self) -> bool {
        self.action == "work_generate" || self.do_work.is_some()
    }

    /// The body with a `count` of at most `entries_max`. A number that is none or below zero means to
    /// nodes that there is no end.
    pub(super) fn bounded(&self, body: &Bytes, entries_max: usize) -> Bytes {
        let spliced = |from: usize, to: usize, text: &str| -> Option<Bytes> {
            Some([body.get(..from)?, text.as_bytes(), body.get(to..)?].concat().into())
        };
        let Some(count) = self.count else {
            if !ENDLESS.contains(&&*self.action) {
                return body.clone();
            }
            let brace = body.iter().position(|byte| *byte == b'{').map_or(0, |at| at + 1);
            let member = format!("\"count\":\"{entries_max}\",");
            return spliced(brace, brace, &member).unwrap_or_else(|| body.clone());
        };
        let text = count.get();
        let number = text.trim_matches('"').parse::<u64>();
        if number.is_ok_and(|number| number <= entries_max as u64) {
            return body.clone();
        }
        // The text was borrowed from the body.
        let from = (text.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
        let most = format!("\"{entries_max}\"");
        spliced(from, from + text.len(), &most).unwrap_or_else(|| body.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_cut_down_and_nothing_else_is_touched() {
        // (body, what the node gets)
        let rows = [
            (r#"{"action":"account_history","count":10}"#, None),
            (r#"{"action":"account_history","count":"10"}"#, None),
            (r#"{"action":"account_info"}"#, None),
            (
                r#" {"count": -1 ,"action":"account_history","x":1e30}"#,
                Some(r#" {"count": "10" ,"action":"account_history","x":1e30}"#),
            ),
            (r#"{"action":"chain","count":"11"}"#, Some(r#"{"action":"chain","count":"10"}"#)),
            (r#"{"action":"chain","count":[1,"}"]}"#, Some(r#"{"action":"chain","count":"10"}"#)),
            (
                r#"{"action":"pending","account":"ban_1"}"#,
                Some(r#"{"count":"10","action":"pending","account":"ban_1"}"#),
            ),
        ];
        for (given, want) in rows {
            let body = Bytes::from(given);
            let asked = Asked::read(&body).unwrap();
            let got = asked.bounded(&body, 10);
            assert_eq!(std::str::from_utf8(&got).unwrap(), want.unwrap_or(given));
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_read() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"action":1}"#,
            r#"{"action":"version","action":"stop"}"#,
            r#"{"action":"version","\u0061ction":"stop"}"#,
            r#"{"action":"version"} {"action":"stop"}"#,
            r#"{"action":"chain","count":1,"count":-1}"#,
        ] {
            assert!(Asked::read(body.as_bytes()).is_none(), "{body}");
        }
        let escaped = Asked::read(br#"{"\u0061ction":"st\u006fp"}"#).unwrap();
        assert_eq!(escaped.action, "stop");
    }
}
