//! Puts the files of `web/` and of `clients/js/src/` into the program: a table of path, type, tag and contents, plain and compressed.
//!
//! Run by cargo whenever one of these files changes. A file of a kind that it does not know stops the build: a page must not be
//! served as something else.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

/// Folders of the repository whose files are served, under these same paths.
const FOLDERS: [&str; 2] = ["web", "clients/js/src"];

/// What all pages have in their head, and the line of a page in whose place it goes.
const HEAD: &str = "web/shared/head.html";
const HEAD_MARK: &str = "<!-- shared/head.html -->\n";

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).ok_or_else(|| io::Error::other(format!("no {name}")));
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", root.join(HEAD).display());
    let head = fs::read_to_string(root.join(HEAD))?;
    let mut files = Vec::new();
    for folder in FOLDERS {
        // A folder changes when a file comes or goes.
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        list(&root.join(folder), &mut files)?;
    }
    let named = files.into_iter().map(|file| {
        let path = file.strip_prefix(&root).map_err(io::Error::other)?;
        Ok((path.display().to_string().replace('\\', "/"), file))
    });
    let mut named = named.collect::<io::Result<Vec<_>>>()?;
    // As text, in which it is looked up; paths sort by their parts.
    named.sort();
    let mut table = String::from("pub(crate) const FILES: &[File] = &[\n");
    for (number, (path, file)) in named.iter().enumerate() {
        println!("cargo::rerun-if-changed={}", file.display());
        table.push_str(&row(number, file, path, &head, &out)?);
    }
    table.push_str("];\n");
    fs::write(out.join("files.rs"), table)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            list(&path, files)?;
        } else if is_served(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// What tools need to check the pages lies beside them and is no part of them; the shared head is a part of others.
fn is_served(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name != "tsconfig.json" && name != "head.html" && !name.ends_with(".d.ts")
}

fn row(number: usize, file: &Path, path: &str, head: &str, out: &Path) -> io::Result<String> {
    let kind = kind(file)?;
    let mut bytes = fs::read(file)?;
    if kind.starts_with("text/html") {
        bytes = with_head(file, bytes, head)?.into_bytes();
    }
    let plain = out.join(format!("{number}.plain"));
    fs::write(&plain, &bytes)?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    let compressed = out.join(format!("{number}.gz"));
    fs::write(&compressed, gzip.finish()?)?;
    Ok(format!(
        "    File {{ path: {path:?}, kind: {kind:?}, tag: \"W/\\\"{tag:016x}\\\"\", plain: include_bytes!({plain:?}), \
         gzip: include_bytes!({gzip:?}) }},\n",
        plain = plain.display().to_string(),
        gzip = compressed.display().to_string(),
        tag = hasher.finish(),
    ))
}

/// A page whose head is complete.
fn with_head(file: &Path, page: Vec<u8>, head: &str) -> io::Result<String> {
    let page = String::from_utf8(page).map_err(io::Error::other)?;
    match page.split_once(HEAD_MARK) {
        Some((before, after)) => Ok([before, head, after].concat()),
        None => Err(io::Error::other(format!("{}: no line {HEAD_MARK:?}", file.display()))),
    }
}

fn kind(file: &Path) -> io::Result<&'static str> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => Ok("text/html; charset=utf-8"),
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("svg") => Ok("image/svg+xml"),
        Some("json") => Ok("application/json"),
        _ => Err(io::Error::other(format!("{}: a page has no files of this kind", file.display()))),
    }
}
