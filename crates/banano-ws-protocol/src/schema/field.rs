//! One member of a message: its name, its shape, what it means.

use serde_json::{Map, Value, json};

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) about: &'static str,
    is_required: bool,
}

impl Field {
    /// One that is always there.
    pub(super) const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, about, is_required: true }
    }

    /// One that may be missing.
    pub(super) const fn maybe(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, about, is_required: false }
    }
}

/// What a value looks like (docs/protocol.md §5). Every scalar is a string.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Account,
    NodeId,
    /// 64 hex digits, upper case: hash, link, root.
    Hash,
    /// 128 hex digits, upper case.
    Signature,
    /// A signature as a decimal number.
    DecimalSignature,
    /// 16 hex digits, lower case: work, difficulty.
    Work,
    /// Raw.
    Amount,
    /// BAN, exact.
    Decimal,
    /// Raw, or in a legacy send 32 hex digits, upper case.
    Balance,
    Multiplier,
    /// Milliseconds since the Unix epoch.
    Millis,
    /// Seconds since the Unix epoch.
    Seconds,
    /// A count, or a duration whose unit the description gives.
    Number,
    Flag,
    Cursor,
    Text,
    /// One of these, exactly.
    Words(&'static [&'static str]),
    Texts,
    /// An account, or `0` where there is none.
    AccountOrZero,
    /// A list that is the empty string when it is empty.
    ListOrEmpty(&'static Shape),
    Object(&'static [Field]),
}

impl Shape {
    pub(super) fn schema(self) -> Value {
        let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
        match self {
            // Nano's prefix where a server speaks for a Nano network.
            Self::Account => text("^(ban|nano)_[13][13456789abcdefghijkmnopqrstuwxyz]{59}$"),
            Self::NodeId => text("^node_[13][13456789abcdefghijkmnopqrstuwxyz]{59}$"),
            Self::Hash => text("^[0-9A-F]{64}$"),
            Self::Signature => text("^[0-9A-F]{128}$"),
            Self::DecimalSignature => text("^(0|[1-9][0-9]{0,154})$"),
            Self::Work => text("^[0-9a-f]{16}$"),
            Self::Amount => text("^(0|[1-9][0-9]{0,38})$"),
            Self::Decimal => text("^(0|[1-9][0-9]*)\\.(0|[0-9]*[1-9])$"),
            Self::Balance => text("^(0|[1-9][0-9]{0,38}|[0-9A-F]{32})$"),
            Self::Multiplier => text("^[0-9]+\\.[0-9]{15}$"),
            Self::Millis | Self::Seconds | Self::Number => text("^(0|[1-9][0-9]{0,19})$"),
            Self::Flag => json!({ "enum": ["true", "false"] }),
            Self::Cursor => text("^[0-9a-f]{8}-(0|[1-9][0-9]{0,19})$"),
            Self::Text => json!({ "type": "string" }),
            Self::Words(words) => json!({ "enum": words }),
            Self::Texts => {
                json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 })
            }
            Self::AccountOrZero => json!({ "anyOf": [Self::Account.schema(), { "const": "0" }] }),
            Self::ListOrEmpty(shape) => json!({ "anyOf": [
                { "type": "array", "items": shape.schema(), "minItems": 1 },
                { "const": "" },
            ] }),
            Self::Object(fields) => members(fields),
        }
    }
}

/// An object with a description.
pub(super) fn object(about: &str, fields: &[Field]) -> Value {
    described(members(fields), about)
}

pub(super) fn described(mut schema: Value, about: &str) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".into(), json!(about));
    }
    schema
}

/// Further members are allowed everywhere: a newer node may add some, and clients must not mind.
fn members(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), described(field.shape.schema(), field.about)))
        .collect();
    let required: Vec<_> =
        fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}
