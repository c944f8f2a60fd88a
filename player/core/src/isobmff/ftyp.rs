//! File Type Box and Segment Type Box (`styp`).

use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// Which specifications a file or segment follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ftyp<'a> {
    /// `major_brand`.
    pub major_brand: FourCc,
    /// `minor_version`.
    pub minor_version: u32,
    /// `compatible_brands`, four bytes each.
    pub compatible_brands: &'a [u8],
}

impl<'a> Ftyp<'a> {
    /// ISO/IEC 14496-12, File Type Box; ISO/IEC 14496-12, Segment Type Box.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        whole(
            Self {
                major_brand: FourCc(reader.u32()),
                minor_version: reader.u32(),
                compatible_brands: reader.rest(),
            },
            &reader,
        )
    }

    /// Whether the brand is named, as major or compatible.
    pub fn has(&self, brand: FourCc) -> bool {
        self.major_brand == brand || self.compatible_brands.chunks_exact(4).any(|one| *one == brand.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    #[test]
    fn brands() {
        let payload = b"iso6\0\0\0\x01cmfcdash";
        let ftyp = Ftyp::read(payload).unwrap();
        assert_eq!((ftyp.major_brand.bytes(), ftyp.minor_version), (*b"iso6", 1));
        for (brand, expected) in [(b"iso6", true), (b"dash", true), (b"mp42", false)] {
            assert_eq!(ftyp.has(FourCc(u32::from_be_bytes(*brand))), expected);
        }
        damage(payload, |bytes| Ftyp::read(bytes).map(drop), 8);
    }
}
