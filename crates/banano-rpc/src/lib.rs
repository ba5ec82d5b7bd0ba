//! The node RPC over HTTP.
