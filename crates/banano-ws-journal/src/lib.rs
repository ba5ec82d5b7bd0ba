//! The log of events: gives each a cursor and keeps a window of them.
