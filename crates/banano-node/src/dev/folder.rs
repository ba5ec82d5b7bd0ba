//! The folder that keeps a dev network between two starts.
//!
//! Called when the network is set up. Touches only files that it made itself: a lock, a description
//! of the network, and one folder per node. Never opens a ledger, and never deletes what it does not
//! know.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

mod description;

pub(crate) use description::Description;
pub use description::Difference;

/// Held locked while a network uses the folder.
const LOCK: &str = "lock";
/// Says what the ledgers beside it were made of.
const DESCRIPTION: &str = "banano-ws-dev.toml";
/// Written first, then renamed, so that a description is there as a whole or not at all.
const DRAFT: &str = "banano-ws-dev.toml.new";
/// The wallets of the first node, and what they are written to first.
const WALLETS: [&str; 2] = ["wallets", "wallets.new"];
/// Followed by the node's number, from 1.
const NODE: &str = "node-";

/// The events of the first node, which whoever runs the network may keep here.
const JOURNAL: &str = "journal";

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process uses it.
    #[error(
        "the data folder {} is in use by another process: stop that one, or choose another folder",
        path.display()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// It holds something else.
    #[error(
        "the folder {} is not empty and was not made by a dev network: choose an empty or a new one",
        path.display()
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// It holds a dev network of other flags.
    #[error(
        "the data folder {} was made with {}: start with the same, choose another folder, or add \
         --reset to delete that network and begin anew",
        path.display(),
        differences.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    MadeOtherwise {
        /// The folder.
        path: PathBuf,
        /// What is different.
        differences: Vec<Difference>,
    },
    /// Its description was damaged.
    #[error(
        "{} cannot be understood ({problem}): choose another folder, or add --reset to delete the \
         network in this one and begin anew",
        path.display()
    )]
    Damaged {
        /// The description.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The system refused.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A folder in use by this process, until dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The system unlocks it when the file is closed, also after a crash.
    _lock: File,
}

/// What a folder holds for the network that is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Nothing, or an unfinished beginning that was removed.
    Nothing,
    /// The finished set-up of this very network, and whatever happened on it since.
    Network,
}

impl Folder {
    /// Takes `path` into use, makes it if needed, and with `reset` empties it of an earlier network.
    pub(crate) fn open(
        path: &Path,
        wanted: &Description,
        reset: bool,
    ) -> Result<(Self, Contents), FolderError> {
        fs::create_dir_all(path).map_err(failed("create", path))?;
        let description = path.join(DESCRIPTION);
        let known = description.try_exists().map_err(failed("look at", &description))?;
        if !known && !is_unused(path)? {
            return Err(FolderError::NotOurs { path: path.to_owned() });
        }
        let folder = Self { path: path.to_owned(), _lock: lock(path)? };
        if !known {
            return Ok((folder, Contents::Nothing));
        }
        if reset {
            folder.clear()?;
            return Ok((folder, Contents::Nothing));
        }
        let bytes = fs::read(&description).map_err(failed("read", &description))?;
        let found = Description::parse(&String::from_utf8_lossy(&bytes))
            .map_err(|problem| FolderError::Damaged { path: description, problem })?;
        let differences = found.differences(wanted);
        if !differences.is_empty() {
            return Err(FolderError::MadeOtherwise { path: path.to_owned(), differences });
        }
        if !found.finished {
            folder.clear()?;
            return Ok((folder, Contents::Nothing));
        }
        Ok((folder, Contents::Network))
    }

    /// Where node number `index` (from 0) keeps its ledger.
    pub(crate) fn node(&self, index: u32) -> PathBuf {
        self.path.join(format!("{NODE}{}", index.saturating_add(1)))
    }

    /// Where the wallets are kept.
    pub(crate) fn wallets(&self) -> PathBuf {
        self.path.join(WALLETS[0])
    }

    /// Writes down what the ledgers are made of: once before the set-up, so that a crash in the
    /// middle leaves a folder that is known, and once after it.
    pub(crate) fn describe(&self, description: &Description) -> Result<(), FolderError> {
        let draft = self.path.join(DRAFT);
        let place = self.path.join(DESCRIPTION);
        let write = || {
            let mut file = File::create(&draft)?;
            file.write_all(description.render().as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &place)
        };
        write().map_err(failed("write", &place))
    }

    /// Takes a folder that this process used until now into use again, and empties it of all but the
    /// journal, which stays in use. A crash in the middle leaves it unfinished, as `unfinished` says.
    pub(crate) fn renew(path: &Path, unfinished: &Description) -> Result<Self, FolderError> {
        let folder = Self { path: path.to_owned(), _lock: lock(path)? };
        folder.describe(unfinished)?;
        folder.remove(is_node)?;
        Ok(folder)
    }

    /// Deletes what a dev network made, the description last, so that a crash in the middle can be
    /// repeated.
    fn clear(&self) -> Result<(), FolderError> {
        self.remove(|entry| is_node(entry) || entry == JOURNAL)?;
        let description = self.path.join(DESCRIPTION);
        fs::remove_file(&description).map_err(failed("delete", &description))
    }

    /// Deletes the folders that are `unwanted`, and the wallets.
    fn remove(&self, unwanted: impl Fn(&str) -> bool) -> Result<(), FolderError> {
        for entry in entries(&self.path)? {
            if unwanted(&entry) {
                let path = self.path.join(entry);
                fs::remove_dir_all(&path).map_err(failed("delete", &path))?;
            } else if WALLETS.contains(&entry.as_str()) {
                let path = self.path.join(entry);
                fs::remove_file(&path).map_err(failed("delete", &path))?;
            }
        }
        Ok(())
    }
}

fn failed<'a>(act: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FolderError + 'a {
    move |source| FolderError::Io { act, path: path.to_owned(), source }
}

fn lock(path: &Path) -> Result<File, FolderError> {
    let place = path.join(LOCK);
    let file = File::create(&place).map_err(failed("create", &place))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => {
            Err(FolderError::Io { act: "lock", path: place, source })
        }
    }
}

/// Whether the folder holds nothing but what a start that never got far leaves behind.
fn is_unused(path: &Path) -> Result<bool, FolderError> {
    Ok(entries(path)?.iter().all(|name| name == LOCK || name == DRAFT))
}

fn is_node(name: &str) -> bool {
    name.strip_prefix(NODE)
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn entries(path: &Path) -> Result<Vec<String>, FolderError> {
    let list = || {
        fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<String>>>()
    };
    list().map_err(failed("list", path))
}

#[cfg(test)]
mod tests;
