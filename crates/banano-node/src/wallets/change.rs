//! One change of the wallets, and the line of text that keeps it.
//!
//! Made by the wallets, applied to their state, appended to their file. Computes only. A line holds
//! everything that is needed to make the change again.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use banano_primitives::{Account, Block, BlockHash, BlockKind, PrivateKey, Seed};

/// Names a wallet: 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WalletId(BlockHash);

impl WalletId {
    /// Wraps the bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(BlockHash::from_bytes(bytes))
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Display for WalletId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What happened to a wallet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// It was made; `next` is the index of its seed that it takes next.
    Create { seed: Seed, representative: Account, next: u32 },
    /// It got the account of an index of its seed; `next` is the index that it takes by itself next.
    Index { index: u32, next: u32 },
    /// It got an account whose key has nothing to do with its seed.
    Key { key: PrivateKey },
    /// It watches an account without a key.
    Watch { account: Account },
    /// It let go of an account.
    Remove { account: Account },
    /// It names another representative in new accounts.
    Representative { representative: Account },
    /// It sent this block under this id.
    Sent { id: String, block: Arc<Block> },
    /// It is gone.
    Destroy,
}

impl Change {
    /// The line, with its end.
    pub(super) fn render(&self, wallet: WalletId) -> String {
        match self {
            Self::Create { seed, representative, next } => {
                format!("{wallet} create {seed} {representative} {next}\n")
            }
            Self::Index { index, next } => format!("{wallet} index {index} {next}\n"),
            Self::Key { key } => format!("{wallet} key {key}\n"),
            Self::Watch { account } => format!("{wallet} watch {account}\n"),
            Self::Remove { account } => format!("{wallet} remove {account}\n"),
            Self::Representative { representative } => {
                format!("{wallet} representative {representative}\n")
            }
            Self::Sent { id, block } => {
                let mut bytes = Vec::new();
                block.encode(&mut bytes);
                format!("{wallet} sent {} {}\n", hex(id.as_bytes()), hex(&bytes))
            }
            Self::Destroy => format!("{wallet} destroy\n"),
        }
    }

    /// Reads a line without its end; `None` if it is none.
    pub(super) fn parse(line: &str) -> Option<(WalletId, Self)> {
        let mut words = line.split(' ');
        let wallet = WalletId(words.next()?.parse().ok()?);
        let change = match words.next()? {
            "create" => Self::Create {
                seed: word(&mut words)?,
                representative: word(&mut words)?,
                next: word(&mut words)?,
            },
            "index" => Self::Index { index: word(&mut words)?, next: word(&mut words)? },
            "key" => Self::Key { key: word(&mut words)? },
            "watch" => Self::Watch { account: word(&mut words)? },
            "remove" => Self::Remove { account: word(&mut words)? },
            "representative" => Self::Representative { representative: word(&mut words)? },
            "sent" => {
                let id = String::from_utf8(bytes(words.next()?)?).ok()?;
                let block = Block::decode(BlockKind::State, &bytes(words.next()?)?).ok()?;
                Self::Sent { id, block: Arc::new(block) }
            }
            "destroy" => Self::Destroy,
            _ => return None,
        };
        words.next().is_none().then_some((wallet, change))
    }
}

fn word<T: FromStr>(words: &mut std::str::Split<'_, char>) -> Option<T> {
    words.next()?.parse().ok()
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // A string takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use banano_primitives::{Amount, Body, Link, StateBlock, Work};

    use super::*;

    #[test]
    fn every_change_is_read_back_as_it_was() {
        let wallet = WalletId::from_bytes([7; 32]);
        let key = Seed::from_bytes([1; 32]).key_pair(0);
        let account = key.account();
        let body = Body::State(StateBlock {
            account,
            previous: BlockHash::ZERO,
            representative: account,
            balance: Amount::from_raw(5),
            link: Link::ZERO,
        });
        let block = Arc::new(Block::signed(body, &key, Work::new(9)));
        for change in [
            Change::Create { seed: Seed::from_bytes([1; 32]), representative: account, next: 5 },
            Change::Index { index: 3, next: 4 },
            Change::Key { key: key.private_key() },
            Change::Watch { account },
            Change::Remove { account },
            Change::Representative { representative: account },
            Change::Sent { id: "tip 1\n".to_owned(), block: Arc::clone(&block) },
            Change::Sent { id: String::new(), block },
            Change::Destroy,
        ] {
            let text = change.render(wallet);
            let line = text.strip_suffix('\n').unwrap();
            assert_eq!(Change::parse(line), Some((wallet, change)), "{line}");
        }
    }

    #[test]
    fn rows_of_what_is_no_change() {
        let id = WalletId::from_bytes([7; 32]);
        for rest in ["", "index 1", "index 1 2 3", "index x 2", "key 12", "sent zz zz", "other"] {
            assert_eq!(Change::parse(&format!("{id} {rest}")), None, "{rest}");
        }
        assert_eq!(Change::parse("x destroy"), None);
    }
}
