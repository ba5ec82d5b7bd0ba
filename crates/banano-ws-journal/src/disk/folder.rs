//! The files of a journal: opening them, and telling what a crash did to them.
//!
//! Called by `open`. Leaves what is in the files to the library; looks only at where its log of writes
//! ends before and after it was opened. Never repairs anything itself.

use std::{
    fs, io, panic,
    path::{Path, PathBuf},
};

use fjall::Database;

use crate::codec::DecodeError;

/// How the library ends a batch in its log.
const BATCH_END: &[u8] = b"FJL\x03";

/// The log of writes; a start after a kill reads it again. The smallest that the library takes.
const LOG_BYTES: u64 = 64 << 20;

/// Sorted files are read through a cache of this size.
const CACHE_BYTES: u64 = 32 << 20;

/// Why a folder cannot be used as a journal. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the journal in {} is in use by another process; stop it, or choose another folder", .0.display())]
    InUse(PathBuf),
    /// Another program wrote it.
    #[error(
        "the journal in {} has layout version {found}, this program reads version {wanted}; \
         use the program that wrote it, or choose another folder",
        path.display()
    )]
    OtherVersion {
        /// The folder.
        path: PathBuf,
        /// The version of the journal.
        found: u8,
        /// Ours.
        wanted: u8,
    },
    /// There is no journal.
    #[error("there is no journal in {}", .0.display())]
    Missing(PathBuf),
    /// Its files can't be read or written.
    #[error(
        "the journal in {} cannot be opened; if its files are damaged, move the folder away to begin \
         a new journal",
        path.display()
    )]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What failed.
        #[source]
        source: io::Error,
    },
}

/// The files, opened.
pub(super) struct Folder {
    pub(super) database: Database,
    /// Bytes behind the last whole batch that were cut off.
    pub(super) torn_bytes: u64,
    /// Whether these held whole batches, which a kill of the process can't explain.
    pub(super) is_damaged: bool,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Unreadable { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failed)?;
        let before = log_files(path).map_err(failed)?;
        // The library asserts what it reads in places where a damaged file can make it wrong.
        let opened = panic::catch_unwind(|| {
            Database::builder(path)
                .worker_threads(1)
                .cache_size(CACHE_BYTES)
                .max_journaling_size(LOG_BYTES)
                .open()
        });
        let database = match opened {
            Ok(Ok(database)) => database,
            Ok(Err(fjall::Error::Locked)) => return Err(OpenError::InUse(path.to_owned())),
            Ok(Err(error)) => return Err(failed(io_error(error))),
            Err(_) => return Err(failed(io::Error::other("one of its files makes no sense"))),
        };
        let mut folder = Self { database, torn_bytes: 0, is_damaged: false };
        for (file, written) in before {
            let whole = fs::metadata(file).map_or(written.len() as u64, |it| it.len());
            let whole = usize::try_from(whole).unwrap_or(usize::MAX);
            let torn = written.get(whole..).unwrap_or_default();
            folder.torn_bytes += torn.len() as u64;
            folder.is_damaged |= torn.windows(BATCH_END.len()).any(|it| it == BATCH_END);
        }
        Ok(folder)
    }
}

/// The library's logs of writes with what was written into them; the rest of a file is zeros.
fn log_files(path: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for file in log_paths(path)? {
        let mut bytes = fs::read(&file)?;
        bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        files.push((file, bytes));
    }
    Ok(files)
}

/// Brings the log of writes to the disk, beside whoever writes to it: the library would make writers
/// wait for the disk. What has left the log it has synced itself.
pub(super) fn sync_log(path: &Path) -> io::Result<()> {
    for file in log_paths(path)? {
        match fs::File::open(&file) {
            Ok(file) => file.sync_data()?,
            // All of it is in sorted files meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn log_paths(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "jnl") {
            files.push(file);
        }
    }
    Ok(files)
}

/// What the library reports, for callers who know files only.
pub(super) fn io_error(error: fjall::Error) -> io::Error {
    match error {
        fjall::Error::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// An event that can't be read.
pub(super) fn decode_error(error: DecodeError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
