//! The header of a packetised elementary stream packet. ISO/IEC 13818-1, PES packet.

/// What a PES header says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// `PTS`, 33 bits.
    pub(crate) pts: Option<u64>,
    /// `DTS`, 33 bits; the same as `pts` where it is not transmitted.
    pub(crate) dts: Option<u64>,
    /// Bytes of payload behind the header; `None` where the length is left open.
    pub(crate) payload: Option<usize>,
    /// `PES_scrambling_control` is not zero.
    pub(crate) scrambled: bool,
}

/// What the beginning of a PES packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// The header needs more bytes.
    More,
    /// Not a PES packet, or one without the header that media has (padding, ECM, directory).
    Bad,
    /// A header of so many bytes.
    Header(Header, usize),
}

/// Read the header at the beginning of `bytes`.
pub(crate) fn read(bytes: &[u8]) -> Start {
    let Some(&[zero, also_zero, one, id, length_high, length_low, flags, more_flags, extent]) =
        bytes.first_chunk::<9>()
    else {
        return if b"\0\0\x01".starts_with(bytes.get(..3).unwrap_or(bytes)) {
            Start::More
        } else {
            Start::Bad
        };
    };
    let without_header = matches!(id, 0xBC | 0xBE | 0xBF | 0xF0..=0xF2 | 0xF8 | 0xFF);
    if [zero, also_zero, one] != [0, 0, 1] || without_header || flags & 0xC0 != 0x80 {
        return Start::Bad;
    }
    let end = 9 + usize::from(extent);
    let Some(fields) = bytes.get(9..end) else { return Start::More };
    let length = usize::from(u16::from_be_bytes([length_high, length_low]));
    let mut header = Header { scrambled: flags & 0x30 != 0, ..Header::default() };
    if length > 0 {
        header.payload = Some((6 + length).saturating_sub(end));
    }
    let (stamps, _) = fields.as_chunks::<5>();
    if more_flags & 0x80 != 0 {
        header.pts = stamps.first().map(stamp);
        header.dts = header.pts;
        if more_flags & 0x40 != 0 {
            header.dts = stamps.get(1).map(stamp).or(header.pts);
        }
    }
    Start::Header(header, end)
}

/// 33 bits among marker bits, which are not checked.
fn stamp(bytes: &[u8; 5]) -> u64 {
    let [a, b, c, d, e] = bytes.map(u64::from);
    (a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    /// A PES packet around `payload`.
    pub(crate) fn pes(id: u8, pts: u64, dts: u64, payload: &[u8], open: bool) -> Vec<u8> {
        let length = if open { 0 } else { 13 + payload.len() };
        let mut bytes = vec![0, 0, 1, id, (length >> 8) as u8, length as u8, 0x84, 0xC0, 10];
        for (mark, time) in [(0x31, pts), (0x11, dts)] {
            bytes.push(mark | (time >> 29) as u8 & 0x0E);
            bytes.push((time >> 22) as u8);
            bytes.push((time >> 14) as u8 | 1);
            bytes.push((time >> 7) as u8);
            bytes.push((time << 1) as u8 | 1);
        }
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn stamps_of_all_33_bits() {
        for (pts, dts) in [(0, 0), ((1 << 33) - 1, 1 << 32), (0x1_2345_6789, 0xABCD_EF01)] {
            let bytes = pes(0xE0, pts, dts, &[1, 2, 3], false);
            let Start::Header(header, end) = read(&bytes) else { panic!() };
            assert_eq!((header.pts, header.dts), (Some(pts), Some(dts)));
            assert_eq!((header.payload, end), (Some(3), 19));
            for cut in 0..end {
                assert_eq!(read(&bytes[..cut]), Start::More);
            }
        }
    }

    #[test]
    fn what_is_no_media() {
        assert_eq!(read(&[0, 0, 2]), Start::Bad);
        assert_eq!(read(&[0, 0, 1, 0xBE, 0, 9, 0x80, 0, 0, 0]), Start::Bad);
        assert_eq!(read(&[0, 0, 1, 0xE0, 0, 0, 0x00, 0, 0]), Start::Bad);
        let Start::Header(header, 9) = read(&[0, 0, 1, 0xE0, 0, 0, 0xB0, 0, 0]) else { panic!() };
        assert!(header.scrambled && header.pts.is_none() && header.payload.is_none());
    }
}
