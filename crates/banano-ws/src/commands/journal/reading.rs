//! `banano-ws journal export` and `tail`: events as JSON lines.

use std::io::{BufWriter, Write};

use anyhow::{Context as _, Error, anyhow};
use banano_primitives::{Account, Network, Prefix};
use banano_ws_journal::{Batch, History, Journal, LocateError, Query};
use banano_ws_protocol::{
    AccountSet, CursorDetail, Includes, RenderSettings, Since, Stamped, Topic, Variant, render,
};
use clap::ArgMatches;

use super::super::{parsed, text, usage};
use super::place::{Opened, Place};
use crate::failure::Failure;
use crate::signals::Signals;

/// Events that are read at once.
const BATCH_EVENTS_MAX: usize = 1_024;

/// Everything that is known of an event.
const ALL: Variant = Variant::confirmation(Includes {
    block: true,
    election_info: true,
    election_info_with_votes: true,
    sideband_info: true,
    linked_account: true,
})
.with_cursor(CursorDetail::Live);

/// Where an export ends.
#[derive(Debug, Clone, Copy)]
enum Until {
    Sequence(u64),
    Time(u64),
}

pub(super) fn export(matches: &ArgMatches) -> Result<(), Failure> {
    let place = Place::of(matches)?;
    let since = text(matches, "since");
    let since: Since = match since {
        "" => Since::Oldest,
        text => {
            let right =
                "a cursor as in 5e1fa0b3-1042, time: and milliseconds since 1970, or oldest";
            parsed("--since", text, right)?
        }
    };
    let until: Option<Since> = match text(matches, "until") {
        "" => None,
        text => {
            let right = "a cursor as in 5e1fa0b3-2000, or time: and milliseconds since 1970";
            Some(parsed("--until", text, right)?)
        }
    };
    let accounts = accounts(matches)?;
    let mut opened = place.open()?;
    let until = end(&opened.journal, until)?;
    let topics = topics(matches, &opened);
    let queries = topics
        .into_iter()
        .map(|topic| Ok((query(topic, accounts.as_ref()), locate(&opened.journal, topic, &since)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let last = match until {
        Until::Sequence(sequence) => sequence,
        Until::Time(_) => u64::MAX,
    };
    let mut history = opened.journal.history(queries, last);
    let mut left = matches.get_one::<u64>("count").copied().unwrap_or(u64::MAX);
    let mut lines = Lines::new(matches);
    let is_done = lines.all(&mut history, |event| {
        let is_over = left == 0 || matches!(until, Until::Time(ms) if event.time_ms > ms);
        left = left.saturating_sub(1);
        !is_over
    })?;
    if let Some((_, runtime)) = opened.follower.take() {
        runtime.shutdown_background();
    }
    if is_done && !history.is_whole() {
        let what = "export: events went while they were read; what is printed has a hole";
        return Err(Failure::Incomplete(what.to_owned()));
    }
    Ok(())
}

pub(super) fn tail(matches: &ArgMatches) -> Result<(), Failure> {
    let place = Place::of(matches)?;
    let accounts = accounts(matches)?;
    let is_following = matches.get_flag("follow");
    if is_following && matches!(place, Place::Folder(_)) {
        return Err(usage(
            "--follow: nothing is added to a folder that no program has; where one has it, ask that: \
             banano-ws listen",
        ));
    }
    let opened = place.open()?;
    let journal = opened.journal.clone();
    // Before the past is read, so that nothing falls between.
    let mut reader = journal.reader();
    let newest = reader.cursor().sequence;
    let count = matches.get_one::<u64>("lines").copied().unwrap_or(10);
    let topics = topics(matches, &opened);
    let mut lines = Lines::new(matches);
    for event in newest_of(&journal, &topics, accounts.as_ref(), newest, count)? {
        if !lines.print(&event) {
            return Ok(());
        }
    }
    let is_read = lines.flush();
    let Some((follower, runtime)) = opened.follower.filter(|_| is_following && is_read) else {
        return Ok(());
    };
    let queries: Vec<Query> = topics.iter().map(|topic| query(*topic, accounts.as_ref())).collect();
    let outcome = runtime.block_on(async {
        let mut signals = Signals::take().context("cannot listen for signals")?;
        let mut following = std::pin::pin!(follower.run());
        loop {
            tokio::select! {
                () = signals.next() => return Ok(()),
                // It ends only where the journal fails.
                () = &mut following => return Err(Error::from(journal.failed().await).into()),
                () = reader.changed() => {}
            }
            match reader.next_batch(BATCH_EVENTS_MAX) {
                Batch::Events(events) => {
                    for event in events {
                        let is_wanted = queries.iter().any(|query| query.matches(&event.event));
                        if is_wanted && !lines.print(&event) {
                            return Ok(());
                        }
                    }
                    if !lines.flush() {
                        return Ok(());
                    }
                }
                Batch::Lost { from, to } => {
                    let what =
                        format!("tail: could not keep up, events {from} to {to} are missing");
                    return Err(Failure::Incomplete(what));
                }
            }
        }
    });
    runtime.shutdown_background();
    outcome
}

/// The newest `count` events up to `newest` that are looked for. Looks further and further back.
fn newest_of(
    journal: &Journal,
    topics: &[Topic],
    accounts: Option<&AccountSet>,
    newest: u64,
    count: u64,
) -> Result<Vec<std::sync::Arc<Stamped>>, Error> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let floors = topics
        .iter()
        .map(|topic| Ok((*topic, locate(journal, *topic, &Since::Oldest)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let floor = floors.iter().map(|(_, floor)| *floor).min().unwrap_or(newest);
    let mut back = u64::try_from(count).unwrap_or(u64::MAX);
    loop {
        let after = newest.saturating_sub(back).max(floor);
        let queries =
            floors.iter().map(|(topic, floor)| (query(*topic, accounts), after.max(*floor)));
        let mut history = journal.history(queries, newest);
        let mut found = std::collections::VecDeque::new();
        loop {
            let events = history.next_batch(BATCH_EVENTS_MAX).context("cannot read the journal")?;
            if events.is_empty() {
                break;
            }
            found.extend(events);
            while found.len() > count {
                found.pop_front();
            }
        }
        if found.len() >= count || after == floor {
            return Ok(found.into());
        }
        back = back.saturating_mul(8);
    }
}

fn query(topic: Topic, accounts: Option<&AccountSet>) -> Query {
    Query { topic, accounts: accounts.cloned() }
}

fn accounts(matches: &ArgMatches) -> Result<Option<AccountSet>, Failure> {
    let texts = matches.get_many::<String>("account").into_iter().flatten();
    let accounts = texts
        .map(|text| parsed::<Account>("--account", text, "ban_ and its 60 characters"))
        .collect::<Result<Vec<_>, _>>()?;
    Ok((!accounts.is_empty()).then(|| accounts.into_iter().collect()))
}

fn topics(matches: &ArgMatches, opened: &Opened) -> Vec<Topic> {
    let named = matches.get_many::<String>("topic").into_iter().flatten();
    let named: Vec<Topic> = named.filter_map(|name| name.parse().ok()).collect();
    if named.is_empty() { opened.topics.clone() } else { named }
}

fn end(journal: &Journal, until: Option<Since>) -> Result<Until, Failure> {
    match until {
        None => Ok(Until::Sequence(u64::MAX)),
        Some(Since::Time(ms)) => Ok(Until::Time(ms)),
        Some(Since::Cursor(cursor)) if cursor.journal == journal.id() => {
            Ok(Until::Sequence(cursor.sequence))
        }
        Some(Since::Cursor(cursor)) => Err(Failure::Failed(anyhow!(
            "--until {cursor}: it is of another journal, this one's newest is {}",
            journal.cursor()
        ))),
        Some(Since::Oldest) => {
            Err(usage("--until oldest: expected a cursor, or time: and milliseconds since 1970"))
        }
    }
}

fn locate(journal: &Journal, topic: Topic, since: &Since) -> Result<u64, Error> {
    journal.locate(topic, since).map_err(|error| match error {
        LocateError::Expired(held) => anyhow!(
            "--since {since}: the journal does not hold every {topic} since then; the earliest cursor \
             that would do is {}, the newest is {}",
            held.oldest,
            held.newest
        ),
        other @ LocateError::Read(_) => Error::from(other),
    })
}

/// Standard output, line by line.
struct Lines {
    out: BufWriter<std::io::Stdout>,
    settings: RenderSettings,
    scratch: Vec<u8>,
}

impl Lines {
    fn new(matches: &ArgMatches) -> Self {
        let network = Network::by_name(text(matches, "network")).unwrap_or_else(Network::live);
        let prefix = network.prefix;
        Self {
            out: BufWriter::with_capacity(1 << 16, std::io::stdout()),
            settings: RenderSettings { decimal_fields: prefix == Prefix::Ban, prefix },
            scratch: Vec::new(),
        }
    }

    /// Prints a history while `goes_on`. Whether it was printed to its end.
    fn all(
        &mut self,
        history: &mut History,
        mut goes_on: impl FnMut(&Stamped) -> bool,
    ) -> Result<bool, Error> {
        loop {
            let events = history.next_batch(BATCH_EVENTS_MAX).context("cannot read the journal")?;
            if events.is_empty() {
                return Ok(self.flush());
            }
            for event in events {
                if !goes_on(&event) || !self.print(&event) {
                    self.flush();
                    return Ok(false);
                }
            }
        }
    }

    /// Whether somebody still reads.
    fn print(&mut self, event: &Stamped) -> bool {
        self.scratch.clear();
        render(event, ALL, &self.settings, &mut self.scratch);
        self.scratch.push(b'\n');
        self.out.write_all(&self.scratch).is_ok()
    }

    fn flush(&mut self) -> bool {
        self.out.flush().is_ok()
    }
}
