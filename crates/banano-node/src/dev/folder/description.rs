//! What the ledgers in a folder were made of, as text.
//!
//! Called by the folder. Computes only. The text is TOML so that people can read it; it is read back
//! line by line, since nothing else writes it.

use std::fmt;

use banano_primitives::{Amount, Seed};

use crate::dev::config::{DevConfig, WorkLevel};

/// Of the text. A later version that lays ledgers out otherwise counts up.
const FORMAT: u32 = 1;

/// Everything that decides the set-up blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) seed: Seed,
    pub(crate) nodes: u32,
    pub(crate) accounts: u32,
    pub(crate) balance: Amount,
    pub(crate) work: WorkLevel,
    /// Whether the set-up blocks are in every ledger.
    pub(crate) finished: bool,
}

/// One flag that a folder was made with, other than the one given now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the flag, without dashes.
    pub flag: &'static str,
    /// What the folder was made with.
    pub made_with: String,
    /// What is asked for now.
    pub given: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{} {} (now {})", self.flag, self.made_with, self.given)
    }
}

impl Description {
    /// Of the network that is asked for, finished or not.
    pub(crate) fn of(config: &DevConfig, finished: bool) -> Self {
        Self {
            seed: config.seed,
            nodes: config.nodes,
            accounts: config.accounts,
            balance: config.balance,
            work: config.work,
            finished,
        }
    }

    pub(crate) fn render(&self) -> String {
        format!(
            "# A dev network of banano-ws. Its keys are public. Start with --reset to begin anew.\n\
             format = {FORMAT}\n\
             finished = {}\n\
             seed = \"{}\"\n\
             nodes = {}\n\
             accounts = {}\n\
             balance = \"{}\"\n\
             work = \"{}\"\n",
            self.finished,
            self.seed,
            self.nodes,
            self.accounts,
            self.balance,
            self.work.name(),
        )
    }

    /// Reads what [`Description::render`] wrote, or says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let value = |key: &str| {
            text.lines()
                .filter_map(|line| line.split_once(" = "))
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value.trim().trim_matches('"').to_owned())
                .ok_or_else(|| format!("there is no {key}"))
        };
        let format: u32 = read("format", &value("format")?)?;
        if format != FORMAT {
            return Err(format!("format is {format}, and this program knows {FORMAT}"));
        }
        let work = value("work")?;
        Ok(Self {
            seed: read("seed", &value("seed")?)?,
            nodes: read("nodes", &value("nodes")?)?,
            accounts: read("accounts", &value("accounts")?)?,
            balance: read("balance", &value("balance")?)?,
            work: [WorkLevel::Dev, WorkLevel::Live]
                .into_iter()
                .find(|level| level.name() == work)
                .ok_or_else(|| format!("work is {work:?} instead of dev or live"))?,
            finished: read("finished", &value("finished")?)?,
        })
    }

    /// What `wanted` has otherwise, flag by flag.
    pub(crate) fn differences(&self, wanted: &Self) -> Vec<Difference> {
        let row = |flag, made_with: String, given: String| Difference { flag, made_with, given };
        [
            row("seed", self.seed.to_string(), wanted.seed.to_string()),
            row("nodes", self.nodes.to_string(), wanted.nodes.to_string()),
            row("accounts", self.accounts.to_string(), wanted.accounts.to_string()),
            row("balance", self.balance.ban().to_string(), wanted.balance.ban().to_string()),
            row("work", self.work.name().to_owned(), wanted.work.name().to_owned()),
        ]
        .into_iter()
        .filter(|row| row.made_with != row.given)
        .collect()
    }
}

fn read<T: std::str::FromStr>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{key} is {text:?}"))
}
