//! Network abstraction layer units in a byte stream. ITU-T H.264, Byte stream format (Annex B);
//! ITU-T H.265 has the same format.

use alloc::vec::Vec;

/// Where the next start code `00 00 01` begins, at or after `from`.
///
/// Looks at eight bytes at a time: a word without a zero byte cannot hold the beginning of one.
pub(crate) fn next_start_code(bytes: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let rest = bytes.get(from..)?;
    let mut at = from;
    let (words, tail) = rest.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The lowest marked byte is a true zero; bytes above it may be marked wrongly, no zero is missed.
        let mut zeros = word.wrapping_sub(ONES) & !word & HIGH;
        while zeros != 0 {
            let start = at + (zeros.trailing_zeros() / 8) as usize;
            if bytes.get(start..start + 3) == Some(&[0, 0, 1]) {
                return Some(start);
            }
            zeros &= zeros - 1;
        }
        at += 8;
    }
    (at..at + tail.len()).find(|&start| bytes.get(start..start + 3) == Some(&[0, 0, 1]))
}

/// Write a unit's payload into `out` without its emulation prevention bytes.
///
/// ITU-T H.264, NAL unit semantics: in `00 00 03` the last byte is dropped.
pub(crate) fn unescape(unit: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut zeros = 0;
    for &byte in unit {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
}

/// A unit without the zero bytes between it and the next start code.
pub(crate) fn trim(unit: &[u8]) -> &[u8] {
    let end = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    unit.get(..end).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn start_codes_at_every_alignment() {
        for before in 0..40 {
            for fill in [0xFFu8, 1, 0x80, 3] {
                let mut bytes = vec![fill; before];
                bytes.extend_from_slice(&[0, 0, 1, 9]);
                assert_eq!(next_start_code(&bytes, 0), Some(before));
                assert_eq!(next_start_code(&bytes, before), Some(before));
                assert_eq!(next_start_code(&bytes, before + 1), None);
            }
        }
    }

    #[test]
    fn the_word_search_finds_what_a_plain_search_finds() {
        let mut seed = 7u32;
        let mut bytes = vec![0u8; 4_096];
        for byte in &mut bytes {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (seed >> 29) as u8 / 2;
        }
        let plain = |from: usize| (from..bytes.len()).find(|&at| bytes[at..].starts_with(&[0, 0, 1]));
        for from in 0..bytes.len() {
            assert_eq!(next_start_code(&bytes, from), plain(from));
        }
        assert_eq!(next_start_code(&bytes, bytes.len() + 1), None);
    }

    #[test]
    fn emulation_prevention() {
        let mut out = vec![1];
        unescape(&[0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3, 0, 3], &mut out);
        assert_eq!(out, [0, 0, 1, 0, 0, 0, 0, 3, 0, 3]);
        assert_eq!(trim(&[5, 0, 6, 0, 0]), [5, 0, 6]);
        assert_eq!(trim(&[0, 0]), [0u8; 0]);
    }
}
