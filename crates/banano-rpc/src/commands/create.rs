//! `block_create`: builds and signs a block from its parts (node.md §9.3).
//!
//! Called through the table. Reads the ledger for what the request leaves out, finds work if none is
//! given, and stores nothing.

use banano_node::{LedgerRead, WorkRequest};
use banano_primitives::{
    Account, Amount, Block, BlockHash, Body, ChangeBlock, Difficulty, KeyPair, Link, OpenBlock,
    ReceiveBlock, SendBlock, StateBlock, Work,
};

use super::keys::key_of;
use super::{Future, work};
use crate::block_json::contents;
use crate::call::Call;
use crate::error::Error;
use crate::request::lax_hash;

pub(super) fn block_create(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let request = &call.request;
        let kind = request.required("type")?;
        let difficulty = request.hex64("difficulty", Error::BadDifficulty)?.map(Difficulty::new);
        let parts = Parts::of(call)?;
        let given_work = request.hex64("work", Error::BadWork)?.filter(|work| *work != 0);
        let key = key_of(call)?;
        let body = parts.body(call, kind, &key)?;
        let work = if let Some(work) = given_work {
            Work::new(work)
        } else {
            let difficulty = match difficulty {
                Some(difficulty) => difficulty,
                None => work::needed(call, &body)?,
            };
            let account = Some(key.account());
            let request = WorkRequest { account, ..WorkRequest::new(body.root(), difficulty) };
            let work = call.node().work().generate(request).await;
            work.map_err(|_| Error::WorkFailed)?
        };
        let block = Block::signed(body, &key, work);
        let json = request.flag("json_block", false);
        Ok(call
            .object()
            .with("hash", block.hash())
            .with("difficulty", block.difficulty())
            .with_reply("block", contents(&block, call.style(), json)))
    })
}

/// What a request says about the block.
struct Parts {
    account: Option<Account>,
    representative: Account,
    destination: Account,
    source: BlockHash,
    amount: Amount,
    previous: Option<BlockHash>,
    balance: Option<Amount>,
    link: Option<Link>,
}

impl Parts {
    fn of(call: &Call) -> Result<Self, Error> {
        let request = &call.request;
        let hash = |name: &str, wrong: Error| match request.text(name) {
            None => Ok(None),
            Some(text) => lax_hash(text).map(Some).ok_or(wrong),
        };
        let link = request.text("link").map(|text| match text.parse::<Account>() {
            Ok(account) => Ok(Link::from(account)),
            Err(_) => lax_hash(text).map(Link::from).ok_or(Error::BadLink),
        });
        let zero = Account::ZERO;
        Ok(Self {
            account: request.account_or("account", Error::BadAccount)?,
            representative: request
                .account_or("representative", Error::BadRepresentative)?
                .unwrap_or(zero),
            destination: request.account_or("destination", Error::BadDestination)?.unwrap_or(zero),
            source: hash("source", Error::BadSource)?.unwrap_or(BlockHash::ZERO),
            amount: request.amount("amount", Error::InvalidAmount)?.unwrap_or(Amount::ZERO),
            previous: hash("previous", Error::BadPrevious)?,
            balance: request.amount("balance", Error::InvalidBalance)?,
            link: link.transpose()?,
        })
    }

    /// Builds the block, or says what it lacks.
    fn body(self, call: &Call, kind: &str, key: &KeyPair) -> Result<Body, Error> {
        let account = key.account();
        if self.account.is_some_and(|given| given != account) {
            return Err(Error::KeyMismatch);
        }
        let (previous, balance) = match (self.previous, self.balance) {
            // Neither is given: the block goes on from where the account is.
            (None, None) => call
                .ledger()
                .account(&account)?
                .map_or((BlockHash::ZERO, Amount::ZERO), |info| (info.head, info.balance)),
            (previous, balance) => {
                (previous.unwrap_or(BlockHash::ZERO), balance.unwrap_or(Amount::ZERO))
            }
        };
        let Self { representative, destination, source, amount, .. } = self;
        let linked = if source.is_zero() { destination.into() } else { Link::from(source) };
        match kind {
            "state" => {
                let has_link = self.link.is_some() || !linked.is_zero();
                if self.previous.is_none() || representative.is_zero() || !has_link {
                    return Err(Error::StateRequirements);
                }
                let link = self.link.unwrap_or(linked);
                Ok(Body::State(StateBlock { account, previous, representative, balance, link }))
            }
            "open" if representative.is_zero() || source.is_zero() => Err(Error::OpenRequirements),
            "open" => Ok(Body::Open(OpenBlock { source, representative, account })),
            "receive" if source.is_zero() || previous.is_zero() => Err(Error::ReceiveRequirements),
            "receive" => Ok(Body::Receive(ReceiveBlock { previous, source })),
            "change" if representative.is_zero() || previous.is_zero() => {
                Err(Error::ChangeRequirements)
            }
            "change" => Ok(Body::Change(ChangeBlock { previous, representative })),
            "send" => {
                let given = self.previous.is_some() && self.balance.is_some();
                if given
                    && call.ledger().block_balance(&previous)?.is_some_and(|real| real != balance)
                {
                    return Err(Error::PreviousBalanceMismatch);
                }
                if destination.is_zero()
                    || previous.is_zero()
                    || balance.is_zero()
                    || amount.is_zero()
                {
                    return Err(Error::SendRequirements);
                }
                let left = balance.checked_sub(amount).ok_or(Error::InsufficientBalance)?;
                Ok(Body::Send(SendBlock { previous, destination, balance: left }))
            }
            _ => Err(Error::InvalidBlockType),
        }
    }
}
