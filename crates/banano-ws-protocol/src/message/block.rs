//! Reads blocks.

use std::sync::Arc;

use banano_primitives::{Block, Subtype};

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
];

/// A block, and what its `subtype` says, if that is a word that we know. A word that we do not know
/// is kept as any unknown member is.
pub(super) fn read(
    name: &'static str,
    object: Object<'_, '_>,
    unknown: &mut Unknown,
) -> Result<(Arc<Block>, Option<Subtype>), FieldError> {
    let source = object.node().source();
    let block: Block =
        serde_json::from_str(source).map_err(|error| FieldError::invalid(name, source, error))?;
    object.keep_unknown(&[KNOWN, &["subtype"]].concat(), unknown);
    let word = object.text("subtype");
    let subtype = word.as_deref().and_then(Subtype::by_name);
    Ok((Arc::new(block), subtype))
}
