//! Keys: making, expanding and using them (node.md §9.5).
//!
//! Called through the table. Never touches the ledger, and never keeps a key: wallets do.

use banano_primitives::{Block, BlockHash, KeyPair, PrivateKey, Seed};
use rand::TryRng as _;
use rand::rngs::SysRng;

use super::Answer;
use super::wallets::wallet;
use crate::block_json::{GivenBlock, contents};
use crate::call::Call;
use crate::error::Error;
use crate::request::{lax_bytes, lax_hash, unsigned};

pub(super) fn key_create(call: &Call) -> Answer {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
    Ok(shown(call, &KeyPair::from(PrivateKey::from_bytes(bytes))))
}

pub(super) fn key_expand(call: &Call) -> Answer {
    Ok(shown(call, &given_key(call.request.required("key")?)?))
}

pub(super) fn deterministic_key(call: &Call) -> Answer {
    let seed = call.request.required("seed")?;
    let index = call.request.required("index")?;
    let seed = Seed::from_bytes(lax_bytes(seed).ok_or(Error::BadSeed)?);
    let index = unsigned(index).and_then(|index| u32::try_from(index).ok());
    Ok(shown(call, &KeyPair::from(seed.private_key(index.ok_or(Error::InvalidIndex)?))))
}

fn shown(call: &Call, key: &KeyPair) -> crate::reply::Object {
    let mut object = call.object();
    object.put("private", key.private_key());
    object.put("public", BlockHash::from_bytes(*key.account().as_bytes()));
    object.put_account("account", key.account());
    object
}

fn given_key(text: &str) -> Result<KeyPair, Error> {
    lax_bytes(text)
        .map(|bytes| KeyPair::from(PrivateKey::from_bytes(bytes)))
        .ok_or(Error::BadPrivateKey)
}

/// The key that a request carries or names by wallet and account, which signs for it.
pub(super) fn key_of(call: &Call) -> Result<KeyPair, Error> {
    let request = &call.request;
    if request.has("wallet") && request.has("account") {
        let (wallets, id) = wallet(call)?;
        return Ok(wallets.key(id, request.account()?)?);
    }
    given_key(request.text("key").ok_or(Error::KeyRequired)?)
}

/// Signs a block or, as the dev network has nothing to lose, a bare hash.
pub(super) fn sign(call: &Call) -> Answer {
    let request = &call.request;
    let given = request
        .has("block")
        .then(|| GivenBlock::unsigned(request, call.shared.config.nesting_max))
        .transpose()?;
    let hash = match (&given, request.text("hash")) {
        (Some(given), _) => given.body.hash(),
        (None, Some(text)) => lax_hash(text).ok_or(Error::InvalidBlockHash)?,
        (None, None) => return Err(Error::InvalidBlock("block")),
    };
    let signature = key_of(call)?.sign(hash.as_bytes());
    let mut object = call.object().with("signature", signature);
    if let Some(given) = given {
        let block = Block::new(given.body, signature, given.work.unwrap_or_default());
        let json = request.flag("json_block", false);
        object.put_reply("block", contents(&block, call.style(), json));
    }
    Ok(object)
}
