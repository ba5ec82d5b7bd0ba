//! Who counts as online, and the quorum that follows.

use banano_primitives::Network;

use super::*;

fn config(minimum: u128) -> Config {
    Config {
        online_weight_minimum: Amount::from_raw(minimum),
        online_window_ms: 300_000,
        online_sample_ms: 300_000,
        online_samples: 5,
        quorum_percent: 67,
        ..Config::for_network(&Network::dev())
    }
}

fn account(number: u8) -> Account {
    Account::from_bytes([number; 32])
}

/// A representative weighs a hundred times its number.
fn weight(of: &Account) -> Amount {
    Amount::from_raw(u128::from(of.as_bytes()[0]) * 100)
}

fn online(minimum: u128, samples: &[u128]) -> OnlineWeight {
    OnlineWeight::new(&config(minimum), samples.iter().copied().map(Amount::from_raw))
}

#[test]
fn quorum_is_taken_of_the_largest_of_online_trended_and_minimum() {
    struct Row {
        name: &'static str,
        minimum: u128,
        samples: &'static [u128],
        heard: &'static [u8],
        trended: u128,
        delta: u128,
    }
    let base = Row { name: "", minimum: 1000, samples: &[], heard: &[], trended: 1000, delta: 670 };
    let falling: &[u128] = &[9, 9, 9, 9, 2000, 2000, 2000, 9];
    let rows = [
        Row { name: "only the minimum", ..base },
        Row { name: "more is online", heard: &[5, 6], delta: 737, ..base },
        Row {
            name: "more was online",
            samples: &[3000; 3],
            heard: &[5],
            trended: 3000,
            delta: 2010,
            ..base
        },
        Row { name: "of two the upper one", samples: &[9000], trended: 9000, delta: 6030, ..base },
        Row { name: "the minimum is one of the samples", samples: &[500, 9000], ..base },
        Row {
            name: "only the newest are kept",
            samples: falling,
            trended: 2000,
            delta: 1340,
            ..base
        },
        Row { name: "rounded down", minimum: 101, trended: 101, delta: 67, ..base },
    ];
    for Row { name, minimum, samples, heard, trended, delta } in rows {
        let mut online = online(minimum, samples);
        for number in heard {
            online.hear(account(*number), 0, weight);
        }
        assert_eq!(online.trended().raw(), trended, "{name}: trended");
        assert_eq!(online.delta().raw(), delta, "{name}: delta");
    }
}

#[test]
fn a_share_of_the_whole_supply_does_not_overflow() {
    let rows = [(u128::MAX, 67), (u128::MAX, 100), (u128::MAX - 1, 99), (12_345, 67), (0, 67)];
    for (raw, percent) in rows {
        let exact = raw / 100 * u128::from(percent) + raw % 100 * u128::from(percent) / 100;
        assert_eq!(percent_of(Amount::from_raw(raw), percent).raw(), exact);
    }
    assert_eq!(percent_of(Amount::MAX, 100), Amount::MAX);
}

#[test]
fn a_representative_is_online_until_the_window_has_passed() {
    let mut online = online(1, &[]);
    online.hear(account(3), 0, weight);
    online.hear(account(7), 200_000, weight);
    online.hear(account(0), 200_000, weight);
    assert_eq!(
        online.representatives(),
        [(account(7), Amount::from_raw(700)), (account(3), Amount::from_raw(300))]
    );
    assert_eq!(online.quorum().online.raw(), 1000);
    online.tick(299_999, weight);
    assert_eq!(online.quorum().online.raw(), 1000);
    online.hear(account(7), 301_000, weight);
    assert_eq!(online.quorum().online.raw(), 700, "summed up anew with the next vote");
    online.tick(700_000, weight);
    assert_eq!(online.quorum().online.raw(), 0, "and without votes by the tick");
}

#[test]
fn a_sample_is_taken_once_a_period_and_counts_from_then_on() {
    let mut online = online(100, &[]);
    assert_eq!(online.due(), None);
    assert_eq!(online.tick(1_000, weight), None, "the first period begins");
    assert_eq!(online.due(), Some(301_000));
    online.hear(account(9), 250_000, weight);
    assert_eq!(online.tick(300_999, weight), None);
    assert_eq!(online.tick(301_000, weight), Some(Amount::from_raw(900)));
    assert_eq!(online.trended().raw(), 900, "median of 100 and 900, the upper one");
    assert_eq!(online.tick(301_001, weight), None);
}
