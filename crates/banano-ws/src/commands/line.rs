//! One event as one line for people, as JSON, or by a template.
//!
//! Called by `listen`. Numbers are in BAN, accounts are short unless asked otherwise.

use banano_primitives::{Account, BlockHash, Subtype};
use banano_ws_client::{Event, ReceivedConfirmation, ReceivedEvent};
use banano_ws_protocol::{BootstrapPhase, VoteEvent, WorkOutcome};

/// How a line looks.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// For people, with colours or without.
    Pretty { colours: bool },
    /// The message as it came.
    Json,
    /// A text with `{names}`.
    Template(String),
}

/// Names in a template, and what stands for them.
pub(super) const NAMES: [&str; 9] =
    ["topic", "time", "account", "to", "amount", "raw", "subtype", "hash", "cursor"];

impl Form {
    pub(super) fn line(&self, event: &Event) -> String {
        match self {
            Self::Json => event.text.clone(),
            Self::Pretty { colours } => pretty(event, *colours),
            Self::Template(template) => NAMES.iter().fold(template.clone(), |text, name| {
                text.replace(&format!("{{{name}}}"), &value(event, name))
            }),
        }
    }
}

/// What a name stands for; nothing where the event has no such thing.
fn value(event: &Event, name: &str) -> String {
    let confirmation = match &event.event {
        ReceivedEvent::Confirmation(it) => Some(it),
        _ => None,
    };
    match (name, confirmation) {
        ("topic", _) => event.topic().to_string(),
        ("time", _) => event.time_ms.to_string(),
        ("cursor", _) => event.cursor.map(|it| it.to_string()).unwrap_or_default(),
        ("account", Some(it)) => it.account.to_string(),
        ("to", Some(it)) => destination(it).map(|it| it.to_string()).unwrap_or_default(),
        ("amount", Some(it)) => it.amount.ban().to_string(),
        ("raw", Some(it)) => it.amount.to_string(),
        ("subtype", Some(it)) => it.subtype.map_or("", Subtype::name).to_owned(),
        ("hash", Some(it)) => it.hash.to_string(),
        ("hash", None) => match &event.event {
            ReceivedEvent::StartedElection(it) | ReceivedEvent::StoppedElection(it) => {
                it.hash.to_string()
            }
            ReceivedEvent::NewUnconfirmedBlock(it) => it.block.hash().to_string(),
            _ => String::new(),
        },
        ("account", None) => match &event.event {
            ReceivedEvent::Vote(it) => it.vote.account.to_string(),
            ReceivedEvent::NewUnconfirmedBlock(it) => {
                it.block.account().map(|it| it.to_string()).unwrap_or_default()
            }
            _ => String::new(),
        },
        _ => String::new(),
    }
}

fn destination(confirmation: &ReceivedConfirmation) -> Option<Account> {
    let block = confirmation.block.as_ref()?;
    (confirmation.subtype == Some(Subtype::Send))
        .then(|| block.link().map(|link| link.as_account()))
        .flatten()
}

/// The account's beginning and end, which people compare.
fn short(account: &Account) -> String {
    let text = account.to_string();
    let end = text.len().saturating_sub(6);
    format!("{}…{}", text.get(..12).unwrap_or_default(), text.get(end..).unwrap_or_default())
}

/// The beginning of a hash.
fn brief(hash: &BlockHash) -> String {
    hash.to_string().chars().take(12).collect()
}

fn pretty(event: &Event, colours: bool) -> String {
    let paint = |code: &str, text: &str| {
        if colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let seconds = event.time_ms / 1000 % 86_400;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let time = paint("2", &format!("{hours:02}:{minutes:02}:{:02}", seconds % 60));
    let told = if event.replayed { " (missed)" } else { "" };
    if let ReceivedEvent::Confirmation(it) = &event.event {
        let subtype = it.subtype.map_or("block", Subtype::name);
        let colour = match it.subtype {
            Some(Subtype::Receive) => "32",
            Some(Subtype::Send) => "33",
            _ => "36",
        };
        let word = paint(colour, &format!("{subtype:<7}"));
        let amount = paint("1", &format!("{:>14} BAN", it.amount.ban().to_string()));
        let to = destination(it).map(|to| format!(" → {}", short(&to))).unwrap_or_default();
        let hash = paint("2", &brief(&it.hash));
        return format!("{time}  {word}  {amount}  {}{to}  {hash}{told}", short(&it.account));
    }
    let topic = paint("35", event.topic().name());
    format!("{time}  {topic}  {}{told}", detail(&event.event))
}

/// What an event of another topic says, shortened to a line.
fn detail(event: &ReceivedEvent) -> String {
    match event {
        ReceivedEvent::Confirmation(it) => brief(&it.hash),
        ReceivedEvent::Vote(VoteEvent { vote, code, .. }) => {
            let hashes: Vec<_> = vote.hashes.iter().map(brief).collect();
            let finality = if vote.timestamp.is_final() { ", final" } else { "" };
            format!("{} for {} ({}{finality})", short(&vote.account), hashes.join(" "), code.name())
        }
        ReceivedEvent::StartedElection(it) | ReceivedEvent::StoppedElection(it) => brief(&it.hash),
        ReceivedEvent::NewUnconfirmedBlock(it) => {
            let subtype = it.subtype.map_or("block", Subtype::name);
            let account = it.block.account().map(|account| short(&account)).unwrap_or_default();
            format!("{subtype} {account}  {}", brief(&it.block.hash()))
        }
        ReceivedEvent::ActiveDifficulty(it) => {
            format!("{}, {:.2} times the least", it.current, it.multiplier())
        }
        ReceivedEvent::Work(it) => {
            let how = match &it.outcome {
                WorkOutcome::Success(found) => format!("{} from {}", found.work, found.source),
                other => other.reason().to_owned(),
            };
            format!("for {} in {} ms: {how}", brief(&it.request.root), it.duration_ms)
        }
        ReceivedEvent::Telemetry(it) => format!(
            "[{}]:{} has {} blocks, {} cemented, {} peers",
            it.address, it.port, it.block_count, it.cemented_count, it.peer_count
        ),
        ReceivedEvent::Bootstrap(it) => match it.phase {
            BootstrapPhase::Started => format!("{} {} started", it.mode.name(), it.id),
            BootstrapPhase::Exited { total_blocks, duration_s } => format!(
                "{} {} ended after {total_blocks} blocks and {duration_s} s",
                it.mode.name(),
                it.id
            ),
        },
    }
}
