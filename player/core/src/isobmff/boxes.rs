//! Boxes in bytes: the header, and the walk over the boxes of a container.

use super::fields::Fields;
use super::fourcc::FourCc;
use crate::error::{ErrorKind, ParseError};

/// The usertype of PIFF's Track Encryption Box. Protected Interoperable File Format, Track Encryption Box.
pub const PIFF_TENC: [u8; 16] = 0x8974dbce_7be7_4c51_84f9_7148f9882554_u128.to_be_bytes();

/// The usertype of PIFF's Sample Encryption Box. Protected Interoperable File Format, Sample Encryption Box.
pub const PIFF_SENC: [u8; 16] = 0xa2394f52_5a9b_4f14_a244_6c427c648df4_u128.to_be_bytes();

/// The usertype of PIFF's header box, laid out as `pssh` of version 0.
/// Protected Interoperable File Format, Protection System Specific Header Box.
pub const PIFF_PSSH: [u8; 16] = 0xd08a4f18_10f3_4a82_b6c8_32d8aba183d3_u128.to_be_bytes();

/// What stands before a box's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// `type`.
    pub kind: FourCc,
    /// Bytes of the header: 8, or 16 with a `largesize`. A `uuid` box's usertype counts as content.
    pub len: u8,
    /// Bytes of the whole box; `None`: up to the end of what holds it (`size` 0).
    pub size: Option<u64>,
}

impl Header {
    /// ISO/IEC 14496-12, Object Structure. `Ok(None)` where more bytes are needed; an error where
    /// the size is less than the header.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, ErrorKind> {
        let mut fields = Fields::new(bytes);
        let (size, kind) = (fields.u32(), FourCc(fields.u32()));
        let (len, size) = match size {
            1 => (16, fields.u64()),
            size => (8, u64::from(size)),
        };
        if fields.passed_end() {
            return Ok(None);
        }
        if size == 0 && len == 8 {
            return Ok(Some(Self { kind, len, size: None }));
        }
        if size < u64::from(len) {
            return Err(ErrorKind::Malformed);
        }
        Ok(Some(Self { kind, len, size: Some(size) }))
    }
}

/// One box, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Box<'a> {
    /// `type`.
    pub kind: FourCc,
    /// Where it starts, counted like the offset that its walk began with.
    pub offset: u64,
    /// Bytes of its header.
    pub header: u8,
    /// All of it, with its header.
    pub bytes: &'a [u8],
}

impl<'a> Box<'a> {
    /// What stands behind the header.
    #[inline(never)]
    pub fn payload(&self) -> &'a [u8] {
        self.bytes.get(usize::from(self.header)..).unwrap_or(&[])
    }

    /// The boxes in it, behind `skip` bytes of its own fields.
    #[inline(never)]
    pub fn boxes(&self, skip: usize) -> Boxes<'a> {
        let at = usize::from(self.header).saturating_add(skip);
        Boxes::new(self.bytes.get(at..).unwrap_or(&[]), self.offset.saturating_add(at as u64))
    }

    /// Its content through `read`; nothing is an error at this box that names it.
    pub fn parse<T>(
        &self,
        cause: &'static Cause,
        read: impl FnOnce(&'a [u8]) -> Option<T>,
    ) -> Result<T, Fault> {
        read(self.payload()).ok_or_else(|| fail(cause, self.offset))
    }

    /// The content of a `uuid` box of that usertype.
    pub fn usertype(&self, usertype: &[u8; 16]) -> Option<&'a [u8]> {
        if self.kind != FourCc::UUID {
            return None;
        }
        self.payload().strip_prefix(usertype)
    }
}

/// A walk over boxes that stand one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct Boxes<'a> {
    rest: &'a [u8],
    offset: u64,
    partial: bool,
}

impl<'a> Boxes<'a> {
    /// The boxes of `bytes`, which stand at `offset`.
    pub const fn new(bytes: &'a [u8], offset: u64) -> Self {
        Self { rest: bytes, offset, partial: false }
    }

    /// The same where the end of `bytes` may be missing: the last box is what there is of it.
    pub const fn partial(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0, partial: true }
    }

    /// The next box; `None` at the end.
    ///
    /// A box that ends behind its container is an error, and so are stray bytes, except fewer
    /// than eight zeros, which QuickTime writes as an end mark.
    pub fn next_box(&mut self) -> Result<Option<Box<'a>>, Fault> {
        let rest = self.rest;
        let header = match Header::read(rest) {
            Ok(Some(header)) => header,
            Ok(None) if self.partial || (rest.len() < 8 && rest.iter().all(|byte| *byte == 0)) => {
                self.rest = &[];
                return Ok(None);
            }
            _ => return Err(fail(&(ErrorKind::Malformed, "the header of a box"), self.offset)),
        };
        let size = header.size.map_or(rest.len(), |size| usize::try_from(size).unwrap_or(usize::MAX));
        let size = if self.partial { size.min(rest.len()) } else { size };
        let (bytes, rest) = rest.split_at_checked(size).ok_or_else(|| {
            fail(&(ErrorKind::Malformed, "a box that ends within what holds it"), self.offset)
        })?;
        let offset = self.offset;
        self.rest = rest;
        self.offset = offset.saturating_add(size as u64);
        let kind = header.kind;
        #[cfg(feature = "switch")]
        let kind = if bitaca_player_scan::switch::is_off(&kind.bytes()) { FourCc::default() } else { kind };
        Ok(Some(Box { kind, offset, header: header.len, bytes }))
    }

    /// The next box of a kind.
    pub fn find(&mut self, kind: FourCc) -> Result<Option<Box<'a>>, Fault> {
        while let Some(one) = self.next_box()? {
            if one.kind == kind {
                return Ok(Some(one));
            }
        }
        Ok(None)
    }

    /// The walk over the content of a box of this walk, as partial as this one.
    pub(super) fn within(self, one: &Box<'a>) -> Self {
        Self { partial: self.partial, ..one.boxes(0) }
    }
}

/// What went wrong.
pub type Cause = (ErrorKind, &'static str);

/// An error on its way out: half the size of a [`ParseError`], which it becomes at the border. Every
/// `?` copies it, and there are many.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    cause: &'static Cause,
    offset: u32,
}

impl From<Fault> for ParseError {
    fn from(fault: Fault) -> Self {
        let (kind, what) = *fault.cause;
        Self { kind, offset: fault.offset, what }
    }
}

/// An error at a position of 64 bits, which the error keeps in 32.
#[cold]
#[inline(never)]
pub(super) fn fail(cause: &'static Cause, offset: u64) -> Fault {
    Fault { cause, offset: offset.min(u64::from(u32::MAX)) as u32 }
}

#[cfg(test)]
mod tests {
    use super::super::build::{boxed, large};
    use super::*;
    use alloc::vec::Vec;

    fn kinds(bytes: &[u8]) -> Result<Vec<(FourCc, u64, usize)>, ParseError> {
        let mut boxes = Boxes::new(bytes, 100);
        let mut found = Vec::new();
        while let Some(one) = boxes.next_box()? {
            found.push((one.kind, one.offset, one.payload().len()));
        }
        Ok(found)
    }

    #[test]
    fn sizes_of_32_and_64_bits_and_to_the_end() {
        let mut bytes = boxed(b"free", &[1, 2]);
        bytes.extend(large(b"mdat", &[3]));
        bytes.extend([0, 0, 0, 0, b'm', b'o', b'o', b'f', 9, 9, 9]);
        let expected = [(FourCc(0x6672_6565), 100, 2), (FourCc::MDAT, 110, 1), (FourCc::MOOF, 127, 3)];
        assert_eq!(kinds(&bytes).unwrap(), expected);
    }

    #[test]
    fn what_does_not_fit_is_an_error_at_its_offset() {
        let mut bytes = boxed(b"free", &[]);
        bytes.extend([0, 0, 0, 9, b'm', b'o', b'o', b'v']);
        assert_eq!(kinds(&bytes).unwrap_err().offset, 108);
        assert_eq!(kinds(&[0, 0, 0, 7, 1, 2, 3, 4]).unwrap_err().kind, ErrorKind::Malformed);
        assert_eq!(kinds(&[0, 0, 0, 1, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 15]).unwrap_err().offset, 100);
        assert!(kinds(&[0, 0, 0, 0]).unwrap().is_empty(), "QuickTime's end mark");
        assert!(kinds(&[0, 0, 1]).is_err());
    }

    #[test]
    fn a_partial_walk_gives_what_there_is() {
        let bytes = boxed(b"moof", &[7; 20]);
        for end in 8..bytes.len() {
            let one = Boxes::partial(&bytes[..end]).next_box().unwrap().unwrap();
            assert_eq!((one.kind, one.payload().len()), (FourCc::MOOF, end - 8));
        }
        assert_eq!(Boxes::partial(&bytes[..7]).next_box().unwrap(), None);
    }
}
