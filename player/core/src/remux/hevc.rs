//! HEVC: parameter sets, slice headers, the decoder configuration record.
//! ITU-T H.265; ISO/IEC 14496-15, HEVC decoder configuration record.

use alloc::string::String;
use alloc::vec::Vec;

use super::bits::Bits;
use super::boxes::Picture;
use super::h264;
use super::sets::Set;
use super::video::push_hex;
use crate::bytes::push_number;

/// Types of NAL units. ITU-T H.265, NAL unit header semantics, table of `nal_unit_type`.
pub(crate) const VPS: u8 = 32;
pub(crate) const SPS: u8 = 33;
pub(crate) const PPS: u8 = 34;
pub(crate) const DELIMITER: u8 = 35;
pub(crate) const PREFIX_SEI: u8 = 39;

/// The type in a unit's header.
pub(crate) const fn unit_type(first: u8) -> u8 {
    first >> 1 & 63
}

/// What a sequence parameter set says, as far as it is needed here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) id: u32,
    pub(crate) picture: Picture,
    /// General profile, tier and level: 12 bytes.
    profile: [u8; 12],
    chroma_format: u8,
    luma_depth: u8,
    chroma_depth: u8,
    sub_layers: u8,
    nested: bool,
}

/// ITU-T H.265, Sequence parameter set RBSP syntax. `rbsp` begins with the unit's header.
pub(crate) fn sequence(rbsp: &[u8]) -> Option<Sequence> {
    let mut set = Sequence { profile: *rbsp.get(3..)?.first_chunk()?, ..Sequence::default() };
    let mut bits = Bits::new(rbsp);
    bits.skip(16 + 4)?;
    let sub_layers = bits.take(3)?;
    set.sub_layers = sub_layers as u8 + 1;
    set.nested = bits.flag()?;
    bits.skip(96)?;
    sub_layer_levels(&mut bits, sub_layers)?;
    set.id = bits.ue().filter(|id| *id < 16)?;
    set.chroma_format = bits.ue().filter(|format| *format < 4)? as u8;
    if set.chroma_format == 3 {
        bits.skip(1)?;
    }
    let size = |bits: &mut Bits<'_>| bits.ue().filter(|size| (1..=16_384).contains(size));
    let (mut width, mut height) = (size(&mut bits)?, size(&mut bits)?);
    if bits.flag()? {
        let [left, right, top, bottom] = [bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?];
        // ITU-T H.265, Sequence parameter set RBSP semantics: SubWidthC and SubHeightC.
        let unit_x = if matches!(set.chroma_format, 1 | 2) { 2 } else { 1 };
        let unit_y = if set.chroma_format == 1 { 2 } else { 1 };
        width = width.checked_sub(left.checked_add(right)?.checked_mul(unit_x)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(unit_y)?)?;
    }
    if width == 0 || height == 0 {
        return None;
    }
    set.picture.width = width;
    set.picture.height = height;
    set.luma_depth = bits.ue().filter(|depth| *depth < 9)? as u8;
    set.chroma_depth = bits.ue().filter(|depth| *depth < 9)? as u8;
    // What cannot be read of the usability information is not said.
    usability(&mut bits, sub_layers, &mut set.picture);
    Some(set)
}

/// ITU-T H.265, Profile, tier and level syntax, behind the general part.
fn sub_layer_levels(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    if sub_layers == 0 {
        return Some(());
    }
    let present = bits.take(16)?;
    for layer in 0..sub_layers {
        let flags = present >> (14 - 2 * layer);
        bits.skip(if flags & 2 != 0 { 88 } else { 0 })?;
        bits.skip(if flags & 1 != 0 { 8 } else { 0 })?;
    }
    Some(())
}

/// From behind the bit depths to the VUI parameters, and those. ITU-T H.265, Sequence parameter
/// set RBSP syntax and VUI parameters syntax.
fn usability(bits: &mut Bits<'_>, sub_layers: u32, picture: &mut Picture) -> Option<()> {
    let order_bits = bits.ue().filter(|log| *log < 13)? + 4;
    let layers = if bits.flag()? { sub_layers + 1 } else { 1 };
    bits.skip_ue(3 * layers)?;
    bits.skip_ue(6)?;
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.skip_ue(2)?;
        bits.skip(1)?;
    }
    let mut references = References::default();
    for index in 0..bits.ue().filter(|count| *count <= 64)? {
        references = reference_set(bits, index, &references)?;
    }
    if bits.flag()? {
        let count = bits.ue().filter(|count| *count <= 32)?;
        bits.skip((count * (order_bits + 1)) as usize)?;
    }
    bits.skip(2)?;
    if !bits.flag()? {
        return None;
    }
    h264::appearance(bits, picture)?;
    if bits.flag()? {
        bits.skip_ue(2)?;
    }
    bits.skip(3)?;
    if bits.flag()? {
        bits.skip_ue(4)?;
    }
    if bits.flag()? {
        picture.ticks = h264::frame_ticks(bits.take(32)?.into(), bits.take(32)?.into());
    }
    Some(())
}

/// ITU-T H.265, Scaling list data syntax.
fn scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    for size in 0..4u32 {
        for _ in 0..if size == 3 { 2 } else { 6 } {
            if bits.flag()? {
                let count = 64.min(1 << (4 + 2 * size));
                bits.skip_ue(count + u32::from(size > 1))?;
            } else {
                bits.skip_ue(1)?;
            }
        }
    }
    Some(())
}

/// Differences in picture order, before and after, nearest first.
#[derive(Default)]
struct References {
    before: Vec<i32>,
    after: Vec<i32>,
}

/// Put a difference in its place, nearest first.
fn insert(list: &mut Vec<i32>, order: i32) {
    let place = list.iter().take_while(|other| other.abs() < order.abs()).count();
    list.insert(place, order);
}

/// ITU-T H.265, Short-term reference picture set syntax and semantics.
fn reference_set(bits: &mut Bits<'_>, index: u32, last: &References) -> Option<References> {
    let mut set = References::default();
    if index > 0 && bits.flag()? {
        let negative = bits.flag()?;
        let size = i32::try_from(bits.ue().filter(|size| *size < 0x8000)?).ok()? + 1;
        let delta = if negative { -size } else { size };
        // A flag for each difference of the last set, and one for its picture itself.
        let mut used = Vec::new();
        for _ in 0..=last.before.len() + last.after.len() {
            used.push(bits.flag()? || bits.flag()?);
        }
        let moved = last.before.iter().chain(&last.after).chain([&0]).map(|order| order + delta);
        for (order, used) in moved.zip(used) {
            match order.signum() {
                -1 if used => insert(&mut set.before, order),
                1 if used => insert(&mut set.after, order),
                _ => {}
            }
        }
        return Some(set);
    }
    let counts = [bits.ue().filter(|count| *count <= 16)?, bits.ue().filter(|count| *count <= 16)?];
    for (list, count, step) in [(&mut set.before, counts[0], -1), (&mut set.after, counts[1], 1)] {
        let mut order = 0i32;
        for _ in 0..count {
            let size = i32::try_from(bits.ue().filter(|size| *size < 0x8000)?).ok()? + 1;
            bits.skip(1)?;
            order += step * size;
            list.push(order);
        }
    }
    Some(set)
}

/// The id of a picture parameter set and of its sequence's. ITU-T H.265, Picture parameter set RBSP syntax.
pub(crate) fn picture_set(rbsp: &[u8]) -> Option<(u32, u32)> {
    let mut bits = Bits::new(rbsp);
    bits.skip(16)?;
    Some((bits.ue().filter(|id| *id < 64)?, bits.ue().filter(|id| *id < 16)?))
}

/// What is needed of a slice segment header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// `first_slice_segment_in_pic_flag`.
    pub(crate) first: bool,
    pub(crate) picture_set: u32,
}

/// ITU-T H.265, General slice segment header syntax.
pub(crate) fn slice(rbsp: &[u8]) -> Option<Slice> {
    let kind = unit_type(*rbsp.first()?);
    let mut bits = Bits::new(rbsp);
    bits.skip(16)?;
    let first = bits.flag()?;
    // no_output_of_prior_pics_flag
    bits.skip(usize::from((16..24).contains(&kind)))?;
    Some(Slice { first, picture_set: bits.ue().filter(|id| *id < 64)? })
}

/// BLA, IDR or CRA. ITU-T H.265, NAL unit header semantics: an intra random access point picture.
pub(crate) const fn is_random_access(kind: u8) -> bool {
    matches!(kind, 16..=21)
}

/// The configuration record. ISO/IEC 14496-15, HEVC decoder configuration record.
pub(crate) fn record(sequence: &Sequence, sets: &[&Set]) -> Vec<u8> {
    let mut out = alloc::vec![1];
    out.extend_from_slice(&sequence.profile);
    out.extend_from_slice(&[0xF0, 0, 0xFC, 0xFC | sequence.chroma_format]);
    out.extend_from_slice(&[0xF8 | sequence.luma_depth, 0xF8 | sequence.chroma_depth, 0, 0]);
    out.push(sequence.sub_layers << 3 | u8::from(sequence.nested) << 2 | 3);
    let kinds = [VPS, SPS, PPS];
    out.push(kinds.iter().filter(|kind| sets.iter().any(|set| set.kind == **kind)).count() as u8);
    for kind in kinds {
        let of_kind = || sets.iter().filter(|set| set.kind == kind);
        let count = of_kind().count() as u16;
        if count == 0 {
            continue;
        }
        out.push(0x80 | kind); // all sets of the kind are here
        out.extend_from_slice(&count.to_be_bytes());
        for set in of_kind() {
            out.extend_from_slice(&(set.bytes.len() as u16).to_be_bytes());
            out.extend_from_slice(&set.bytes);
        }
    }
    out
}

/// The codec string. ISO/IEC 14496-15, Codecs parameter of HEVC streams.
pub(crate) fn codec(sequence: &Sequence) -> String {
    let [general, a, b, c, d, constraints @ .., level] = sequence.profile;
    let mut out = String::from("hvc1.");
    if let Some(space) = [' ', 'A', 'B', 'C'].get(usize::from(general >> 6)).filter(|space| **space != ' ') {
        out.push(*space);
    }
    push_number(&mut out, u64::from(general & 31), 0);
    out.push('.');
    // Compatibility flags, the first one lowest, without zeros in front.
    let flags = u32::from_be_bytes([a, b, c, d]).reverse_bits();
    let bytes = flags.to_be_bytes();
    let zeros = (flags.leading_zeros() / 4).min(7) as usize;
    let mut digits = String::new();
    for byte in bytes {
        push_hex(&mut digits, byte);
    }
    out.push_str(digits.get(zeros..).unwrap_or(""));
    out.push_str(if general & 0x20 != 0 { ".H" } else { ".L" });
    push_number(&mut out, level.into(), 0);
    let last = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for byte in constraints.iter().take(last) {
        out.push('.');
        let mut digits = String::new();
        push_hex(&mut digits, *byte);
        out.push_str(digits.strip_prefix('0').unwrap_or(&digits));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remux::tests::Writer;

    /// Main profile, level 3.1; two sub-layers of which one has a level.
    fn head(w: &mut Writer) {
        w.u(16, 0x4201).u(4, 0).u(3, 1).u(1, 1);
        w.u(8, 1).u(32, 0x6000_0000).u(32, 0x9000_0000).u(16, 0).u(8, 93);
        w.u(16, 0x4000).u(8, 90);
    }

    #[test]
    fn cropping_aspect_and_timing_behind_reference_sets() {
        let mut w = Writer::default();
        head(&mut w);
        w.ue(2).ue(1).ue(1_920).ue(1_088).u(1, 1).ue(0).ue(0).ue(0).ue(4).ue(2).ue(2);
        w.ue(4).u(1, 1);
        for _ in 0..6 {
            w.ue(1);
        }
        for _ in 0..6 {
            w.ue(0);
        }
        w.u(1, 0).u(2, 3).u(1, 0);
        w.ue(2); // reference sets: -1 -3 | +2; then the same moved by -1, without the one at +1
        w.ue(2).ue(1).ue(0).u(1, 1).ue(1).u(1, 1).ue(1).u(1, 1);
        w.u(1, 1).u(1, 1).ue(0).u(1, 1).u(1, 1).u(2, 0).u(1, 1);
        w.u(1, 1).ue(1).u(8, 17).u(1, 1); // one long-term picture of 8 bits
        w.u(2, 3).u(1, 1);
        w.u(1, 1).u(8, 2).u(1, 0).u(1, 0).u(1, 0).u(3, 0).u(1, 0);
        w.u(1, 1).u(32, 1_001).u(32, 30_000);
        let set = sequence(&w.done()).unwrap();
        let picture = &set.picture;
        assert_eq!((set.id, picture.width, picture.height), (2, 1_920, 1_080));
        assert_eq!((picture.aspect, picture.ticks), ((12, 11), 3_003));
        assert_eq!((set.luma_depth, set.sub_layers, set.nested), (2, 2, true));
        assert_eq!(codec(&set), "hvc1.1.6.L93.90");
    }

    #[test]
    fn a_set_without_the_end_is_a_set_that_says_less() {
        let mut w = Writer::default();
        head(&mut w);
        w.ue(0).ue(1).ue(64).ue(64).u(1, 0).ue(0).ue(0);
        let bytes = w.done();
        assert_eq!(sequence(&bytes).unwrap().picture.width, 64);
        for end in 0..bytes.len() - 1 {
            assert_eq!(sequence(&bytes[..end]), None);
        }
    }

    #[test]
    fn slices() {
        assert_eq!(slice(&[0x26, 1, 0b1010_0000]), Some(Slice { first: true, picture_set: 0 }));
        assert_eq!(slice(&[0x02, 1, 0b0010_0000]), Some(Slice { first: false, picture_set: 1 }));
        assert_eq!(slice(&[0x02, 1]), None);
        assert!(is_random_access(unit_type(0x2A)) && !is_random_access(unit_type(0x02)));
    }
}
