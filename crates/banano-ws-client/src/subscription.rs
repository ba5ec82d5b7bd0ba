//! What an application subscribes to: typed, with a method for every option.
//!
//! Built by applications, rendered into requests by the session. An option that is not set is not
//! sent, so that the server's default counts (protocol.md §6).

use std::collections::BTreeSet;

use banano_primitives::{Account, Amount, BlockHash};
use banano_ws_protocol::{
    Action, Direction, Refusal, RequestSettings, Since, SubtypeWord, Topic, parse_request,
};
use serde_json::{Map, Value, json};

/// A topic with its options. Made of [`Confirmations`], [`Votes`], [`UnconfirmedBlocks`], or of the
/// [`Topic`] for one without options.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    topic: Topic,
    options: Map<String, Value>,
    /// Apart from the options, since they change by `update`.
    accounts: Option<BTreeSet<Account>>,
    since: Option<Since>,
}

impl Subscription {
    fn new(topic: Topic) -> Self {
        Self { topic, options: Map::new(), accounts: None, since: None }
    }

    /// Its topic.
    pub const fn topic(&self) -> Topic {
        self.topic
    }

    /// The accounts that it is for; `None` is for all.
    pub const fn accounts(&self) -> Option<&BTreeSet<Account>> {
        self.accounts.as_ref()
    }

    /// Begins in the past: at a cursor, a time, or with the oldest that the server holds. A server
    /// that knows no cursors begins now. A kept cursor goes before this.
    #[must_use]
    pub const fn since(mut self, since: Since) -> Self {
        self.since = Some(since);
        self
    }

    pub(crate) const fn begins(&self) -> Option<Since> {
        self.since
    }

    pub(crate) const fn accounts_mut(&mut self) -> Option<&mut BTreeSet<Account>> {
        self.accounts.as_mut()
    }

    /// The same for fewer accounts: one connection's part.
    pub(crate) fn with_accounts(&self, accounts: BTreeSet<Account>) -> Self {
        Self { accounts: Some(accounts), ..self.clone() }
    }

    fn set(&mut self, name: &str, value: Value) {
        self.options.insert(name.to_owned(), value);
    }

    /// The request, without a final line end.
    pub(crate) fn request(&self, id: u64, since: Option<Since>) -> String {
        let mut options = self.options.clone();
        if let Some(accounts) = &self.accounts {
            options.insert("accounts".to_owned(), texts(accounts));
        }
        let mut request = json!({
            "action": "subscribe", "topic": self.topic.name(), "ack": true, "id": id.to_string(),
            "cursor": true,
        });
        if let Some(members) = request.as_object_mut() {
            if let Some(since) = since {
                members.insert("since".to_owned(), since.to_string().into());
            }
            // Without options nothing can be updated (protocol.md §3.2).
            if !options.is_empty() || self.topic == Topic::Confirmation {
                members.insert("options".to_owned(), options.into());
            }
        }
        request.to_string()
    }

    /// The same as a filter of our own, for servers that do not know all options.
    ///
    /// # Errors
    ///
    /// What a server would answer, if the options contradict each other.
    pub(crate) fn filter(&self) -> Result<Option<banano_ws_protocol::Subscription>, Refusal> {
        let request = self.request(0, None);
        match parse_request(request.as_bytes(), RequestSettings::default())?.action {
            Action::Subscribe(subscription) => Ok(subscription),
            _ => Ok(None),
        }
    }

    /// Whether an option is set that plain nodes do not know and so ignore.
    pub(crate) fn is_extended(&self) -> bool {
        let by_option = EXTENSIONS.iter().any(|name| self.options.contains_key(*name));
        by_option && self.topic != Topic::Vote || self.options.contains_key("include_late")
    }
}

/// Options that only our servers know (protocol.md §11.1). `representatives` is a node's own on
/// topic `vote`.
const EXTENSIONS: [&str; 7] = [
    "min_amount",
    "max_amount",
    "subtypes",
    "direction",
    "counterparties",
    "representatives",
    "hashes",
];

impl From<Topic> for Subscription {
    fn from(topic: Topic) -> Self {
        Self::new(topic)
    }
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Value {
    values.into_iter().map(|value| Value::from(value.to_string())).collect()
}

/// How a block must have been confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of protocol.md §6.1.2")]
pub enum ConfirmationType {
    All,
    Active,
    ActiveQuorum,
    ActiveConfirmationHeight,
    Inactive,
}

impl ConfirmationType {
    const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Active => "active",
            Self::ActiveQuorum => "active_quorum",
            Self::ActiveConfirmationHeight => "active_confirmation_height",
            Self::Inactive => "inactive",
        }
    }
}

/// Declares the builder of one topic: what all have in common.
macro_rules! builder {
    ($(#[$doc:meta])* $name:ident, $topic:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(Subscription);

        impl $name {
            /// All of them.
            pub fn new() -> Self {
                Self(Subscription::new($topic))
            }

            /// Begins in the past, see [`Subscription::since`].
            #[must_use]
            pub fn since(self, since: Since) -> Self {
                Self(self.0.since(since))
            }

            fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
                self.0.set(name, value.into());
                self
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<$name> for Subscription {
            fn from(builder: $name) -> Self {
                builder.0
            }
        }
    };
}

/// Declares the filters of the topics whose events are blocks. Plain nodes do not know them: there
/// the client applies them itself.
macro_rules! block_filters {
    ($name:ident) => {
        impl $name {
            /// Only blocks of these accounts, and sends to them. More can be added later.
            #[must_use]
            pub fn accounts(mut self, accounts: impl IntoIterator<Item = Account>) -> Self {
                self.0.accounts.get_or_insert_default().extend(accounts);
                self
            }

            /// Only blocks that move at least this much.
            #[must_use]
            pub fn min_amount(self, amount: Amount) -> Self {
                self.with("min_amount", amount.to_string())
            }

            /// Only blocks that move at most this much.
            #[must_use]
            pub fn max_amount(self, amount: Amount) -> Self {
                self.with("max_amount", amount.to_string())
            }

            /// Only blocks that do one of these.
            #[must_use]
            pub fn subtypes(self, subtypes: impl IntoIterator<Item = SubtypeWord>) -> Self {
                self.with("subtypes", texts(subtypes.into_iter().map(SubtypeWord::name)))
            }

            /// Only what comes to the accounts, or only what leaves them. Needs `accounts`.
            #[must_use]
            pub fn direction(self, direction: Direction) -> Self {
                self.with("direction", direction.name())
            }

            /// Only blocks whose other side is one of these.
            #[must_use]
            pub fn counterparties(self, accounts: impl IntoIterator<Item = Account>) -> Self {
                self.with("counterparties", texts(accounts))
            }

            /// Only blocks that name one of these representatives.
            #[must_use]
            pub fn representatives(self, accounts: impl IntoIterator<Item = Account>) -> Self {
                self.with("representatives", texts(accounts))
            }

            /// Only these blocks.
            #[must_use]
            pub fn hashes(self, hashes: impl IntoIterator<Item = BlockHash>) -> Self {
                self.with("hashes", texts(hashes))
            }
        }
    };
}

builder! {
    /// Topic `confirmation`: blocks that the network has agreed on (protocol.md §6.1).
    Confirmations, Topic::Confirmation
}
block_filters!(Confirmations);

impl Confirmations {
    /// Only blocks that were confirmed in this way.
    #[must_use]
    pub fn confirmation_type(self, kind: ConfirmationType) -> Self {
        self.with("confirmation_type", kind.name())
    }

    /// Also blocks of all accounts in the server's own wallets.
    #[must_use]
    pub fn all_local_accounts(self, wanted: bool) -> Self {
        self.with("all_local_accounts", wanted)
    }

    /// With the block (the default). Without it nothing can be checked.
    #[must_use]
    pub fn include_block(self, wanted: bool) -> Self {
        self.with("include_block", wanted)
    }

    /// With the election's figures.
    #[must_use]
    pub fn include_election_info(self, wanted: bool) -> Self {
        self.with("include_election_info", wanted)
    }

    /// With the election's figures and every vote.
    #[must_use]
    pub fn include_election_info_with_votes(self, wanted: bool) -> Self {
        self.with("include_election_info_with_votes", wanted)
    }

    /// With height and time of the block.
    #[must_use]
    pub fn include_sideband_info(self, wanted: bool) -> Self {
        self.with("include_sideband_info", wanted)
    }

    /// With the other side of the block.
    #[must_use]
    pub fn include_linked_account(self, wanted: bool) -> Self {
        self.with("include_linked_account", wanted)
    }
}

builder! {
    /// Topic `new_unconfirmed_block`: blocks that may still be replaced (protocol.md §6.8).
    UnconfirmedBlocks, Topic::NewUnconfirmedBlock
}
block_filters!(UnconfirmedBlocks);

builder! {
    /// Topic `vote` (protocol.md §6.2).
    Votes, Topic::Vote
}

impl Votes {
    /// Only votes of these representatives.
    #[must_use]
    pub fn representatives(self, accounts: impl IntoIterator<Item = Account>) -> Self {
        self.with("representatives", texts(accounts))
    }

    /// Also votes that were seen before.
    #[must_use]
    pub fn include_replays(self, wanted: bool) -> Self {
        self.with("include_replays", wanted)
    }

    /// Also votes that no election was there for.
    #[must_use]
    pub fn include_indeterminate(self, wanted: bool) -> Self {
        self.with("include_indeterminate", wanted)
    }

    /// Also votes for what was confirmed lately (the default; an extension).
    #[must_use]
    pub fn include_late(self, wanted: bool) -> Self {
        self.with("include_late", wanted)
    }
}
