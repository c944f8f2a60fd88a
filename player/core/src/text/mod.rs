//! Timed text: every subtitle and caption format, and the one model they converge to.

#[cfg(feature = "extras")]
pub mod ass;
#[cfg(feature = "extras")]
pub mod cc_data;
#[cfg(feature = "extras")]
pub mod cea608;
#[cfg(feature = "extras")]
pub mod cea708;
#[cfg(feature = "extras")]
mod colour;
pub mod cue;
#[cfg(feature = "extras")]
mod grid;
pub mod isobmff;
#[cfg(feature = "extras")]
pub mod json;
#[cfg(feature = "extras")]
pub mod srt;
#[cfg(feature = "extras")]
pub mod ttml;
pub mod webvtt;
