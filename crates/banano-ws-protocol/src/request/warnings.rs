//! What was left out of a request that was carried out all the same.

use std::fmt;

/// Warnings told in one ack; more are counted.
const WARNINGS_MAX: usize = 32;

/// Characters of a client's own text that we repeat (protocol.md §4).
const QUOTE_CHARACTERS_MAX: usize = 64;

/// Collects warnings for a client that asked for them by `verbose` (protocol.md §11 no. 2), and
/// nothing for others.
#[derive(Debug)]
pub(super) struct Warnings {
    wanted: bool,
    told: Vec<String>,
    untold: usize,
}

impl Warnings {
    pub(super) const fn new(wanted: bool) -> Self {
        Self { wanted, told: Vec::new(), untold: 0 }
    }

    /// Whether somebody will read them.
    pub(super) const fn are_wanted(&self) -> bool {
        self.wanted
    }

    /// Adds one; its text is made only if somebody will read it.
    pub(super) fn add(&mut self, text: fmt::Arguments<'_>) {
        if !self.wanted {
        } else if self.told.len() < WARNINGS_MAX {
            self.told.push(text.to_string());
        } else {
            self.untold += 1;
        }
    }

    pub(super) fn into_list(mut self) -> Vec<String> {
        if self.untold > 0 {
            self.told.push(format!("{} more warnings", self.untold));
        }
        self.told
    }
}

/// A client's own text as repeated to it: cut to 64 characters.
#[derive(Debug)]
pub(super) struct Cut<'a>(pub(super) &'a str);

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(QUOTE_CHARACTERS_MAX) {
            None => f.write_str(self.0),
            Some((end, _)) => write!(f, "{}…", self.0.get(..end).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let exact = "é".repeat(64);
        assert_eq!(Cut(&exact).to_string(), exact);
        assert_eq!(Cut(&format!("{exact}x")).to_string(), format!("{exact}…"));
    }

    #[test]
    fn warnings_are_counted_past_the_bound_and_none_without_a_wish() {
        for (wanted, want) in [(true, WARNINGS_MAX + 1), (false, 0)] {
            let mut warnings = Warnings::new(wanted);
            (0..100).for_each(|n| warnings.add(format_args!("{n}")));
            let list = warnings.into_list();
            assert_eq!(list.len(), want);
            assert_eq!(list.last().map(String::as_str), wanted.then_some("68 more warnings"));
        }
    }
}
