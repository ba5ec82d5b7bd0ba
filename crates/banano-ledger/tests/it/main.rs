//! The ledger from outside: its public API over each store.
//!
//! Run by the test gate. Reads `tests/data` and writes to temporary folders only.

#[cfg(test)]
mod backend;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod world;
