//! AAC: ADTS frames, AudioSpecificConfig, LOAS and LATM.
//! ISO/IEC 13818-7, Audio Data Transport Stream; ISO/IEC 14496-3, AudioSpecificConfig, Low
//! Overhead Audio Stream, Low-overhead MPEG-4 Audio Transport Multiplex.

use alloc::vec::Vec;

use super::audio::{Frame, Parsed};
use super::bits::Bits;
use crate::limits;

/// ISO/IEC 14496-3, table of `samplingFrequencyIndex`.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
/// Frames that one LATM element may hold: 6 bits.
const SUB_FRAMES: u32 = 64;

/// What a decoder must know of an AAC stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Specific {
    /// The AudioSpecificConfig.
    pub(crate) bytes: Vec<u8>,
    pub(crate) object_type: u32,
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    /// Samples of a frame, at `rate`.
    pub(crate) samples: u32,
}

/// An ADTS frame at the beginning of `bytes`. Its fingerprint is what [`adts_specific`] takes.
///
/// ISO/IEC 13818-7, Fixed and Variable Header of ADTS.
pub(crate) fn adts(bytes: &[u8]) -> Parsed {
    let Some(&[a, b, c, d, e, f, _]) = bytes.first_chunk::<7>() else { return Parsed::More };
    if a != 0xFF || b & 0xF6 != 0xF0 {
        return Parsed::Lost;
    }
    let header = if b & 1 == 1 { 7 } else { 9 };
    let len = usize::from(d & 3) << 11 | usize::from(e) << 3 | usize::from(f >> 5);
    let [profile, rate, channels] = [c >> 6, c >> 2 & 15, (c & 1) << 2 | d >> 6];
    let Some(rate_hz) = RATES.get(usize::from(rate)).copied() else { return Parsed::Lost };
    if len <= header {
        return Parsed::Lost;
    }
    let key = u64::from(profile) << 8 | u64::from(rate) << 4 | u64::from(channels);
    Parsed::Frame(Frame { header, len, samples: 1_024, rate: rate_hz, begins: true, key })
}

/// The configuration that a fingerprint of [`adts`] stands for.
///
/// Without a channel configuration the channels are said within the frames; two are assumed.
pub(crate) fn adts_specific(key: u64) -> Specific {
    let [profile, rate, channels] = [(key >> 8 & 3) as u8, (key >> 4 & 15) as u8, (key & 15) as u8];
    let channels = if channels == 0 { 2 } else { channels };
    let object_type = profile + 1;
    Specific {
        bytes: alloc::vec![object_type << 3 | rate >> 1, rate << 7 | channels << 3],
        object_type: object_type.into(),
        rate: RATES.get(usize::from(rate)).copied().unwrap_or(48_000),
        channels: if channels == 7 { 8 } else { channels.into() },
        samples: 1_024,
    }
}

/// ISO/IEC 14496-3, AudioSpecificConfig. Leaves `bits` behind it; extensions that only the end of
/// the configuration reveals are not looked for.
fn specific(bits: &mut Bits<'_>) -> Option<Specific> {
    let start = bits.clone();
    let mut object_type = object_type(bits)?;
    let mut rate = sampling_rate(bits)?;
    let channels = bits.take(4)?;
    let stated = object_type;
    if matches!(object_type, 5 | 29) {
        // Explicit SBR: the extension's rate, then the core's type. Frames count at the core's rate.
        sampling_rate(bits)?;
        object_type = self::object_type(bits)?;
    }
    // GASpecificConfig: the object types that use it and are played by browsers.
    if !matches!(object_type, 1..=4 | 6 | 7) {
        return None;
    }
    let short = bits.flag()?;
    if bits.flag()? {
        bits.skip(14)?;
    }
    let extension = bits.flag()?;
    let mut channels = channels as u16;
    if channels == 0 {
        channels = program_config(bits, start.position())?;
    } else if channels == 7 {
        channels = 8;
    }
    if object_type == 6 {
        bits.skip(3)?;
    }
    if extension {
        bits.skip(1)?;
    }
    let count = bits.position() - start.position();
    let mut bytes = Vec::new();
    start.clone().copy(count, &mut bytes)?;
    if bytes.len() > limits::AUDIO_CONFIGURATION_BYTES {
        return None;
    }
    rate = rate.clamp(1, 192_000);
    Some(Specific { bytes, object_type: stated, rate, channels, samples: if short { 960 } else { 1_024 } })
}

fn object_type(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(5)? {
        31 => Some(32 + bits.take(6)?),
        object_type => Some(object_type),
    }
}

fn sampling_rate(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(4)? {
        15 => bits.take(24),
        index => RATES.get(index as usize).copied(),
    }
}

/// The channels of a program_config_element. ISO/IEC 14496-3, Syntax of program_config_element;
/// its byte alignment counts from `start`.
fn program_config(bits: &mut Bits<'_>, start: usize) -> Option<u16> {
    bits.skip(4 + 2 + 4)?;
    let [front, side, back] = [bits.take(4)?, bits.take(4)?, bits.take(4)?];
    let [low, data, coupling] = [bits.take(2)?, bits.take(3)?, bits.take(4)?];
    for size in [4, 4, 3] {
        let mixdown = bits.flag()?;
        bits.skip(if mixdown { size } else { 0 })?;
    }
    let mut channels = low;
    for _ in 0..front + side + back {
        channels += 1 + u32::from(bits.flag()?);
        bits.skip(4)?;
    }
    bits.skip((4 * low + 4 * data + 5 * coupling) as usize)?;
    bits.skip((bits.position() - start).wrapping_neg() & 7)?;
    let comment = bits.take(8)?;
    bits.skip(8 * comment as usize)?;
    Some(channels as u16)
}

/// A LOAS frame at the beginning of `bytes`. ISO/IEC 14496-3, AudioSyncStream.
pub(crate) fn loas(bytes: &[u8]) -> Parsed {
    let Some(&[a, b, c]) = bytes.first_chunk::<3>() else { return Parsed::More };
    if a != 0x56 || b & 0xE0 != 0xE0 {
        return Parsed::Lost;
    }
    let len = 3 + (usize::from(b & 0x1F) << 8 | usize::from(c));
    // What it holds is known when it has been read by a Latm.
    Parsed::Frame(Frame { header: 3, len, samples: 0, rate: 0, begins: true, key: 0 })
}

/// Reads AudioMuxElements, which may refer to the multiplex configuration of an earlier one.
#[derive(Debug)]
pub(crate) struct Latm {
    pub(crate) specific: Option<Specific>,
    sub_frames: u32,
    other_data_bits: u32,
}

impl Latm {
    pub(crate) const fn new() -> Self {
        Self { specific: None, sub_frames: 1, other_data_bits: 0 }
    }

    /// The frames of an element: appended to `out`, their lengths to `lengths`.
    ///
    /// ISO/IEC 14496-3, AudioMuxElement with `muxConfigPresent`.
    pub(crate) fn element(&mut self, bytes: &[u8], out: &mut Vec<u8>, lengths: &mut Vec<u32>) -> Option<()> {
        let mut bits = Bits::new(bytes);
        if !bits.flag()? {
            let configured = self.configuration(&mut bits);
            if configured.is_none() {
                self.specific = None;
            }
        }
        self.specific.as_ref()?;
        for _ in 0..self.sub_frames {
            // PayloadLengthInfo: bytes that are 255 go on.
            let mut length = 0;
            loop {
                let byte = bits.take(8)?;
                length += byte;
                if byte != 255 {
                    break;
                }
            }
            bits.copy(8 * length as usize, out)?;
            lengths.push(length);
        }
        Some(())
    }

    /// ISO/IEC 14496-3, StreamMuxConfig: one program, one layer, frames of variable length.
    fn configuration(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let version = bits.take(1)?;
        if version == 1 {
            if bits.flag()? {
                return None; // audioMuxVersionA is reserved
            }
            variable(bits)?; // taraBufferFullness
        }
        let same_timing = bits.flag()?;
        let sub_frames = bits.take(6)? + 1;
        let [programs, layers] = [bits.take(4)?, bits.take(3)?];
        if !same_timing || programs != 0 || layers != 0 || sub_frames > SUB_FRAMES {
            return None;
        }
        if version == 0 {
            self.specific = Some(specific(bits)?);
        } else {
            let length = variable(bits)? as usize;
            let mut inner = bits.clone();
            self.specific = Some(specific(&mut inner)?);
            bits.skip(length)?;
        }
        if bits.take(3)? != 0 {
            return None; // frameLengthType: fixed lengths, CELP, HVXC
        }
        bits.skip(8)?; // latmBufferFullness
        self.other_data_bits = 0;
        if bits.flag()? {
            if version == 1 {
                self.other_data_bits = variable(bits)?;
            } else {
                loop {
                    let more = bits.flag()?;
                    self.other_data_bits = self.other_data_bits << 8 | bits.take(8)?;
                    if !more {
                        break;
                    }
                }
            }
        }
        if bits.flag()? {
            bits.skip(8)?; // crcCheckSum
        }
        self.sub_frames = sub_frames;
        Some(())
    }
}

/// ISO/IEC 14496-3, LatmGetValue.
fn variable(bits: &mut Bits<'_>) -> Option<u32> {
    let count = bits.take(2)? + 1;
    bits.take(8 * count)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::remux::tests::Writer;

    /// An ADTS frame of AAC LC, 48 kHz, two channels.
    pub(crate) fn adts_frame(payload: &[u8]) -> Vec<u8> {
        let len = payload.len() + 7;
        let mut bytes = alloc::vec![0xFF, 0xF1, 0x4C, 0x80 | (len >> 11) as u8, (len >> 3) as u8];
        bytes.extend_from_slice(&[(len << 5) as u8 | 0x1F, 0xFC]);
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn an_adts_header_and_its_configuration() {
        let bytes = adts_frame(&[1, 2, 3]);
        let Parsed::Frame(frame) = adts(&bytes) else { panic!() };
        assert_eq!((frame.header, frame.len, frame.rate), (7, 10, 48_000));
        let specific = adts_specific(frame.key);
        assert_eq!(specific.bytes, [0x11, 0x90]);
        assert_eq!((specific.object_type, specific.channels), (2, 2));
        assert!(matches!(adts(&bytes[..6]), Parsed::More));
        assert!(matches!(adts(&[0xFF, 0xF1, 0x7C, 0x80, 1, 0x1F, 0xFC]), Parsed::Lost));
        assert!(matches!(adts(&[0xFF, 0xF1, 0x4C, 0x80, 0, 0xFF, 0xFC]), Parsed::Lost));
    }

    #[test]
    fn a_latm_element_with_unaligned_frames() {
        let mut w = Writer::default();
        w.u(1, 0).u(1, 0).u(1, 1).u(6, 1).u(4, 0).u(3, 0); // version 0, two sub-frames
        w.u(5, 2).u(4, 3).u(4, 2).u(3, 0); // AAC LC, 48 kHz, stereo
        w.u(3, 0).u(8, 255).u(1, 1).u(1, 0).u(8, 16).u(1, 0);
        w.u(8, 2).u(16, 0xABCD).u(8, 1).u(8, 0xEF);
        let bytes = w.done();
        let (mut out, mut lengths) = (Vec::new(), Vec::new());
        let mut latm = Latm::new();
        assert_eq!(latm.element(&bytes, &mut out, &mut lengths), Some(()));
        assert_eq!((&out[..], &lengths[..]), (&[0xAB, 0xCD, 0xEF][..], &[2, 1][..]));
        let specific = latm.specific.clone().unwrap();
        assert_eq!((&specific.bytes[..], specific.rate, specific.channels), (&[0x11, 0x90][..], 48_000, 2));
        assert_eq!(latm.other_data_bits, 16);
        for end in 0..bytes.len() - 1 {
            Latm::new().element(&bytes[..end], &mut out, &mut lengths);
        }
        // An element that refers to a configuration that was not seen.
        assert_eq!(Latm::new().element(&[0x80, 0, 0], &mut out, &mut lengths), None);
    }

    #[test]
    fn explicit_sbr_and_channels_of_a_program_config() {
        let mut w = Writer::default();
        w.u(5, 5).u(4, 6).u(4, 2).u(4, 3).u(5, 2).u(3, 0);
        let set = specific(&mut Bits::new(&w.done())).unwrap();
        assert_eq!((set.object_type, set.rate, set.channels), (5, 24_000, 2));
        let mut w = Writer::default();
        w.u(5, 2).u(4, 15).u(24, 47_999).u(4, 0).u(3, 4); // 960 samples a frame
        w.u(10, 0).u(4, 2).u(4, 0).u(4, 1).u(2, 1).u(3, 0).u(4, 0).u(3, 0);
        w.u(1, 0).u(4, 0).u(1, 1).u(4, 0).u(1, 1).u(4, 1).u(4, 0);
        w.align().u(8, 1).u(8, 65);
        let set = specific(&mut Bits::new(&w.done())).unwrap();
        assert_eq!((set.rate, set.channels, set.samples), (47_999, 6, 960));
    }
}
