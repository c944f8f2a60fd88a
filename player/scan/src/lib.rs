//! The loops that visit every byte of a manifest.
//!
//! The core is compiled for size, because viewers wait for its bytes; these few loops are compiled
//! for speed (`[profile.release.package]` in the workspace), because they run once per byte or per
//! segment. Nothing here knows a standard beyond the shape of its lines: what a tag means is
//! decided in the core.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(any(test, feature = "switch"))]
extern crate std;

pub mod blocks;
pub mod elements;
pub mod entry;
pub mod lines;
pub mod names;
pub mod numbers;
pub mod runs;
pub mod samples;
#[cfg(feature = "switch")]
pub mod switch;
mod tags;
pub mod timeline;
pub mod words;
pub mod work;
pub mod xml;
