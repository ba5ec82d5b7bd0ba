//! The accounts that count as local: what a client gets who asks for `all_local_accounts`.
//!
//! Filled from a file at the start and by `wallet_add_watch` while the gateway runs. Bounded, and kept in
//! a file if it is given one. Never forgets an account: clients rely on what they once asked for.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use banano_primitives::Account;
use tokio::sync::mpsc;

use crate::merging::Heard;

/// The most accounts that are watched: 32 bytes each, and a question at the start.
pub const WATCHED_MAX: usize = 100_000;

/// Why accounts are not watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// The file cannot be written.
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] io::Error),
    /// A line is no account.
    #[error(
        "{file}: line {line}: {text:?} is not an account, expected ban_… or nano_…, one a line"
    )]
    Line {
        /// Where.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// There is no room.
    #[error("{0} accounts would be watched, at most {WATCHED_MAX} can be")]
    Full(usize),
}

/// Reads a file of accounts: one a line; blank lines and what follows a `#` do not count.
///
/// # Errors
///
/// If it cannot be read, a line is no account, or there are too many.
pub fn read_accounts(file: &Path) -> Result<Vec<Account>, WatchError> {
    let text =
        fs::read_to_string(file).map_err(|error| WatchError::Read(file.to_owned(), error))?;
    let mut accounts = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let account = line.parse().map_err(|_| WatchError::Line {
            file: file.to_owned(),
            line: index + 1,
            text: line.to_owned(),
        })?;
        accounts.push(account);
    }
    if accounts.len() > WATCHED_MAX {
        return Err(WatchError::Full(accounts.len()));
    }
    Ok(accounts)
}

/// The accounts that count as local. Clones share them.
#[derive(Debug, Clone)]
pub struct WatchList {
    accounts: Arc<Mutex<BTreeSet<Account>>>,
    heard: mpsc::Sender<Heard>,
    kept: Option<PathBuf>,
}

impl WatchList {
    pub(crate) fn new(
        accounts: impl IntoIterator<Item = Account>,
        heard: mpsc::Sender<Heard>,
    ) -> Self {
        let accounts = Arc::new(Mutex::new(accounts.into_iter().collect()));
        Self { accounts, heard, kept: None }
    }

    /// The same list, which appends what is added to a file from now on.
    #[must_use]
    pub fn kept_in(self, file: PathBuf) -> Self {
        Self { kept: Some(file), ..self }
    }

    /// Counts these accounts as local from now on, and watches their chains.
    ///
    /// # Errors
    ///
    /// If there are too many, or they cannot be kept. None of them is watched then.
    pub async fn add(&self, accounts: Vec<Account>) -> Result<(), WatchError> {
        let this = self.clone();
        // Writing waits for the disk.
        let added = tokio::task::spawn_blocking(move || this.enter(accounts)).await;
        let new = added.unwrap_or_else(|_| Ok(Vec::new()))?;
        if !new.is_empty() {
            // Fails only when the gateway has stopped.
            let _ = self.heard.send(Heard::Watch(new)).await;
        }
        Ok(())
    }

    /// Enters those that are not there. Returns them.
    fn enter(&self, accounts: Vec<Account>) -> Result<Vec<Account>, WatchError> {
        let mut watched = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let new: BTreeSet<_> = accounts.into_iter().filter(|it| !watched.contains(it)).collect();
        let count = watched.len().saturating_add(new.len());
        if count > WATCHED_MAX {
            return Err(WatchError::Full(count));
        }
        if let Some(file) = self.kept.as_ref().filter(|_| !new.is_empty()) {
            append(file, &new).map_err(|error| WatchError::Write(file.clone(), error))?;
        }
        watched.extend(&new);
        Ok(new.into_iter().collect())
    }
}

fn append(file: &Path, accounts: &BTreeSet<Account>) -> io::Result<()> {
    let mut file = fs::File::options().create(true).append(true).open(file)?;
    let mut lines = Vec::new();
    accounts.iter().try_for_each(|account| writeln!(lines, "{account}"))?;
    file.write_all(&lines)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(n: u8) -> Account {
        Account::from_bytes([n; 32])
    }

    #[tokio::test]
    async fn what_is_added_is_told_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("watched");
        fs::write(&file, "").unwrap();
        let (heard, mut inbox) = mpsc::channel(8);
        let list = WatchList::new([account(1)], heard).kept_in(file.clone());
        list.add(vec![account(1), account(2), account(2)]).await.unwrap();
        list.add(vec![account(2)]).await.unwrap();
        list.add(vec![account(3)]).await.unwrap();
        drop(list);
        let mut told = Vec::new();
        while let Some(Heard::Watch(accounts)) = inbox.recv().await {
            told.push(accounts);
        }
        assert_eq!(told, [vec![account(2)], vec![account(3)]]);
        assert_eq!(read_accounts(&file).unwrap(), [account(2), account(3)]);
    }

    #[tokio::test]
    async fn a_full_list_refuses_all_of_a_request() {
        let (heard, _inbox) = mpsc::channel(8);
        let numbered = |n: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&n.to_le_bytes());
            Account::from_bytes(bytes)
        };
        let list = WatchList::new((1..WATCHED_MAX).map(numbered), heard);
        let problem = list.add(vec![account(1), account(2)]).await.unwrap_err().to_string();
        assert!(problem.contains("100001"), "{problem}");
        list.add(vec![account(2)]).await.unwrap();
    }

    #[test]
    fn a_file_is_read_or_told_where_it_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("watched");
        let text = account(1).to_string();
        fs::write(&file, format!("# mine\n\n {text}   # shop\n")).unwrap();
        assert_eq!(read_accounts(&file).unwrap(), [account(1)]);
        fs::write(&file, format!("{text}\nban_1\n")).unwrap();
        let problem = read_accounts(&file).unwrap_err().to_string();
        assert!(problem.contains("line 2: \"ban_1\""), "{problem}");
        let problem = read_accounts(&folder.path().join("none")).unwrap_err().to_string();
        assert!(problem.contains("none"), "{problem}");
    }
}
