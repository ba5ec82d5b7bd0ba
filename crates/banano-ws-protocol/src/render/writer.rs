//! Writes members of JSON objects: names and values of our types.
//!
//! Called by the renderers only. Names are ours and need no escapes; texts of others are escaped.

use std::ops::Range;

use banano_primitives::{Account, Amount, Prefix, Unit};

use super::RenderSettings;
use crate::{Cursor, Extra, Place};

/// Appends compact JSON to a buffer. A comma goes before every member but the first of an object.
pub(crate) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    settings: &'a RenderSettings,
    /// Some accounts of this message, and where in `out` they are written. Messages repeat accounts,
    /// and the checksum of one costs as much as all else of a vote in an election.
    accounts: [Option<(Account, Range<usize>)>; ACCOUNTS_KEPT],
}

/// The first three, and the latest.
const ACCOUNTS_KEPT: usize = 4;

impl<'a> Writer<'a> {
    pub(crate) const fn new(out: &'a mut Vec<u8>, settings: &'a RenderSettings) -> Self {
        Self { out, settings, accounts: [const { None }; ACCOUNTS_KEPT] }
    }

    /// Opens the message.
    pub(crate) fn open_root(&mut self) {
        self.put(b"{");
    }

    /// Opens an object that is a member.
    pub(crate) fn open(&mut self, name: &str) {
        self.name(name);
        self.put(b"{");
    }

    /// Closes an object.
    pub(crate) fn close(&mut self) {
        self.put(b"}");
    }

    /// Writes a list; an empty one is the empty string (protocol.md §2.1).
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        element: impl FnMut(&mut Self, T),
    ) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return self.ascii(name, "");
        }
        self.array(name, items, element);
    }

    /// Writes a list as an array, also if it is empty.
    pub(crate) fn array<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut element: impl FnMut(&mut Self, T),
    ) {
        self.name(name);
        self.put(b"[");
        let mut first = true;
        for item in items {
            if !first {
                self.put(b",");
            }
            first = false;
            element(self, item);
        }
        self.put(b"]");
    }

    /// Writes an object that is an element of a list.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.put(b"{");
        members(self);
        self.put(b"}");
    }

    /// Writes a text that needs no escapes: digits, hex, words of the protocol.
    pub(crate) fn ascii(&mut self, name: &str, value: &str) {
        self.name(name);
        self.ascii_element(value);
    }

    /// Writes an element of a list that needs no escapes.
    pub(crate) fn ascii_element(&mut self, value: &str) {
        self.put(b"\"");
        self.put(value.as_bytes());
        self.put(b"\"");
    }

    /// Writes a text of anybody's.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text_element(value);
    }

    /// Writes an element of a list, of anybody's.
    pub(crate) fn text_element(&mut self, value: &str) {
        self.put(b"\"");
        let mut rest = value.as_bytes();
        while let Some(at) = rest.iter().position(|&b| b < 0x20 || b == b'"' || b == b'\\') {
            let (plain, special) = rest.split_at(at);
            self.put(plain);
            let Some((&byte, after)) = special.split_first() else { break };
            self.escape(byte);
            rest = after;
        }
        self.put(rest);
        self.put(b"\"");
    }

    /// Writes a boolean, as a word in quotes.
    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        self.ascii(name, if value { "true" } else { "false" });
    }

    /// Writes a whole number.
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.ascii(name, itoa::Buffer::new().format(value));
    }

    /// Writes a place in the journal.
    pub(crate) fn cursor(&mut self, name: &str, cursor: Cursor) {
        self.ascii(name, &cursor.to_string());
    }

    /// Writes an account with the prefix of the settings.
    pub(crate) fn account(&mut self, name: &str, account: &Account) {
        self.name(name);
        self.put(b"\"");
        let written = self.accounts.iter().flatten().find(|(known, _)| known == account);
        if let Some((_, range)) = written {
            self.out.extend_from_within(range.clone());
        } else {
            let start = self.out.len();
            self.put(account.with_prefix(self.settings.prefix).as_bytes());
            self.keep_account(account, start..self.out.len());
        }
        self.put(b"\"");
    }

    fn keep_account(&mut self, account: &Account, range: Range<usize>) {
        let free = self.accounts.iter().position(Option::is_none);
        if let Some(slot) = self.accounts.get_mut(free.unwrap_or(ACCOUNTS_KEPT - 1)) {
            *slot = Some((*account, range));
        }
    }

    /// Writes at most 64 bytes in upper-case hex.
    pub(crate) fn hex(&mut self, name: &str, bytes: &[u8]) {
        self.name(name);
        self.hex_element(bytes);
    }

    /// Writes an element of a list in upper-case hex.
    pub(crate) fn hex_element(&mut self, bytes: &[u8]) {
        let mut digits = [0; 2 * HEX_BYTES_MAX];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&hex_pair(*byte));
        }
        self.put(b"\"");
        self.put(digits.get(..2 * bytes.len()).unwrap_or_default());
        self.put(b"\"");
    }

    /// Writes raw, in decimal.
    pub(crate) fn raw(&mut self, name: &str, amount: Amount) {
        self.ascii(name, itoa::Buffer::new().format(amount.raw()));
    }

    /// Writes raw in decimal, and the same in the unit of people where that is set.
    pub(crate) fn amount(&mut self, name: &str, decimal_name: &str, amount: Amount) {
        self.raw(name, amount);
        self.decimal(decimal_name, amount);
    }

    /// Writes an amount in BAN, exact, with at least one digit after the point, if that is set.
    pub(crate) fn decimal(&mut self, name: &str, amount: Amount) {
        if !self.settings.decimal_fields {
            return;
        }
        let unit = match self.settings.prefix {
            Prefix::Nano | Prefix::Xrb => Unit::Nano,
            Prefix::Ban | Prefix::Bano | Prefix::Node => Unit::Ban,
        };
        let decimals = usize::from(unit.decimals());
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(amount.raw());
        self.name(name);
        self.put(b"\"");
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
        self.put(if whole.is_empty() { b"0" } else { whole.as_bytes() });
        self.put(b".");
        let significant = fraction.trim_end_matches('0');
        if significant.is_empty() {
            self.put(b"0");
        } else {
            self.out.resize(self.out.len() + decimals.saturating_sub(fraction.len()), b'0');
            self.put(significant.as_bytes());
        }
        self.put(b"\"");
    }

    /// Writes the unknown members of one object, where it ends.
    pub(crate) fn extra(&mut self, extra: &Extra, place: Place) {
        for member in extra.at(place) {
            if self.out.last() != Some(&b'{') {
                self.put(b",");
            }
            self.text_element(&member.name);
            self.put(b":");
            self.put(member.value.as_str().as_bytes());
        }
    }

    fn name(&mut self, name: &str) {
        if self.out.last() != Some(&b'{') {
            self.put(b",");
        }
        self.put(b"\"");
        self.put(name.as_bytes());
        self.put(b"\":");
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' => self.put(b"\\\""),
            b'\\' => self.put(b"\\\\"),
            b'\n' => self.put(b"\\n"),
            b'\r' => self.put(b"\\r"),
            b'\t' => self.put(b"\\t"),
            _ => {
                self.put(b"\\u00");
                self.put(&hex_pair(byte));
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }
}

/// The longest value in hex: a signature.
const HEX_BYTES_MAX: usize = 64;

#[expect(clippy::indexing_slicing, reason = "the table has an entry for every byte")]
fn hex_pair(byte: u8) -> [u8; 2] {
    HEX_PAIRS[usize::from(byte)]
}

/// The two upper-case digits of each byte.
const HEX_PAIRS: [[u8; 2]; 256] = hex_pairs();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks it")]
const fn hex_pairs() -> [[u8; 2]; 256] {
    let digits = b"0123456789ABCDEF";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(settings: RenderSettings, write: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Writer::new(&mut out, &settings));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn c076_amounts_in_ban() {
        let cases = [
            (0, "0.0"),
            (1, "0.00000000000000000000000000001"),
            (10u128.pow(29), "1.0"),
            (10u128.pow(29) - 1, "0.99999999999999999999999999999"),
            (15_621_963_968_634_827_029_081_574_961, "0.15621963968634827029081574961"),
            (19 * 10u128.pow(29), "19.0"),
            (15 * 10u128.pow(28), "1.5"),
            (u128::MAX, "3402823669.20938463463374607431768211455"),
        ];
        for (raw, want) in cases {
            let text = written(RenderSettings::default(), |w| {
                w.amount("a", "a_decimal", Amount::from_raw(raw));
            });
            assert_eq!(text, format!(r#","a":"{raw}","a_decimal":"{want}""#));
        }
    }

    #[test]
    fn amounts_in_nano_have_a_digit_more() {
        let settings = RenderSettings { prefix: Prefix::Nano, decimal_fields: true };
        let text = written(settings, |w| w.decimal("d", Amount::from_raw(10u128.pow(29))));
        assert_eq!(text, r#","d":"0.1""#);
    }

    #[test]
    fn texts_of_others_are_escaped() {
        let text = written(RenderSettings::default(), |w| {
            w.text("t", "a\"b\\c\n\r\t\0\u{1f}é😀/\u{7f}");
        });
        assert_eq!(text, r#","t":"a\"b\\c\n\r\t\u0000\u001Fé😀/"#.to_owned() + "\u{7f}\"");
    }

    #[test]
    fn an_empty_list_is_the_empty_string() {
        let list = |items: &[&str]| {
            written(RenderSettings::default(), |w| {
                w.list("l", items, |w, item| w.text_element(item));
            })
        };
        assert_eq!(list(&[]), r#","l":"""#);
        assert_eq!(list(&["a", "b"]), r#","l":["a","b"]"#);
    }
}
