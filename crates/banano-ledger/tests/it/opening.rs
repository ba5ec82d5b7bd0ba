//! Opening folders: one's own again, somebody else's, broken ones.
//!
//! Whatever lies in a folder, opening it ends in a ledger whose audit passes or in an error that says what to do,
//! never in a panic, and nothing that was there is changed by a refusal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banano_ledger::{FolderError, Ledger, LedgerRead, OpenError};
use banano_primitives::{Amount, Network};

use crate::backend::dump;

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            all.insert(path, bytes);
        }
    }
    all
}

fn open(folder: &Path) -> Result<Arc<Ledger>, OpenError> {
    Ledger::disk(folder, &Network::dev())
}

/// A folder with a ledger of a few commits.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path()).unwrap();
    let mut writer = ledger.writer();
    for n in 0..50 {
        writer.record_online_weight(n, Amount::from_raw(u128::from(n)), 100).unwrap();
        writer.commit().unwrap();
    }
    drop(writer);
    folder
}

#[test]
fn a_folder_opens_again_with_everything_in_it() {
    let folder = filled();
    let first = dump(&*open(folder.path()).unwrap());
    assert_eq!(first.len(), 7 + 50);
    assert_eq!(dump(&*open(folder.path()).unwrap()), first);
    let samples = open(folder.path()).unwrap().online_weight_samples(usize::MAX).unwrap();
    assert_eq!(samples.len(), 50);
    assert_eq!(samples[7], (7, Amount::from_raw(7)));
}

#[test]
fn a_folder_is_made_with_its_parents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/c");
    open(&path).unwrap();
    assert!(path.join("LEDGER").exists());
}

#[test]
fn a_folder_in_use_is_refused_and_free_after_the_drop() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path()).unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Folder(FolderError::InUse { .. })), "{error}");
    drop(ledger);
    open(folder.path()).unwrap();
}

#[test]
fn a_ledger_of_another_network_is_refused_untouched() {
    let folder = filled();
    let before = files(folder.path());
    let error = Ledger::disk(folder.path(), &Network::live()).unwrap_err();
    assert!(matches!(error, OpenError::OtherNetwork { .. }), "{error}");
    assert!(error.to_string().contains("choose another folder"), "{error}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_newer_version_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("LEDGER"), "banano-ledger 2\nshape round\n").unwrap();
    let before = files(folder.path());
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::OtherVersion { found: 2 }), "{error}");
    let mut after = files(folder.path());
    after.remove(&folder.path().join("LOCK"));
    assert_eq!(after, before);
}

#[test]
fn a_folder_of_something_else_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("holiday.jpg"), "sun").unwrap();
    let before = files(folder.path());
    let error = open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("holiday.jpg"), "{error}");
    assert_eq!(files(folder.path()), before);
    let file = folder.path().join("holiday.jpg");
    assert!(matches!(open(&file).unwrap_err(), OpenError::Folder(FolderError::Io { .. })));
}

#[test]
fn a_damaged_mark_is_named_with_its_line() {
    let hash = Network::dev().genesis.hash();
    let rows: [(&[u8], &str); 7] = [
        (b"", "banano-ledger"),
        (b"\xff\xfe", "not text"),
        (b"banano-ledger one\n", "version number"),
        (b"banano-ledger 1\nnetwork dev\n", "genesis"),
        (b"banano-ledger 1\nnetwork dev\ngenesis 12\nstate begun\n", "genesis"),
        (&[b'x'; 5000], "5000 bytes"),
        (
            format!("banano-ledger 1\nnetwork dev\ngenesis {hash}\nstate odd\n").leak().as_bytes(),
            "odd",
        ),
    ];
    for (mark, want) in rows {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("LEDGER"), mark).unwrap();
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(want) && error.contains("LEDGER"), "{mark:?}: {error}");
    }
}

#[test]
fn a_beginning_that_was_broken_off_begins_again() {
    let folder = filled();
    let mark = folder.path().join("LEDGER");
    let text = fs::read_to_string(&mark).unwrap().replace("state begun", "state new");
    fs::write(&mark, text).unwrap();
    fs::write(folder.path().join("store/version"), "?").unwrap();
    fs::write(folder.path().join("LEDGER.draft"), "banano").unwrap();
    let ledger = open(folder.path()).unwrap();
    assert_eq!(ledger.counts().blocks, 1);
    assert!(fs::read_to_string(&mark).unwrap().contains("state begun"));
}

#[test]
fn a_begun_ledger_without_its_store_is_a_loss_and_not_a_beginning() {
    for lost in ["store", "store/version"] {
        let folder = filled();
        let path = folder.path().join(lost);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("missing") && error.contains("restore"), "{error}");
    }
}

#[test]
fn any_file_cut_short_or_garbled_is_an_error_or_recovered_never_a_panic() {
    let template = filled();
    drop(open(template.path()).unwrap());
    let all = files(template.path());
    for (path, bytes) in &all {
        let name = path.strip_prefix(template.path()).unwrap();
        for damage in 0..6 {
            let folder = tempfile::tempdir().unwrap();
            for (other, bytes) in &all {
                let to = folder.path().join(other.strip_prefix(template.path()).unwrap());
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::write(to, bytes).unwrap();
            }
            let mut bytes = bytes.clone();
            let length = bytes.len();
            match damage {
                0 => bytes.clear(),
                1 => bytes.truncate(length / 2),
                2 => bytes.truncate(length.saturating_sub(1)),
                3 => bytes.iter_mut().for_each(|byte| *byte = !*byte),
                4 => bytes.iter_mut().skip(length / 3).take(3).for_each(|byte| *byte ^= 0x55),
                _ => bytes.iter_mut().take(3).for_each(|byte| *byte ^= 0x55),
            }
            fs::write(folder.path().join(name), bytes).unwrap();
            let before = files(folder.path());
            let error = match open(folder.path()) {
                Ok(ledger) => {
                    // Whatever is left is the beginning of what was.
                    let samples = ledger.online_weight_samples(usize::MAX).unwrap();
                    assert_eq!(
                        dump(&*ledger).len(),
                        7 + samples.len(),
                        "{name:?}, damage {damage}"
                    );
                    assert!(samples.iter().zip(0..).all(|((time, _), n)| *time == n));
                    let is_cut = name.extension().is_some_and(|end| end == "jnl") && damage < 3;
                    assert!(is_cut || samples.len() == 50, "{name:?}, damage {damage}");
                    continue;
                }
                Err(error) => error,
            };
            assert!(error.to_string().contains("choose"), "{name:?}, damage {damage}: {error}");
            let mut after = files(folder.path());
            after.remove(&folder.path().join("LOCK"));
            for (path, bytes) in after {
                let same = before.get(&path) == Some(&bytes);
                assert!(same, "{name:?}, damage {damage} changed {}: {error}", path.display());
            }
        }
    }
}
