//! Searches and comparisons in blocks: eight bytes a step where one byte a step would do.

/// Every byte of a word set to `byte`.
const fn splat(byte: u8) -> u64 {
    0x0101_0101_0101_0101 * byte as u64
}

/// The high bit of each byte that is zero (and maybe of bytes above one that is).
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(splat(1)) & !word & splat(0x80)
}

/// Eight bytes at `at`, the first in the lowest bits.
#[inline(always)]
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let eight: &[u8; 8] = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*eight))
}

/// Where `wanted` first stands at or after `at`; the length where it does not.
#[inline(always)]
pub fn find(bytes: &[u8], mut at: usize, wanted: u8) -> usize {
    let pattern = splat(wanted);
    while let Some(eight) = word(bytes, at) {
        let found = zeros(eight ^ pattern);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| *byte != wanted) {
        at += 1;
    }
    at
}

/// Whether all bytes are ASCII.
pub fn is_ascii(bytes: &[u8]) -> bool {
    let blocks = bytes.chunks_exact(64);
    let rest = blocks.remainder().iter().fold(0, |sum, byte| sum | byte);
    for block in blocks {
        if block.iter().fold(0, |sum, byte| sum | byte) >= 0x80 {
            return false;
        }
    }
    rest < 0x80
}

/// Whether two slices hold the same bytes.
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (ones, others) = (one.chunks_exact(64), other.chunks_exact(64));
    let rest = ones.remainder() == others.remainder();
    rest && ones.zip(others).all(|(a, b)| a.iter().zip(b).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            for place in 0..=length {
                let mut bytes = vec![b'a'; length];
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = b'\n';
                }
                for from in 0..=length {
                    let expected = bytes.iter().skip(from).position(|byte| *byte == b'\n');
                    assert_eq!(find(&bytes, from, b'\n'), expected.map_or(length, |at| at + from));
                }
            }
        }
        // A byte one above the wanted one, right after it, is where the trick could err.
        assert_eq!(find(&[0x0A, 0x0B, 1, 2, 3, 4, 5, 6], 0, 0x0B), 1);
        assert_eq!(find(&[0x0B, 0x0A, 1, 2, 3, 4, 5, 6], 0, 0x0A), 1);
    }

    #[test]
    fn ascii_and_equality_see_every_byte() {
        for length in [0, 1, 63, 64, 65, 130] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 128) as u8).collect();
            assert!(is_ascii(&plain) && equal(&plain, &plain.clone()));
            for at in 0..length {
                let mut other = plain.clone();
                other[at] ^= 0x80;
                assert!(!is_ascii(&other) && !equal(&plain, &other));
            }
        }
        assert!(!equal(&[1], &[1, 2]));
    }
}
