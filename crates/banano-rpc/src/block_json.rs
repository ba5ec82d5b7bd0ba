//! Blocks as RPC writes and reads them.
//!
//! Called by the commands that show or take a block. Writes the key order of node.md §1.6 with the
//! twins in BAN; reads laxly, as the reference does: short hexadecimal is padded on the left, unknown
//! keys are ignored, `link` may be a hash or an account. Never looks at a ledger.

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, Link, OpenBlock, ReceiveBlock, SendBlock,
    Signature, StateBlock, Work,
};

use crate::error::Error;
use crate::reply::{Object, Reply, Style};
use crate::request::{Request, Value, lax_bytes, lax_hash, lax_hex64, member};

/// A block of a request. Work may still be missing.
#[derive(Debug)]
pub(crate) struct GivenBlock {
    pub(crate) body: Body,
    pub(crate) signature: Signature,
    /// `None` when the key is missing or empty.
    pub(crate) work: Option<Work>,
}

impl GivenBlock {
    /// Reads member `block`: an object, or a string that holds one.
    pub(crate) fn of(request: &Request, depth_max: usize) -> Result<Self, Error> {
        Self::read(request, depth_max, true)
    }

    /// The same for a block that is still to be signed: whatever it has for a signature is ignored.
    pub(crate) fn unsigned(request: &Request, depth_max: usize) -> Result<Self, Error> {
        Self::read(request, depth_max, false)
    }

    fn read(request: &Request, depth_max: usize, signed: bool) -> Result<Self, Error> {
        let parsed;
        let members = match request.value("block").ok_or(Error::Missing("block"))? {
            Value::Object(members) => members,
            Value::Text(text) => {
                parsed = Value::parse(text, depth_max).map_err(|_| Error::InvalidBlock("block"))?;
                match &parsed {
                    Value::Object(members) => members,
                    _ => return Err(Error::InvalidBlock("block")),
                }
            }
            Value::Null | Value::List(_) => return Err(Error::InvalidBlock("block")),
        };
        let fields = Fields { members, request };
        let body = fields.body()?;
        let signature = if signed { fields.required("signature")? } else { "0" };
        let signature = lax_bytes(signature).ok_or(Error::InvalidBlock("signature"))?;
        let work = match fields.text("work") {
            None | Some("") => None,
            Some(text) => Some(Work::new(lax_hex64(text).ok_or(Error::InvalidBlock("work"))?)),
        };
        Ok(Self { body, signature: Signature::from_bytes(signature), work })
    }

    /// The block, if nothing is missing.
    pub(crate) fn complete(self) -> Result<Block, Error> {
        let work = self.work.ok_or(Error::InvalidBlock("work"))?;
        Ok(Block::new(self.body, self.signature, work))
    }
}

struct Fields<'a> {
    members: &'a [(String, Value)],
    request: &'a Request,
}

impl Fields<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        member(self.members, name).and_then(Value::text)
    }

    fn required(&self, name: &'static str) -> Result<&str, Error> {
        self.text(name).ok_or(Error::InvalidBlock(name))
    }

    fn hash(&self, name: &'static str) -> Result<BlockHash, Error> {
        lax_hash(self.required(name)?).ok_or(Error::InvalidBlock(name))
    }

    fn account(&self, name: &'static str) -> Result<Account, Error> {
        self.request.decode_account(self.required(name)?, Error::InvalidBlock(name))
    }

    fn link(&self) -> Result<Link, Error> {
        let text = self.required("link")?;
        match text.parse::<Account>() {
            Ok(account) => Ok(account.into()),
            Err(_) => lax_hash(text).map(Link::from).ok_or(Error::InvalidBlock("link")),
        }
    }

    fn body(&self) -> Result<Body, Error> {
        let wrong = |_| Error::InvalidBlock("balance");
        match self.required("type")? {
            "state" => Ok(Body::State(StateBlock {
                account: self.account("account")?,
                previous: self.hash("previous")?,
                representative: self.account("representative")?,
                balance: self.required("balance")?.parse().map_err(wrong)?,
                link: self.link()?,
            })),
            "open" => Ok(Body::Open(OpenBlock {
                source: self.hash("source")?,
                representative: self.account("representative")?,
                account: self.account("account")?,
            })),
            "send" => Ok(Body::Send(SendBlock {
                previous: self.hash("previous")?,
                destination: self.account("destination")?,
                balance: lax_bytes(self.required("balance")?)
                    .map(Amount::from_be_bytes)
                    .ok_or(Error::InvalidBlock("balance"))?,
            })),
            "receive" => Ok(Body::Receive(ReceiveBlock {
                previous: self.hash("previous")?,
                source: self.hash("source")?,
            })),
            "change" => Ok(Body::Change(ChangeBlock {
                previous: self.hash("previous")?,
                representative: self.account("representative")?,
            })),
            _ => Err(Error::InvalidBlock("type")),
        }
    }
}

/// The block as an object.
pub(crate) fn object(block: &Block, style: Style) -> Object {
    let mut object = style.object();
    object.put("type", block.kind().name());
    let mut signature_first = false;
    match block.body() {
        Body::State(state) => {
            object.put_account("account", state.account);
            object.put("previous", state.previous);
            object.put_account("representative", state.representative);
            object.put_amount("balance", state.balance);
            object.put("link", state.link);
            object.put_account("link_as_account", state.link.as_account());
            signature_first = true;
        }
        Body::Open(open) => {
            object.put("source", open.source);
            object.put_account("representative", open.representative);
            object.put_account("account", open.account);
        }
        Body::Send(send) => {
            object.put("previous", send.previous);
            object.put_account("destination", send.destination);
            object.put("balance", send.balance.hex());
            if style.decimals {
                object.put("balance_decimal", send.balance.ban());
            }
        }
        Body::Receive(receive) => {
            object.put("previous", receive.previous);
            object.put("source", receive.source);
        }
        Body::Change(change) => {
            object.put("previous", change.previous);
            object.put_account("representative", change.representative);
        }
    }
    if signature_first {
        object.put("signature", block.signature());
        object.put("work", block.work());
    } else {
        object.put("work", block.work());
        object.put("signature", block.signature());
    }
    object
}

/// The block as `contents` shows it: an object if `json`, else the text of one.
pub(crate) fn contents(block: &Block, style: Style, json: bool) -> Reply {
    let object = object(block, style);
    if json { object.into() } else { Reply::Text(object.indented()) }
}

#[cfg(test)]
mod tests {
    use banano_primitives::Prefix;

    use super::*;

    const STYLE: Style = Style { prefix: Prefix::Ban, decimals: true };
    const ACCOUNT: &str = "ban_1bananobh5rat99qfgt1ptpieie5swmoth87thi74qgbfrij7dcgjiij94xr";
    const HASH: &str = "F61A79F286ABC5CC01D3D09686F0567812B889A5C63ADE0E82DD30F3B2D96463";

    fn given(block: &str) -> Result<GivenBlock, Error> {
        let request = Request::parse(format!(r#"{{"block":{block}}}"#).as_bytes(), 20)?;
        GivenBlock::of(&request, 20)
    }

    fn json(block: &Block) -> String {
        let mut out = Vec::new();
        Reply::from(object(block, STYLE)).render(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn samples() -> Vec<String> {
        let signature = "0A".repeat(64);
        vec![
            format!(
                r#"{{"type":"state","account":"{ACCOUNT}","previous":"{HASH}","representative":"{ACCOUNT}","balance":"150000000000000000000000000000","balance_decimal":"1.5","link":"{HASH}","link_as_account":"ban_3xitmg5bfcxjz5tnhyq7jrsmhy1x6ap3agxiog5yemkip1rrfpyzq4mdnhrm","signature":"{signature}","work":"fa055f79fa56abcf"}}"#
            ),
            format!(
                r#"{{"type":"open","source":"{HASH}","representative":"{ACCOUNT}","account":"{ACCOUNT}","work":"fa055f79fa56abcf","signature":"{signature}"}}"#
            ),
            format!(
                r#"{{"type":"send","previous":"{HASH}","destination":"{ACCOUNT}","balance":"00000001E4AE11A2DCC3CAA070000000","balance_decimal":"1.5","work":"fa055f79fa56abcf","signature":"{signature}"}}"#
            ),
            format!(
                r#"{{"type":"receive","previous":"{HASH}","source":"{HASH}","work":"fa055f79fa56abcf","signature":"{signature}"}}"#
            ),
            format!(
                r#"{{"type":"change","previous":"{HASH}","representative":"{ACCOUNT}","work":"fa055f79fa56abcf","signature":"{signature}"}}"#
            ),
        ]
    }

    #[test]
    fn every_kind_is_written_as_it_was_read() {
        for sample in samples() {
            let block = given(&sample).unwrap().complete().unwrap();
            let again = json(&block);
            // The two values that depend on others are computed, not copied.
            let want = |text: &str| {
                let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
                for computed in ["link_as_account", "balance_decimal"] {
                    value.as_object_mut().unwrap().remove(computed);
                }
                value
            };
            assert_eq!(want(&again), want(&sample));
            let keys = |text: &str| -> Vec<String> {
                text.split('"').skip(1).step_by(4).map(str::to_owned).collect()
            };
            assert_eq!(keys(&again), keys(&sample), "key order");
            let in_a_string = serde_json::to_string(&sample).unwrap();
            assert_eq!(given(&in_a_string).unwrap().complete().unwrap(), block);
        }
    }

    #[test]
    fn a_missing_or_wrong_field_is_named() {
        let state = &samples()[0];
        let rows: Vec<(String, &str)> = vec![
            (state.replace(r#""type":"state","#, ""), "type"),
            (state.replace("state", "estate"), "type"),
            (state.replace(r#""balance":""#, r#""balance":"-"#), "balance"),
            (state.replace(&format!(r#""previous":"{HASH}""#), r#""previous":"xyz""#), "previous"),
            (state.replacen(ACCOUNT, "ban_1", 1), "account"),
            (state.replace(&format!(r#""link":"{HASH}""#), r#""link":"nobody""#), "link"),
            (state.replace(r#""signature""#, r#""sign""#), "signature"),
            (state.replace("fa055f79fa56abcf", "fa055f79fa56abcff"), "work"),
            ("[]".to_owned(), "block"),
            (r#""{""#.to_owned(), "block"),
            ("7".to_owned(), "block"),
        ];
        for (block, field) in rows {
            match given(&block) {
                Err(Error::InvalidBlock(named)) => assert_eq!(named, field, "{block}"),
                other => panic!("{block}: {other:?}"),
            }
        }
    }

    #[test]
    fn reading_is_lax_where_clients_are() {
        let state = &samples()[0];
        let no_work = state.replace(r#","work":"fa055f79fa56abcf""#, "");
        assert!(given(&no_work).unwrap().work.is_none());
        let empty_work = state.replace("fa055f79fa56abcf", "");
        assert!(given(&empty_work).unwrap().work.is_none());
        let short = state.replace(&format!(r#""previous":"{HASH}""#), r#""previous":"0""#);
        assert!(given(&short).unwrap().body.previous().is_zero());
        let bare =
            state.replace(r#""150000000000000000000000000000""#, "150000000000000000000000000000");
        assert_eq!(given(&bare).unwrap().body, given(state).unwrap().body);
        let to_account =
            state.replace(&format!(r#""link":"{HASH}""#), &format!(r#""link":"{ACCOUNT}""#));
        let Body::State(block) = given(&to_account).unwrap().body else { panic!("a state block") };
        assert_eq!(block.link.as_account(), ACCOUNT.parse().unwrap());
    }
}
