//! The last part of a confirmation's way: in the order of its account's chain, and out.

use banano_primitives::{Account, BlockHash};
use banano_ws_protocol::Event;

use super::{Claim, Held, Lie, Merge, Output, Place, Question, SETTLE_MS};
use crate::holes::{HOLE_MS, Hole};

impl Merge {
    /// Enough upstreams have said it.
    pub(super) fn place(&mut self, claim: Claim, now_ms: u64, out: &mut Vec<Output>) {
        match self.chains.place(&claim.confirmation, &self.confirmed, now_ms) {
            Place::Past => self.stale(&claim),
            Place::Ready => self.pass_on(claim, out),
            Place::Unsure if now_ms >= self.settled_at_ms => {
                // One before it may still be on its way from an upstream that lags.
                let it = &claim.confirmation;
                let hole = Hole { account: it.account, newest: it.block.previous(), known: None };
                self.chains.holes.leave(hole, now_ms, SETTLE_MS, SETTLE_MS);
                self.pass_on(claim, out);
            }
            place @ (Place::Unsure | Place::Ahead { .. }) => {
                let known = match place {
                    Place::Ahead { head } => Some(head),
                    _ => None,
                };
                let until_ms = now_ms.saturating_add(self.config.hold_ms);
                if let Err(held) = self.chains.hold(Held { claim, asked: false }, until_ms) {
                    self.pass_on_with_hole(held.claim, known, now_ms, out);
                }
            }
        }
    }

    /// Passes it on, and then all that waited for it.
    fn pass_on(&mut self, claim: Claim, out: &mut Vec<Output>) {
        let mut next = Some(claim);
        while let Some(claim) = next {
            let hash = self.pass_on_alone(claim, out);
            next = self.chains.release(&hash).map(|held| held.claim);
        }
    }

    /// Passes it on, unless it was. Returns its hash.
    fn pass_on_alone(&mut self, mut claim: Claim, out: &mut Vec<Output>) -> BlockHash {
        let hash = claim.confirmation.block.hash();
        if self.confirmed.insert(hash) {
            self.correct(&mut claim, out);
            self.chains.advance(&claim.confirmation);
            if !claim.is_healed {
                self.witnesses.passed_on(hash, claim.by, claim.first_ms);
            }
            claim.confirmation.healed |= claim.is_healed;
            let event = Event::Confirmation(claim.confirmation);
            out.push(Output::Event { event, is_healed: claim.is_healed });
        }
        hash
    }

    /// What was told while the block before was not there may be wrong: the block itself is right, so it
    /// goes out, with the amount that the balances say.
    fn correct(&mut self, claim: &mut Claim, out: &mut Vec<Output>) {
        let it = &mut claim.confirmation;
        let amount = self.chains.amount_of(it).filter(|amount| *amount != it.amount);
        let Some(amount) = amount.filter(|_| self.config.verify) else { return };
        let told = std::mem::replace(&mut it.amount, amount);
        let lie = Lie::Amount(it.block.hash());
        for id in self.ids().filter(|id| !told.is_zero() && claim.by.contains(*id)) {
            self.lied(id, lie.clone(), out);
        }
    }

    fn pass_on_with_hole(
        &mut self,
        claim: Claim,
        known: Option<BlockHash>,
        now_ms: u64,
        out: &mut Vec<Output>,
    ) {
        let (account, newest) = (claim.confirmation.account, claim.confirmation.block.previous());
        let hole = Hole { account, newest, known };
        self.chains.holes.leave(hole, now_ms, self.config.heal_ms, HOLE_MS);
        out.push(Output::Hole { account, missing: newest });
        self.pass_on(claim, out);
    }

    /// Ends the waits that have lasted long enough: asks for what is missing, and if that was done,
    /// goes on without it.
    pub(super) fn end_waits(&mut self, now_ms: u64, out: &mut Vec<Output>) {
        for mut held in self.chains.expired(now_ms) {
            let it = &held.claim.confirmation;
            let (account, previous) = (it.account, it.block.previous());
            if let Some(until_ms) = self.chains.wait_of(&previous) {
                // Its previous is here and has time left, so this one waits as long.
                if let Err(held) = self.chains.hold(held, until_ms) {
                    self.pass_on_with_hole(held.claim, None, now_ms, out);
                }
                continue;
            }
            let place = self.chains.place(it, &self.confirmed, now_ms);
            let Place::Ahead { head } = place else {
                // Nothing is known of the account, so nothing is known to be missing; or else its place
                // was taken while it waited.
                match place {
                    Place::Past => self.stale(&held.claim),
                    // What follows it came after blocks of other accounts that wait as well.
                    _ if now_ms < self.settled_at_ms => {
                        self.pass_on_alone(held.claim, out);
                    }
                    _ => self.pass_on(held.claim, out),
                }
                continue;
            };
            let ask = self.ask_chain(account, previous, head, held.asked);
            let Some(ask) = ask else {
                self.pass_on_with_hole(held.claim, Some(head), now_ms, out);
                continue;
            };
            held.asked = true;
            out.push(Output::Ask(ask));
            let until_ms = now_ms.saturating_add(self.config.heal_ms);
            if let Err(held) = self.chains.hold(held, until_ms) {
                self.pass_on_with_hole(held.claim, Some(head), now_ms, out);
            }
        }
    }

    /// Asks again for what is still missing.
    pub(super) fn ask_for_holes(&mut self, now_ms: u64, out: &mut Vec<Output>) {
        for Hole { account, newest, known } in self.chains.holes.due(now_ms) {
            let ask = known.and_then(|known| self.ask_chain(account, newest, known, false));
            out.extend(ask.map(Output::Ask));
        }
    }

    /// Its place is taken. An answer to a question of ours may well be of before we listened.
    fn stale(&mut self, claim: &Claim) {
        if claim.is_healed {
            return;
        }
        let first = claim.by.first().and_then(|id| self.reports.get_mut(id.index()));
        if let Some(report) = first {
            report.stale = report.stale.saturating_add(1);
        }
    }

    fn ask_chain(
        &mut self,
        account: Account,
        newest: BlockHash,
        known: BlockHash,
        was_asked: bool,
    ) -> Option<crate::Ask> {
        if was_asked || !self.config.can_ask {
            return None;
        }
        self.healing.ask(Question::Chain { account, newest, known })
    }
}
