//! Conversions between units (node.md §9.5, Banano's extras).
//!
//! Called through the table. Computes only. The four old ones say that they are deprecated, as
//! Banano's node does, and know whole numbers only.

use banano_primitives::{Amount, Unit};

use super::Answer;
use crate::call::Call;
use crate::error::Error;

pub(super) fn ban_to_raw(call: &Call) -> Answer {
    to_raw(call, Unit::Ban)
}

pub(super) fn ban_from_raw(call: &Call) -> Answer {
    from_raw(call, Unit::Ban)
}

pub(super) fn banoshi_to_raw(call: &Call) -> Answer {
    to_raw(call, Unit::Banoshi)
}

pub(super) fn banoshi_from_raw(call: &Call) -> Answer {
    from_raw(call, Unit::Banoshi)
}

fn to_raw(call: &Call, unit: Unit) -> Answer {
    let amount = amount(call)?;
    let raw = amount.raw().checked_mul(unit.one().raw()).ok_or(Error::AmountTooBig)?;
    Ok(call.object().with("deprecated", 1).with("amount", raw))
}

fn from_raw(call: &Call, unit: Unit) -> Answer {
    let whole = amount(call)?.raw() / unit.one().raw();
    Ok(call.object().with("deprecated", 1).with("amount", whole))
}

pub(super) fn raw_to_dec(call: &Call) -> Answer {
    Ok(call.object().with("amount_decimal", amount(call)?.ban()))
}

fn amount(call: &Call) -> Result<Amount, Error> {
    call.request.required("amount")?.parse().map_err(|_| Error::InvalidAmount)
}
