//! The house rules that a machine can check: arrows between crates, shape of files, documents that match the program.
//!
//! Reads the work tree, `cargo metadata` and the program's own `--help`; touches nothing else. A rule that would need
//! judgement does not belong here.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tidy test that cannot read the tree has failed, and should say where"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

const FILE_BYTES_MAX: u64 = 1 << 20;

#[test]
fn arrows_between_crates_are_those_of_the_architecture() {
    let documented = arrows_of(&read("ARCHITECTURE.md"));
    let packages = workspace_packages();
    let ours: BTreeSet<_> = packages.iter().map(|package| package.name.to_string()).collect();
    let real: BTreeMap<_, _> =
        packages.iter().map(|package| (package.name.to_string(), arrows(package, &ours))).collect();

    for (name, arrows) in &real {
        let Some(wanted) = documented.get(name) else {
            panic!("ARCHITECTURE.md has no row for the crate {name}");
        };
        assert_eq!(
            arrows, wanted,
            "{name}: arrows in Cargo.toml (left), in ARCHITECTURE.md (right)"
        );
    }
    let gone: Vec<_> = documented.keys().filter(|name| !real.contains_key(*name)).collect();
    assert!(gone.is_empty(), "ARCHITECTURE.md has rows for crates that do not exist: {gone:?}");
}

#[test]
fn every_crate_takes_lints_and_versions_from_the_workspace() {
    let mut complaints = Vec::new();
    let manifests = files();
    // Fuzz targets and the comparison of stores are workspaces of their own, outside `crates`.
    for file in manifests.iter().filter(|file| file.starts_with("crates")) {
        if !file.ends_with("Cargo.toml") {
            continue;
        }
        let text = read(file);
        // The one crate with unsafe code (ADR 0003) repeats the workspace's lints, but for that one.
        let is_unsafe = file.starts_with("crates/banano-ws-uring");
        if !text.contains("[lints]\nworkspace = true") && !is_unsafe {
            complaints.push(format!("{}: no `[lints] workspace = true`", file.display()));
        }
        for line in dependency_lines(&text).filter(|line| !line.contains("workspace")) {
            complaints.push(format!("{}: `{line}` has a version of its own", file.display()));
        }
    }
    check(&complaints);
}

#[test]
fn every_rust_file_says_first_what_it_is_for() {
    check_rust(|path, text| {
        (!text.starts_with("//! "))
            .then(|| format!("{}: does not open with `//! `", path.display()))
    });
}

#[test]
fn no_rust_file_is_a_fossil_or_unfinished() {
    // Written in two parts, so that this file does not complain about itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("#[ign", "ore"),
        concat!("#[all", "ow("),
        concat!("#![all", "ow("),
    ];
    check_rust(|path, text| {
        let found: Vec<_> = marks.iter().filter(|mark| text.contains(**mark)).collect();
        (!found.is_empty()).then(|| format!("{}: {found:?}", path.display()))
    });
}

#[test]
fn no_module_hides_in_a_mod_rs_or_a_drawer() {
    let drawers =
        ["mod.rs", "utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs", "manager.rs"];
    check_rust(|path, _| {
        let name = path.file_name().unwrap().to_str().unwrap();
        drawers.contains(&name).then(|| format!("{}: name a file by its noun", path.display()))
    });
}

#[test]
fn no_file_is_larger_than_a_mebibyte() {
    let complaints: Vec<_> = files()
        .iter()
        .filter(|path| fs::metadata(root().join(path)).unwrap().len() > FILE_BYTES_MAX)
        .map(|path| format!("{}: larger than {FILE_BYTES_MAX} bytes", path.display()))
        .collect();
    check(&complaints);
}

#[test]
fn lock_files_of_clients_record_no_registry() {
    let lock = read("tests/clients/package-lock.json");
    assert!(!lock.contains("\"resolved\""), "run npm with the .npmrc beside package.json");
}

#[test]
fn documents_stay_short_enough_to_be_read() {
    for (file, lines_max) in [("ARCHITECTURE.md", 200), ("CONTRIBUTING.md", 80)] {
        let lines = read(file).lines().count();
        assert!(lines <= lines_max, "{file} has {lines} lines, more than {lines_max}");
    }
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut complaints = Vec::new();
    for file in files().iter().filter(|file| file.extension().is_some_and(|kind| kind == "md")) {
        let folder = file.parent().unwrap();
        for target in links(&read(file)) {
            let target_file = target.split('#').next().unwrap();
            if !root().join(folder).join(target_file).exists() {
                complaints.push(format!("{}: no file behind `{target}`", file.display()));
            }
        }
    }
    check(&complaints);
}

#[test]
fn the_readme_knows_every_command_and_every_flag() {
    let readme = read("README.md");
    let commands = commands_of(&help(&[]));
    assert!(commands.contains("dev"), "`banano-ws --help` lists no command `dev`: {commands:?}");
    let mut complaints = Vec::new();
    for command in commands.iter().filter(|command| *command != "help") {
        if !readme.contains(&format!("banano-ws {command}")) {
            complaints.push(format!("README.md does not mention `banano-ws {command}`"));
        }
        for flag in flags_of(&help(&[command])) {
            if !readme.contains(&format!("`{flag}")) {
                complaints.push(format!("README.md does not mention `{flag}` of {command}"));
            }
        }
    }
    check(&complaints);
}

#[test]
fn the_tables_of_this_test_are_read_as_meant() {
    let arrows = arrows_of("| `a` | what | `b`, `c` |\n| `b` | what | — |\n| other | `a` | x |\n");
    assert_eq!(arrows["a"], BTreeSet::from(["b".to_owned(), "c".to_owned()]));
    assert_eq!(arrows["b"], BTreeSet::new());
    assert_eq!(arrows.len(), 2);

    let help = "Usage: x\n\nCommands:\n  dev   Starts\n  help  Prints\n\nOptions:\n  -q, --quiet  Less\n      --listen <A>\n";
    assert_eq!(commands_of(help), BTreeSet::from(["dev".to_owned(), "help".to_owned()]));
    assert_eq!(flags_of(help), BTreeSet::from(["--quiet".to_owned(), "--listen".to_owned()]));

    assert_eq!(links("see [a](b.md#c), [d](https://e) and [f](#g)"), ["b.md#c"]);
}

// --- The tree -----------------------------------------------------------------------------------

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn read(file: impl AsRef<Path>) -> String {
    let path = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file of the project, relative to its root; build output and hidden folders are no part of it.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.starts_with('.') || name == "target" || name == "node_modules" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn check(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn check_rust(rule: impl Fn(&Path, &str) -> Option<String>) {
    let complaints: Vec<_> = files()
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .filter_map(|path| rule(path, &read(path)))
        .collect();
    check(&complaints);
}

// --- Crates -------------------------------------------------------------------------------------

fn workspace_packages() -> Vec<Package> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--locked".to_owned(), "--offline".to_owned()])
        .exec()
        .expect("cargo metadata runs in a workspace")
        .packages
}

/// The crates of ours that `package` uses outside its tests.
fn arrows(package: &Package, ours: &BTreeSet<String>) -> BTreeSet<String> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .filter(|dependency| ours.contains(&dependency.name))
        .map(|dependency| dependency.name.clone())
        .collect()
}

/// Rows `` | `crate` | caption | `used`, `used` | `` of a Markdown table.
fn arrows_of(markdown: &str) -> BTreeMap<String, BTreeSet<String>> {
    markdown
        .lines()
        .filter_map(|line| {
            let cells: Vec<_> = line.strip_prefix("| `")?.strip_suffix('|')?.split('|').collect();
            let [name, _caption, uses] = cells[..] else { return None };
            let used = uses.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Some((name.trim().strip_suffix('`')?.to_owned(), used))
        })
        .collect()
}

/// The lines of all `…dependencies` sections of a manifest.
fn dependency_lines(manifest: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    manifest.lines().filter(move |line| {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
            return false;
        }
        inside && !line.trim().is_empty() && !line.starts_with('#')
    })
}

// --- Documents ----------------------------------------------------------------------------------

/// Targets of Markdown links that are files of ours.
fn links(markdown: &str) -> Vec<&str> {
    markdown
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| {
            !target.contains("://") && !target.starts_with('#') && !target.contains(' ')
        })
        .collect()
}

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_banano-ws"))
        .args(arguments)
        .arg("--help")
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "`banano-ws {arguments:?} --help`: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn commands_of(help: &str) -> BTreeSet<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The long flags that have a line of their own in a help text.
fn flags_of(help: &str) -> BTreeSet<String> {
    help.lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let flag = line
                .strip_prefix('-')
                .filter(|rest| !rest.starts_with('-'))
                .map_or(line, |short| short.split_once(", ").map_or("", |(_, long)| long));
            flag.starts_with("--")
                .then(|| flag.split([' ', '=', '[', '.']).next().unwrap().to_owned())
        })
        .filter(|flag| !matches!(flag.as_str(), "--help" | "--version"))
        .collect()
}
