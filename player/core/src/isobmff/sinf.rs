//! Protection Scheme Information Box: `frma`, `schm`, and `schi` with its `tenc`.

use super::boxes::{Box, Fault, PIFF_TENC};
use super::fourcc::FourCc;
use super::stsd::SampleEntry;
use super::tenc::Tenc;
use super::{frma, schm};
use crate::error::ErrorKind;

/// How a sample entry is encrypted, and what it would be in the clear.
/// ISO/IEC 14496-12, Protection Scheme Information Box; ISO/IEC 14496-12, Scheme Information Box.
pub(super) fn read(one: &Box<'_>, entry: &mut SampleEntry) -> Result<(), Fault> {
    let mut boxes = one.boxes(0);
    while let Some(child) = boxes.next_box()? {
        match child.kind {
            FourCc::FRMA => entry.format = child.parse(&(ErrorKind::Malformed, "frma"), frma::read)?,
            FourCc::SCHM => entry.scheme = Some(child.parse(&(ErrorKind::Malformed, "schm"), schm::read)?),
            // Of `tenc` and the `uuid` box of PIFF the standard's counts.
            FourCc::SCHI => {
                if let Some(tenc) = child.boxes(0).find(FourCc::TENC)? {
                    entry.tenc = Some(tenc.parse(&(ErrorKind::Malformed, "tenc"), Tenc::read)?);
                } else if let Some(piff) = child.boxes(0).find(FourCc::UUID)? {
                    entry.tenc = piff.usertype(&PIFF_TENC).and_then(Tenc::read_piff);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::boxes::{Boxes, PIFF_TENC};
    use super::super::build::{boxed, cat, full, versioned};
    use super::*;

    #[test]
    fn the_standard_and_piff() {
        let fields = cat(&[&[0, 0, 1, 8], &[7; 16]]);
        let piff = boxed(b"uuid", &cat(&[&PIFF_TENC, &versioned(0, 0, &fields)]));
        let standard = full(b"tenc", 0, 0, &fields);
        for tenc in [&piff, &standard, &cat(&[&piff, &standard])] {
            let bytes = boxed(
                b"sinf",
                &cat(&[
                    &boxed(b"frma", b"avc1"),
                    &full(b"schm", 0, 0, b"cenc\0\x01\0\0"),
                    &boxed(b"schi", tenc),
                ]),
            );
            let mut entry = SampleEntry::default();
            read(&Boxes::new(&bytes, 0).next_box().unwrap().unwrap(), &mut entry).unwrap();
            assert_eq!((entry.format, entry.scheme), (FourCc::AVC1, Some(FourCc::CENC)));
            assert_eq!(entry.tenc.unwrap().default_KID, [7; 16]);
        }
    }
}
