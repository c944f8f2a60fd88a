//! Sample Encryption Box, and its PIFF ancestor.

use super::fields::{whole, Fields};
use super::tenc::Tenc;

/// The table of initialization vectors and subsamples, still to be walked: how long its rows are
/// depends on the track's encryption.
#[derive(Clone, Copy, Debug)]
pub struct Senc<'a> {
    /// Whether rows have subsamples (`UseSubSampleEncryption`).
    pub subsamples: bool,
    /// `sample_count`.
    pub sample_count: u32,
    /// The rows.
    pub table: &'a [u8],
    /// What PIFF lets a fragment say in place of the track's encryption.
    pub override_tenc: Option<Tenc>,
}

impl<'a> Senc<'a> {
    /// ISO/IEC 23001-7, Sample Encryption Box.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (_, flags) = reader.full_box();
        Self::table(reader, flags, None)
    }

    /// The `uuid` box behind its usertype.
    /// Protected Interoperable File Format, Sample Encryption Box.
    pub fn read_piff(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (_, flags) = reader.full_box();
        let tenc = if flags & 1 != 0 { Some(Tenc::read_algorithm(&mut reader)?) } else { None };
        Self::table(reader, flags, tenc)
    }

    fn table(mut reader: Fields<'a>, flags: u32, override_tenc: Option<Tenc>) -> Option<Self> {
        whole(
            Self {
                subsamples: flags & 2 != 0,
                sample_count: reader.u32(),
                table: reader.rest(),
                override_tenc,
            },
            &reader,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, versioned, words};
    use super::*;

    #[test]
    fn the_standard_and_piff() {
        let payload = versioned(0, 2, &cat(&[&words(&[1]), &[1; 8]]));
        let senc = Senc::read(&payload).unwrap();
        assert_eq!((senc.subsamples, senc.sample_count, senc.table), (true, 1, &[1; 8][..]));
        let payload = versioned(0, 1, &cat(&[&[0, 0, 1, 8], &[5; 16], &words(&[0])]));
        let senc = Senc::read_piff(&payload).unwrap();
        assert_eq!(senc.override_tenc.unwrap().default_KID, [5; 16]);
        for end in 0..payload.len() {
            assert!(Senc::read_piff(&payload[..end]).is_none());
        }
    }
}
