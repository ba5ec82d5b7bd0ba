//! Storms of random blocks, right and wrong, forks, legacy, epochs, with cementing, rollback, pruning and restarts.
//!
//! After every act the audit holds (so no act makes or loses money, and every counter counts), a refused block
//! changed nothing, and a block that was stored can be taken back to exactly what was before.

use std::path::Path;
use std::sync::Arc;

use banano_ledger::{CementError, Ledger, LedgerRead, ProcessResult, RollbackError, Writer, audit};
use banano_primitives::{Block, BlockHash, DetailKind, Epoch, SavedBlock};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::backend::dump;
use crate::world::{Act, Flaw, Op, World, network, op};

/// A world on a ledger, with the writer that acts.
struct Storm<'a> {
    world: World,
    folder: Option<&'a Path>,
    writer: Option<Writer>,
    ledger: Arc<Ledger>,
}

impl<'a> Storm<'a> {
    fn new(folder: Option<&'a Path>) -> Self {
        let ledger = open(folder);
        Self { world: World::new(), folder, writer: Some(ledger.writer()), ledger }
    }

    fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().unwrap()
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Act(by, act, other, number, flaw) => {
                let writer = self.writer.as_ref().unwrap();
                let block = self.world.make(writer, (by, act, other, number, flaw));
                self.process(&block);
            }
            Op::Again(number) => {
                let block = Arc::clone(self.world.past(number));
                self.process(&block);
            }
            Op::Cement(number) => {
                let target = self.world.past(number).hash();
                self.cement(&target);
            }
            Op::Rollback(number) => {
                let target = self.world.past(number).hash();
                self.rollback(&target);
            }
            Op::FinalVote(number) => {
                let block = Arc::clone(self.world.past(number));
                self.final_vote(&block);
            }
            Op::Prune(by) => {
                let account = self.world.actor(by);
                let before = self.writer().counts().pruned;
                let pruned = self.writer().prune(&account).unwrap();
                assert_eq!(self.writer().counts().pruned, before + pruned);
                assert_eq!(self.writer().prune(&account).unwrap(), 0);
            }
            Op::Commit => {
                self.writer().commit().unwrap();
                assert_eq!(dump(&*self.ledger), dump(self.writer()));
            }
            Op::Discard => self.restart(),
        }
        audit(self.writer()).unwrap();
    }

    fn process(&mut self, block: &Arc<Block>) {
        let before = dump(self.writer());
        let writer = self.writer.as_mut().unwrap();
        let known = writer.block_exists(&block.hash()).unwrap();
        let outcome = self.world.process(writer, block);
        let Some(saved) = outcome.saved else {
            assert_eq!(known, outcome.result == ProcessResult::Old, "{:?}", outcome.result);
            assert_eq!(dump(writer), before, "{:?}", outcome.result);
            return;
        };
        assert_eq!(outcome.result, ProcessResult::Progress);
        assert_eq!(writer.amount(&saved).unwrap(), outcome.amount);
        let after = dump(writer);
        assert_eq!(writer.rollback(&block.hash()).unwrap(), std::slice::from_ref(&saved));
        assert_eq!(dump(writer), before);
        let again = writer.process(block, saved.block.account(), saved.sideband.timestamp).unwrap();
        assert_eq!(again.saved, Some(saved));
        assert_eq!(dump(writer), after);
    }

    fn cement(&mut self, target: &BlockHash) {
        let writer = self.writer();
        let before = writer.counts().cemented;
        let done = match writer.cement(target) {
            Ok(done) => done,
            Err(CementError::BlockNotFound(hash)) => return assert_eq!(hash, *target),
            Err(CementError::Store(error)) => panic!("{error}"),
        };
        assert!(writer.is_cemented(target).unwrap());
        assert_eq!(writer.counts().cemented, before + done.len() as u64);
        assert!(done.last().is_none_or(|last| last.hash() == *target));
        assert!(writer.cement(target).unwrap().is_empty());
    }

    fn rollback(&mut self, target: &BlockHash) {
        let before = dump(self.writer());
        match self.writer().rollback(target) {
            Ok(gone) => {
                assert_eq!(gone.last().map(SavedBlock::hash), Some(*target));
                // In the opposite order they can all come back, but for the first block of an account that only an
                // epoch opened: what it could receive then may have been rolled back earlier.
                for saved in gone.iter().rev() {
                    let now = saved.sideband.timestamp;
                    let result = self.writer().process(&saved.block, None, now).unwrap().result;
                    let is_epoch = saved.sideband.details.kind == DetailKind::Epoch;
                    if result == ProcessResult::GapEpochOpenPending && is_epoch {
                        assert_eq!(saved.height(), 1);
                        return;
                    }
                    assert_eq!(result, ProcessResult::Progress);
                }
                assert_eq!(dump(self.writer()), before);
                assert_eq!(self.writer().rollback(target).unwrap(), gone);
            }
            Err(RollbackError::Store(error)) => panic!("{error}"),
            Err(RollbackError::Cemented { cemented, .. }) => {
                assert!(self.writer().is_cemented(&cemented).unwrap());
                assert_eq!(dump(self.writer()), before);
            }
            Err(RollbackError::BlockNotFound(_)) => {
                assert!(!self.writer().block_exists(target).unwrap());
            }
        }
    }

    fn final_vote(&mut self, block: &Block) {
        let root = block.qualified_root();
        let voted = self.writer().final_vote(&root).unwrap();
        let allowed = self.writer().record_final_vote(&root, block.hash()).unwrap();
        assert_eq!(allowed, voted.is_none_or(|hash| hash == block.hash()));
        let now = self.writer().final_vote(&root).unwrap();
        assert_eq!(now, Some(voted.unwrap_or(block.hash())));
    }

    fn restart(&mut self) {
        let committed = dump(&*self.ledger);
        self.writer = None;
        assert_eq!(dump(&*self.ledger), committed);
        if self.folder.is_some() {
            let counts = self.ledger.counts();
            let weights = self.ledger.weights();
            self.ledger = Ledger::memory(&network()).unwrap();
            self.ledger = open(self.folder);
            assert_eq!(dump(&*self.ledger), committed);
            assert_eq!((self.ledger.counts(), self.ledger.weights()), (counts, weights));
        }
        self.writer = Some(self.ledger.writer());
    }
}

fn open(folder: Option<&Path>) -> Arc<Ledger> {
    match folder {
        Some(path) => Ledger::disk(path, &network()).unwrap(),
        None => Ledger::memory(&network()).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn no_storm_breaks_a_ledger_in_memory(ops in vec(op(), 1..250)) {
        let mut storm = Storm::new(None);
        for op in ops {
            storm.apply(op);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn no_storm_breaks_a_ledger_on_disk(ops in vec(op(), 1..150)) {
        let folder = tempfile::tempdir().unwrap();
        let mut storm = Storm::new(Some(folder.path()));
        for op in ops {
            storm.apply(op);
        }
    }
}

#[test]
fn storms_reach_every_result() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let ops = vec(op(), 300).new_tree(&mut runner).unwrap().current();
        let ledger = Ledger::memory(&network()).unwrap();
        let (mut world, mut writer) = (World::new(), ledger.writer());
        for op in ops {
            let block = match op {
                Op::Act(by, act, other, number, flaw) => {
                    world.make(&writer, (by, act, other, number, flaw))
                }
                Op::Again(number) => Arc::clone(world.past(number)),
                _ => continue,
            };
            seen.insert(world.process(&mut writer, &block).result.name());
        }
        audit(&writer).unwrap();
    }
    // Nobody has the key of the burn account; a scenario covers it.
    let wanted = ProcessResult::ALL.map(ProcessResult::name);
    let missing: Vec<_> = wanted.iter().filter(|name| !seen.contains(*name)).collect();
    assert_eq!(missing, [&"opened_burn_account"]);
}

/// Nobody knows yet whether it will be an epoch block, so that either signature will do.
#[test]
fn an_epoch_link_upon_an_unknown_block_waits_for_it_whoever_signed() {
    let ledger = Ledger::memory(&network()).unwrap();
    let mut writer = ledger.writer();
    let mut world = World::new();
    // The genesis account signs epochs.
    for act in [Act::Epoch(Epoch::One), Act::SendToEpochLink] {
        let block = world.make(&writer, (1, act, 0, 9, Flaw::UnknownPrevious));
        let result = world.process(&mut writer, &block).result;
        assert_eq!(result, ProcessResult::GapPrevious, "{act:?}");
    }
}
