//! JSON as a request carries it: every scalar is kept as the text that was sent.
//!
//! Called by the server for each body, and by commands that take a block as a string of JSON. Reads
//! iteratively and stops at a depth and at a number of values, so that no body can grow the stack or
//! much more memory than itself. Never turns a number into a float: an amount has up to 39 digits.

/// Values that one body may hold: half a million accounts, which is what fits the largest body.
pub(crate) const VALUES_MAX: usize = 600_000;

/// A JSON value. Numbers and booleans are text, as in the reference, which keeps no types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// `null`: counts as not given.
    Null,
    /// A string, or the text of a number or boolean.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object. The first of two equal names counts.
    Object(Members),
}

/// Members of an object, in the order sent.
pub(crate) type Members = Vec<(String, Value)>;

/// Why a text is not taken as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseError {
    #[error("not JSON at byte {0}")]
    Syntax(usize),
    #[error("nested deeper than {0}")]
    Depth(usize),
    #[error("more than {VALUES_MAX} values")]
    Values,
}

impl Value {
    /// Reads one JSON text that is nested at most `depth_max` deep.
    ///
    /// # Errors
    /// Says where the text stops being JSON, or which limit it exceeds.
    pub(crate) fn parse(text: &str, depth_max: usize) -> Result<Self, ParseError> {
        let mut reader = Reader { text, at: 0, values: 0 };
        let mut open: Vec<Open> = Vec::new();
        loop {
            let mut value = match reader.token()? {
                b'{' if reader.closes(b'}') => Self::Object(Vec::new()),
                b'{' => {
                    open.push(Open::Object(Vec::new(), reader.name()?));
                    if open.len() > depth_max {
                        return Err(ParseError::Depth(depth_max));
                    }
                    continue;
                }
                b'[' if reader.closes(b']') => Self::List(Vec::new()),
                b'[' => {
                    open.push(Open::List(Vec::new()));
                    if open.len() > depth_max {
                        return Err(ParseError::Depth(depth_max));
                    }
                    continue;
                }
                b'"' => Self::Text(reader.string()?),
                _ => reader.scalar()?,
            };
            if matches!(value, Self::List(_) | Self::Object(_)) && open.len() >= depth_max {
                return Err(ParseError::Depth(depth_max));
            }
            // A value is complete: hand it to what is open around it, and close what ends here.
            loop {
                reader.values += 1;
                if reader.values > VALUES_MAX {
                    return Err(ParseError::Values);
                }
                match open.pop() {
                    None => return reader.end().map(|()| value),
                    Some(Open::List(mut items)) => {
                        items.push(value);
                        match reader.token()? {
                            b',' => open.push(Open::List(items)),
                            b']' => {
                                value = Self::List(items);
                                continue;
                            }
                            _ => return Err(reader.wrong()),
                        }
                    }
                    Some(Open::Object(mut members, name)) => {
                        members.push((name, value));
                        match reader.token()? {
                            b',' => {
                                let name = reader.name()?;
                                open.push(Open::Object(members, name));
                            }
                            b'}' => {
                                value = Self::Object(members);
                                continue;
                            }
                            _ => return Err(reader.wrong()),
                        }
                    }
                }
                break;
            }
        }
    }

    /// The text of a scalar. A list or an object has the empty text, as in the reference.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Object(_) => Some(""),
        }
    }
}

/// The first member with this name.
pub(crate) fn member<'a>(members: &'a [(String, Value)], name: &str) -> Option<&'a Value> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A container that is being read; an object holds the name that waits for its value.
enum Open {
    List(Vec<Value>),
    Object(Members, String),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes the next byte that is not blank.
    fn token(&mut self) -> Result<u8, ParseError> {
        self.skip_blanks();
        let byte = self.peek().ok_or(ParseError::Syntax(self.at))?;
        self.at += 1;
        Ok(byte)
    }

    /// Takes `end` if it comes next.
    fn closes(&mut self, end: u8) -> bool {
        self.skip_blanks();
        let found = self.peek() == Some(end);
        self.at += usize::from(found);
        found
    }

    /// Takes `"name" :`.
    fn name(&mut self) -> Result<String, ParseError> {
        if self.token()? != b'"' {
            return Err(self.wrong());
        }
        let name = self.string()?;
        if self.token()? == b':' { Ok(name) } else { Err(self.wrong()) }
    }

    /// Takes the rest of a string whose opening quote was taken.
    fn string(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek().ok_or(ParseError::Syntax(self.at))? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                0..=0x1f => return Err(ParseError::Syntax(self.at)),
                _ => self.at += 1,
            }
        }
        let end = self.at;
        self.at += 1;
        let wrong = ParseError::Syntax(start);
        if escaped {
            // From quote to quote; serde knows the escapes and the surrogates.
            let quoted = self.text.get(start.saturating_sub(1)..=end).ok_or(wrong)?;
            serde_json::from_str(quoted).map_err(|_| wrong)
        } else {
            self.text.get(start..end).map(str::to_owned).ok_or(wrong)
        }
    }

    /// Takes a number, `true`, `false` or `null` whose first byte was taken.
    fn scalar(&mut self) -> Result<Value, ParseError> {
        let start = self.at.saturating_sub(1);
        while matches!(
            self.peek(),
            Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.')
        ) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).ok_or(ParseError::Syntax(start))?;
        match text {
            "null" => Ok(Value::Null),
            "true" | "false" => Ok(Value::Text(text.to_owned())),
            number if is_number(number) => Ok(Value::Text(number.to_owned())),
            _ => Err(ParseError::Syntax(start)),
        }
    }

    fn end(&mut self) -> Result<(), ParseError> {
        self.skip_blanks();
        if self.at == self.text.len() { Ok(()) } else { Err(ParseError::Syntax(self.at)) }
    }

    /// The error for the byte that was just taken.
    fn wrong(&self) -> ParseError {
        ParseError::Syntax(self.at.saturating_sub(1))
    }
}

/// Whether `text` is a JSON number of any size.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

#[cfg(test)]
mod tests;
