//! Reads blocks.

use std::sync::Arc;

use banano_primitives::{Block, BlockKind, Subtype};

use super::fields::{FieldError, Object, Unknown};

/// Members of blocks of all kinds, with those that only follow from others.
const KNOWN: &[&str] = &[
    "type",
    "account",
    "previous",
    "representative",
    "balance",
    "balance_decimal",
    "link",
    "link_as_account",
    "destination",
    "source",
    "signature",
    "work",
    "linked_account",
    "subtype",
];

/// A block, and what its `subtype` says. Of a legacy block it says nothing that `type` does not; of a
/// state block a word that we do not know is kept as any unknown member is.
pub(super) fn read(
    name: &'static str,
    object: Object<'_, '_>,
    unknown: &mut Unknown,
) -> Result<(Arc<Block>, Option<Subtype>), FieldError> {
    let source = object.node().source();
    let block: Block =
        serde_json::from_str(source).map_err(|error| FieldError::invalid(name, source, error))?;
    object.keep_unknown(KNOWN, unknown);
    let word = object.node().member("subtype").filter(|_| block.kind() == BlockKind::State);
    let subtype = word.and_then(|word| Subtype::by_name(&word.text()));
    if let (Some(word), None) = (word, subtype) {
        object.keep("subtype", word, unknown);
    }
    Ok((Arc::new(block), subtype))
}
