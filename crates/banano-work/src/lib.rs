//! Proof of work on local threads.
