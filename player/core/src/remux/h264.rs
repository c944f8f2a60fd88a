//! H.264: parameter sets, slice headers, the decoder configuration record.
//! ITU-T H.264; ISO/IEC 14496-15, AVC decoder configuration record.

use alloc::vec::Vec;

use super::bits::Bits;
use super::boxes::Picture;
use super::sets::Set;

/// Types of NAL units. ITU-T H.264, NAL unit semantics, table of `nal_unit_type`.
pub(crate) const IDR: u8 = 5;
pub(crate) const SEI: u8 = 6;
pub(crate) const SPS: u8 = 7;
pub(crate) const PPS: u8 = 8;
pub(crate) const DELIMITER: u8 = 9;

/// What a sequence parameter set says, as far as it is needed here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) id: u32,
    pub(crate) picture: Picture,
    chroma_format: u8,
    luma_depth: u8,
    chroma_depth: u8,
    separate_planes: bool,
    frame_number_bits: u32,
    frames_only: bool,
}

/// ITU-T H.264, Sequence parameter set data syntax. `rbsp` begins with the unit's header.
pub(crate) fn sequence(rbsp: &[u8]) -> Option<Sequence> {
    let mut bits = Bits::new(rbsp);
    bits.skip(8)?;
    let profile = bits.take(8)?;
    bits.skip(16)?;
    let mut set = Sequence { id: bits.ue().filter(|id| *id < 32)?, chroma_format: 1, ..Sequence::default() };
    if has_chroma_format(profile as u8) {
        set.chroma_format = bits.ue().filter(|format| *format < 4)? as u8;
        set.separate_planes = set.chroma_format == 3 && bits.flag()?;
        set.luma_depth = bits.ue().filter(|depth| *depth < 8)? as u8;
        set.chroma_depth = bits.ue().filter(|depth| *depth < 8)? as u8;
        bits.skip(1)?;
        if bits.flag()? {
            for list in 0..if set.chroma_format == 3 { 12 } else { 8 } {
                if bits.flag()? {
                    scaling_list(&mut bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    set.frame_number_bits = bits.ue().filter(|log| *log < 13)? + 4;
    match bits.ue()? {
        0 => bits.skip_ue(1)?,
        1 => {
            bits.skip(1)?;
            bits.skip_ue(2)?;
            let count = bits.ue().filter(|count| *count < 256)?;
            bits.skip_ue(count)?;
        }
        _ => {}
    }
    bits.skip_ue(1)?; // max_num_ref_frames
    bits.skip(1)?;
    let across = bits.ue().filter(|count| *count < 1_024)? + 1;
    let units = bits.ue().filter(|count| *count < 1_024)? + 1;
    set.frames_only = bits.flag()?;
    let fields = if set.frames_only { 1 } else { 2 };
    if !set.frames_only {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    let (mut width, mut height) = (across * 16, units * 16 * fields);
    if bits.flag()? {
        let [left, right, top, bottom] = [bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?];
        // ITU-T H.264, Sequence parameter set data semantics: CropUnitX and CropUnitY.
        let (unit_x, unit_y) = match set.chroma_format {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        width = width.checked_sub(left.checked_add(right)?.checked_mul(unit_x)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(unit_y * fields)?)?;
    }
    if width == 0 || height == 0 {
        return None;
    }
    set.picture.width = width;
    set.picture.height = height;
    // What cannot be read of the usability information is not said.
    if bits.flag()? {
        usability(&mut bits, &mut set.picture);
    }
    Some(set)
}

/// Profiles whose sets say the chroma format. ITU-T H.264, Sequence parameter set data syntax.
const fn has_chroma_format(profile: u8) -> bool {
    matches!(profile, 44 | 83 | 86 | 100 | 110 | 118 | 122 | 128 | 134 | 135 | 138 | 139 | 244)
}

/// ITU-T H.264, Scaling list syntax.
fn scaling_list(bits: &mut Bits<'_>, size: u32) -> Option<()> {
    let (mut last, mut next) = (8, 8);
    for _ in 0..size {
        if next != 0 {
            next = bits.se()?.wrapping_add(last) & 0xFF;
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

/// ITU-T H.264, VUI parameters syntax.
fn usability(bits: &mut Bits<'_>, picture: &mut Picture) -> Option<()> {
    appearance(bits, picture)?;
    if bits.flag()? {
        bits.skip_ue(2)?;
    }
    if bits.flag()? {
        let (units, scale) = (u64::from(bits.take(32)?), u64::from(bits.take(32)?));
        // A tick is a field.
        picture.ticks = frame_ticks(units.saturating_mul(2), scale);
    }
    Some(())
}

/// Aspect ratio, overscan and colour, which H.264 and HEVC write in the same way.
pub(crate) fn appearance(bits: &mut Bits<'_>, picture: &mut Picture) -> Option<()> {
    if bits.flag()? {
        let index = bits.take(8)?;
        picture.aspect = if index == 255 {
            (bits.take(16)? as u16, bits.take(16)? as u16)
        } else {
            ASPECTS.get(index as usize).copied().unwrap_or((0, 0))
        };
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if bits.flag()? {
        bits.skip(3)?;
        let full = bits.flag()?;
        if bits.flag()? {
            let [primaries, transfer, matrix] = [bits.take(8)?, bits.take(8)?, bits.take(8)?];
            picture.colour = Some(([primaries as u8, transfer as u8, matrix as u8], full));
        }
    }
    Some(())
}

/// ITU-T H.264, VUI parameters semantics, table of `aspect_ratio_idc`.
const ASPECTS: [(u16, u16); 17] = [
    (0, 0),
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

/// `units / scale` seconds in 90 kHz ticks, 0 where it is no duration of a picture.
pub(crate) fn frame_ticks(units: u64, scale: u64) -> u32 {
    let ticks = (units.saturating_mul(90_000)).checked_div(scale).unwrap_or(0);
    if ticks <= 900_000 {
        ticks as u32
    } else {
        0
    }
}

/// The id of a picture parameter set and of its sequence's. ITU-T H.264, Picture parameter set RBSP syntax.
pub(crate) fn picture_set(rbsp: &[u8]) -> Option<(u32, u32)> {
    let mut bits = Bits::new(rbsp);
    bits.skip(8)?;
    Some((bits.ue().filter(|id| *id < 256)?, bits.ue().filter(|id| *id < 32)?))
}

/// What tells slices of different pictures apart. ITU-T H.264, Detection of the first VCL NAL
/// unit of a primary coded picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) first: bool,
    pub(crate) intra: bool,
    pub(crate) idr: bool,
    reference: bool,
    pub(crate) picture_set: u32,
    frame_number: u32,
    /// Of a field, whether it is the bottom one.
    bottom: Option<bool>,
}

impl Slice {
    /// Does a picture begin with this slice, after one of another picture or of the same?
    pub(crate) fn begins_after(&self, last: &Self) -> bool {
        self.first
            || self.frame_number != last.frame_number
            || self.picture_set != last.picture_set
            || self.bottom != last.bottom
            || self.idr != last.idr
            || self.reference != last.reference
    }

    /// The slice of a frame of which nothing else is known.
    pub(crate) fn of_frame(picture_set: u32) -> Self {
        Self { picture_set, ..Self::default() }
    }

    /// Is this of a field, not of a frame?
    pub(crate) const fn is_field(&self) -> bool {
        self.bottom.is_some()
    }

    /// Is this of the second field of the frame whose first field `last` is of?
    pub(crate) fn completes(&self, last: &Self) -> bool {
        match (last.bottom, self.bottom) {
            (Some(first), Some(second)) => {
                first != second && self.frame_number == last.frame_number && !self.idr
            }
            _ => false,
        }
    }
}

/// The id of the picture parameter set of a slice. ITU-T H.264, Slice header syntax.
pub(crate) fn slice_picture_set(rbsp: &[u8]) -> Option<u32> {
    let mut bits = Bits::new(rbsp);
    bits.skip(8)?;
    bits.skip_ue(2)?;
    bits.ue()
}

/// ITU-T H.264, Slice header syntax, as far as the fields.
pub(crate) fn slice(rbsp: &[u8], sequence: &Sequence) -> Option<Slice> {
    let mut bits = Bits::new(rbsp);
    let header = bits.take(8)?;
    let first = bits.ue()? == 0;
    let kind = bits.ue()?;
    let picture_set = bits.ue()?;
    if sequence.separate_planes {
        bits.skip(2)?;
    }
    let frame_number = bits.take(sequence.frame_number_bits)?;
    let field = !sequence.frames_only && bits.flag()?;
    Some(Slice {
        first,
        intra: matches!(kind % 5, 2 | 4),
        idr: header & 31 == u32::from(IDR),
        reference: header & 0x60 != 0,
        picture_set,
        frame_number,
        bottom: if field { Some(bits.flag()?) } else { None },
    })
}

/// The configuration record and the codec string's digits: profile, compatibility, level.
///
/// `sets` begins with the sequence parameter set in use. ISO/IEC 14496-15, AVC decoder configuration record.
pub(crate) fn record(sequence: &Sequence, sets: &[&Set]) -> Option<(Vec<u8>, [u8; 3])> {
    let &[_, profile, compatibility, level] = sets.first()?.bytes.first_chunk::<4>()?;
    let mut out = alloc::vec![1, profile, compatibility, level, 0xFF];
    for (kind, mark) in [(SPS, 0xE0u8), (PPS, 0)] {
        let of_kind = || sets.iter().filter(|set| set.kind == kind);
        // Five bits count sequence parameter sets, limits::PARAMETER_SETS keeps to that.
        out.push(mark | of_kind().count() as u8);
        for set in of_kind() {
            out.extend_from_slice(&(set.bytes.len() as u16).to_be_bytes());
            out.extend_from_slice(&set.bytes);
        }
    }
    if matches!(profile, 100 | 110 | 122 | 244) {
        out.extend_from_slice(&[
            0xFC | sequence.chroma_format,
            0xF8 | sequence.luma_depth,
            0xF8 | sequence.chroma_depth,
            0,
        ]);
    }
    Some((out, [profile, compatibility, level]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remux::tests::Writer;

    #[test]
    fn cropping_and_aspect_of_an_interlaced_high_profile_set() {
        let mut w = Writer::default();
        w.u(8, 0x67).u(8, 100).u(8, 0).u(8, 40).ue(3);
        w.ue(1).ue(0).ue(0).u(1, 0).u(1, 1); // 4:2:0, 8 bits, scaling matrix:
        w.u(1, 1).se(-8).u(7, 0); // the first list falls back at once
        w.ue(0).ue(0).ue(2).ue(4).u(1, 0);
        w.ue(119).ue(33).u(1, 0).u(1, 1).u(1, 1); // 120 x 34 map units, fields
        w.u(1, 1).ue(0).ue(0).ue(0).ue(2); // 4 x 2 lines cropped
        w.u(1, 1).u(1, 1).u(8, 255).u(16, 4).u(16, 3).u(1, 0);
        w.u(1, 1).u(3, 5).u(1, 1).u(1, 1).u(8, 9).u(8, 16).u(8, 9);
        w.u(1, 0).u(1, 1).u(32, 1).u(32, 50).u(1, 1);
        let set = sequence(&w.done()).unwrap();
        assert_eq!(set.id, 3);
        let picture = &set.picture;
        assert_eq!((picture.width, picture.height), (1920, 1080));
        assert_eq!((picture.aspect, picture.shown()), ((4, 3), (2560, 1080)));
        assert_eq!((picture.colour, picture.ticks), (Some(([9, 16, 9], true)), 3_600));
        assert!(!set.frames_only && set.frame_number_bits == 4);
    }

    #[test]
    fn truncated_sets_and_slices_are_none_or_less_said() {
        let mut w = Writer::default();
        w.u(8, 0x67).u(8, 66).u(8, 0).u(8, 30).ue(0).ue(0).ue(2).ue(1).u(1, 0);
        w.ue(19).ue(14).u(1, 1).u(1, 1).u(1, 0).u(1, 0);
        let bytes = w.done();
        let set = sequence(&bytes).unwrap();
        assert_eq!((set.picture.width, set.picture.height), (320, 240));
        for end in 0..bytes.len() - 1 {
            assert_eq!(sequence(&bytes[..end]), None);
        }
        let mut w = Writer::default();
        w.u(8, 0x65).ue(0).ue(7).ue(0).u(4, 0).u(1, 0);
        let header = slice(&w.done(), &set).unwrap();
        assert!(header.first && header.intra && header.idr);
        assert_eq!(slice(&[0x65], &set), None);
    }

    #[test]
    fn fields_of_one_frame() {
        let set = Sequence { frame_number_bits: 4, ..Sequence::default() };
        let field = |number, bottom| {
            let mut w = Writer::default();
            w.u(8, 0x61).ue(0).ue(0).ue(0).u(4, number).u(1, 1).u(1, bottom).u(8, 0x80);
            slice(&w.done(), &set).unwrap()
        };
        assert!(field(1, 1).completes(&field(1, 0)));
        assert!(field(1, 1).begins_after(&field(1, 0)));
        assert!(!field(2, 1).completes(&field(1, 0)));
        assert!(!field(1, 0).completes(&field(1, 0)));
    }
}
