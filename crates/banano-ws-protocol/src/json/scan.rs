//! From text to tokens: the grammar of RFC 8259, and a bound on the depth.

use super::text::{self, Escapes};

/// Levels of nesting that are accepted; the outermost value is the first (protocol.md §2.2).
pub(super) const DEPTH_MAX: usize = 32;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{`: pairs of a key and a value follow.
    Object,
    /// `[`: values follow.
    Array,
    /// A string without escapes: its source is its value.
    Plain,
    /// A string with escapes.
    Escaped,
    /// A number, `true`, `false` or `null`.
    Bare,
}

/// A value, or a key, by where it stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// First byte: of a string, after its quote; of the others, the first of the value.
    pub(super) start: u32,
    /// First byte after; of a string, its closing quote.
    pub(super) end: u32,
    /// Index of the first token that is not inside this one.
    pub(super) next: u32,
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at byte {at}")]
pub struct JsonError {
    /// What is wrong there.
    pub problem: &'static str,
    /// Where, in bytes from the start of the message.
    pub at: usize,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
    Nothing,
}

/// Turns a text of one JSON value into tokens.
pub(super) fn scan(text: &str) -> Result<Vec<Token>, JsonError> {
    if u32::try_from(text.len()).is_err() {
        return Err(JsonError { problem: "message over 4 GiB", at: 0 });
    }
    let mut scanner =
        Scanner { bytes: text.as_bytes(), at: 0, tokens: Vec::new(), open: Vec::new() };
    scanner.run()?;
    Ok(scanner.tokens)
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    /// Objects and arrays that are not closed yet, by index; at most [`DEPTH_MAX`].
    open: Vec<usize>,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), JsonError> {
        let mut expect = Expect::Value;
        loop {
            self.skip_blanks();
            let Some(byte) = self.peek() else {
                return match expect {
                    Expect::Nothing => Ok(()),
                    _ if self.tokens.is_empty() => self.fail("no value"),
                    _ => self.fail("message ends in the middle of a value"),
                };
            };
            expect = match (expect, byte) {
                (Expect::Nothing, _) => return self.fail("text after the value"),
                (Expect::ValueOrEnd, b']') | (Expect::KeyOrEnd, b'}') => self.close(byte)?,
                (Expect::Value | Expect::ValueOrEnd, _) => self.value(byte)?,
                (Expect::Key | Expect::KeyOrEnd, b'"') => self.key()?,
                (Expect::Key | Expect::KeyOrEnd, _) => return self.fail("expected a quoted key"),
                (Expect::CommaOrEnd, b',') => {
                    self.at += 1;
                    if self.in_object() { Expect::Key } else { Expect::Value }
                }
                (Expect::CommaOrEnd, _) => self.close(byte)?,
            };
        }
    }

    /// Reads the start of a value, or all of one that holds no others.
    fn value(&mut self, byte: u8) -> Result<Expect, JsonError> {
        match byte {
            b'{' => self.open(Kind::Object, Expect::KeyOrEnd),
            b'[' => self.open(Kind::Array, Expect::ValueOrEnd),
            b'"' => {
                self.string()?;
                Ok(self.after_value())
            }
            _ => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let Some(len) = text::bare_len(rest) else {
                    return self.fail("expected a value");
                };
                self.push(Kind::Bare, self.at, self.at + len);
                self.at += len;
                Ok(self.after_value())
            }
        }
    }

    fn key(&mut self) -> Result<Expect, JsonError> {
        self.string()?;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return self.fail("expected `:` after the key");
        }
        self.at += 1;
        Ok(Expect::Value)
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        match text::string_len(rest) {
            Ok((len, escapes)) => {
                let kind = match escapes {
                    Escapes::None => Kind::Plain,
                    Escapes::Some => Kind::Escaped,
                };
                self.push(kind, start, start + len);
                self.at = start + len + 1;
                Ok(())
            }
            Err((problem, offset)) => Err(JsonError { problem, at: start + offset }),
        }
    }

    fn open(&mut self, kind: Kind, expect: Expect) -> Result<Expect, JsonError> {
        if self.open.len() == DEPTH_MAX {
            return self.fail("more than 32 levels of nesting");
        }
        self.open.push(self.tokens.len());
        self.push(kind, self.at, self.at);
        self.at += 1;
        Ok(expect)
    }

    fn close(&mut self, byte: u8) -> Result<Expect, JsonError> {
        let (want, problem) = if self.in_object() {
            (b'}', "expected `,` or `}` after a member")
        } else {
            (b']', "expected `,` or `]` after an element")
        };
        if byte != want {
            return self.fail(problem);
        }
        self.at += 1;
        let (end, next) = (narrow(self.at), narrow(self.tokens.len()));
        if let Some(token) = self.open.pop().and_then(|open| self.tokens.get_mut(open)) {
            token.end = end;
            token.next = next;
        }
        Ok(self.after_value())
    }

    fn after_value(&self) -> Expect {
        if self.open.is_empty() { Expect::Nothing } else { Expect::CommaOrEnd }
    }

    fn in_object(&self) -> bool {
        let open = self.open.last().and_then(|&open| self.tokens.get(open));
        open.is_some_and(|token| token.kind == Kind::Object)
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let next = narrow(self.tokens.len() + 1);
        self.tokens.push(Token { kind, start: narrow(start), end: narrow(end), next });
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fail<T>(&self, problem: &'static str) -> Result<T, JsonError> {
        Err(JsonError { problem, at: self.at })
    }
}

/// Offsets fit: [`scan`] refuses texts of 4 GiB, and no text has more tokens than bytes.
#[expect(clippy::cast_possible_truncation, reason = "texts over u32::MAX bytes are refused first")]
const fn narrow(offset: usize) -> u32 {
    offset as u32
}
