//! The file that tells a script where everything is.
//!
//! Written once everything listens, under another name first, so that whoever waits for the file never
//! reads half of it.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Error, anyhow};
use banano_primitives::{BlockHash, Network};
use serde::Serialize;

use crate::banner::Facts;

/// What a script is told of a dev network.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    ws: &'a str,
    http: &'a str,
    rpc: &'a str,
    peering: &'a str,
    /// Left out of what strangers are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<&'a str>,
    pid: u32,
    network: &'a str,
    genesis: String,
    seed: String,
    accounts: Vec<Entry>,
    /// What a node must know to take part: `serve --network` takes this file.
    network_constants: &'a Network,
}

#[derive(Serialize)]
struct Entry {
    index: u32,
    account: String,
    private_key: String,
    public_key: String,
    balance: String,
}

impl<'a> Document<'a> {
    /// What everybody may be told.
    pub(crate) fn for_strangers(facts: &'a Facts) -> Self {
        Self { admin: None, ..Self::of(facts) }
    }

    pub(crate) fn of(facts: &'a Facts) -> Self {
        Self {
            ws: &facts.ws,
            http: &facts.http,
            rpc: &facts.rpc,
            admin: facts.admin.as_deref(),
            pid: std::process::id(),
            network: &facts.constants.name,
            genesis: facts.genesis.to_string(),
            seed: facts.seed.to_string(),
            accounts: facts
                .accounts
                .iter()
                .map(|account| Entry {
                    index: account.index,
                    account: facts.text(account),
                    private_key: account.keypair.private_key().to_string(),
                    public_key: public_key(account.keypair.account()),
                    balance: account.balance.to_string(),
                })
                .collect(),
            peering: &facts.peering,
            network_constants: &facts.constants,
        }
    }
}

/// Where the file will stand. Made before the start, so that an impossible place costs nothing else,
/// and an old file does not look like a new one.
#[derive(Debug)]
pub(crate) struct ConfigOut {
    path: PathBuf,
    temporary: PathBuf,
}

impl ConfigOut {
    /// Prepares the place.
    ///
    /// # Errors
    /// When no file can be written there.
    pub(crate) fn prepare(path: &Path) -> Result<Self, Error> {
        let name = path.file_name().filter(|_| !path.is_dir());
        let name = name.ok_or_else(|| anyhow!("{} is a folder: name a file", path.display()));
        let name = name.with_context(|| failure(path))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", std::process::id()));
        let this = Self { path: path.to_owned(), temporary: path.with_file_name(hidden) };
        // Shows whether the folder can be written to.
        fs::File::create(&this.temporary).with_context(|| failure(path))?;
        let _ = fs::remove_file(&this.temporary);
        match fs::remove_file(path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(Error::from(cause).context(failure(path)))
            }
            _ => Ok(this),
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(self, document: &impl Serialize) -> Result<(), Error> {
        let text = rendered(document)?;
        let write = || {
            let mut file = fs::File::create(&self.temporary)?;
            file.write_all(&text)?;
            drop(file);
            fs::rename(&self.temporary, &self.path)
        };
        write().with_context(|| {
            // No half file is left behind.
            let _ = fs::remove_file(&self.temporary);
            failure(&self.path)
        })
    }
}

/// What scripts and pages are told, as JSON.
///
/// # Errors
/// Never for documents of ours; the writer's type has it.
pub(crate) fn rendered(document: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    Ok(text)
}

fn failure(path: &Path) -> String {
    format!("--config-out: cannot write {}", path.display())
}

/// 64 upper-case digits, as a hash is written.
fn public_key(account: banano_primitives::Account) -> String {
    BlockHash::from_bytes(*account.as_bytes()).to_string()
}
