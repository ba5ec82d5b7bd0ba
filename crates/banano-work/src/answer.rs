//! What is said to work peers, and what their answers are worth (`node.md` §6.3).
//!
//! Called by attempts, with bodies that were read before. Computes only.

use std::io;
use std::time::Duration;

use banano_primitives::{Difficulty, Root, Work};
use serde::{Deserialize, Serialize};

use crate::request::Request;

/// The body that asks a peer for work.
pub(crate) fn generate_body(request: &Request) -> Vec<u8> {
    #[derive(Serialize)]
    struct Generate {
        action: &'static str,
        hash: String,
        difficulty: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<String>,
    }
    json(&Generate {
        action: "work_generate",
        hash: request.root.to_string(),
        difficulty: request.difficulty.to_string(),
        account: request.account.map(|account| account.to_string()),
    })
}

/// The body that takes a request back.
pub(crate) fn cancel_body(root: &Root) -> Vec<u8> {
    #[derive(Serialize)]
    struct Cancel {
        action: &'static str,
        hash: String,
    }
    json(&Cancel { action: "work_cancel", hash: root.to_string() })
}

fn json(value: &impl Serialize) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "structs of strings have no way to fail")]
    serde_json::to_vec(value).expect("strings are JSON")
}

/// The work in an answer, if it reaches `difficulty` for `root`.
pub(crate) fn judge(body: &[u8], root: &Root, difficulty: Difficulty) -> Result<Work, PeerFailure> {
    #[derive(Deserialize)]
    struct Answer {
        work: Option<String>,
        error: Option<String>,
    }
    let answer: Answer = serde_json::from_slice(body).map_err(PeerFailure::NotJson)?;
    let text = match (answer.work, answer.error) {
        (Some(work), _) => work,
        (None, Some(error)) => return Err(PeerFailure::Refused(cut(&error))),
        (None, None) => return Err(PeerFailure::WithoutWork),
    };
    let work = lax_work(&text).ok_or_else(|| PeerFailure::NotHex(cut(&text)))?;
    let reached = work.difficulty(root);
    if reached < difficulty {
        return Err(PeerFailure::TooLow { reached, wanted: difficulty });
    }
    Ok(work)
}

/// 1 to 16 hexadecimal digits, as the reference reads work (`node.md` §1.3).
fn lax_work(text: &str) -> Option<Work> {
    let digits =
        (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(Work::new)
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Why a peer is of no use to a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PeerFailure {
    #[error("cannot be reached")]
    Connect(#[source] io::Error),
    #[error("did not accept the connection within {0:?}")]
    ConnectTimeout(Duration),
    #[error("broke off")]
    Exchange(#[source] hyper::Error),
    #[error("did not answer within {0:?}")]
    AnswerTimeout(Duration),
    #[error("answered with more than {0} bytes")]
    TooLong(usize),
    #[error("answered with HTTP status {0}")]
    Status(u16),
    #[error("answered with something that is not a JSON object")]
    NotJson(#[source] serde_json::Error),
    #[error("refused: {0:?}")]
    Refused(String),
    #[error("answered without `work`")]
    WithoutWork,
    #[error("answered with {0:?} for `work`, which is not 1 to 16 hexadecimal digits")]
    NotHex(String),
    #[error("answered with work of difficulty {reached}, below the {wanted} asked for")]
    TooLow { reached: Difficulty, wanted: Difficulty },
    #[error("was not asked to the end")]
    Vanished,
}

impl PeerFailure {
    /// Whether the peer may have the request and still be at work: it never answered to the end.
    pub(crate) const fn leaves_it_at_work(&self) -> bool {
        matches!(
            self,
            Self::Exchange(_) | Self::AnswerTimeout(_) | Self::TooLong(_) | Self::Vanished
        )
    }
}

#[cfg(test)]
mod tests {
    use banano_primitives::Account;

    use super::*;

    const ROOT: Root = Root::from_bytes([7; 32]);
    const DIFFICULTY: Difficulty = Difficulty::new(0xff00_0000_0000_0000);

    #[test]
    fn bodies_are_those_of_the_reference() {
        let root = "07".repeat(32);
        let request = Request::new(ROOT, DIFFICULTY);
        let text = |body| String::from_utf8(body).unwrap();
        assert_eq!(
            text(generate_body(&request)),
            format!(
                r#"{{"action":"work_generate","hash":"{root}","difficulty":"ff00000000000000"}}"#
            )
        );
        let account = Account::ZERO;
        assert_eq!(
            text(generate_body(&Request { account: Some(account), ..request })),
            format!(
                r#"{{"action":"work_generate","hash":"{root}","difficulty":"ff00000000000000","account":"{account}"}}"#
            )
        );
        assert_eq!(
            text(cancel_body(&ROOT)),
            format!(r#"{{"action":"work_cancel","hash":"{root}"}}"#)
        );
    }

    #[test]
    fn answers_are_judged() {
        let good = crate::search(&ROOT, DIFFICULTY, 0, u64::MAX).unwrap();
        let bad = Work::new(good.value() + 1);
        assert!(bad.difficulty(&ROOT) < DIFFICULTY);
        let rows = [
            ("work", format!(r#"{{"work":"{good}"}}"#), Ok(good)),
            (
                "what nodes add",
                format!(r#"{{"hash":"00","work":"{good}","difficulty":"0","multiplier":"1"}}"#),
                Ok(good),
            ),
            ("upper case", format!(r#"{{"work":"{:X}"}}"#, good.value()), Ok(good)),
            (
                "too little work",
                format!(r#"{{"work":"{bad}"}}"#),
                Err("answered with work of difficulty"),
            ),
            ("no hexadecimal", r#"{"work":"0x1"}"#.to_owned(), Err("answered with \"0x1\"")),
            ("a sign", r#"{"work":"+1"}"#.to_owned(), Err("answered with \"+1\"")),
            ("no digits", r#"{"work":""}"#.to_owned(), Err("answered with \"\"")),
            ("17 digits", format!(r#"{{"work":"0{good}"}}"#), Err("answered with \"0")),
            ("no work", "{}".to_owned(), Err("answered without `work`")),
            ("an error", r#"{"error":"no"}"#.to_owned(), Err("refused: \"no\"")),
            ("no JSON", "work".to_owned(), Err("answered with something that is not a JSON")),
            ("no object", r#""work""#.to_owned(), Err("answered with something that is not")),
            ("nothing", String::new(), Err("answered with something that is not")),
            ("cut", r#"{"work":"00"#.to_owned(), Err("answered with something that is not")),
        ];
        for (name, body, want) in rows {
            match (judge(body.as_bytes(), &ROOT, DIFFICULTY), want) {
                (Ok(work), Ok(want)) => assert_eq!(work, want, "{name}"),
                (Err(error), Err(want)) => {
                    assert!(error.to_string().starts_with(want), "{name}: {error}");
                }
                (got, want) => panic!("{name}: {got:?} instead of {want:?}"),
            }
        }
    }
}
