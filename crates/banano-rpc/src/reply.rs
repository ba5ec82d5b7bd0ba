//! What a command answers: a tree in which every scalar is a string.
//!
//! Built by the commands, written by the server. It cannot hold a bare number or boolean, and an empty
//! list or object is written as `""`: the two habits of the reference's JSON that clients rely on
//! (node.md §9). Members keep the order in which they were put.

use std::borrow::Cow;
use std::fmt::Display;

use banano_primitives::{Account, Amount, Prefix};

/// An answer or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Text(String),
    List(Vec<Reply>),
    Object(Object),
}

/// An object that knows how its network writes accounts and amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    style: Style,
    members: Vec<(Cow<'static, str>, Reply)>,
}

/// How accounts and amounts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Prefix of every account.
    pub(crate) prefix: Prefix,
    /// Whether amounts get a twin in BAN, as on Banano (node.md §1.1).
    pub(crate) decimals: bool,
}

impl Style {
    pub(crate) fn account(self, account: Account) -> String {
        account.with_prefix(self.prefix).to_string()
    }

    pub(crate) fn object(self) -> Object {
        Object { style: self, members: Vec::new() }
    }
}

impl Object {
    pub(crate) fn put(&mut self, name: impl Into<Cow<'static, str>>, value: impl Display) {
        self.put_reply(name, Reply::Text(value.to_string()));
    }

    pub(crate) fn put_reply(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Reply>,
    ) {
        self.members.push((name.into(), value.into()));
    }

    pub(crate) fn put_account(&mut self, name: &'static str, account: Account) {
        self.put(name, self.style.account(account));
    }

    /// Puts an amount in raw and, on Banano, its twin `<name>_decimal` in BAN.
    pub(crate) fn put_amount(&mut self, name: &'static str, amount: Amount) {
        self.put(name, amount);
        if self.style.decimals {
            self.put(format!("{name}_decimal"), amount.ban());
        }
    }

    /// Puts `1` or `0`, as the reference does for these fields.
    pub(crate) fn put_digit(&mut self, name: &'static str, yes: bool) {
        self.put(name, u8::from(yes));
    }

    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Display) -> Self {
        self.put(name, value);
        self
    }

    pub(crate) fn with_reply(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Reply>,
    ) -> Self {
        self.put_reply(name, value);
        self
    }

    pub(crate) fn put_first(&mut self, name: &'static str, value: impl Display) {
        self.members.insert(0, (name.into(), Reply::Text(value.to_string())));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }
}

impl From<Object> for Reply {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Vec<Reply>> for Reply {
    fn from(items: Vec<Reply>) -> Self {
        Self::List(items)
    }
}

impl Reply {
    pub(crate) fn text(value: impl Display) -> Self {
        Self::Text(value.to_string())
    }

    /// Whether it is a list or an object of nothing.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::List(items) => items.is_empty(),
            Self::Object(object) => object.is_empty(),
        }
    }

    /// `{"error": …}`
    pub(crate) fn error(text: impl Display) -> Self {
        let members = vec![("error".into(), Self::text(text))];
        Self::Object(Object { style: Style { prefix: Prefix::Ban, decimals: false }, members })
    }

    /// Writes compact JSON.
    pub(crate) fn render(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => render_string(text, out),
            empty if empty.is_empty() => out.extend_from_slice(b"\"\""),
            Self::List(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.render(out);
                }
                out.push(b']');
            }
            Self::Object(object) => {
                out.push(b'{');
                for (index, (name, value)) in object.members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    render_string(name, out);
                    out.push(b':');
                    value.render(out);
                }
                out.push(b'}');
            }
        }
    }
}

impl Object {
    /// This object of scalars as the indented text that the reference puts into `contents`.
    pub(crate) fn indented(&self) -> String {
        let mut out = b"{\n".to_vec();
        for (index, (name, value)) in self.members.iter().enumerate() {
            out.extend_from_slice(if index > 0 { b",\n    " } else { b"    " });
            render_string(name, &mut out);
            out.extend_from_slice(b": ");
            value.render(&mut out);
        }
        out.extend_from_slice(b"\n}\n");
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// Writes a string with the escapes that JSON needs.
fn render_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.extend_from_slice(b"\\\""),
            Some('\\') => out.extend_from_slice(b"\\\\"),
            Some('\n') => out.extend_from_slice(b"\\n"),
            Some(other) => out.extend_from_slice(format!("\\u{:04x}", u32::from(other)).as_bytes()),
            None => {}
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { prefix: Prefix::Ban, decimals: true };

    fn rendered(reply: &Reply) -> String {
        let mut out = Vec::new();
        reply.render(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_scalar_is_a_string_and_nothing_is_empty() {
        let mut object = STYLE.object();
        object.put("count", 7);
        object.put("confirmed", true);
        object.put_digit("exists", false);
        object.put_reply("list", vec![Reply::text(1), Reply::text("a")]);
        object.put_reply("none", Vec::new());
        object.put_reply("nothing", STYLE.object());
        assert_eq!(
            rendered(&object.into()),
            r#"{"count":"7","confirmed":"true","exists":"0","list":["1","a"],"none":"","nothing":""}"#
        );
        assert_eq!(rendered(&STYLE.object().into()), r#""""#);
    }

    #[test]
    fn an_amount_has_its_twin_on_banano_only() {
        let amount = Amount::from_raw(15 * 10u128.pow(28));
        for (decimals, want) in [
            (true, r#"{"balance":"150000000000000000000000000000","balance_decimal":"1.5"}"#),
            (false, r#"{"balance":"150000000000000000000000000000"}"#),
        ] {
            let mut object = Style { decimals, ..STYLE }.object();
            object.put_amount("balance", amount);
            assert_eq!(rendered(&object.into()), want);
        }
    }

    #[test]
    fn strings_survive_any_reader() {
        for text in ["", "plain", "q\"b\\", "l\nt\tc\u{1}", "é😀", "\\u0041", "\u{7f}"] {
            let json = rendered(&Reply::text(text));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text, "{json}");
        }
    }

    #[test]
    fn contents_are_indented_as_the_reference_does() {
        let block = STYLE.object().with("type", "state").with("work", "00");
        assert_eq!(block.indented(), "{\n    \"type\": \"state\",\n    \"work\": \"00\"\n}\n");
    }

    #[test]
    fn members_keep_their_order() {
        let mut object = STYLE.object().with("b", 1).with("a", 2);
        object.put_first("deprecated", 1);
        assert_eq!(object.len(), 3);
        assert_eq!(rendered(&object.into()), r#"{"deprecated":"1","b":"1","a":"2"}"#);
    }
}
