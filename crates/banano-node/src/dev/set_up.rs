//! The first blocks of a dev network: the genesis account gives everything away.
//!
//! Called once per network. Computes blocks; the caller finds their work and puts them into every
//! ledger. Never depends on the time or on chance: the same flags give the same blocks.

use std::sync::Arc;

use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, KeyPair, Link, Network, StateBlock, Work,
};

use super::config::DevConfig;
use super::keys::Keys;

/// What the faucet starts with: 10,000,000 BAN, 0.3 % of the supply.
pub(crate) const FAUCET_FUNDS: Amount = Amount::from_raw(10_000_000 * 10_u128.pow(29));

/// One account to be opened.
struct Grant {
    to: KeyPair,
    representative: Account,
    amount: Amount,
}

/// A block that lacks its work. The hash of a block does not depend on its work, so all blocks can
/// be laid out first, and work for all of them be sought at once.
pub(crate) struct Draft {
    pub(crate) state: StateBlock,
    signer: KeyPair,
}

impl Draft {
    /// The finished block.
    pub(crate) fn finish(self, work: Work) -> Arc<Block> {
        Arc::new(Block::signed(Body::State(self.state), &self.signer, work))
    }

    /// What the work is for.
    pub(crate) fn root(&self) -> banano_primitives::Root {
        if self.state.previous.is_zero() {
            self.state.account.into()
        } else {
            self.state.previous.into()
        }
    }

    fn hash(&self) -> BlockHash {
        Body::State(self.state.clone()).hash()
    }
}

/// Every block of the set-up, in an order in which a ledger takes them. The representatives share
/// the supply evenly, the funded accounts among them included.
pub(crate) fn drafts(config: &DevConfig, network: &Network, genesis: &KeyPair) -> Vec<Draft> {
    let mut sends = Vec::new();
    let mut opens = Vec::new();
    let mut previous = network.genesis.hash();
    let mut left = Amount::MAX;
    for Grant { to, representative, amount } in grants(config) {
        left = left.saturating_sub(amount);
        let send = Draft {
            state: StateBlock {
                account: genesis.account(),
                previous,
                representative: genesis.account(),
                balance: left,
                link: Link::from(to.account()),
            },
            signer: genesis.clone(),
        };
        previous = send.hash();
        opens.push(Draft {
            state: StateBlock {
                account: to.account(),
                previous: BlockHash::ZERO,
                representative,
                balance: amount,
                link: Link::from(previous),
            },
            signer: to,
        });
        sends.push(send);
    }
    sends.into_iter().chain(opens).collect()
}

fn grants(config: &DevConfig) -> Vec<Grant> {
    let keys = Keys(config.seed);
    let representatives: Vec<KeyPair> =
        (0..config.nodes).map(|index| keys.representative(index)).collect();
    let mut grants: Vec<Grant> = Vec::new();
    let mut given = FAUCET_FUNDS;
    let mut turn = representatives.iter().map(KeyPair::account).cycle();
    let mut grant = |to: KeyPair, amount| {
        if let Some(representative) = turn.next() {
            grants.push(Grant { to, representative, amount });
        }
    };
    grant(keys.faucet(), FAUCET_FUNDS);
    for index in 0..config.accounts {
        given = given.saturating_add(config.balance);
        grant(keys.account(index), config.balance);
    }
    let mut rest = Amount::MAX.saturating_sub(given).raw();
    for (shares, key) in (1..=u128::from(config.nodes)).rev().zip(representatives) {
        let share = rest / shares;
        rest = rest.saturating_sub(share);
        let representative = key.account();
        grants.push(Grant { to: key, representative, amount: Amount::from_raw(share) });
    }
    grants
}
