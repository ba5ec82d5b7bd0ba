//! Amounts as people type them.

use banano_primitives::Amount;

use super::usage;
use crate::failure::Failure;

/// `1.5`, `1.5BAN`, `1.5 BAN`, or `150raw`.
pub(super) fn amount(name: &str, text: &str) -> Result<Amount, Failure> {
    let lower = text.to_ascii_lowercase();
    let read = match lower.strip_suffix("raw") {
        Some(raw) => raw.trim().parse(),
        None => Amount::from_ban(lower.strip_suffix("ban").unwrap_or(&lower).trim()),
    };
    let expected = "expected an amount of BAN as in 1.5 or 10BAN, or of raw as in 1900raw";
    read.map_err(|error| usage(format_args!("{name} {text}: {error}; {expected}")))
}

/// The same of what is to be paid.
pub(super) fn payment(name: &str, text: &str) -> Result<Amount, Failure> {
    match amount(name, text)? {
        Amount::ZERO => {
            Err(usage(format_args!("{name} {text}: nothing is paid, give more than 0")))
        }
        amount => Ok(amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_amounts() {
        let rows = [
            ("1.5", Some(150_000_000_000_000_000_000_000_000_000)),
            ("10BAN", Some(1_000_000_000_000_000_000_000_000_000_000)),
            ("1 ban", Some(100_000_000_000_000_000_000_000_000_000)),
            ("19raw", Some(19)),
            ("1.5raw", None),
            ("-1", None),
            ("", None),
            ("many", None),
        ];
        for (text, want) in rows {
            assert_eq!(amount("AMOUNT", text).ok().map(Amount::raw), want, "{text}");
            assert_eq!(payment("AMOUNT", text).ok().map(Amount::raw), want, "{text}");
        }
        for text in ["0", "0.0 BAN", "0raw"] {
            assert_eq!(amount("AMOUNT", text).ok(), Some(Amount::ZERO), "{text}");
            assert!(payment("AMOUNT", text).is_err(), "{text}");
        }
    }
}
