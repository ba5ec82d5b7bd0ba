//! The file that keeps the wallets of a network with a data folder.
//!
//! Called by the wallets. One line for each change, appended before the change counts, so a kill of the
//! process loses nothing that was answered for; a last line that is cut off was never answered for. The
//! file is written anew at each start, whole and then renamed. It holds private keys as they are:
//! only its owner may read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::change::{Change, WalletId};
use super::state::State;

const HEAD: &str =
    "# Wallets of a dev network of banano-ws, with their keys, unencrypted. Format 1.\n";

/// An open file. Lines are handed to the system as they come.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    /// Where the next line begins.
    end: u64,
}

/// Why the wallets' file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WalletFileError {
    /// A line means nothing.
    #[error(
        "line {line} of {} is not a change of a wallet: repair or remove the file, which removes the \
         wallets with it",
        path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// The system refused.
    #[error("cannot use the wallets' file {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Log {
    /// Reads the file into `state` and writes it anew.
    pub(super) fn open(path: &Path, state: &mut State) -> Result<Self, WalletFileError> {
        let failed = |source| WalletFileError::Io { path: path.to_owned(), source };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let Some(line) = line.strip_suffix('\n') else { break };
            if line.starts_with('#') {
                continue;
            }
            let (id, change) = Change::parse(line)
                .ok_or_else(|| WalletFileError::Line { path: path.to_owned(), line: number })?;
            state.apply(id, change);
        }
        Self::write(path, state).map_err(failed)
    }

    fn write(path: &Path, state: &State) -> io::Result<Self> {
        let draft = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = BufWriter::new(options.open(&draft)?);
        out.write_all(HEAD.as_bytes())?;
        for (id, change) in state.changes() {
            out.write_all(change.render(id).as_bytes())?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        let end = file.stream_position()?;
        Ok(Self { file, end })
    }

    /// Adds a change. After a failure the next line takes the place of the part that was written.
    pub(super) fn append(&mut self, id: WalletId, change: &Change) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        let written = self.file.write_all(change.render(id).as_bytes());
        match written {
            Ok(()) => self.end = self.file.stream_position()?,
            Err(_) => self.file.set_len(self.end)?,
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use banano_primitives::{Account, Seed};

    use super::*;

    fn open(path: &Path) -> (State, Result<Log, WalletFileError>) {
        let mut state = State::new(Arc::default());
        let log = Log::open(path, &mut state);
        (state, log)
    }

    #[test]
    fn a_line_that_was_cut_off_is_forgotten_and_a_wrong_one_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("wallets");
        let id = WalletId::from_bytes([1; 32]);
        let (mut state, log) = open(&path);
        let seed = Seed::from_bytes([2; 32]);
        let create = Change::Create { seed, representative: Account::ZERO, next: 0 };
        let mut log = log.unwrap();
        log.append(id, &create).unwrap();
        log.append(id, &Change::Index { index: 0, next: 1 }).unwrap();
        state.apply(id, create);
        drop(log);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{id} index 1")).unwrap();
        let (state, log) = open(&path);
        assert_eq!(state.wallets[&id].accounts.len(), 1);
        drop(log.unwrap());
        let anew = fs::read_to_string(&path).unwrap();
        assert_eq!(anew.lines().count(), 3, "written anew without it: {anew}");
        fs::write(&path, format!("{whole}{id} index\n")).unwrap();
        let error = open(&path).1.unwrap_err().to_string();
        assert!(error.contains("line 4"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_keys() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("wallets");
        let _log = open(&path).1.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
