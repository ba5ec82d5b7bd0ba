//! Who wants which event: index, filters, frames.
