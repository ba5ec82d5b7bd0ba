//! The `banano-ws` command.

fn main() {}
