//! Black-box tests: the public API, with real ledgers in memory.

#[cfg(test)]
mod chains;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod stage;

#[cfg(test)]
mod answers;
#[cfg(test)]
mod confirmations;
#[cfg(test)]
mod forks;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod schedulers;
#[cfg(test)]
mod together;
#[cfg(test)]
mod votes;

#[cfg(test)]
mod simulation;
