//! Units of money, for people.
//!
//! Called where an amount is shown or typed in something else than raw. Conversions are exact: they
//! move the decimal point and never round (`node.md §1.1`).

use std::fmt;

use crate::amount::{Amount, AmountError};

/// A unit in which people write amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The smallest unit.
    Raw,
    /// A hundredth of a BAN, 10^27 raw.
    Banoshi,
    /// 10^29 raw.
    Ban,
    /// A million BAN, 10^35 raw.
    MegaBan,
    /// The unit of Nano, 10^30 raw.
    Nano,
}

impl Unit {
    /// Returns how many decimal digits one of this unit has in raw.
    pub const fn decimals(self) -> u8 {
        match self {
            Self::Raw => 0,
            Self::Banoshi => 27,
            Self::Ban => 29,
            Self::MegaBan => 35,
            Self::Nano => 30,
        }
    }

    /// Returns one of this unit.
    pub const fn one(self) -> Amount {
        Amount::from_raw(10u128.pow(self.decimals() as u32))
    }

    /// Reads a decimal number of this unit: digits, then perhaps a point and more digits.
    ///
    /// # Errors
    ///
    /// When the text is not such a number, is finer than one raw, or exceeds the supply.
    pub fn parse_amount(self, text: &str) -> Result<Amount, AmountError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let whole_raw = whole.parse::<Amount>()?;
        if fraction.is_empty() {
            return Err(AmountError::Empty);
        }
        if let Some((offset, found)) = fraction.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
            let position = whole.len().saturating_add(1).saturating_add(offset);
            return Err(AmountError::Character { position, found });
        }
        let significant = fraction.trim_end_matches('0');
        let missing = usize::from(self.decimals())
            .checked_sub(significant.len())
            .ok_or(AmountError::TooFine { decimals: self.decimals() })?;
        let fraction_raw = significant
            .bytes()
            .chain(std::iter::repeat_n(b'0', missing))
            .try_fold(0u128, |number, digit| {
                number.checked_mul(10)?.checked_add(u128::from(digit.wrapping_sub(b'0')))
            })
            .ok_or(AmountError::TooLarge)?;
        whole_raw
            .raw()
            .checked_mul(self.one().raw())
            .and_then(|raw| raw.checked_add(fraction_raw))
            .map(Amount::from_raw)
            .ok_or(AmountError::TooLarge)
    }
}

/// An amount shown in a unit: exact, trailing zeros cut, at least one digit after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecimalAmount {
    amount: Amount,
    unit: Unit,
}

impl DecimalAmount {
    pub(crate) const fn new(amount: Amount, unit: Unit) -> Self {
        Self { amount, unit }
    }
}

impl fmt::Display for DecimalAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.unit.one().raw();
        let (whole, fraction) = (self.amount.raw() / one, self.amount.raw() % one);
        f.write_str(&Amount::from_raw(whole).text())?;
        if fraction == 0 {
            return f.write_str(".0");
        }
        let digits = Amount::from_raw(fraction).text();
        let zeros = usize::from(self.unit.decimals()).saturating_sub(digits.len());
        f.write_str(".")?;
        f.write_str("00000000000000000000000000000000000".get(..zeros).unwrap_or_default())?;
        f.write_str(digits.trim_end_matches('0'))
    }
}
