//! Amounts and units.

use banano_primitives::{Amount, AmountError, Unit};

use crate::vectors::{parse, rows, text};

#[test]
fn amounts_convert_exactly_between_units() {
    for row in rows!("amounts") {
        let amount: Amount = parse(&row, "raw");
        assert_eq!(amount.to_string(), text(&row, "raw"));
        assert_eq!(amount.ban().to_string(), text(&row, "banano_node_decimal_field"));
        assert_eq!(Amount::from_ban(text(&row, "ban")), Ok(amount));
        assert_eq!(Amount::from_ban(text(&row, "banano_node_decimal_field")), Ok(amount));
        assert_eq!(Unit::Banoshi.parse_amount(text(&row, "banoshi_total")), Ok(amount));
        let banoshi = amount.in_unit(Unit::Banoshi).to_string();
        assert_eq!(banoshi.trim_end_matches(".0"), text(&row, "banoshi_total"));
        assert_eq!(amount.hex().as_str(), text(&row, "hex"));
        assert_eq!(Amount::from_hex(text(&row, "hex")), Ok(amount));

        let part =
            |member, unit: Unit| parse::<Amount>(&row["parts"], member).raw() * unit.one().raw();
        let parts = part("banano", Unit::Ban) + part("banoshi", Unit::Banoshi);
        assert_eq!(amount.raw(), parts + part("raw", Unit::Raw));
    }
}

#[test]
fn raw_is_read_strictly() {
    let cases = [
        ("", Err(AmountError::Empty)),
        ("0", Ok(Amount::ZERO)),
        ("00", Err(AmountError::LeadingZero)),
        ("01", Err(AmountError::LeadingZero)),
        ("+1", Err(AmountError::Character { position: 0, found: '+' })),
        ("-1", Err(AmountError::Character { position: 0, found: '-' })),
        (" 1", Err(AmountError::Character { position: 0, found: ' ' })),
        ("1 ", Err(AmountError::Character { position: 1, found: ' ' })),
        ("1.0", Err(AmountError::Character { position: 1, found: '.' })),
        ("1e3", Err(AmountError::Character { position: 1, found: 'e' })),
        ("0x1", Err(AmountError::Character { position: 1, found: 'x' })),
        ("١", Err(AmountError::Character { position: 0, found: '١' })),
        ("340282366920938463463374607431768211455", Ok(Amount::MAX)),
        ("340282366920938463463374607431768211456", Err(AmountError::TooLarge)),
        ("999999999999999999999999999999999999999", Err(AmountError::TooLarge)),
        ("1000000000000000000000000000000000000000", Err(AmountError::TooLarge)),
    ];
    for (given, want) in cases {
        assert_eq!(given.parse::<Amount>(), want, "{given:?}");
    }
}

#[test]
fn ban_is_read_strictly() {
    let ban = |tenths: u128| Ok(Amount::from_raw(tenths * 10u128.pow(28)));
    let fine = "0.000000000000000000000000000001";
    let cases = [
        ("1", ban(10)),
        ("1.5", ban(15)),
        ("1.50", ban(15)),
        ("0.0", ban(0)),
        ("1.", Err(AmountError::Empty)),
        (".5", Err(AmountError::Empty)),
        (".", Err(AmountError::Empty)),
        ("", Err(AmountError::Empty)),
        ("1.5.0", Err(AmountError::Character { position: 3, found: '.' })),
        ("1.-5", Err(AmountError::Character { position: 2, found: '-' })),
        ("1,5", Err(AmountError::Character { position: 1, found: ',' })),
        ("1.5e1", Err(AmountError::Character { position: 3, found: 'e' })),
        (fine, Err(AmountError::TooFine { decimals: 29 })),
        ("1.0000000000000000000000000000000000000", ban(10)),
        ("3402823669.20938463463374607431768211455", Ok(Amount::MAX)),
        ("3402823669.20938463463374607431768211456", Err(AmountError::TooLarge)),
        ("3402823670", Err(AmountError::TooLarge)),
    ];
    for (given, want) in cases {
        assert_eq!(Amount::from_ban(given), want, "{given:?}");
    }
}

#[test]
fn arithmetic_never_wraps() {
    let one = Amount::from_raw(1);
    assert_eq!(Amount::MAX.checked_add(one), None);
    assert_eq!(Amount::ZERO.checked_sub(one), None);
    assert_eq!(one.checked_add(one), Some(Amount::from_raw(2)));
    assert_eq!(one.checked_sub(one), Some(Amount::ZERO));
    assert_eq!(Amount::MAX.saturating_add(one), Amount::MAX);
    assert_eq!(Amount::ZERO.saturating_sub(one), Amount::ZERO);
    assert_eq!([Amount::MAX, one].into_iter().sum::<Amount>(), Amount::MAX);
    assert_eq!(one.abs_diff(Amount::MAX), Amount::MAX.saturating_sub(one));
}
