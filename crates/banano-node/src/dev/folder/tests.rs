//! What a user may rely on when a folder is used again.

use super::*;
use crate::dev::config::DevConfig;

fn wanted() -> Description {
    Description::of(&DevConfig::default(), true)
}

/// A folder with a finished network and a stranger's file in it.
fn used() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let (folder, contents) = Folder::open(place.path(), &wanted(), false).unwrap();
    assert_eq!(contents, Contents::Nothing);
    folder.describe(&wanted()).unwrap();
    for index in 0..2 {
        fs::create_dir(folder.node(index)).unwrap();
        fs::write(folder.node(index).join("ledger"), "blocks").unwrap();
    }
    fs::create_dir(place.path().join(JOURNAL)).unwrap();
    fs::write(place.path().join("notes.txt"), "mine").unwrap();
    place
}

#[test]
fn a_finished_network_is_found_again() {
    let place = used();
    let (folder, contents) = Folder::open(place.path(), &wanted(), false).unwrap();
    assert_eq!(contents, Contents::Network);
    assert!(folder.node(0).join("ledger").exists());
}

#[test]
fn reset_deletes_the_network_and_nothing_else() {
    let place = used();
    let (folder, contents) = Folder::open(place.path(), &wanted(), true).unwrap();
    assert_eq!(contents, Contents::Nothing);
    assert!(!folder.node(0).exists() && !folder.node(1).exists());
    assert!(!place.path().join(JOURNAL).exists());
    assert_eq!(fs::read_to_string(place.path().join("notes.txt")).unwrap(), "mine");
}

#[test]
fn an_unfinished_set_up_is_begun_anew() {
    let place = used();
    let (folder, _) = Folder::open(place.path(), &wanted(), false).unwrap();
    folder.describe(&Description { finished: false, ..wanted() }).unwrap();
    drop(folder);
    let (folder, contents) = Folder::open(place.path(), &wanted(), false).unwrap();
    assert_eq!(contents, Contents::Nothing);
    assert!(!folder.node(0).exists());
}

#[test]
fn other_flags_are_refused_and_named() {
    let place = used();
    let other = Description { nodes: 3, work: crate::dev::config::WorkLevel::Live, ..wanted() };
    let error = Folder::open(place.path(), &other, false).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("--nodes 4 (now 3), --work dev (now live)"), "{text}");
    assert!(text.contains("--reset"), "{text}");
    assert!(place.path().join("node-1").exists(), "a refused start changes nothing");
}

#[test]
fn a_folder_of_something_else_is_refused_even_with_reset() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("thesis.tex"), "years of work").unwrap();
    for reset in [false, true] {
        let error = Folder::open(place.path(), &wanted(), reset).unwrap_err();
        assert!(matches!(error, FolderError::NotOurs { .. }), "{error}");
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing was added");
}

#[test]
fn a_folder_in_use_is_refused() {
    let place = used();
    let first = Folder::open(place.path(), &wanted(), false).unwrap();
    let error = Folder::open(place.path(), &wanted(), true).unwrap_err();
    assert!(matches!(error, FolderError::InUse { .. }), "{error}");
    drop(first);
    Folder::open(place.path(), &wanted(), false).unwrap();
}

#[test]
fn a_damaged_description_is_refused_until_reset() {
    let good = wanted().render();
    let rows = [
        ("empty", String::new(), "no format"),
        ("newer", good.replace("format = 1", "format = 9"), "format is 9"),
        ("seed", good.replace("seed = \"", "seed = \"xyz"), "seed is"),
        ("work", good.replace("\"dev\"", "\"none\""), "dev or live"),
        ("cut", good.split_at(good.len() - 15).0.to_owned(), "work"),
    ];
    for (name, text, part) in rows {
        let place = used();
        fs::write(place.path().join(DESCRIPTION), text).unwrap();
        let error = Folder::open(place.path(), &wanted(), false).unwrap_err();
        assert!(matches!(error, FolderError::Damaged { .. }), "{name}: {error}");
        assert!(error.to_string().contains(part), "{name}: {error}");
        let (_, contents) = Folder::open(place.path(), &wanted(), true).unwrap();
        assert_eq!(contents, Contents::Nothing, "{name}");
    }
}

#[test]
fn a_file_in_place_of_the_folder_is_told_with_its_name() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    fs::write(&path, "x").unwrap();
    let error = Folder::open(&path, &wanted(), false).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}
