//! Timed text.

pub mod webvtt;
