//! Which journal is meant: the folder that `--data` names, or a stream at a NATS server.
//!
//! Opens either to read. Never makes one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Error, anyhow};
use banano_ws_journal::{Edge, Examined, Follower, Journal, Limits, OpenError, StreamConfig};
use banano_ws_protocol::Topic;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use tokio::runtime::Runtime;

use super::super::{text, usage};
use crate::failure::Failure;
use crate::run::unix_ms;
use crate::settings::{Address, JOURNAL};

/// What both have.
pub(super) fn args() -> [Arg; 2] {
    [
        Arg::new("journal")
            .value_name("JOURNAL")
            .required(true)
            .help("The folder of --data, or nats://HOST:PORT or tls://HOST:PORT"),
        Arg::new("journal-stream")
            .long("journal-stream")
            .value_name("NAME")
            .default_value(StreamConfig::NAME)
            .help("Which stream of the NATS server"),
    ]
}

/// Which journal.
#[derive(Debug)]
pub(super) enum Place {
    Folder(PathBuf),
    Stream(StreamConfig),
}

/// One that can be read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) journal: Journal,
    /// Topics of which it may hold something.
    pub(super) topics: Vec<Topic>,
    /// What a stream goes on with, once it is run.
    pub(super) follower: Option<(Follower, Runtime)>,
}

impl Place {
    pub(super) fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let place = text(matches, "journal");
        let is_address = place.contains("://");
        if !is_address {
            let is_named = matches
                .value_source("journal-stream")
                .is_some_and(|it| it != ValueSource::DefaultValue);
            if is_named {
                return Err(usage(format_args!(
                    "--journal-stream: {place} is a folder, and only a NATS server has streams"
                )));
            }
            return Ok(Self::Folder(journal_folder(Path::new(place))));
        }
        let address: Address =
            place.parse().map_err(|problem| usage(format_args!("JOURNAL: {problem}")))?;
        let name = text(matches, "journal-stream").to_owned();
        Ok(Self::Stream(StreamConfig { name, ..StreamConfig::new(address.0) }))
    }

    pub(super) fn open(&self) -> Result<Opened, Error> {
        match self {
            Self::Folder(folder) => {
                let Examined { journal, topics, .. } = examine(folder)?;
                let topics = topics.iter().map(|it| it.topic).collect();
                Ok(Opened { journal, topics, follower: None })
            }
            Self::Stream(config) => {
                let runtime = runtime()?;
                let Edge { journal, follower } =
                    runtime.block_on(Edge::examine(config, Limits::default()))?;
                let topics = Topic::ALL.to_vec();
                Ok(Opened { journal, topics, follower: Some((follower, runtime)) })
            }
        }
    }
}

/// The journal in a data folder; a journal's own folder will do, too.
fn journal_folder(given: &Path) -> PathBuf {
    let inside = given.join(JOURNAL);
    if inside.is_dir() { inside } else { given.to_owned() }
}

pub(super) fn examine(folder: &Path) -> Result<Examined, Error> {
    Journal::examine(folder, unix_ms()).map_err(|error| match error {
        OpenError::InUse(folder) => anyhow!(
            "the journal in {} is in use; ask the program that has it, as in `banano-ws listen --since \
             oldest --json`, or stop it first",
            folder.display()
        ),
        other => Error::from(other),
    })
}

pub(super) fn runtime() -> Result<Runtime, Error> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.context("cannot start the runtime")
}
