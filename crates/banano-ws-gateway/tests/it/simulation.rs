//! The merge alone, from a seed: upstreams that delay, repeat, reorder, lose and corrupt what they say, that
//! fall over and come back; questions that are answered late.

use std::collections::{BTreeMap, HashSet};

use banano_primitives::BlockHash;
use banano_ws_gateway::{Answer, Ask, AskId, Merge, MergeConfig, Output, Question, UpstreamId};
use banano_ws_protocol::{Confirmation, Event};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::world::{ACCOUNTS, chains, check, corrupted, merge, said};

/// What goes wrong at one upstream, each of 1,000.
#[derive(Clone, Copy, Default)]
struct Faults {
    lost: u32,
    repeated: u32,
    corrupted: u32,
    /// Longest delay in ms: beyond the distance of two messages they change places.
    delay_ms: u64,
    /// Goes down and comes back so often.
    outages: u32,
}

#[derive(Debug)]
enum Step {
    Says { id: UpstreamId, index: usize },
    Corrupts { id: UpstreamId, index: usize, how: u32 },
    Up(UpstreamId),
    Down(UpstreamId),
    Answers { ask: Ask, by: UpstreamId, is_last: bool },
}

struct Run<'t> {
    truth: &'t [Confirmation],
    /// When the network confirmed each.
    at: Vec<u64>,
    steps: BTreeMap<(u64, u64), Step>,
    order: u64,
    rng: StdRng,
    merge: Merge,
    agree: u8,
    delivered: Vec<BlockHash>,
    holes: usize,
}

impl Run<'_> {
    fn at(&mut self, now: u64, step: Step) {
        self.order += 1;
        self.steps.insert((now, self.order), step);
    }

    fn plan(&mut self, known: usize, faults: &[Faults]) {
        let end = self.at.last().copied().unwrap();
        for (id, faults) in (0..).map(UpstreamId).zip(faults) {
            let mut down: Vec<(u64, u64)> = Vec::new();
            for _ in 0..faults.outages {
                let from = self.rng.random_range(0..end);
                let to = from + self.rng.random_range(1..20_000);
                if down.iter().all(|(a, b)| to < *a || from > *b) {
                    down.push((from, to));
                    self.at(from, Step::Down(id));
                    self.at(to, Step::Up(id));
                }
            }
            for index in known..self.truth.len() {
                let times = 1 + usize::from(self.rng.random_range(0..1000) < faults.repeated);
                for _ in 0..times {
                    let delay = self.rng.random_range(0..=faults.delay_ms);
                    let now = self.at[index] + delay;
                    let is_up = down.iter().all(|(a, b)| now < *a || now > *b);
                    if !is_up || self.rng.random_range(0..1000) < faults.lost {
                        continue;
                    }
                    let step = if self.rng.random_range(0..1000) < faults.corrupted {
                        let how = self.rng.random_range(0..4);
                        Step::Corrupts { id, index, how }
                    } else {
                        Step::Says { id, index }
                    };
                    self.at(now, step);
                }
            }
        }
    }

    /// Until everything is said and one more audit is over.
    fn run(&mut self) {
        let end = self.steps.keys().next_back().unwrap().0 + 90_000;
        let mut out = Vec::new();
        loop {
            let next = self.steps.keys().next().map(|(now, _)| *now);
            let deadline = self.merge.deadline_ms();
            let now = match (next, deadline) {
                (None, None) => break,
                (Some(next), None) => next,
                (None, Some(deadline)) => deadline,
                (Some(next), Some(deadline)) => next.min(deadline),
            };
            if now > end {
                break;
            }
            if deadline.is_some_and(|deadline| deadline <= now) {
                self.merge.tick(now, &mut out);
            } else if let Some((_, step)) = self.steps.pop_first() {
                self.step(&step, now, &mut out);
            }
            for output in std::mem::take(&mut out) {
                self.take(output, now);
            }
        }
    }

    fn step(&mut self, step: &Step, now: u64, out: &mut Vec<Output>) {
        match *step {
            Step::Says { id, index } => {
                self.merge.hear(id, Some(now), said(&self.truth[index]), now, out);
            }
            Step::Corrupts { id, index, how } => {
                self.merge.hear(id, Some(now), corrupted(&self.truth[index], how), now, out);
            }
            Step::Up(id) => self.merge.up(id, false, now, out),
            Step::Down(id) => self.merge.down(id, now),
            Step::Answers { ask, by, is_last } => {
                let found = self.found(ask.question, now);
                let answer = Answer { id: ask.id, by, found };
                self.merge.answer(answer, now, out);
                if is_last {
                    self.merge.close(ask.id, true);
                }
            }
        }
    }

    /// What a node's ledger tells.
    fn found(&self, question: Question, now: u64) -> Vec<Confirmation> {
        let all = self.truth.iter().zip(&self.at).filter(|(_, at)| **at <= now);
        match question {
            Question::Since { ms } => {
                all.filter(|(_, at)| **at >= ms).map(|(it, _)| it.clone()).collect()
            }
            Question::Chain { account, newest, known } => {
                let chain: Vec<_> =
                    all.map(|(it, _)| it).filter(|it| it.account == account).collect();
                let place = |hash| chain.iter().position(|it| it.block.hash() == hash).unwrap();
                chain[place(known) + 1..=place(newest)].iter().map(|it| (*it).clone()).collect()
            }
        }
    }

    fn take(&mut self, output: Output, now: u64) {
        match output {
            Output::Event { event: Event::Confirmation(it), .. } => {
                self.delivered.push(it.block.hash());
            }
            Output::Ask(ask) => {
                for by in 0..self.agree {
                    let later = now + self.rng.random_range(1..500);
                    let (by, is_last) = (UpstreamId(by), by + 1 == self.agree);
                    self.at(later + u64::from(is_last) * 500, Step::Answers { ask, by, is_last });
                }
            }
            Output::Hole { .. } => self.holes += 1,
            _ => {}
        }
    }
}

/// Runs it and returns what went out: the hashes, and how many holes there were.
fn play(
    seed: u64,
    truth: &[Confirmation],
    config: &MergeConfig,
    faults: &[Faults],
) -> (Vec<BlockHash>, usize) {
    let mut rng = StdRng::seed_from_u64(seed);
    let known = usize::try_from(ACCOUNTS).unwrap();
    let mut now = 10_000;
    let at = truth
        .iter()
        .map(|_| {
            now += rng.random_range(0..200);
            now
        })
        .collect();
    let upstreams = u8::try_from(faults.len()).unwrap();
    let mut run = Run {
        truth,
        at,
        steps: BTreeMap::new(),
        order: 0,
        rng,
        merge: merge(config.clone(), upstreams, &truth[..known]),
        agree: u8::try_from(config.agree).unwrap(),
        delivered: Vec::new(),
        holes: 0,
    };
    run.plan(known, faults);
    run.run();
    (run.delivered, run.holes)
}

#[test]
fn one_good_upstream_is_enough() {
    let truth = chains(ACCOUNTS, 30);
    let bad = Faults { lost: 300, repeated: 300, corrupted: 300, delay_ms: 3_000, outages: 3 };
    for seed in 0..60 {
        let config = MergeConfig { hold_ms: 4_000, ..MergeConfig::default() };
        let good = Faults { delay_ms: 400, ..Faults::default() };
        let (delivered, holes) = play(seed, &truth, &config, &[bad, good, bad]);
        check(seed, &truth, &delivered, holes);
        assert_eq!((delivered.len(), holes), (truth.len() - 5, 0), "seed {seed}");
    }
}

#[test]
fn agreement_of_two_needs_two_good_ones() {
    let truth = chains(ACCOUNTS, 20);
    let bad = Faults { lost: 200, repeated: 300, corrupted: 500, delay_ms: 1_000, outages: 2 };
    let good = Faults { delay_ms: 400, ..Faults::default() };
    for seed in 0..40 {
        let config = MergeConfig { agree: 2, hold_ms: 4_000, ..MergeConfig::default() };
        let (delivered, holes) = play(seed, &truth, &config, &[good, bad, good]);
        check(seed, &truth, &delivered, holes);
        assert_eq!((delivered.len(), holes), (truth.len() - 5, 0), "seed {seed}");
    }
}

#[test]
fn what_all_have_lost_is_healed() {
    let truth = chains(ACCOUNTS, 30);
    let bad = Faults { lost: 300, repeated: 100, corrupted: 100, delay_ms: 2_000, outages: 3 };
    for seed in 0..60 {
        for agree in [1, 2] {
            let config = MergeConfig { agree, can_ask: true, ..MergeConfig::default() };
            let (delivered, holes) = play(seed, &truth, &config, &[bad, bad]);
            check(seed, &truth, &delivered, holes);
            assert_eq!((delivered.len(), holes), (truth.len() - 5, 0), "seed {seed} of {agree}");
        }
    }
}

#[test]
fn without_questions_holes_are_said_and_nothing_is_twice() {
    let truth = chains(ACCOUNTS, 30);
    let bad = Faults { lost: 500, repeated: 100, corrupted: 100, delay_ms: 2_000, outages: 3 };
    let mut holes_of_all = 0;
    for seed in 0..30 {
        let (delivered, holes) = play(seed, &truth, &MergeConfig::default(), &[bad]);
        check(seed, &truth, &delivered, holes);
        holes_of_all += holes;
    }
    assert!(holes_of_all > 0);
}

/// The order of ids is that of asking.
#[test]
fn questions_have_names_of_their_own() {
    let truth = chains(2, 3);
    let config = MergeConfig { can_ask: true, ..MergeConfig::default() };
    let mut merge = merge(config, 1, &truth[..2]);
    let mut out = Vec::new();
    for index in [4, 5] {
        merge.hear(UpstreamId(0), None, said(&truth[index]), 1, &mut out);
    }
    merge.tick(501, &mut out);
    let ids: HashSet<AskId> = out
        .iter()
        .map(|output| match output {
            Output::Ask(ask) => ask.id,
            _ => panic!("{output:?}"),
        })
        .collect();
    assert_eq!(ids.len(), 2);
}
