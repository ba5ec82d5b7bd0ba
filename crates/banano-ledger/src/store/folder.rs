//! The folder of a ledger: what lies in it, whose it is, and that nobody else has it open.
//!
//! Called when a ledger on disk is opened. A small text file, the mark, says what the folder is, so that nothing
//! is read, let alone written, in a folder that is something else. Never touches a file that it does not know.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use banano_primitives::BlockHash;

/// The file that says what the folder is.
const MARK: &str = "LEDGER";
/// The mark while it is being written.
const MARK_DRAFT: &str = "LEDGER.draft";
/// The file whose lock means "in use".
const LOCK: &str = "LOCK";
/// The store's own folder.
const STORE: &str = "store";
/// The file without which the store's library would begin anew, over whatever is there.
const STORE_VERSION: &str = "version";
/// No mark is longer.
const MARK_BYTES_MAX: u64 = 4096;

/// Why a folder cannot be used. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file operation failed.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        act: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There are files in the folder, but no ledger.
    #[error(
        "{} is not a ledger's folder: it holds {found:?} and no mark; choose an empty or a new folder",
        path.display()
    )]
    NotALedger {
        /// The folder.
        path: PathBuf,
        /// One of the files in it.
        found: String,
    },
    /// The mark cannot be understood.
    #[error(
        "{} is damaged: {problem}; restore the folder from a copy, or choose an empty or a new folder",
        path.display()
    )]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Another process has it open.
    #[error("{} is in use by another process; stop that one, or choose another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
}

/// What a mark says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The layout version of the rows.
    pub(crate) version: u64,
    /// The name of the network that the ledger was begun for.
    pub(crate) network: String,
    /// The network's first block.
    pub(crate) genesis: BlockHash,
    /// Whether the ledger was begun to the end. Until then there is nothing to lose in the folder.
    pub(crate) is_begun: bool,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "banano-ledger {}", self.version)?;
        writeln!(f, "network {}", self.network)?;
        writeln!(f, "genesis {}", self.genesis)?;
        writeln!(f, "state {}", if self.is_begun { "begun" } else { "new" })
    }
}

impl Mark {
    /// Reads a mark; the error says which line is wrong. A newer version may have other lines behind the first.
    fn parse(text: &str, current: u64) -> Result<Self, String> {
        let mut lines = text.lines();
        let mut value = |name: &str| {
            let line = lines.next().unwrap_or_default();
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' '));
            value.ok_or_else(|| format!("expected a line {name:?}, found {line:?}"))
        };
        let version = value("banano-ledger")?;
        let version =
            version.parse().map_err(|_| format!("{version:?} is not a version number"))?;
        if version != current {
            let (network, genesis) = (String::new(), BlockHash::ZERO);
            return Ok(Self { version, network, genesis, is_begun: true });
        }
        let network = value("network")?.to_owned();
        let genesis = value("genesis")?;
        let genesis = genesis.parse().map_err(|error| format!("genesis {genesis:?}: {error}"))?;
        let is_begun = match value("state")? {
            "begun" => true,
            "new" => false,
            other => return Err(format!("expected state new or begun, found {other:?}")),
        };
        Ok(Self { version, network, genesis, is_begun })
    }
}

/// A folder that is a ledger's, locked for this process.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    mark: Mark,
    /// Locked as long as it is open.
    _lock: File,
}

impl Folder {
    /// Opens a ledger's folder, or makes one of an empty or missing folder. `fresh` is the mark of a new one.
    pub(crate) fn open(path: &Path, fresh: Mark) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(io_error("create the folder", path))?;
        if read_mark(path, fresh.version)?.is_none() {
            require_empty(path, fresh.version)?;
        }
        let lock = lock(path)?;
        // Read again under the lock: another process may have begun a ledger in the meantime.
        let mark = read_mark(path, fresh.version)?.unwrap_or(fresh);
        Ok(Self { path: path.to_owned(), mark, _lock: lock })
    }

    pub(crate) fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Where the store has its files.
    pub(crate) fn store_path(&self) -> PathBuf {
        self.path.join(STORE)
    }

    /// Records that the ledger was begun to the end: from now on a missing store is a loss, not a beginning.
    pub(crate) fn set_begun(&mut self) -> Result<(), FolderError> {
        if !self.mark.is_begun {
            self.mark.is_begun = true;
            write_mark(&self.path, &self.mark)?;
        }
        Ok(())
    }

    /// Checks that a begun ledger has its store; clears away a beginning that was broken off.
    pub(crate) fn prepare(&self) -> Result<(), FolderError> {
        let store = self.store_path();
        if self.mark.is_begun {
            let version = store.join(STORE_VERSION);
            if !version.try_exists().map_err(io_error("look for", &version))? {
                let problem = "this file of the store is missing".to_owned();
                return Err(FolderError::Damaged { path: version, problem });
            }
            return Ok(());
        }
        if store.try_exists().map_err(io_error("look for", &store))? {
            fs::remove_dir_all(&store).map_err(io_error("clear the unfinished", &store))?;
        }
        write_mark(&self.path, &self.mark)
    }
}

fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { act, path, source }
}

fn read_mark(path: &Path, current: u64) -> Result<Option<Mark>, FolderError> {
    let path = path.join(MARK);
    let size = match fs::metadata(&path) {
        Ok(data) => data.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", &path)(error)),
    };
    let damaged = |problem| FolderError::Damaged { path: path.clone(), problem };
    if size > MARK_BYTES_MAX {
        return Err(damaged(format!("it has {size} bytes, more than a mark has")));
    }
    let bytes = fs::read(&path).map_err(io_error("read", &path))?;
    let text = String::from_utf8(bytes).map_err(|_| damaged("it is not text".to_owned()))?;
    Mark::parse(&text, current).map(Some).map_err(damaged)
}

/// Writes the mark so that there is always a whole one, old or new.
fn write_mark(path: &Path, mark: &Mark) -> Result<(), FolderError> {
    let draft = path.join(MARK_DRAFT);
    let write = || {
        let mut file = File::create(&draft)?;
        file.write_all(mark.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path.join(MARK))?;
        File::open(path)?.sync_all()
    };
    write().map_err(io_error("write", &path.join(MARK)))
}

/// Refuses a folder with anything in it but what a beginning that was broken off leaves, or one that goes on.
fn require_empty(path: &Path, current: u64) -> Result<(), FolderError> {
    let entries = fs::read_dir(path).map_err(io_error("read the folder", path))?;
    for entry in entries {
        let name = entry.map_err(io_error("read the folder", path))?.file_name();
        let is_ours = name == MARK_DRAFT || name == LOCK;
        if !is_ours && read_mark(path, current)?.is_none() {
            let found = name.to_string_lossy().into_owned();
            return Err(FolderError::NotALedger { path: path.to_owned(), found });
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, FolderError> {
    let lock_path = path.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&lock_path);
    let file = file.map_err(io_error("create", &lock_path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(io_error("lock", &lock_path)(error)),
    }
}
