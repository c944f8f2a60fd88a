//! ID3 tags. ID3 tag version 2.4.0, ID3v2 overview, and version 2.3.0.

use crate::bytes::Reader;

/// Bytes of a tag's header.
pub(crate) const HEADER: usize = 10;
/// Owner of the PRIV frame that holds the time. RFC 8216bis, Packed Audio.
const OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";

/// Length in bytes of the tag whose header begins `bytes`, with header and footer.
///
/// ID3v2 header: the size has seven bits a byte.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let [b'I', b'D', b'3', _, _, flags, size @ ..] = bytes.first_chunk::<HEADER>()? else { return None };
    let footer = if flags & 0x10 != 0 { HEADER } else { 0 };
    Some(HEADER + seven_bits(*size) as usize + footer)
}

fn seven_bits(bytes: [u8; 4]) -> u32 {
    bytes.iter().fold(0, |value, byte| value << 7 | u32::from(byte & 0x7F))
}

/// What a tag says of a packed segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag {
    /// 33 bits of the transport stream's clock.
    pub(crate) pts: Option<u64>,
    /// It has frames besides the time.
    pub(crate) more: bool,
}

/// Read the frames of a whole tag. ID3v2 frame overview; Private frame.
pub(crate) fn read(bytes: &[u8]) -> Tag {
    let mut tag = Tag::default();
    let mut reader = Reader::new(bytes);
    let Some(&[_, _, _, version, _, flags, ..]) =
        reader.take(HEADER).and_then(|head| head.first_chunk::<HEADER>())
    else {
        return tag;
    };
    if flags & 0x40 != 0 && extended_header(&mut reader, version).is_none() {
        return tag;
    }
    while frame(&mut reader, version, &mut tag).is_some() {}
    tag
}

fn extended_header(reader: &mut Reader<'_>, version: u8) -> Option<()> {
    let size: [u8; 4] = reader.take(4)?.try_into().ok()?;
    // Version 4 counts the size field itself.
    let rest = if version >= 4 { seven_bits(size).checked_sub(4)? } else { u32::from_be_bytes(size) };
    reader.take(rest as usize).map(|_| ())
}

fn frame(reader: &mut Reader<'_>, version: u8, tag: &mut Tag) -> Option<()> {
    let name = reader.take(4)?;
    let size: [u8; 4] = reader.take(4)?.try_into().ok()?;
    reader.take(2)?;
    // Padding has no name.
    if name.first() == Some(&0) {
        return None;
    }
    let size = if version >= 4 { seven_bits(size) } else { u32::from_be_bytes(size) };
    let content = reader.take(size as usize)?;
    match content.strip_prefix(OWNER).and_then(|time| time.first_chunk::<8>()) {
        Some(time) if name == b"PRIV" => tag.pts = Some(u64::from_be_bytes(*time) & ((1 << 33) - 1)),
        _ => tag.more = true,
    }
    Some(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// A tag of version 4 around frames.
    pub(crate) fn tag(frames: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, content) in frames {
            body.extend_from_slice(*name);
            body.extend_from_slice(&[0, 0, (content.len() >> 7) as u8, (content.len() & 127) as u8, 0, 0]);
            body.extend_from_slice(content);
        }
        let mut bytes = b"ID3\x04\0\0\0\0".to_vec();
        bytes.extend_from_slice(&[(body.len() >> 7) as u8, (body.len() & 127) as u8]);
        bytes.extend_from_slice(&body);
        bytes
    }

    /// A tag that gives the time.
    pub(crate) fn time(pts: u64) -> Vec<u8> {
        let mut content = OWNER.to_vec();
        content.extend_from_slice(&pts.to_be_bytes());
        tag(&[(b"PRIV", &content)])
    }

    #[test]
    fn the_time_and_other_frames() {
        let bytes = time(0x1_FFFF_FFFE);
        assert_eq!(length(&bytes), Some(bytes.len()));
        assert_eq!(read(&bytes), Tag { pts: Some(0x1_FFFF_FFFE), more: false });
        assert_eq!(read(&tag(&[(b"TIT2", b"\x03a")])), Tag { pts: None, more: true });
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]).pts, None);
        }
        assert_eq!(length(b"ID4\x04\0\0\0\0\0\0"), None);
        assert_eq!(length(b"ID3\x04\0\x10\0\0\x01\x02"), Some(150));
    }
}
