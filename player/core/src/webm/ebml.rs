//! EBML elements in bytes. RFC 8794.

use crate::bytes::Reader;

/// One element, or the start of one whose end is not known or not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Element ID with its length marker, as tables of Matroska list it.
    pub id: u32,
    /// Where its content stands, counted like the walk.
    pub offset: u64,
    /// Bytes of its content; `None`: up to the end of what holds it.
    pub size: Option<u64>,
    /// What there is of its content.
    pub content: &'a [u8],
}

/// A walk over elements that stand one behind the other. The last may be cut off.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
    offset: u64,
}

impl<'a> Elements<'a> {
    /// The elements of `bytes`, which stand at `offset`.
    pub const fn new(bytes: &'a [u8], offset: u64) -> Self {
        Self { rest: bytes, offset }
    }

    /// RFC 8794, Element Data Size, which may be unknown. `None` at the end, or where no
    /// element is.
    pub fn next_element(&mut self) -> Option<Element<'a>> {
        let mut reader = Reader::new(self.rest);
        let id = u32::try_from(vint(&mut reader, true)?).ok()?;
        let size = vint(&mut reader, false)?;
        let size = (size != u64::MAX).then_some(size);
        let header = (self.rest.len() - reader.rest().len()) as u64;
        let here = reader.rest().len();
        let length = size.map_or(here, |size| usize::try_from(size).unwrap_or(usize::MAX).min(here));
        let content = reader.take(length)?;
        let offset = self.offset.saturating_add(header);
        self.rest = reader.rest();
        self.offset = offset.saturating_add(length as u64);
        Some(Element { id, offset, size, content })
    }
}

impl<'a> Element<'a> {
    /// The elements in it.
    pub const fn children(&self) -> Elements<'a> {
        Elements::new(self.content, self.offset)
    }

    /// Whether all of its content is there.
    pub fn is_whole(&self) -> bool {
        self.size == Some(self.content.len() as u64)
    }

    /// An unsigned integer. RFC 8794, Unsigned Integer Element.
    pub fn unsigned(&self) -> Option<u64> {
        let fits = self.content.len() <= 8;
        fits.then(|| self.content.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// A float of 4 or 8 bytes. RFC 8794, Float Element.
    pub fn float(&self) -> Option<f64> {
        match self.content.len() {
            4 => Some(f64::from(f32::from_bits(self.unsigned()? as u32))),
            8 => Some(f64::from_bits(self.unsigned()?)),
            _ => None,
        }
    }

    /// A string, which zeros may follow. RFC 8794, String Element.
    pub fn string(&self) -> &'a str {
        let end = self.content.iter().position(|byte| *byte == 0).unwrap_or(self.content.len());
        self.content.get(..end).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

/// A variable-size integer of 1 to 8 bytes, its marker kept or dropped; dropped, all ones stand
/// for "unknown" and give the largest number. RFC 8794, Variable-Size Integer.
fn vint(reader: &mut Reader<'_>, keep_marker: bool) -> Option<u64> {
    let first = reader.u8()?;
    let more = first.leading_zeros();
    let mut value = u64::from(first);
    for byte in reader.take(more as usize).filter(|_| more < 8)? {
        value = value << 8 | u64::from(*byte);
    }
    if keep_marker {
        return Some(value);
    }
    let mask = (1 << (7 * (more + 1))) - 1;
    value &= mask;
    Some(if value == mask { u64::MAX } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_each_length() {
        for (bytes, expected) in [
            (&[0x81][..], Some(1)),
            (&[0x40, 0x02], Some(2)),
            (&[0x01, 0, 0, 0, 0, 0, 0, 3], Some(3)),
            (&[0xFF], Some(u64::MAX)),
            (&[0x01, 255, 255, 255, 255, 255, 255, 255], Some(u64::MAX)),
            (&[0x00, 1], None),
            (&[0x40], None),
            (&[], None),
        ] {
            assert_eq!(vint(&mut Reader::new(bytes), false), expected, "{bytes:?}");
        }
    }

    #[test]
    fn elements_whole_cut_and_open() {
        let bytes = [0x1A, 0x45, 0xDF, 0xA3, 0x82, 7, 8, 0xEC, 0xFF, 9];
        let mut walk = Elements::new(&bytes, 100);
        let first = walk.next_element().unwrap();
        assert_eq!((first.id, first.offset, first.content), (0x1A45_DFA3, 105, &[7, 8][..]));
        assert!(first.is_whole());
        let open = walk.next_element().unwrap();
        assert_eq!((open.id, open.size, open.content), (0xEC, None, &[9][..]));
        assert_eq!(walk.next_element(), None);
        let cut = Elements::new(&bytes[..6], 0).next_element().unwrap();
        assert!(!cut.is_whole());
    }

    #[test]
    fn values() {
        fn of(content: &[u8]) -> Element<'_> {
            Element { id: 1, offset: 0, size: None, content }
        }
        assert_eq!(of(&[1, 0]).unsigned(), Some(256));
        assert_eq!(of(&[]).unsigned(), Some(0));
        assert_eq!(of(&[0; 9]).unsigned(), None);
        assert_eq!(of(&1.5f32.to_be_bytes()).float(), Some(1.5));
        assert_eq!(of(&(-2.5f64).to_be_bytes()).float(), Some(-2.5));
        assert_eq!(of(b"und\0\0").string(), "und");
        assert_eq!(of(b"\xFF").string(), "");
    }
}
