//! The file of tokens: who may come in with which limits. It holds hashes only.
//!
//! Read at the start and when the configuration is read again; asked once for each client that shows a
//! token. Never holds a token itself, and never logs one: what an operator sees is the token's name.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use blake2::{Blake2s256, Digest as _};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use crate::limits::ClientLimits;

/// What a hash starts with in the file.
const KIND: &str = "blake2s:";

/// The hash of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of `token`. A token is random and long, so that one pass is as good as many.
    pub fn of(token: &str) -> Self {
        Self(Blake2s256::digest(token.as_bytes()).into())
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(KIND)?;
        let mut bytes = [0; 32];
        if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Where it is looked up. No secret: nobody can choose a token by the beginning of its hash.
    fn bucket(&self) -> u64 {
        self.0.iter().take(8).fold(0, |bucket, byte| bucket << 8 | u64::from(*byte))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(KIND)?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a file of tokens cannot be used. Names the file, the entry and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("`tokens`: {}: {problem}", path.display())]
pub struct TokensError {
    path: PathBuf,
    problem: String,
}

/// The tokens in force.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    entries: Vec<Token>,
    /// Places in `entries`.
    by_hash: HashMap<u64, Vec<usize>>,
    /// The hash of the whole file.
    file: Option<TokenHash>,
}

/// A token that is good.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) name: Arc<str>,
    pub(crate) limits: Arc<ClientLimits>,
    hash: TokenHash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    class: BTreeMap<String, Class>,
    #[serde(default)]
    token: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    hash: String,
    class: Option<String>,
}

/// Limits of the tokens of one class; what is absent is as for those without a token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    max_connections: Option<usize>,
    max_messages_per_second: Option<u32>,
    message_burst: Option<u32>,
    max_message_bytes: Option<usize>,
    max_topics_per_session: Option<usize>,
    max_accounts_per_session: Option<usize>,
    max_replays_per_session: Option<usize>,
    max_outbox_messages: Option<usize>,
    max_outbox_bytes: Option<usize>,
    require_filter: Option<bool>,
}

impl Class {
    fn over(&self, base: &ClientLimits) -> ClientLimits {
        let mut limits = base.clone();
        set(&mut limits.connections, self.max_connections);
        set(&mut limits.rate.per_second, self.max_messages_per_second);
        set(&mut limits.rate.burst, self.message_burst);
        set(&mut limits.message_bytes, self.max_message_bytes);
        set(&mut limits.topics, self.max_topics_per_session);
        set(&mut limits.accounts, self.max_accounts_per_session);
        set(&mut limits.replays, self.max_replays_per_session);
        set(&mut limits.outbox.messages, self.max_outbox_messages);
        set(&mut limits.outbox.bytes, self.max_outbox_bytes);
        set(&mut limits.require_filter, self.require_filter);
        limits
    }

    /// What is too small or too large, as for the setting of the same name.
    fn problems(&self, name: &str) -> Vec<String> {
        const MILLION: u64 = 1_000_000;
        let wide = |value: Option<usize>| value.map(|value| value as u64);
        let rows = [
            ("max_connections", wide(self.max_connections), 1, MILLION),
            ("max_messages_per_second", self.max_messages_per_second.map(u64::from), 1, MILLION),
            ("message_burst", self.message_burst.map(u64::from), 1, MILLION),
            ("max_message_bytes", wide(self.max_message_bytes), 1_024, 1 << 30),
            ("max_topics_per_session", wide(self.max_topics_per_session), 1, 100),
            ("max_accounts_per_session", wide(self.max_accounts_per_session), 1, 10 * MILLION),
            ("max_replays_per_session", wide(self.max_replays_per_session), 1, 100),
            ("max_outbox_messages", wide(self.max_outbox_messages), 1, MILLION),
            ("max_outbox_bytes", wide(self.max_outbox_bytes), 1 << 20, 1 << 30),
        ];
        let outside = rows.into_iter().filter_map(|(field, value, min, max)| {
            let value = value.filter(|value| *value < min || *value > max)?;
            Some(format!("class \"{name}\": `{field}` is {value}: it must be {min} to {max}"))
        });
        outside.collect()
    }
}

fn set<T: Copy>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Tokens {
    /// Reads a file. `base` are the limits of those without a token.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or says something that cannot be.
    pub(crate) fn load(path: &Path, base: &ClientLimits) -> Result<Self, TokensError> {
        let wrong = |problem: String| TokensError { path: path.to_owned(), problem };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let tokens = Self::parse(&text, base).map_err(|problems| wrong(problems.join("; ")))?;
        Ok(Self { file: Some(TokenHash::of(&text)), ..tokens })
    }

    fn parse(text: &str, base: &ClientLimits) -> Result<Self, Vec<String>> {
        let file: File = toml::from_str(text).map_err(|error| {
            // Its own words would quote the line, which could hold a token by mistake.
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
            vec![format!("line {line} is not as it must be: {}", expectation(&error))]
        })?;
        let mut problems: Vec<String> =
            file.class.iter().flat_map(|(name, class)| class.problems(name)).collect();
        let classes: BTreeMap<_, _> = file
            .class
            .iter()
            .map(|(name, class)| (name.as_str(), Arc::new(class.over(base))))
            .collect();
        let plain = Arc::new(base.clone());
        let (mut tokens, mut names) = (Self::default(), BTreeSet::new());
        for Entry { name, hash, class } in &file.token {
            let Some(hash) = TokenHash::parse(hash) else {
                let right = "`banano-ws token new` makes a token and its line";
                problems
                    .push(format!("token \"{name}\": `hash` is not {KIND} and 64 digits; {right}"));
                continue;
            };
            let limits = match class {
                None => Some(&plain),
                Some(class) => classes.get(class.as_str()),
            };
            let Some(limits) = limits else {
                let class = class.as_deref().unwrap_or_default();
                let known = classes.keys().copied().collect::<Vec<_>>().join(", ");
                let text =
                    format!("token \"{name}\": there is no class \"{class}\", only [{known}]");
                problems.push(text);
                continue;
            };
            if name.is_empty() || !names.insert(name.as_str()) {
                problems.push(format!("token \"{name}\": each needs a name of its own"));
            } else if tokens.find_hash(hash).is_some() {
                problems.push(format!("token \"{name}\": its hash is there twice"));
            } else {
                tokens.by_hash.entry(hash.bucket()).or_default().push(tokens.entries.len());
                let (name, limits) = (name.as_str().into(), Arc::clone(limits));
                tokens.entries.push(Token { name, limits, hash });
            }
        }
        if problems.is_empty() { Ok(tokens) } else { Err(problems) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the file that they are from says the same.
    pub(crate) fn is_same_file(&self, other: &Self) -> bool {
        self.file == other.file
    }

    /// The token that was shown, if it is good.
    pub(crate) fn find(&self, shown: &str) -> Option<&Token> {
        self.find_hash(TokenHash::of(shown))
    }

    /// What a token that was good before is now, if it still is.
    pub(crate) fn again(&self, token: &Token) -> Option<&Token> {
        self.find_hash(token.hash).filter(|it| it.name == token.name)
    }

    fn find_hash(&self, hash: TokenHash) -> Option<&Token> {
        let places = self.by_hash.get(&hash.bucket())?;
        places.iter().filter_map(|place| self.entries.get(*place)).find(|token| {
            // How long it takes says nothing of where they differ.
            token.hash.0.ct_eq(&hash.0).into()
        })
    }
}

/// What the parser expected, without the text that it found.
fn expectation(error: &toml::de::Error) -> String {
    let message = error.message();
    let first = message.lines().next().unwrap_or_default();
    if first.starts_with("invalid") { "see docs/limits.md".to_owned() } else { first.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn base() -> ClientLimits {
        ClientLimits::new(&Config::default())
    }

    #[test]
    fn a_token_has_the_limits_of_its_class_over_those_of_everyone() {
        let text = format!(
            "[class.partner]\nmax_accounts_per_session = 7\nrequire_filter = true\n\
             [[token]]\nname = \"shop\"\nclass = \"partner\"\nhash = \"{}\"\n\
             [[token]]\nname = \"friend\"\nhash = \"{}\"\n",
            TokenHash::of("secret one"),
            TokenHash::of("secret two")
        );
        let tokens = Tokens::parse(&text, &base()).unwrap();
        let shop = tokens.find("secret one").unwrap();
        assert_eq!(&*shop.name, "shop");
        assert_eq!(*shop.limits, ClientLimits { accounts: 7, require_filter: true, ..base() });
        assert_eq!(*tokens.find("secret two").unwrap().limits, base());
        for other in ["", "secret", "secret one ", "shop", &TokenHash::of("secret one").to_string()]
        {
            assert!(tokens.find(other).is_none(), "{other:?}");
        }
        let without = Tokens::parse("", &base()).unwrap();
        assert!(without.again(shop).is_none());
        assert!(tokens.again(shop).is_some());
    }

    #[test]
    fn every_problem_of_a_file_is_told_and_none_repeats_what_could_be_a_token() {
        let hash = TokenHash::of("a");
        let text = format!(
            "[class.big]\nmax_outbox_bytes = 1\nmessage_burst = 0\n\
             [[token]]\nname = \"a\"\nhash = \"{hash}\"\nclass = \"huge\"\n\
             [[token]]\nname = \"b\"\nhash = \"my secret\"\n\
             [[token]]\nname = \"c\"\nhash = \"{hash}\"\n\
             [[token]]\nname = \"c\"\nhash = \"{}\"\n\
             [[token]]\nname = \"d\"\nhash = \"{hash}\"\n",
            TokenHash::of("b")
        );
        let problems = Tokens::parse(&text, &base()).unwrap_err();
        assert_eq!(
            problems,
            [
                "class \"big\": `message_burst` is 0: it must be 1 to 1000000",
                "class \"big\": `max_outbox_bytes` is 1: it must be 1048576 to 1073741824",
                "token \"a\": there is no class \"huge\", only [big]",
                "token \"b\": `hash` is not blake2s: and 64 digits; `banano-ws token new` makes a token and its line",
                "token \"c\": each needs a name of its own",
                "token \"d\": its hash is there twice",
            ]
        );
        for text in [
            "[[token]]\nname = \"a\"\ntoken = \"my secret\"",
            "my secret",
            "x = 1",
            "token = \"my secret\"",
        ] {
            let problem = Tokens::parse(text, &base()).unwrap_err().join("; ");
            assert!(problem.starts_with("line "), "{problem}");
            assert!(!problem.contains("my secret"), "{problem}");
        }
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = TokenHash::of("token");
        assert_eq!(TokenHash::parse(&hash.to_string()), Some(hash));
        let upper = hash.to_string().to_uppercase().replace("BLAKE2S", "blake2s");
        assert_eq!(TokenHash::parse(&upper), Some(hash));
        for text in
            ["", "blake2s:", "blake2s:00", &"0".repeat(64), &format!("blake2s:{}", "é".repeat(32))]
        {
            assert_eq!(TokenHash::parse(text), None, "{text}");
        }
    }
}
