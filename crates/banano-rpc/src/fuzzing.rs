//! What the fuzz target sees of the reading of requests.
//!
//! Called by `fuzz/`, which turns on the feature `fuzzing`; nothing else sees this. Reads and writes
//! as the commands do, and judges nothing.

use banano_primitives::{Block, Prefix};
use serde_json::Value as Json;

use crate::block_json::{GivenBlock, object};
use crate::reply::{Reply, Style};
use crate::request::{Request, Value};

/// The members of a body that is nested at most `depth_max` deep, or `None` if it is no request.
/// Numbers and booleans are strings; of two members with one name, the first is there.
pub fn members(body: &[u8], depth_max: usize) -> Option<Json> {
    let request = Request::parse(body, depth_max).ok()?;
    Some(json(&Value::Object(request.into_members())))
}

/// The member `block` of a body, as read, and as an answer shows it.
pub fn block(body: &[u8], depth_max: usize) -> Option<(Block, String)> {
    let request = Request::parse(body, depth_max).ok()?;
    let block = GivenBlock::of(&request, depth_max).ok()?.complete().ok()?;
    let mut shown = Vec::new();
    Reply::from(object(&block, Style { prefix: Prefix::Ban, decimals: true })).render(&mut shown);
    Some((block, String::from_utf8(shown).ok()?))
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Object(members) => {
            let mut map = serde_json::Map::new();
            for (name, value) in members {
                map.entry(name.as_str()).or_insert_with(|| json(value));
            }
            Json::Object(map)
        }
    }
}
