//! A small world of accounts that act at random on a ledger, rightly and wrongly.
//!
//! Called by the storms. Makes real blocks with real signatures and work, on the dev network with thresholds that
//! take a few tries instead of a thousand. Never looks at a clock or a random source: an act is all numbers.

use std::sync::Arc;

use banano_ledger::{LedgerRead, Outcome, Writer};
use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, DEV_GENESIS_KEY, Difficulty, Epoch,
    KeyPair, Link, Network, OpenBlock, ReceiveBlock, Root, Seed, SendBlock, StateBlock, Thresholds,
    Work,
};
use proptest::prelude::*;

/// Accounts that act. The first is the genesis account.
const ACTORS: u8 = 5;

/// What an actor does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Send,
    Receive,
    Change,
    Epoch(Epoch),
    SendToEpochLink,
    LegacySend,
    LegacyReceive,
    LegacyOpen,
    LegacyChange,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {
    None,
    WrongKey,
    MoreMoney,
    OldPrevious,
    UnknownPrevious,
    ZeroPrevious,
    TooLittleWork,
    OtherRepresentative,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// Actor, act, other account, a number that chooses amount, representative or source, and the flaw.
    Act(u8, Act, u8, u8, Flaw),
    /// A block of the past comes again.
    Again(u16),
    Cement(u16),
    Rollback(u16),
    FinalVote(u16),
    Prune(u8),
    Commit,
    /// The writer is dropped with what it has not committed; a disk ledger is opened again.
    Discard,
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let act = prop_oneof![
        6 => Just(Act::Send),
        8 => Just(Act::Receive),
        2 => Just(Act::Change),
        1 => Just(Act::Epoch(Epoch::One)),
        1 => Just(Act::Epoch(Epoch::Two)),
        1 => Just(Act::SendToEpochLink),
        5 => Just(Act::LegacySend),
        5 => Just(Act::LegacyReceive),
        5 => Just(Act::LegacyOpen),
        2 => Just(Act::LegacyChange),
    ];
    let flaw = prop_oneof![
        20 => Just(Flaw::None),
        1 => Just(Flaw::WrongKey),
        2 => Just(Flaw::MoreMoney),
        2 => Just(Flaw::OldPrevious),
        1 => Just(Flaw::UnknownPrevious),
        1 => Just(Flaw::ZeroPrevious),
        1 => Just(Flaw::TooLittleWork),
        1 => Just(Flaw::OtherRepresentative),
    ];
    let acts = (0..ACTORS, act, 0..ACTORS + 2, any::<u8>(), flaw);
    prop_oneof![
        40 => acts.prop_map(|(by, act, other, number, flaw)| Op::Act(by, act, other, number, flaw)),
        3 => any::<u16>().prop_map(Op::Again),
        4 => any::<u16>().prop_map(Op::Cement),
        4 => any::<u16>().prop_map(Op::Rollback),
        1 => any::<u16>().prop_map(Op::FinalVote),
        1 => (0..ACTORS).prop_map(Op::Prune),
        3 => Just(Op::Commit),
        1 => Just(Op::Discard),
    ]
}

/// Keys, and every block that was ever made.
pub(crate) struct World {
    keys: Vec<KeyPair>,
    pub(crate) blocks: Vec<Arc<Block>>,
    pub(crate) now: u64,
}

/// The dev network with thresholds that are quickly met, and still differ.
pub(crate) fn network() -> Network {
    let [low, middle, high] =
        [0x4000_0000_0000_0000, 0x8000_0000_0000_0000, 0xC000_0000_0000_0000].map(Difficulty::new);
    Network { thresholds: Thresholds::new(middle, high, low), ..Network::dev() }
}

impl World {
    pub(crate) fn new() -> Self {
        let seed = Seed::from_bytes([7; 32]);
        let others = (1..u32::from(ACTORS)).map(|index| seed.key_pair(index));
        let keys = std::iter::once(KeyPair::from(DEV_GENESIS_KEY)).chain(others).collect();
        Self { keys, blocks: vec![network().genesis], now: 1_000 }
    }

    pub(crate) fn actor(&self, number: u8) -> Account {
        self.keys[usize::from(number) % self.keys.len()].account()
    }

    /// An actor, or one that nobody has a key of.
    fn anybody(&self, number: u8) -> Account {
        match number {
            n if n < ACTORS => self.actor(n),
            n if n == ACTORS => Account::ZERO,
            n => Account::from_bytes([n; 32]),
        }
    }

    /// A block of the past.
    pub(crate) fn past(&self, number: u16) -> &Arc<Block> {
        &self.blocks[usize::from(number) % self.blocks.len()]
    }

    /// Lets the ledger judge a block.
    pub(crate) fn process(&mut self, writer: &mut Writer, block: &Arc<Block>) -> Outcome {
        self.now += 1;
        writer.process(block, None, self.now).unwrap()
    }

    /// Makes the block of an act upon what the ledger holds, and remembers it.
    pub(crate) fn make(
        &mut self,
        ledger: &Writer,
        (by, act, other, number, flaw): (u8, Act, u8, u8, Flaw),
    ) -> Arc<Block> {
        let account = self.actor(by);
        let info = ledger.account(&account).unwrap();
        let balance = info.map_or(Amount::ZERO, |info| info.balance);
        let head = info.map_or(BlockHash::ZERO, |info| info.head);
        let previous = match flaw {
            Flaw::OldPrevious => {
                let saved = ledger.block(&head).unwrap();
                saved.map_or(head, |saved| saved.block.previous())
            }
            Flaw::UnknownPrevious => BlockHash::from_bytes([number; 32]),
            Flaw::ZeroPrevious => BlockHash::ZERO,
            _ => head,
        };
        let mut representative = info.map_or(self.actor(number), |info| info.representative);
        if matches!(act, Act::Change | Act::LegacyChange | Act::LegacyOpen)
            || matches!(flaw, Flaw::OtherRepresentative)
        {
            representative = self.anybody(number % (ACTORS + 1));
        }
        if matches!(act, Act::Epoch(_)) && info.is_none() {
            representative = Account::ZERO;
        }
        let waiting = ledger.receivables(&account, &BlockHash::ZERO, 100).unwrap();
        let taken = waiting.get(usize::from(number) % waiting.len().max(1));
        let send = taken.map_or(BlockHash::from_bytes([number; 32]), |(send, _)| *send);
        let income = taken.map_or(Amount::from_raw(1), |(_, info)| info.amount);
        let outgo = Amount::from_raw(balance.raw() / 255 * u128::from(number));
        let mut left = balance.saturating_sub(outgo);
        let mut more = balance.saturating_add(income);
        if matches!(flaw, Flaw::MoreMoney) {
            left = balance.saturating_add(Amount::from_raw(1));
            more = more.saturating_add(Amount::from_raw(u128::from(number) + 1));
        }
        let destination = self.anybody(other);
        let state = |balance, link| {
            Body::State(StateBlock { account, previous, representative, balance, link })
        };
        let body = match act {
            Act::Send => state(left, destination.into()),
            Act::Receive => state(more, send.into()),
            Act::Change => state(balance, Link::ZERO),
            Act::Epoch(epoch) => state(balance, epoch.link().unwrap()),
            Act::SendToEpochLink => state(left, Epoch::One.link().unwrap()),
            Act::LegacySend => Body::Send(SendBlock { previous, destination, balance: left }),
            Act::LegacyReceive => Body::Receive(ReceiveBlock { previous, source: send }),
            Act::LegacyOpen => Body::Open(OpenBlock { source: send, representative, account }),
            Act::LegacyChange => Body::Change(ChangeBlock { previous, representative }),
        };
        let signer = match (act, flaw) {
            (_, Flaw::WrongKey) => &self.keys[usize::from(by + 1) % self.keys.len()],
            (Act::Epoch(_), _) => &self.keys[0],
            _ => &self.keys[usize::from(by)],
        };
        let work = work(&body.root(), matches!(flaw, Flaw::TooLittleWork));
        let block = Arc::new(Block::signed(body, signer, work));
        self.blocks.push(Arc::clone(&block));
        block
    }
}

/// Work that is enough for every block.
pub(crate) fn enough_work(root: &Root) -> Work {
    work(root, false)
}

/// Work that is enough for every block, or for none but an epoch 2 receive.
fn work(root: &Root, too_little: bool) -> Work {
    let wanted = if too_little {
        0x4000_0000_0000_0000..0x8000_0000_0000_0000
    } else {
        0xC000_0000_0000_0000..u64::MAX
    };
    let fits = |work: &Work| wanted.contains(&work.difficulty(root).value());
    (0..1_000).map(Work::new).find(fits).unwrap()
}
