//! The player's core: manifests, bitrate adaptation and the playback session.
//!
//! Everything here is a function of its arguments: no clock, no I/O, no randomness, no threads.
//! Time is passed in, bytes are passed in, decisions come out. That is what lets one build run in
//! browsers, in Node and in Python (through wasmtime) and decide identically in each.
//!
//! A panic here is our bug; an error is bad input.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod abr;
pub mod byte_index;
pub mod bytes;
pub mod dash;
pub mod error;
pub mod hls;
pub mod isobmff;
pub mod json;
pub mod limits;
mod mpegts;
mod order;
mod packed;
pub mod playlist;
pub mod presentation;
pub mod remux;
pub mod segments;
pub mod session;
pub mod snapshot;
pub mod text;
pub mod time;
pub mod url;
pub mod webm;
