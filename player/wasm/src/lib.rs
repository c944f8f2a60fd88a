//! The raw C ABI around the core.
