//! How fast one client may send messages: a bucket of tokens.
//!
//! Asked for each message, with the time. Reads no clock. A message that finds no token is refused and
//! goes into debt; a client whose debt is as large as its bucket does not heed the refusals.

use std::time::Duration;

/// So many messages a second, and so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) per_second: u32,
    pub(crate) burst: u32,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is carried out.
    Fine,
    /// It comes too early: it is refused.
    Early,
    /// So many came too early that the session ends.
    Flood,
}

/// The bucket of one client. Full at first.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bucket {
    /// How much is missing, in messages times [`UNIT`]; up to twice the burst.
    missing: u64,
    /// The time of the last message.
    at: Duration,
}

/// What a message may hold before it counts as one more.
const PIECE_BYTES: usize = 64 << 10;

/// One message, so that what flows in during a microsecond is a whole number.
const UNIT: u64 = 1_000_000;

impl Bucket {
    /// Takes a message of `bytes` into account that came at `now`, a time since some fixed moment. A long
    /// one counts as several, since a short one may be inflated to it; as no more than are let through at
    /// once.
    pub(crate) fn take(&mut self, rate: Rate, now: Duration, bytes: usize) -> Verdict {
        let passed = now.saturating_sub(self.at).as_micros();
        self.at = self.at.max(now);
        let flowed =
            u64::try_from(passed).unwrap_or(u64::MAX).saturating_mul(rate.per_second.into());
        let burst = u64::from(rate.burst) * UNIT;
        let pieces = u64::try_from(bytes / PIECE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let taken = pieces.saturating_mul(UNIT).min(burst.max(UNIT));
        let missing = self.missing.saturating_sub(flowed).saturating_add(taken);
        self.missing = missing.min(2 * burst);
        if missing <= burst {
            Verdict::Fine
        } else if missing <= 2 * burst {
            Verdict::Early
        } else {
            Verdict::Flood
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 10, burst: 3 };

    #[test]
    fn rows_of_messages_and_what_becomes_of_them() {
        use Verdict::{Early, Fine, Flood};
        let rows: [(&str, &[(u64, Verdict)]); 6] = [
            ("a burst", &[(0, Fine), (0, Fine), (0, Fine), (0, Early)]),
            (
                "a flood",
                &[(0, Fine), (0, Fine), (0, Fine), (0, Early), (0, Early), (0, Early), (0, Flood)],
            ),
            (
                "as fast as allowed",
                &[(0, Fine), (0, Fine), (0, Fine), (100, Fine), (200, Fine), (300, Fine)],
            ),
            (
                "a debt is paid first",
                &[(0, Fine), (0, Fine), (0, Fine), (0, Early), (100, Early), (400, Fine)],
            ),
            (
                "a pause fills the bucket",
                &[
                    (0, Fine),
                    (0, Fine),
                    (0, Fine),
                    (9_000, Fine),
                    (9_000, Fine),
                    (9_000, Fine),
                    (9_000, Early),
                ],
            ),
            ("a clock that goes back", &[(500, Fine), (0, Fine), (0, Fine), (0, Early)]),
        ];
        for (name, messages) in rows {
            let mut bucket = Bucket::default();
            for (place, (at_ms, want)) in messages.iter().enumerate() {
                let got = bucket.take(RATE, Duration::from_millis(*at_ms), PIECE_BYTES - 1);
                assert_eq!(got, *want, "{name}: message {place}");
            }
        }
    }

    #[test]
    fn a_long_message_counts_as_several_but_is_let_through_when_nothing_else_was() {
        let (mut bucket, now) = (Bucket::default(), Duration::ZERO);
        assert_eq!(bucket.take(RATE, now, PIECE_BYTES), Verdict::Fine);
        assert_eq!(bucket.take(RATE, now, 0), Verdict::Fine);
        assert_eq!(bucket.take(RATE, now, 0), Verdict::Early, "those were three");
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(RATE, now, 1 << 30), Verdict::Fine);
        assert_eq!(bucket.take(RATE, now, 1 << 30), Verdict::Early);
        assert_eq!(bucket.take(RATE, now, 1 << 30), Verdict::Flood);
    }

    #[test]
    fn over_any_time_no_more_than_the_rate_and_one_burst_get_through() {
        let mut bucket = Bucket::default();
        let mut fine = 0;
        for step in 0..10_000_u64 {
            // Steps of 7 ms for 70 s: 14 times as fast as allowed, with pauses that pay all debts.
            let at = Duration::from_millis(step * 7 + step / 100 * 2_000);
            fine += u64::from(bucket.take(RATE, at, 0) == Verdict::Fine);
        }
        let seconds = (9_999 * 7 + 99 * 2_000) / 1_000;
        assert!(fine <= seconds * 10 + 3, "{fine} in {seconds} s");
        assert!(fine >= 300, "{fine}: every pause lets a burst through");
    }
}
