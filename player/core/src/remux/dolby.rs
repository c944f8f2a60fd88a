//! AC-3 and E-AC-3. ETSI TS 102 366 (ATSC A/52): syncinfo, bsi, Enhanced AC-3 bit stream syntax;
//! Annex F, AC-3 and Enhanced AC-3 bit streams in the ISO base media file format.

use alloc::vec::Vec;

use super::audio::{Frame, Parsed};
use super::bits::Bits;

const RATES: [u32; 3] = [48_000, 44_100, 32_000];
/// kbit/s by half of `frmsizecod`.
const BIT_RATES: [u16; 19] =
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
/// Full bandwidth channels by `acmod`.
const CHANNELS: [u16; 8] = [2, 1, 2, 3, 3, 4, 4, 5];
/// Blocks of 256 samples in a sample of the file.
const BLOCKS: u32 = 6;

/// What an E-AC-3 frame says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Enhanced {
    dependent: bool,
    substream: u32,
    blocks: u32,
    rate_code: u32,
    version: u32,
    mode: u32,
    low: u32,
    /// `chan_loc` of the channels that a dependent substream adds.
    places: u32,
}

/// An independent substream and what depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Independent {
    frame: Enhanced,
    dependents: u32,
    places: u32,
}

/// Follows the substreams of E-AC-3, of which a sample holds six blocks each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dolby {
    /// Content of `dac3`, of AC-3.
    plain: Option<u32>,
    rate: u32,
    channels: u16,
    independents: Vec<Independent>,
    /// Blocks of the first substream in the sample so far.
    blocks: u32,
    bytes: usize,
}

impl Dolby {
    pub(crate) const fn new() -> Self {
        Self { plain: None, rate: 48_000, channels: 2, independents: Vec::new(), blocks: 0, bytes: 0 }
    }

    /// A frame at the beginning of `bytes`.
    pub(crate) fn frame(&self, bytes: &[u8]) -> Parsed {
        if !b"\x0B\x77".starts_with(bytes.get(..2).unwrap_or(bytes)) {
            return Parsed::Lost;
        }
        let Some(head) = bytes.first_chunk::<12>() else { return Parsed::More };
        let frame = match head[5] >> 3 {
            0..=10 => plain(head),
            _ => self.enhanced(head),
        };
        frame.map_or(Parsed::Lost, Parsed::Frame)
    }

    fn enhanced(&self, head: &[u8; 12]) -> Option<Frame> {
        let (frame, len, rate) = enhanced(head)?;
        let first = !frame.dependent && frame.substream == 0;
        let begins = first && (self.blocks == 0 || self.blocks >= BLOCKS);
        Some(Frame { header: 0, len, samples: BLOCKS * 256, rate, begins, key: 0 })
    }

    /// A frame was taken.
    pub(crate) fn take(&mut self, bytes: &[u8], begins: bool) {
        let Some(head) = bytes.first_chunk::<12>() else { return };
        if begins {
            self.independents.clear();
            (self.blocks, self.bytes) = (0, 0);
        }
        self.bytes += bytes.len();
        let Some((frame, _, rate)) = enhanced(head).filter(|_| head[5] >> 3 > 10) else {
            if let Some((word, rate, channels)) = plain_word(head) {
                (self.plain, self.rate, self.channels) = (Some(word), rate, channels);
            }
            return;
        };
        if frame.dependent {
            // Without the one that it depends on it means nothing, and changes nothing.
            if let Some(last) = self.independents.last_mut() {
                last.dependents = (last.dependents + 1).min(8);
                last.places |= frame.places;
            }
            return;
        }
        self.plain = None;
        self.rate = rate;
        if frame.substream == 0 {
            self.blocks += frame.blocks;
        }
        let known = self.independents.iter().any(|other| other.frame.substream == frame.substream);
        if !known {
            let channels = CHANNELS.get(frame.mode as usize).copied().unwrap_or(2) + frame.low as u16;
            if self.independents.is_empty() {
                self.channels = channels;
            }
            self.independents.push(Independent { frame, dependents: 0, places: 0 });
        }
    }

    /// Are decoders set up in the same way for both? Bit rates may differ.
    pub(crate) fn same_configuration(&self, other: &Self) -> bool {
        (self.plain, self.rate) == (other.plain, other.rate) && self.independents == other.independents
    }

    pub(crate) const fn is_plain(&self) -> bool {
        self.plain.is_some()
    }

    pub(crate) const fn rate(&self) -> u32 {
        self.rate
    }

    pub(crate) const fn channels(&self) -> u16 {
        self.channels
    }

    /// The content of `dac3` or `dec3`. ETSI TS 102 366, Annex F, AC3SpecificBox and EC3SpecificBox.
    pub(crate) fn record(&self) -> Vec<u8> {
        if let Some(word) = self.plain {
            return Vec::from(word.to_be_bytes().get(1..).unwrap_or(&[]));
        }
        let kbps = self.bytes as u64 * 8 * u64::from(self.rate) / u64::from(BLOCKS * 256 * 1_000);
        let count = self.independents.len().clamp(1, 8) as u16;
        let mut out = Vec::from((((kbps.min(0x1FFF) as u16) << 3) | (count - 1)).to_be_bytes());
        for Independent { frame, dependents, places } in self.independents.iter().take(8) {
            let head = frame.rate_code << 22 | frame.version << 17 | frame.mode << 9 | frame.low << 8;
            let word = head | dependents << 1 | places >> 8;
            out.extend_from_slice(word.to_be_bytes().get(1..).unwrap_or(&[]));
            if *dependents > 0 {
                out.push(*places as u8);
            }
        }
        out
    }
}

/// ETSI TS 102 366, syncinfo: the length in bytes and the rate of an AC-3 frame.
fn plain(head: &[u8; 12]) -> Option<Frame> {
    let code = u32::from(head[4] & 0x3F);
    let rate = *RATES.get(usize::from(head[4] >> 6))?;
    let kbps = u32::from(*BIT_RATES.get(code as usize / 2)?);
    let words = match rate {
        48_000 => kbps * 2,
        32_000 => kbps * 3,
        _ => kbps * 320 / 147 + code % 2,
    };
    Some(Frame { header: 0, len: words as usize * 2, samples: BLOCKS * 256, rate, begins: true, key: 0 })
}

/// The 24 bits of `dac3`, the rate, and the channels. ETSI TS 102 366, bsi.
fn plain_word(head: &[u8; 12]) -> Option<(u32, u32, u16)> {
    let mut bits = Bits::new(head);
    bits.skip(32)?;
    let [rate_code, size] = [bits.take(2)?, bits.take(6)?];
    let [version, service, mode] = [bits.take(5)?, bits.take(3)?, bits.take(3)?];
    // Centre, surround and Dolby Surround mix levels are there for some modes only.
    let mixes = [mode & 1 == 1 && mode != 1, mode & 4 != 0, mode == 2];
    bits.skip(2 * mixes.iter().filter(|there| **there).count())?;
    let low = bits.take(1)?;
    let word = rate_code << 22 | version << 17 | service << 14 | mode << 11 | low << 10 | (size / 2) << 5;
    let channels = CHANNELS.get(mode as usize)? + low as u16;
    Some((word, *RATES.get(rate_code as usize)?, channels))
}

/// ETSI TS 102 366, Enhanced AC-3 bit stream syntax, as far as the channel map; the length in bytes and the rate.
fn enhanced(head: &[u8; 12]) -> Option<(Enhanced, usize, u32)> {
    let mut bits = Bits::new(head);
    bits.skip(16)?;
    let mut frame =
        Enhanced { dependent: bits.take(2)? == 1, substream: bits.take(3)?, ..Enhanced::default() };
    let len = (bits.take(11)? as usize + 1) * 2;
    frame.rate_code = bits.take(2)?;
    let code = bits.take(2)?;
    let rate = if frame.rate_code == 3 {
        frame.blocks = BLOCKS;
        RATES.get(code as usize)? / 2
    } else {
        frame.blocks = *[1, 2, 3, 6].get(code as usize)?;
        *RATES.get(frame.rate_code as usize)?
    };
    frame.mode = bits.take(3)?;
    frame.low = bits.take(1)?;
    frame.version = bits.take(5)?;
    if !(11..=16).contains(&frame.version) || len < head.len() {
        return None;
    }
    if frame.dependent {
        frame.places = places(&mut bits, frame.mode).unwrap_or(0);
    }
    Some((frame, len, rate))
}

/// `chanmap` of a dependent substream as `chan_loc`. ETSI TS 102 366, Annex E, custom channel map
/// locations; Annex F, chan_loc field.
fn places(bits: &mut Bits<'_>, mode: u32) -> Option<u32> {
    for _ in 0..if mode == 0 { 2 } else { 1 } {
        bits.skip(5)?;
        let compression = bits.flag()?;
        bits.skip(if compression { 8 } else { 0 })?;
    }
    if !bits.flag()? {
        return Some(0);
    }
    let map = bits.take(16)?;
    // chanmap, first bit highest: L C R Ls Rs Lc/Rc Lrs/Rrs Cs Ts Lsd/Rsd Lw/Rw Lvh/Rvh Cvh Lts/Rts LFE2 LFE.
    // chan_loc, first bit lowest: Lc/Rc Lrs/Rrs Cs Ts Lsd/Rsd Lw/Rw Lvh/Rvh Cvh LFE2.
    let pairs: u32 = (0..8).filter(|place| map >> (10 - place) & 1 == 1).map(|place| 1 << place).sum();
    Some(pairs | (map >> 1 & 1) << 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remux::tests::Writer;

    fn enhanced_frame(kind: u32, substream: u32, blocks: u32, map: Option<u32>) -> [u8; 12] {
        let mut w = Writer::default();
        w.u(16, 0x0B77).u(2, kind).u(3, substream).u(11, 63).u(2, 0).u(2, blocks).u(3, 7).u(1, 1).u(5, 16);
        w.u(5, 31).u(1, 0).u(1, u32::from(map.is_some()));
        w.u(16, map.unwrap_or(0)).u(32, 0);
        *w.done().first_chunk().unwrap()
    }

    #[test]
    fn ac3_lengths_and_box() {
        // 44.1 kHz, 448 kbit/s, odd code; 3/2 with low frequencies.
        let mut w = Writer::default();
        w.u(16, 0x0B77).u(16, 0).u(2, 1).u(6, 31).u(5, 8).u(3, 0).u(3, 7).u(4, 0).u(1, 1).u(39, 0);
        let head: [u8; 12] = *w.done().first_chunk().unwrap();
        let mut dolby = Dolby::new();
        let Parsed::Frame(frame) = dolby.frame(&head) else { panic!() };
        assert_eq!((frame.len, frame.rate, frame.samples), (1_952, 44_100, 1_536));
        dolby.take(&head, true);
        assert_eq!(dolby.record(), [0x50, 0x3D, 0xE0]);
        assert_eq!((dolby.channels(), dolby.is_plain()), (6, true));
        assert!(matches!(dolby.frame(&head[..11]), Parsed::More));
        assert!(matches!(dolby.frame(&[0x0B]), Parsed::More));
        assert!(matches!(dolby.frame(&[0x0B, 0x78]), Parsed::Lost));
    }

    #[test]
    fn six_blocks_of_all_substreams_are_one_sample() {
        let mut dolby = Dolby::new();
        let main = enhanced_frame(0, 0, 2, None); // 3 blocks
        let more = enhanced_frame(1, 0, 2, Some(0x0200)); // Lrs/Rrs
        let begins = |dolby: &Dolby, bytes: &[u8; 12]| match dolby.frame(bytes) {
            Parsed::Frame(frame) => frame.begins,
            _ => panic!(),
        };
        for expected in [true, false, false, false, true] {
            let bytes = if expected || dolby.blocks == 3 && dolby.independents[0].dependents == 1 {
                &main
            } else {
                &more
            };
            assert_eq!(begins(&dolby, bytes), expected);
            dolby.take(bytes, expected);
        }
        dolby.take(&more, false);
        // 24 kbit/s and one substream; 48 kHz, version 16, 3/2 with low; one dependent at Lrs/Rrs.
        assert_eq!(dolby.record(), [0, 0x30, 0x20, 0x0F, 0x02, 0x02]);
    }
}
