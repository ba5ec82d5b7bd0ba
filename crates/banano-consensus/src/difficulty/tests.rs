//! The vectors of the reference's formula, and the trend as a table.

use banano_primitives::{DetailKind, Epoch, Network};

use super::*;

const NANO_LIVE: &str = "nano-live";
const DEV: &str = "dev";

fn thresholds(network: &str) -> Thresholds {
    Network::by_name(network).expect("a network").thresholds
}

fn trend_of(network: &str) -> DifficultyTrend {
    DifficultyTrend::new(&Network::by_name(network).expect("a network"))
}

fn dev() -> DifficultyTrend {
    trend_of(DEV)
}

fn real() -> DifficultyTrend {
    trend_of(NANO_LIVE)
}

const SEND: BlockDetails = BlockDetails { epoch: Epoch::Two, kind: DetailKind::Send };

fn idle() -> ElectionWork {
    ElectionWork::default()
}

/// An election for a send with twice the work that it needs.
fn busy() -> ElectionWork {
    let work = Difficulty::from_multiplier(2.0, thresholds(DEV).epoch_2);
    ElectionWork { active: 1, undecided: vec![(work, SEND)] }
}

#[test]
fn multipliers_are_normalized_as_the_reference_does() {
    // Network, multiplier, normalized from epoch 1, from a receive of epoch 2, and the difficulties that a
    // trend of this multiplier means for sends and receives.
    let rows = [
        (NANO_LIVE, 1.0, 1.0, 1.0, 0xffff_fff8_0000_0000, 0xffff_fe00_0000_0000),
        (NANO_LIVE, 1.5, 1.0625, 1.007_812_5, 0xffff_fffa_aaaa_aaab, 0xffff_fff0_7c1f_07c2),
        (NANO_LIVE, 2.0, 1.125, 1.015_625, 0xffff_fffc_0000_0000, 0xffff_fff8_1f81_f820),
        (NANO_LIVE, 9.0, 2.0, 1.125, 0xffff_ffff_1c71_c71d, 0xffff_ffff_007f_c020),
        (NANO_LIVE, 25.0, 4.0, 1.375, 0xffff_ffff_ae14_7ae2, 0xffff_ffff_aab8_e130),
        (NANO_LIVE, 65.0, 9.0, 2.0, 0xffff_ffff_e07e_07e1, 0xffff_ffff_e001_ffe1),
        (NANO_LIVE, 241.0, 31.0, 4.75, 0xffff_ffff_f780_87f8, 0xffff_ffff_f777_9be0),
        (DEV, 1.0, 1.0, 1.0, 0xffc0_0000_0000_0000, 0xf000_0000_0000_0000),
        (DEV, 1.5, 1.0625, 1.007_812_5, 0xffd5_5555_5555_5556, 0xff83_e0f8_3e0f_83e0),
        (DEV, 2.0, 1.125, 1.015_625, 0xffe0_0000_0000_0000, 0xffc0_fc0f_c0fc_0fc0),
        (DEV, 9.0, 2.0, 1.125, 0xfff8_e38e_38e3_8e39, 0xfff8_03fe_00ff_8040),
        (DEV, 25.0, 4.0, 1.375, 0xfffd_70a3_d70a_3d71, 0xfffd_55c7_097e_6aef),
        (DEV, 65.0, 9.0, 2.0, 0xffff_03f0_3f03_f03f, 0xffff_000f_ff00_0fff),
        (DEV, 241.0, 31.0, 4.75, 0xffff_bc04_3fbc_0440, 0xffff_bbbc_defc_4899),
    ];
    for (network, multiplier, from_epoch_1, from_receive, send, receive) in rows {
        let thresholds = thresholds(network);
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-12, "{got} {want}");
        close(normalize(multiplier, thresholds.epoch_1, &thresholds), from_epoch_1);
        close(normalize(multiplier, thresholds.epoch_2_receive, &thresholds), from_receive);
        close(normalize(multiplier, thresholds.epoch_2, &thresholds), multiplier);
        let mut trend = trend_of(network);
        trend.samples = VecDeque::from([multiplier; SAMPLES]);
        let value = trend.value();
        let told = (value.current, value.receive_current);
        let wanted = (Difficulty::new(send), Difficulty::new(receive));
        assert_eq!(told, wanted, "{network} {multiplier}");
    }
}

#[test]
fn no_work_asked_for_says_nothing() {
    let trend = trend_of("live");
    let value = trend.value();
    assert_eq!(
        (value.receive_minimum, value.receive_current),
        (Difficulty::ZERO, Difficulty::ZERO)
    );
    for work in [0, 1, u64::MAX] {
        let receive = BlockDetails { epoch: Epoch::Two, kind: DetailKind::Receive };
        let multiplier = trend.normalized(Difficulty::new(work), receive);
        assert!((multiplier - 1.0).abs() < f64::EPSILON, "{work}: {multiplier}");
    }
}

#[test]
fn a_sample_is_the_median_of_the_highest_multipliers() {
    let high = |count: usize| vec![3.0; count];
    let mixed: Vec<f64> = (1..=11).map(f64::from).collect();
    let many: Vec<f64> = (1..=1_000).map(f64::from).collect();
    let rows = [
        ("nothing runs", real(), 0, vec![], 1.0),
        ("too little runs", real(), 499, high(499), 1.0),
        ("too little of it is unconfirmed", real(), 500, high(10), 1.0),
        ("just enough", real(), 500, mixed, 6.0),
        ("the highest 500 of 1000: 1000 to 501", real(), 1_000, many, 750.0),
        ("dev: nothing runs", dev(), 0, vec![], 1.0),
        ("dev: all are confirmed", dev(), 1, vec![], 1.0),
        ("dev: one", dev(), 1, vec![2.5], 2.5),
        ("dev: the lower of two", dev(), 2, vec![2.0, 4.0], 2.0),
    ];
    for (name, trend, active, multipliers, want) in rows {
        let sample = trend.sample(active, multipliers);
        assert!((sample - want).abs() < f64::EPSILON, "{name}: {sample}");
    }
}

#[test]
fn the_trend_is_the_mean_of_twenty_samples() {
    let mut trend = dev();
    for number in 1..=20_u32 {
        trend.tick(u64::from(number) * 20, busy);
        let want = 1.0 + f64::from(number) / 20.0;
        assert!((trend.trend() - want).abs() < 1e-12, "{number}");
    }
    assert_eq!(trend.value().current, Difficulty::new(0xffe0_0000_0000_0000));
    assert_eq!(trend.samples().count(), SAMPLES);
}

#[test]
fn a_change_is_told_at_once_and_the_same_every_five_seconds() {
    let mut trend = dev();
    let base = trend.value();
    assert_eq!(trend.tick(0, idle), Some(base), "at the beginning");
    assert_eq!(trend.tick(20, idle), None);
    assert_eq!(trend.tick(4_999, idle), None);
    assert_eq!(trend.tick(5_000, idle), Some(base), "the beat");
    assert_eq!(trend.tick(5_010, || unreachable!("no loop is over")), None);
    let moved = trend.tick(5_020, busy).expect("a change");
    assert!(moved.current > base.current);
    for sample in 1..SAMPLES as u64 {
        assert_eq!(trend.tick(5_020 + sample * 20, idle), None, "it stays among the samples");
    }
    assert_eq!(trend.tick(5_020 + SAMPLES as u64 * 20, idle), Some(base), "and leaves them");
}

#[test]
fn an_idle_network_wakes_up_for_the_beat_alone() {
    let mut trend = dev();
    assert_eq!(trend.due(false), 0);
    trend.tick(100, idle);
    assert_eq!(trend.due(false), 5_100);
    assert_eq!(trend.due(true), 120, "elections are looked at each loop");
    trend.tick(120, busy);
    let mut wakeups = 0;
    while trend.due(false) < 5_120 {
        trend.tick(trend.due(false), idle);
        wakeups += 1;
        assert!(wakeups <= SAMPLES, "the trend settles");
    }
    assert_eq!(wakeups, SAMPLES);
}
