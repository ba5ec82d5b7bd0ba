//! One invoice: what was paid, and what that means. No socket, no clock.
//!
//! Called with every payment that anybody hears of, as often as it is heard of: each counts once.

use std::collections::HashSet;

use banano_primitives::{Amount, BlockHash};

/// One payment: a confirmed send to the invoice's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// The send. Whoever credits a payment keeps this and credits it once.
    pub hash: BlockHash,
    /// What it moved.
    pub amount: Amount,
}

/// What became of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentUpdate {
    /// A payment came, and it is not enough.
    Partial {
        /// The new one.
        payment: Payment,
        /// All of them.
        received: Amount,
        /// What is still owed.
        missing: Amount,
    },
    /// A payment came, and now it is exact.
    Paid {
        /// The new one.
        payment: Payment,
        /// All of them.
        received: Amount,
    },
    /// A payment came, and it is too much.
    Overpaid {
        /// The new one.
        payment: Payment,
        /// All of them.
        received: Amount,
        /// What was not owed.
        excess: Amount,
    },
    /// The deadline passed before enough came.
    Expired {
        /// What came.
        received: Amount,
        /// What is still owed.
        missing: Amount,
    },
}

impl PaymentUpdate {
    /// The payment that caused it; `None` if none did.
    pub const fn payment(&self) -> Option<Payment> {
        match self {
            Self::Partial { payment, .. }
            | Self::Paid { payment, .. }
            | Self::Overpaid { payment, .. } => Some(*payment),
            Self::Expired { .. } => None,
        }
    }

    /// Whether what was asked for is there.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Paid { .. } | Self::Overpaid { .. })
    }
}

/// Somebody paid one invoice in more pieces than are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {PAYMENTS_MAX} payments for one invoice")]
pub struct TooManyPayments;

/// Payments for one invoice: as many as a day of one a second.
const PAYMENTS_MAX: usize = 86_400;

/// What is owed and what came.
#[derive(Debug, Clone)]
pub struct Invoice {
    wanted: Amount,
    received: Amount,
    known: HashSet<BlockHash>,
}

impl Invoice {
    /// Nothing came yet.
    pub fn new(wanted: Amount) -> Self {
        Self { wanted, received: Amount::ZERO, known: HashSet::new() }
    }

    /// What came.
    pub const fn received(&self) -> Amount {
        self.received
    }

    /// Whether enough came.
    pub fn is_settled(&self) -> bool {
        self.received >= self.wanted
    }

    /// Counts a payment. `None` if it is known.
    ///
    /// # Errors
    ///
    /// If more pieces came than are remembered; it is not counted then.
    pub fn pay(&mut self, payment: Payment) -> Result<Option<PaymentUpdate>, TooManyPayments> {
        if self.known.contains(&payment.hash) {
            return Ok(None);
        }
        if self.known.len() >= PAYMENTS_MAX {
            return Err(TooManyPayments);
        }
        self.known.insert(payment.hash);
        self.received = self.received.saturating_add(payment.amount);
        let received = self.received;
        let missing = self.wanted.saturating_sub(received);
        let excess = received.saturating_sub(self.wanted);
        Ok(Some(if !missing.is_zero() {
            PaymentUpdate::Partial { payment, received, missing }
        } else if excess.is_zero() {
            PaymentUpdate::Paid { payment, received }
        } else {
            PaymentUpdate::Overpaid { payment, received, excess }
        }))
    }

    /// The deadline has passed. `None` if enough came before.
    pub fn expire(&self) -> Option<PaymentUpdate> {
        let missing = self.wanted.saturating_sub(self.received);
        (!missing.is_zero()).then_some(PaymentUpdate::Expired { received: self.received, missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn payment(number: u8, raw: u128) -> Payment {
        Payment { hash: BlockHash::from_bytes([number; 32]), amount: Amount::from_raw(raw) }
    }

    #[test]
    fn rows_of_payments() {
        let [received, missing] = [4, 6].map(Amount::from_raw);
        let partial = PaymentUpdate::Partial { payment: payment(1, 4), received, missing };
        let rows = [
            ("part", vec![payment(1, 4)], Some(partial)),
            ("the same again", vec![payment(1, 4), payment(1, 4)], None),
            (
                "the rest",
                vec![payment(1, 4), payment(2, 6)],
                Some(PaymentUpdate::Paid {
                    payment: payment(2, 6),
                    received: Amount::from_raw(10),
                }),
            ),
            (
                "too much",
                vec![payment(1, 4), payment(2, 7)],
                Some(PaymentUpdate::Overpaid {
                    payment: payment(2, 7),
                    received: Amount::from_raw(11),
                    excess: Amount::from_raw(1),
                }),
            ),
        ];
        for (name, payments, want) in rows {
            let mut invoice = Invoice::new(Amount::from_raw(10));
            let updates: Vec<_> = payments.into_iter().map(|it| invoice.pay(it)).collect();
            assert_eq!(updates.last(), Some(&Ok(want)), "{name}");
        }
    }

    #[test]
    fn only_what_is_still_owed_expires() {
        let mut invoice = Invoice::new(Amount::from_raw(10));
        assert_eq!(
            invoice.expire(),
            Some(PaymentUpdate::Expired { received: Amount::ZERO, missing: Amount::from_raw(10) })
        );
        assert!(invoice.pay(payment(1, 10)).is_ok());
        assert_eq!(invoice.expire(), None);
        assert!(invoice.is_settled());
    }
}
