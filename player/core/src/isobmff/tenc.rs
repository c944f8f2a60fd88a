//! Track Encryption Box, with its PIFF ancestor, and the `seig` sample group entry that overrides it.

use super::fields::{whole, Fields};

/// How samples are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tenc {
    /// `default_isProtected`.
    pub default_isProtected: bool,
    /// `default_Per_Sample_IV_Size`: 0, 8 or 16; 0: the constant IV.
    pub default_Per_Sample_IV_Size: u8,
    /// `default_KID`.
    pub default_KID: [u8; 16],
    /// `default_crypt_byte_block`, in blocks of 16 bytes; 0: all of it.
    pub default_crypt_byte_block: u8,
    /// `default_skip_byte_block`.
    pub default_skip_byte_block: u8,
    /// `default_constant_IV_size`.
    pub default_constant_IV_size: u8,
    /// `default_constant_IV`, zeros behind its size.
    pub default_constant_IV: [u8; 16],
}

impl Tenc {
    /// ISO/IEC 23001-7, Track Encryption Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, _) = reader.full_box();
        let mut tenc = Self::read_entry(reader.rest())?;
        if version == 0 {
            (tenc.default_crypt_byte_block, tenc.default_skip_byte_block) = (0, 0);
        }
        Some(tenc)
    }

    /// ISO/IEC 23001-7, CencSampleEncryptionInformationGroupEntry; the fields of a `tenc` too.
    pub fn read_entry(entry: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(entry);
        reader.u8();
        let blocks = reader.u8();
        let mut tenc = Self::protected(&mut reader)?;
        tenc.default_crypt_byte_block = blocks >> 4;
        tenc.default_skip_byte_block = blocks & 15;
        if tenc.default_isProtected && tenc.default_Per_Sample_IV_Size == 0 {
            let size = reader.u8();
            if !matches!(size, 8 | 16) {
                return None;
            }
            tenc.default_constant_IV_size = size;
            tenc.default_constant_IV = iv(&mut reader, size);
        }
        whole(tenc, &reader)
    }

    /// The fields of the `uuid` box of PIFF, behind its usertype; its AlgorithmID, of 24 bits, ends
    /// where `isProtected` stands. Protected Interoperable File Format, Track Encryption Box.
    pub fn read_piff(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        reader.full_box();
        Self::read_algorithm(&mut reader)
    }

    /// AlgorithmID, IV_size and KID as PIFF writes them.
    pub(super) fn read_algorithm(reader: &mut Fields<'_>) -> Option<Self> {
        reader.u16();
        Self::protected(reader)
    }

    fn protected(reader: &mut Fields<'_>) -> Option<Self> {
        let protected = reader.u8() != 0;
        let iv_size = reader.u8();
        if !matches!(iv_size, 0 | 8 | 16) {
            return None;
        }
        whole(
            Self {
                default_isProtected: protected,
                default_Per_Sample_IV_Size: iv_size,
                default_KID: reader.id16(),
                ..Self::default()
            },
            reader,
        )
    }
}

/// An initialization vector of 0, 8 or 16 bytes, zeros behind it.
pub(super) fn iv(reader: &mut Fields<'_>, size: u8) -> [u8; 16] {
    let bytes = reader.take(usize::from(size));
    let mut iv = [0; 16];
    for (to, from) in iv.iter_mut().zip(bytes) {
        *to = *from;
    }
    iv
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned};
    use super::*;

    #[test]
    fn cenc_has_an_iv_for_each_sample() {
        let payload = versioned(0, 0, &cat(&[&[0, 0x19, 1, 8], &[7; 16]]));
        let expected = Tenc {
            default_isProtected: true,
            default_Per_Sample_IV_Size: 8,
            default_KID: [7; 16],
            ..Tenc::default()
        };
        assert_eq!(Tenc::read(&payload), Some(expected), "the pattern counts from version 1");
        damage(&payload, Tenc::read, 24);
        assert_eq!(Tenc::read_piff(&payload), Some(expected));
    }

    #[test]
    fn cbcs_has_a_pattern_and_one_iv() {
        let payload = versioned(1, 0, &cat(&[&[0, 0x19, 1, 0], &[7; 16], &[16], &[9; 16]]));
        let tenc = Tenc::read(&payload).unwrap();
        assert_eq!((tenc.default_crypt_byte_block, tenc.default_skip_byte_block), (1, 9));
        assert_eq!((tenc.default_constant_IV_size, tenc.default_constant_IV), (16, [9; 16]));
        damage(&payload, Tenc::read, 41);
    }

    #[test]
    fn odd_iv_sizes_are_refused() {
        assert_eq!(Tenc::read(&versioned(0, 0, &cat(&[&[0, 0, 1, 12], &[7; 16]]))), None);
        assert_eq!(Tenc::read(&versioned(0, 0, &cat(&[&[0, 0, 1, 0], &[7; 16], &[17], &[9; 17]]))), None);
    }
}
