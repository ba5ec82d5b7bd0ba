//! Messages that Banano nodes exchange.
