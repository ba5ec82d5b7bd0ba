//! Work, difficulties and multipliers.

use banano_primitives::{
    BlockDetails, DetailKind, Difficulty, Epoch, Network, Root, Thresholds, Work, format_multiplier,
};

use crate::vectors::{list, parse, rows, text};

#[test]
fn work_has_the_published_difficulty() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../data/work.json")).unwrap();
    for row in rows!("work") {
        let work: Work = parse(&row, "work");
        let difficulty = work.difficulty(&parse::<Root>(&row, "root"));
        assert_eq!(difficulty, parse(&row, "difficulty"));
        assert_eq!(difficulty.to_string(), text(&row, "difficulty"));
        for (name, valid) in row["valid"].as_object().unwrap() {
            let threshold: Difficulty = parse(&file["thresholds"], name);
            assert_eq!(difficulty >= threshold, valid.as_bool().unwrap(), "{name}");
        }
        for (name, multiplier) in row["multiplier"].as_object().unwrap() {
            let threshold: Difficulty = parse(&file["thresholds"], name);
            let found = format_multiplier(difficulty.multiplier(threshold));
            assert_eq!(found, multiplier.as_str().unwrap(), "{name}");
        }
    }
}

#[test]
fn networks_have_the_published_thresholds() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../data/work.json")).unwrap();
    let named = [
        ("live", "banano_live"),
        ("nano-live", "nano_live"),
        ("beta", "beta"),
        ("nano-beta", "beta"),
        ("dev", "dev"),
        ("nano-dev", "dev"),
    ];
    for (network, prefix) in named {
        let thresholds = Network::by_name(network).unwrap().thresholds;
        let wanted = |column| parse(&file["thresholds"], &format!("{prefix}_{column}"));
        assert_eq!(thresholds.epoch_1, wanted("epoch_1"), "{network}");
        assert_eq!(thresholds.epoch_2, wanted("epoch_2_send_change"), "{network}");
        assert_eq!(thresholds.epoch_2_receive, wanted("epoch_2_receive"), "{network}");
    }
}

#[test]
fn multipliers_go_both_ways_as_published() {
    for row in rows!("difficulty_multipliers") {
        let base: Difficulty = parse(&row, "base");
        let difficulty = Difficulty::from_multiplier(parse(&row, "multiplier"), base);
        assert_eq!(difficulty, parse(&row, "difficulty"), "{row}");
        let back = format_multiplier(difficulty.multiplier(base));
        assert_eq!(back, text(&row, "back_multiplier"), "{row}");
    }
}

#[test]
fn send_difficulties_are_as_published() {
    let file = include_str!("../data/difficulty_multipliers.json");
    for row in list(file, "normalization") {
        let name = text(&row, "network");
        let network = match name {
            "nano live" => Network::by_name("nano-live"),
            "banano live" => Network::by_name("live"),
            "dev" => Network::by_name("dev"),
            _ => Network::by_name("beta"),
        };
        let base = network.unwrap_or_else(|| panic!("{name}")).thresholds.epoch_2;
        let found = Difficulty::from_multiplier(parse(&row, "multiplier"), base);
        assert_eq!(found, parse(&row, "send_difficulty"), "{row}");
    }
}

#[test]
fn the_ends_of_the_range_do_not_divide_by_zero() {
    let [zero, one, max] = [0, 1, u64::MAX].map(Difficulty::new);
    let base = Difficulty::new(0xffff_fe00_0000_0000);
    assert_eq!(format_multiplier(base.multiplier(zero)), "0.000000000000000");
    assert_eq!(format_multiplier(zero.multiplier(zero)), "0.000000000000000");
    assert!(zero.multiplier(base) > 0.0 && zero.multiplier(base) < 1.0);
    assert!(max.multiplier(base).is_finite());
    assert_eq!(Difficulty::from_multiplier(0.0, base), zero);
    assert_eq!(Difficulty::from_multiplier(1e-30, base), zero);
    assert_eq!(Difficulty::from_multiplier(f64::INFINITY, base), max);
    assert_eq!(Difficulty::from_multiplier(1e30, base), max);
    assert_eq!(Difficulty::from_multiplier(f64::NAN, one), zero);
}

#[test]
fn what_is_required_depends_on_epoch_and_kind() {
    let [a, b, c] = [2, 3, 1].map(Difficulty::new);
    let thresholds = Thresholds::new(a, b, c);
    assert_eq!((thresholds.base, thresholds.entry, thresholds.legacy()), (b, c, a));
    let kinds = [DetailKind::None, DetailKind::Send, DetailKind::Receive, DetailKind::Epoch];
    let required = |epoch| kinds.map(|kind| thresholds.required(BlockDetails { epoch, kind }));
    assert_eq!(required(Epoch::Zero), [a; 4]);
    assert_eq!(required(Epoch::One), [a; 4]);
    assert_eq!(required(Epoch::Two), [b, b, c, c]);
}
