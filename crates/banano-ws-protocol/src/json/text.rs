//! The inside of strings and bare words: lengths, escapes, coercions.

use std::borrow::Cow;

/// Whether a string holds escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    None,
    Some,
}

/// Length of the string whose first byte (after the quote) is the first of `bytes`, up to its
/// closing quote. An error is a problem and its offset.
pub(super) fn string_len(bytes: &[u8]) -> Result<(usize, Escapes), (&'static str, usize)> {
    let (mut at, mut escapes) = (0, Escapes::None);
    loop {
        match bytes.get(at) {
            None => return Err(("string without an end", at)),
            Some(b'"') => return Ok((at, escapes)),
            Some(b'\\') => {
                escapes = Escapes::Some;
                let rest = bytes.get(at..).unwrap_or_default();
                let (_, len) = escape(rest).ok_or(("invalid escape in a string", at))?;
                at += len;
            }
            Some(0..0x20) => return Err(("raw control character in a string", at)),
            Some(_) => at += 1,
        }
    }
}

/// Decodes the escape at the start of `bytes`: the character, and how many bytes it took. A pair of
/// surrogates is one escape; half of a pair names no character and is invalid.
fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let simple = match bytes.get(1)? {
        b'u' => return unicode_escape(bytes),
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    };
    Some((simple, 2))
}

fn unicode_escape(bytes: &[u8]) -> Option<(char, usize)> {
    let first = hex4(bytes.get(2..6)?)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let second = bytes.get(6..12)?.strip_prefix(b"\\u").and_then(hex4)?;
    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    let high = first.checked_sub(0xD800).filter(|high| *high < 0x400)?;
    Some((char::from_u32(0x1_0000 + (high << 10) + low)?, 12))
}

fn hex4(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, &digit| Some(number << 4 | char::from(digit).to_digit(16)?))
}

/// The value of a string with escapes that [`string_len`] has accepted.
pub(super) fn unescape(source: &str) -> Cow<'_, str> {
    let mut value = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('\\') {
        let (before, escaped) = rest.split_at(at);
        value.push_str(before);
        let Some((character, len)) = escape(escaped.as_bytes()) else { break };
        value.push(character);
        rest = escaped.get(len..).unwrap_or_default();
    }
    value.push_str(rest);
    Cow::Owned(value)
}

/// Length of the number or word at the start of `bytes`, if it is one of JSON's.
pub(super) fn bare_len(bytes: &[u8]) -> Option<usize> {
    let len = match bytes.first()? {
        b't' => word_len(bytes, b"true")?,
        b'f' => word_len(bytes, b"false")?,
        b'n' => word_len(bytes, b"null")?,
        _ => number_len(bytes)?,
    };
    // `truex`, `01` and `1.` are one wrong word, not a right one with something behind it.
    let glued = bytes.get(len).is_some_and(|b| b.is_ascii_alphanumeric() || b"+-._".contains(b));
    (!glued).then_some(len)
}

fn word_len(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.starts_with(word).then_some(word.len())
}

fn number_len(bytes: &[u8]) -> Option<usize> {
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    match bytes.get(at)? {
        b'0' => at += 1,
        b'1'..=b'9' => at += digits_len(bytes, at),
        _ => return None,
    }
    if bytes.get(at) == Some(&b'.') {
        at = 1 + at + at_least_one(digits_len(bytes, at + 1))?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at += at_least_one(digits_len(bytes, at))?;
    }
    Some(at)
}

fn digits_len(bytes: &[u8], from: usize) -> usize {
    bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count()
}

fn at_least_one(digits: usize) -> Option<usize> {
    (digits > 0).then_some(digits)
}

/// A scalar's text as a boolean; `None` where it is neither, which counts as absent
/// (protocol.md §2.2). Takes what the node's stream takes: blanks around it, and 0 or 1 with a sign
/// or leading zeros.
pub(crate) fn flag(text: &str) -> Option<bool> {
    let word = text.trim_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    match word {
        "true" | "1" => return Some(true),
        "false" | "0" => return Some(false),
        _ => {}
    }
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    match digits.trim_start_matches('0') {
        "" if !digits.is_empty() => Some(false),
        "1" if !negative => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_those_of_the_nodes_stream() {
        let cases = [
            (Some(true), &["true", "1", " true ", "01", "+1", "\t1\n", "0001"][..]),
            (Some(false), &["false", "0", " false", "00", "+0", "-0"]),
            (
                None,
                &[
                    "True", "TRUE", "yes", "2", "1.0", "null", "", " ", "+", "-", "-1", "tru",
                    "1 1", "+ 1", "true1", "10", "0x1", "--0", "\u{a0}1",
                ],
            ),
        ];
        for (want, texts) in cases {
            for text in texts {
                assert_eq!(flag(text), want, "{text:?}");
            }
        }
    }

    #[test]
    fn bare_words_and_numbers() {
        for good in ["0", "-0", "5", "1.50", "1e3", "-12.5E-07", "true", "false", "null", "10"] {
            assert_eq!(bare_len(good.as_bytes()), Some(good.len()), "{good}");
            assert_eq!(bare_len(format!("{good}, 1").as_bytes()), Some(good.len()), "{good},");
        }
        for bad in [
            "", "01", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "NaN", "nul", "truer", "0x10",
            "1.5.2", "--1", "Infinity", "1-", "'a'",
        ] {
            assert_eq!(bare_len(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn strings_and_their_escapes() {
        let cases = [
            ("plain", r#"abc""#, Ok("abc")),
            ("simple escapes", r#"\"\\\/\b\f\n\r\t""#, Ok("\"\\/\u{8}\u{c}\n\r\t")),
            ("unicode", r#"a\u00e9\u00E9b""#, Ok("aééb")),
            ("surrogate pair", r#"\ud83d\ude00""#, Ok("😀")),
            ("nul", r#"\u0000""#, Ok("\0")),
            ("raw utf-8", "é😀\"", Ok("é😀")),
            ("delete is no control character here", "\u{7f}\"", Ok("\u{7f}")),
            ("stray high surrogate", r#"\ud83d""#, Err(0)),
            ("stray low surrogate", r#"\ude00""#, Err(0)),
            ("high surrogate, then another character", r#"\ud83d\u0041""#, Err(0)),
            ("two high surrogates", r#"x\ud83d\ud83d""#, Err(1)),
            ("short escape", r#"\u12""#, Err(0)),
            ("no hex", r#"\u12g4""#, Err(0)),
            ("sign in hex", r#"\u+123""#, Err(0)),
            ("unknown escape", r#"ab\x""#, Err(2)),
            ("no end", "abc", Err(3)),
            ("end after a backslash", "\\", Err(0)),
            ("line feed", "a\nb\"", Err(1)),
        ];
        for (name, bytes, want) in cases {
            match (string_len(bytes.as_bytes()), want) {
                (Ok((len, _)), Ok(value)) => assert_eq!(unescape(&bytes[..len]), value, "{name}"),
                (Err((_, offset)), Err(at)) => assert_eq!(offset, at, "{name}"),
                (got, _) => panic!("{name}: {got:?}"),
            }
        }
    }
}
