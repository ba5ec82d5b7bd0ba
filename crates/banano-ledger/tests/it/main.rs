//! The ledger from outside: its public API over each store.
//!
//! Run by the test gate. Reads `tests/data` and writes to temporary folders only.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod backend;
#[cfg(test)]
mod chains;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod failing;
#[cfg(test)]
mod lattice;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod pruning;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod world;
