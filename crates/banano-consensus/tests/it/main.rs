//! Black-box tests: the public API, with real ledgers in memory.

#[cfg(test)]
mod chains;
#[cfg(test)]
mod shell;

#[cfg(test)]
mod simulation;
