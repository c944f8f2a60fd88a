//! Requests and answers as bytes: little-endian and packed. `f64` carries times in microseconds,
//! integers below 2^53; a blob is its length (`u32`) and its bytes, as is a text.
//!
//! | request | fields | answer |
//! |---|---|---|
//! | 0 open a muxer | | handle `u32` |
//! | 1 begin a segment | handle, flags `u8` (1 video, 2 audio, 4 near), near `f64` | |
//! | 2 more of it | handle, the rest of the request | pieces |
//! | 3 its end | handle | pieces |
//! | 4 close | handle, of either kind | |
//! | 5 open captions | | handle `u32` |
//! | 6 captions of a picture | handle, time `f64`, the rest of the request | |
//! | 7 what was said up to a time | handle, time `f64` | [`crate::captions`]: JSON |
//! | 8 forget what was said | handle | |
//! | 9 captions inside fragments | blob (initialization section), blob | pieces of tag 2 |
//!
//! Pieces follow one another, each its tag `u8` and fields: 0 an initialization segment (MIME text,
//! width `u32`, height `u32`, start `f64`, blob), 1 a fragment (blob), 2 captions (time `f64`, blob),
//! 3 metadata (time `f64`, blob), 4 a warning (kind `u32`, detail `u32`, offset `f64`).

use alloc::vec::Vec;

use bitaca_player_core::bytes::Reader as Bytes;
use bitaca_player_core::remux::{Muxer, Piece, Wanted};
use bitaca_player_core::text::cc_data::Captions;

use crate::captions;

/// Muxers and caption decoders that may be open at once: a page has a handful.
const MOST_OPEN: usize = 64;

enum Tool {
    Muxer(alloc::boxed::Box<Muxer>),
    Captions(alloc::boxed::Box<Captions>),
}

/// Everything that is open.
#[derive(Default)]
pub struct Extras {
    open: Vec<Option<Tool>>,
}

impl Extras {
    /// The answer to a request; empty where there is nothing to say, or it is no request.
    pub fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        let mut to = Writer::default();
        self.work(&mut Reader(Bytes::new(request)), &mut to);
        to.0
    }

    fn work(&mut self, from: &mut Reader<'_>, to: &mut Writer) -> Option<()> {
        match from.0.u8()? {
            0 => to.u32(self.keep(Tool::Muxer(alloc::boxed::Box::new(Muxer::new())))?),
            1 => {
                let muxer = self.muxer(from.u32()?)?;
                let flags = from.0.u8()?;
                let near_us = from.integer()?;
                let near_us = (flags & 4 != 0).then_some(near_us);
                muxer.begin(Wanted { video: flags & 1 != 0, audio: flags & 2 != 0, near_us });
            }
            2 => {
                let muxer = self.muxer(from.u32()?)?;
                muxer.push(from.0.rest());
                to.pieces(muxer);
            }
            3 => {
                let muxer = self.muxer(from.u32()?)?;
                muxer.flush();
                to.pieces(muxer);
            }
            4 => {
                let at = from.u32()?;
                *self.slot(at)? = None;
            }
            5 => to.u32(self.keep(Tool::Captions(alloc::boxed::Box::default()))?),
            6 => {
                let captions = self.captions(from.u32()?)?;
                let at_us = from.integer()?;
                captions.push(at_us, from.0.rest());
            }
            7 => {
                let captions = self.captions(from.u32()?)?;
                captions.flush(from.integer()?);
                to.0 = captions::said(captions).into_bytes();
            }
            8 => self.captions(from.u32()?)?.reset(),
            9 => {
                let (init, body) = (from.blob()?, from.blob()?);
                for (at_us, triplets) in captions::inside(init, body) {
                    to.piece(&Piece::Captions(at_us, triplets));
                }
            }
            _ => {}
        }
        Some(())
    }

    /// A handle for a tool: a number above zero.
    fn keep(&mut self, tool: Tool) -> Option<u32> {
        if let Some(free) = self.open.iter().position(Option::is_none) {
            *self.open.get_mut(free)? = Some(tool);
            return Some(free as u32 + 1);
        }
        if self.open.len() >= MOST_OPEN {
            return None;
        }
        self.open.push(Some(tool));
        Some(self.open.len() as u32)
    }

    fn slot(&mut self, handle: u32) -> Option<&mut Option<Tool>> {
        self.open.get_mut((handle as usize).checked_sub(1)?)
    }

    fn muxer(&mut self, handle: u32) -> Option<&mut Muxer> {
        match self.slot(handle)? {
            Some(Tool::Muxer(muxer)) => Some(muxer),
            _ => None,
        }
    }

    fn captions(&mut self, handle: u32) -> Option<&mut Captions> {
        match self.slot(handle)? {
            Some(Tool::Captions(captions)) => Some(captions),
            _ => None,
        }
    }
}

struct Reader<'a>(Bytes<'a>);

impl<'a> Reader<'a> {
    fn u32(&mut self) -> Option<u32> {
        self.0.u32().map(u32::swap_bytes)
    }

    fn integer(&mut self) -> Option<i64> {
        self.0.u64().map(|bits| f64::from_bits(bits.swap_bytes()) as i64)
    }

    fn blob(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()? as usize;
        self.0.take(length)
    }
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn integer(&mut self, value: i64) {
        self.0.extend_from_slice(&(value as f64).to_le_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.u32(bytes.len() as u32);
        self.0.extend_from_slice(bytes);
    }

    fn pieces(&mut self, muxer: &mut Muxer) {
        while let Some(piece) = muxer.poll() {
            self.piece(&piece);
        }
    }

    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Init { mime, width, height, start_us, bytes } => {
                self.0.push(0);
                self.blob(mime.as_bytes());
                self.u32(*width);
                self.u32(*height);
                self.integer(*start_us);
                self.blob(bytes);
            }
            Piece::Fragment(bytes) => {
                self.0.push(1);
                self.blob(bytes);
            }
            Piece::Captions(at_us, bytes) => {
                self.0.push(2);
                self.integer(*at_us);
                self.blob(bytes);
            }
            Piece::Metadata(at_us, bytes) => {
                self.0.push(3);
                self.integer(*at_us);
                self.blob(bytes);
            }
            Piece::Warning(warning) => {
                self.0.push(4);
                self.u32(warning.kind as u32);
                self.u32(warning.detail);
                self.integer(warning.offset as i64);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(tag: u8, handle: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = alloc::vec![tag];
        bytes.extend_from_slice(&handle.to_le_bytes());
        bytes.extend_from_slice(rest);
        bytes
    }

    fn corpus(name: &str) -> Vec<u8> {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/mpegts").join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[test]
    fn a_segment_goes_in_and_fragments_come_out() {
        let mut extras = Extras::default();
        let handle = extras.answer(&[0]);
        assert_eq!(handle, 1u32.to_le_bytes());
        let mut begin = alloc::vec![3u8];
        begin.extend_from_slice(&0f64.to_le_bytes());
        assert_eq!(extras.answer(&request(1, 1, &begin)), []);
        let mut pieces = extras.answer(&request(2, 1, &corpus("h264-aac.ts")));
        pieces.extend(extras.answer(&request(3, 1, &[])));
        assert_eq!(pieces[0], 0, "an initialization segment comes first");
        let length = u32::from_le_bytes([pieces[1], pieces[2], pieces[3], pieces[4]]) as usize;
        let mime = core::str::from_utf8(&pieces[5..5 + length]).expect("UTF-8");
        assert!(mime.starts_with("video/mp4; codecs=\"avc1.") && mime.ends_with(",mp4a.40.2\""), "{mime}");
        assert_eq!(extras.answer(&request(4, 1, &[])), []);
        assert_eq!(extras.answer(&request(3, 1, &[])), [], "it is closed");
    }

    #[test]
    fn what_is_no_request_has_no_answer() {
        let mut extras = Extras::default();
        for tag in 0..=255u8 {
            for length in 0..14 {
                let answer = extras.answer(&alloc::vec![tag; length]);
                assert!(answer.len() <= 4, "{tag} {length}");
            }
        }
        for _ in 0..MOST_OPEN * 2 {
            extras.answer(&[5]);
        }
        assert_eq!(extras.answer(&[0]), [], "so many are open");
    }
}
