//! docs/conformance.md: which test shows which case. Written from the names of the tests, so it cannot
//! claim what is not there; every case of docs/protocol.md must have a test over a real socket.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Set to write the page anew.
const WRITE: &str = "WRITE_CONFORMANCE";

const HEAD: &str = "\
# Conformance

Which test shows which case of [protocol.md](protocol.md), section 13. Written by
`WRITE_CONFORMANCE=1 cargo test -p banano-ws --test conformance table`, from the names of the tests; the same test
fails when this page is stale or when a case has no test over a real socket.

- **Socket**: a client of the real server, events from the fixtures of appendix A (`crates/banano-ws-server/tests/it`).
- **Network**: a client of a whole dev network, events from their real causes (`crates/banano-ws/tests/conformance`).
- **Rules**: the same rules without a socket (`crates/banano-ws-protocol/tests/it`, `crates/banano-ws-hub/tests/it`).

| case | socket | network | rules |
|---|---|---|---|
";

/// Crate, folder, and column of the tests that count.
const PLACES: [(&str, usize); 4] = [
    ("banano-ws-server/tests/it", 0),
    ("banano-ws/tests/conformance", 1),
    ("banano-ws-protocol/tests/it", 2),
    ("banano-ws-hub/tests/it", 2),
];

/// For each case its tests by column.
type Table = BTreeMap<u16, [Vec<String>; 3]>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every case of the protocol's own list.
fn cases() -> Vec<u16> {
    let text = read("docs/protocol.md");
    text.lines()
        .filter_map(|line| line.strip_prefix("| C")?.split_once(" |")?.0.parse().ok())
        .collect()
}

/// The cases in a test's name: `c034_c035_a_second…` shows two.
fn cases_in(name: &str) -> impl Iterator<Item = u16> {
    name.split('_')
        .map_while(|word| word.strip_prefix('c').filter(|digits| digits.len() == 3)?.parse().ok())
}

/// The names of the test functions in a file.
fn tests_in(text: &str) -> impl Iterator<Item = &str> {
    let mut is_test = false;
    text.lines().filter_map(move |line| {
        let line = line.trim_start();
        if line.starts_with("#[test]") {
            is_test = true;
        }
        let name = line.strip_prefix("fn ").filter(|_| is_test)?.split('(').next();
        is_test = false;
        name
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .collect();
    files.sort();
    files
}

fn table() -> Table {
    let mut table: Table = cases().into_iter().map(|case| (case, Default::default())).collect();
    for (place, column) in PLACES {
        for file in rust_files(&root().join("crates").join(place)) {
            let module = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&file).unwrap();
            for test in tests_in(&text) {
                for case in cases_in(test) {
                    let row = table.get_mut(&case);
                    let row = row.unwrap_or_else(|| panic!("{module}::{test}: no case C{case:03}"));
                    row[column].push(format!("`{module}::{test}`"));
                }
            }
        }
    }
    table
}

fn page(table: &Table) -> String {
    let mut page = HEAD.to_owned();
    for (case, columns) in table {
        let [socket, network, rules] = columns.each_ref().map(|tests| tests.join("<br>"));
        writeln!(page, "| C{case:03} | {socket} | {network} | {rules} |").unwrap();
    }
    page
}

#[test]
fn every_case_has_a_test_over_a_socket_and_the_page_says_which() {
    let table = table();
    assert!(table.len() > 100, "docs/protocol.md lists {} cases", table.len());
    let untested: Vec<_> = table
        .iter()
        .filter(|(_, columns)| columns[0].is_empty() && columns[1].is_empty())
        .map(|(case, _)| format!("C{case:03}"))
        .collect();
    assert!(untested.is_empty(), "no test over a socket: {untested:?}");
    let page = page(&table);
    if std::env::var_os(WRITE).is_some() {
        fs::write(root().join("docs/conformance.md"), &page).unwrap();
    }
    let is_fresh = read("docs/conformance.md") == page;
    assert!(is_fresh, "docs/conformance.md is stale: run this test with {WRITE}=1");
}

#[test]
fn names_are_read_as_meant() {
    let cases = |name| cases_in(name).collect::<Vec<_>>();
    assert_eq!(cases("c034_c035_a_second_subscribe"), [34, 35]);
    assert_eq!(cases("a_case_like_c034"), [0; 0]);
    assert_eq!(cases("confirmation_type"), [0; 0]);
    let text =
        "#[test]\nfn c001_x() {\n}\nfn helper() {}\n    #[test]\n    #[cfg(unix)]\n    fn y() {";
    assert_eq!(tests_in(text).collect::<Vec<_>>(), ["c001_x", "y"]);
}
