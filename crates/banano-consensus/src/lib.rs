//! Elections, votes and quorum as a pure state machine.
