//! Any body of an RPC request: read as another JSON reader reads it, and a block in it is shown as
//! the same block.
#![no_main]

use banano_rpc::fuzzing;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Below serde's own limit, so that only ours counts.
const DEPTH_MAX: usize = 100;

fuzz_target!(|body: &[u8]| {
    let ours = fuzzing::members(body, DEPTH_MAX);
    match (serde_json::from_slice::<Value>(body), &ours) {
        (Ok(theirs @ Value::Object(_)), Some(ours)) => compare(&theirs, ours),
        (Ok(theirs @ Value::Object(_)), None) => {
            assert!(depth(&theirs) > DEPTH_MAX, "refused: {theirs}");
        }
        (Ok(theirs), None) => assert!(!theirs.is_object()),
        (Ok(theirs), Some(_)) => panic!("no object, but taken: {theirs}"),
        // We keep the text of numbers that no float can hold.
        (Err(error), Some(ours)) => {
            assert!(error.to_string().starts_with("number out of range"), "{error}: {ours}");
        }
        (Err(_), None) => {}
    }
    if let Some((block, shown)) = fuzzing::block(body, DEPTH_MAX) {
        let body = format!(r#"{{"block":{shown}}}"#);
        let (again, _) = fuzzing::block(body.as_bytes(), DEPTH_MAX).expect("what we show we read");
        assert_eq!(again, block, "{shown}");
    }
});

/// The same value, but that ours has texts for scalars, and the first of two equal names.
fn compare(theirs: &Value, ours: &Value) {
    match (theirs, ours) {
        (Value::Null, Value::Null) => {}
        (Value::Bool(flag), Value::String(text)) => assert_eq!(flag.to_string(), *text),
        (Value::Number(number), Value::String(text)) => {
            let again: serde_json::Number = text.parse().expect("a number");
            assert_eq!(again, *number);
        }
        (Value::String(one), Value::String(other)) => assert_eq!(one, other),
        (Value::Array(one), Value::Array(other)) => {
            assert_eq!(one.len(), other.len());
            one.iter().zip(other).for_each(|(one, other)| compare(one, other));
        }
        (Value::Object(one), Value::Object(other)) => {
            assert!(one.keys().eq(other.keys()), "{one:?} {other:?}");
        }
        _ => panic!("{theirs} became {ours}"),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
