//! Random events between few accounts, and what they say in the words of protocol.md.

use std::{collections::BTreeMap, sync::Arc};

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, Link, OpenBlock, ReceiveBlock, SendBlock,
    StateBlock, Subtype, Work,
};
use banano_testkit::fixtures::{self, SEND, conf, unconfirmed};
use banano_ws_protocol::{Confirmation, ConfirmationKind, Event, UnconfirmedBlock, VoteCode};
use proptest::{
    prelude::{Strategy, any, prop_oneof},
    sample::select,
};

/// Accounts there are. Number 0 is the burn account.
pub(super) const ACCOUNTS: u8 = 4;

pub(super) fn account(n: u8) -> Account {
    Account::from_bytes([n; 32])
}

/// An event, and its words by the option that asks for them.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    pub(super) event: Event,
    pub(super) words: BTreeMap<&'static str, Vec<String>>,
    pub(super) local: bool,
    /// What it moves, where known.
    pub(super) amount: Option<u128>,
}

impl Happening {
    /// The words that an option of this name looks for.
    pub(super) fn says(&self, option: &str) -> Vec<String> {
        self.words.get(option).cloned().unwrap_or_default()
    }
}

pub(super) fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => (row(), select(&ConfirmationKind::ALL), any::<bool>())
            .prop_map(|(row, kind, local)| row.confirmed(kind, local)),
        3 => row().prop_map(Row::stored),
        1 => (0..ACCOUNTS, select(&VoteCode::ALL)).prop_map(|(by, code)| voted(by, code)),
    ]
}

fn voted(by: u8, code: VoteCode) -> Happening {
    let mut vote = (*fixtures::v1()).clone();
    vote.account = account(by);
    let words = BTreeMap::from([
        ("type", vec![code.name().to_owned()]),
        ("representatives", vec![account(by).to_string()]),
    ]);
    let event = Event::Vote(fixtures::vote(Arc::new(vote), code));
    Happening { event, words, local: false, amount: None }
}

/// A block in numbers: accounts by number, the rest as small as can be.
#[derive(Debug, Clone)]
struct Row {
    what: What,
    owner: u8,
    /// Whom it pays, or who sent what it receives.
    other: u8,
    representative: u8,
    /// The link where it is no account: by chance the key of one.
    noise: u8,
    previous: u8,
    raw: u128,
    /// Whether the amount, or the sender, is known.
    known: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Send,
    Receive,
    Change,
    Epoch,
    LegacySend,
    LegacyReceive,
    LegacyOpen,
    LegacyChange,
}

use What::{Change, Epoch, LegacyChange, LegacyOpen, LegacyReceive, LegacySend, Receive, Send};

fn row() -> impl Strategy<Value = Row> {
    let what = select(vec![
        Send,
        Send,
        Receive,
        Receive,
        Change,
        Epoch,
        LegacySend,
        LegacyReceive,
        LegacyOpen,
        LegacyChange,
    ]);
    let accounts = (0..ACCOUNTS, 0..ACCOUNTS, 0..ACCOUNTS, 0..2 * ACCOUNTS);
    (what, accounts, 0u8..3, 1u128..4, proptest::bool::weighted(0.8)).prop_map(
        |(what, (owner, other, representative, noise), previous, raw, known)| {
            let moves = !matches!(what, Change | Epoch | LegacyChange);
            let raw = if moves { raw } else { 0 };
            Row { what, owner, other, representative, noise, previous, raw, known }
        },
    )
}

impl Row {
    fn body(&self) -> Body {
        let previous = BlockHash::from_bytes([self.previous; 32]);
        let behind = BlockHash::from_bytes([self.previous.max(1); 32]);
        let source = BlockHash::from_bytes([self.noise; 32]);
        let (owner, other) = (account(self.owner), account(self.other));
        let representative = account(self.representative);
        let state = |link: [u8; 32]| {
            let (balance, link) = (Amount::from_raw(self.raw), Link::from_bytes(link));
            Body::State(StateBlock { account: owner, previous, representative, balance, link })
        };
        match self.what {
            Send => state([self.other; 32]),
            Receive | Epoch => state([self.noise; 32]),
            Change => state([0; 32]),
            LegacySend => {
                let balance = Amount::from_raw(self.raw);
                Body::Send(SendBlock { previous: behind, destination: other, balance })
            }
            LegacyReceive => Body::Receive(ReceiveBlock { previous: behind, source }),
            LegacyOpen => Body::Open(OpenBlock { source, representative, account: owner }),
            LegacyChange => Body::Change(ChangeBlock { previous: behind, representative }),
        }
    }

    fn block(&self) -> Arc<Block> {
        Arc::new(Block::new(self.body(), *SEND.block().signature(), Work::new(1)))
    }

    fn subtype(&self) -> Option<Subtype> {
        match self.what {
            Send => Some(Subtype::Send),
            Receive => Some(Subtype::Receive),
            Change => Some(Subtype::Change),
            Epoch => Some(Subtype::Epoch),
            _ => None,
        }
    }

    /// The words of filters that both topics have, the table of protocol.md §11.1 row by row.
    fn words(&self) -> BTreeMap<&'static str, Vec<String>> {
        let text = |n| account(n).to_string();
        let (owner, other) = (text(self.owner), text(self.other));
        let sender = if self.known { vec![other.clone()] } else { vec![] };
        let (mut subtypes, incoming, outgoing, counterparties) = match self.what {
            Send | LegacySend => (vec!["send"], vec![other.clone()], vec![owner], vec![other]),
            Receive | LegacyReceive | LegacyOpen => (vec!["receive"], vec![owner], vec![], sender),
            Change | LegacyChange => (vec!["change"], vec![], vec![], vec![]),
            Epoch => (vec!["epoch"], vec![], vec![], vec![]),
        };
        let legacy = self.subtype().is_none();
        if self.what == LegacyOpen || !legacy && self.previous == 0 {
            subtypes.push("open");
        }
        let names_one = !matches!(self.what, LegacySend | LegacyReceive);
        let representatives = if names_one { vec![text(self.representative)] } else { vec![] };
        BTreeMap::from([
            ("subtypes", subtypes.into_iter().map(str::to_owned).collect()),
            ("incoming", incoming),
            ("outgoing", outgoing),
            ("counterparties", counterparties),
            ("representatives", representatives),
            ("hashes", vec![self.block().hash().to_string()]),
        ])
    }

    fn confirmed(self, kind: ConfirmationKind, local: bool) -> Happening {
        let mut words = self.words();
        // protocol.md §6.1.3, §6.1.4 no. 5 to 7: owner and link of state blocks, whatever they mean.
        let link = match self.what {
            Send => Some(self.other),
            Receive | Epoch => Some(self.noise),
            Change => Some(0),
            _ => None,
        };
        let parties = link.map_or(vec![], |link| vec![self.owner, link]);
        words.insert("accounts", parties.into_iter().map(|n| account(n).to_string()).collect());
        let lets_through = match kind {
            ConfirmationKind::Inactive => ["all", "inactive", ""],
            ConfirmationKind::ActiveQuorum => ["all", "active", "active_quorum"],
            ConfirmationKind::ActiveConfirmationHeight => {
                ["all", "active", "active_confirmation_height"]
            }
        };
        words.insert("confirmation_type", lets_through.map(str::to_owned).into());
        let moves = self.raw > 0;
        let amount = (self.known || !moves).then_some(self.raw);
        let event = Event::Confirmation(Confirmation {
            block: self.block(),
            account: account(self.owner),
            amount: Amount::from_raw(amount.unwrap_or(0)),
            subtype: self.subtype(),
            linked_account: (self.known && moves).then(|| account(self.other)),
            local,
            healed: false,
            ..conf(SEND, kind)
        });
        // Without parties nothing can be local.
        Happening { event, local: local && link.is_some(), words, amount }
    }

    fn stored(self) -> Happening {
        let mut words = self.words();
        let mut parties = vec![account(self.owner).to_string()];
        if matches!(self.what, Send | LegacySend) {
            parties.push(account(self.other).to_string());
        }
        words.insert("accounts", parties);
        let moves = self.raw > 0;
        let amount = (self.known || !moves).then_some(self.raw);
        let event = Event::NewUnconfirmedBlock(UnconfirmedBlock {
            block: self.block(),
            account: Some(account(self.owner)),
            amount: amount.map(Amount::from_raw),
            subtype: self.subtype(),
            linked_account: (self.known && moves).then(|| account(self.other)),
            ..unconfirmed(SEND)
        });
        Happening { event, words, local: false, amount }
    }
}
