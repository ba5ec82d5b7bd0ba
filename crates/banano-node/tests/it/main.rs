//! What users of a node may rely on, through its public API.

mod support;

mod payment;
