//! A node: ledger, consensus, work and peers joined; the dev network.
