//! ISO Base Media: fragmented MP4, CMAF. See `README.md` beside this file for what is read.
//!
//! Each box is a file with its name and one `read` of its content. [`scan`] finds the top-level
//! boxes of a stream as it arrives, [`moov`] says what an initialization section holds,
//! [`fragment`] lists the samples of a fragment, [`sidx`] the byte ranges of a file.

// Fields have the names that the standards give them.
#![allow(non_snake_case)]

pub mod asc;
pub mod av1c;
pub mod avcc;
pub mod boxes;
mod cenc;
pub(crate) mod codecs;
pub mod colr;
pub mod dac3;
pub mod dec3;
pub mod dfla;
pub mod dops;
pub mod elng;
pub mod elst;
pub mod emsg;
pub mod esds;
mod fields;
pub mod fourcc;
pub mod fragment;
pub mod frma;
pub mod ftyp;
pub mod hdlr;
pub mod hvcc;
pub mod mdhd;
pub mod mehd;
pub mod mfhd;
mod moof;
pub mod moov;
pub mod mvhd;
pub mod prft;
pub mod pssh;
pub mod saio;
pub mod saiz;
pub mod sbgp;
pub mod scan;
pub mod schm;
pub mod senc;
pub mod sgpd;
pub mod sidx;
mod sinf;
pub mod stsd;
pub mod tenc;
pub mod tfdt;
pub mod tfhd;
pub mod tkhd;
mod traf;
pub mod trex;
pub mod trun;
pub mod vpcc;

#[cfg(test)]
mod build;
#[cfg(test)]
mod tests;

pub use fourcc::FourCc;
pub use fragment::{segment_start, Fragment, Sample, TrackFragment};
pub use hdlr::TrackKind;
pub use moov::{init_info, timescales, Init, Track};
pub use scan::{Event, Scanner};
pub use sidx::index as sidx_index;
