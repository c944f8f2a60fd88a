//! Protection System Specific Header Box: what a DRM system wants to see.

use super::fields::{whole, Fields};

/// Data for one DRM system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pssh<'a> {
    /// `SystemID`.
    pub SystemID: [u8; 16],
    /// `KID`, sixteen bytes each; version 1.
    pub KID: &'a [u8],
    /// `Data`.
    pub Data: &'a [u8],
}

impl<'a> Pssh<'a> {
    /// ISO/IEC 23001-7, Protection System Specific Header Box.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, _) = reader.full_box();
        let system = reader.id16();
        let kids = match version {
            0 => 0,
            _ => reader.u32(),
        };
        let kids = reader.rows(kids, 16);
        let size = reader.u32();
        whole(Self { SystemID: system, KID: kids, Data: reader.rows(size, 1) }, &reader)
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;

    #[test]
    fn both_versions() {
        let old = versioned(0, 0, &cat(&[&[1; 16], &words(&[3]), b"abc"]));
        assert_eq!(Pssh::read(&old), Some(Pssh { SystemID: [1; 16], KID: &[], Data: b"abc" }));
        damage(&old, |bytes| Pssh::read(bytes).map(drop), 27);
        let new = versioned(1, 0, &cat(&[&[1; 16], &words(&[2]), &[5; 32], &words(&[0])]));
        assert_eq!(Pssh::read(&new), Some(Pssh { SystemID: [1; 16], KID: &[5; 32], Data: &[] }));
        damage(&new, |bytes| Pssh::read(bytes).map(drop), 60);
        assert_eq!(Pssh::read(&versioned(1, 0, &cat(&[&[1; 16], &words(&[0x1000_0001])]))), None);
    }
}
