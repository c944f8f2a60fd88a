//! Searches and comparisons in blocks: eight bytes a step where one byte a step would do.

use crate::work;

/// Every byte of a word set to `byte`.
const fn splat(byte: u8) -> u64 {
    0x0101_0101_0101_0101 * byte as u64
}

/// The high bit of each byte that is zero (and maybe of bytes above one that is).
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(splat(1)) & !word & splat(0x80)
}

/// Eight bytes at `at`, the first in the lowest bits.
#[inline(always)]
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let eight: &[u8; 8] = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*eight))
}

/// Sixteen bytes, where the machine has registers for them and the search is worth it.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn sixteen(bytes: &[u8], at: usize) -> Option<core::arch::wasm32::v128> {
    let block = bytes.get(at..)?.first_chunk::<16>()?;
    Some(core::arch::wasm32::u64x2(word(block, 0)?, word(block, 8)?))
}

/// A bit for each of sixteen bytes that is `wanted`.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn matches(block: core::arch::wasm32::v128, wanted: u8) -> u16 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat};
    u8x16_bitmask(u8x16_eq(block, u8x16_splat(wanted)))
}

/// Where `wanted` first stands at or after `at`; the length where it does not.
#[inline(always)]
pub fn find(bytes: &[u8], at: usize, wanted: u8) -> usize {
    let found = seek(bytes, at, wanted);
    work::visit(found.saturating_sub(at));
    found
}

/// As [`find`], for callers that count a whole stretch at once.
#[inline(always)]
pub(crate) fn seek(bytes: &[u8], mut at: usize, wanted: u8) -> usize {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    while let Some(block) = sixteen(bytes, at) {
        let found = matches(block, wanted);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 16;
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    while let Some(eight) = word(bytes, at) {
        let found = zeros(eight ^ splat(wanted));
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

/// Where the first of two bytes stands at or after `at`; the length where neither does. Not counted.
#[inline(always)]
pub(crate) fn seek_either(bytes: &[u8], mut at: usize, one: u8, other: u8) -> usize {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    while let Some(block) = sixteen(bytes, at) {
        let found = matches(block, one) | matches(block, other);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 16;
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    while let Some(eight) = word(bytes, at) {
        let found = zeros(eight ^ splat(one)) | zeros(eight ^ splat(other));
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| *byte != one && *byte != other) {
        at += 1;
    }
    at
}

/// Bytes of a call of [`ascii`]: see `PIECE` in `runs`.
const PIECE: usize = 16_384;

/// How many bytes in front are ASCII for certain: all, or all blocks before the one that has others.
pub fn ascii(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let piece = rest.get(..PIECE).unwrap_or(rest);
        let found = ascii_blocks(piece);
        at += found;
        if found < piece.len() {
            break;
        }
    }
    work::visit(at);
    at
}

#[inline(never)]
fn ascii_blocks(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some([a, b, c, d]) = four(bytes, at) {
        if (a | b | c | d) & splat(0x80) != 0 {
            return at;
        }
        at += 32;
    }
    let rest = bytes.get(at..).unwrap_or(&[]);
    match rest.iter().fold(0, |sum, byte| sum | byte) < 0x80 {
        true => bytes.len(),
        false => at,
    }
}

/// Whether two slices hold the same bytes.
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    work::visit(one.len());
    let mut at = 0;
    while let (Some(a), Some(b)) = (four(one, at), four(other, at)) {
        if (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) != 0 {
            return false;
        }
        at += 32;
    }
    one.get(at..) == other.get(at..)
}

/// Thirty-two bytes as four words. (Bytes folded one by one are not made into wider steps here.)
#[inline(always)]
fn four(bytes: &[u8], at: usize) -> Option<[u64; 4]> {
    let block = bytes.get(at..)?.first_chunk::<32>()?;
    Some([0, 8, 16, 24].map(|from| word(block, from).unwrap_or(0)))
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
        for place in 0..20 {
            let mut bytes = vec![b'a'; 20];
            bytes[place] = b',';
            assert_eq!(seek_either(&bytes, 0, b'\n', b','), place);
            assert_eq!(seek_either(&bytes, 0, b',', b'\n'), place);
            assert_eq!(seek_either(&bytes, place + 1, b',', b'\n'), 20);
        }
        // A byte one above the wanted one, right after it, is where the trick could err.
        assert_eq!(find(&[0x0A, 0x0B, 1, 2, 3, 4, 5, 6], 0, 0x0B), 1);
        assert_eq!(find(&[0x0B, 0x0A, 1, 2, 3, 4, 5, 6], 0, 0x0A), 1);
    }

    #[test]
    fn ascii_and_equality_see_every_byte() {
        for length in [0, 1, 63, 64, 65, 130, 16_384 + 70] {
            let step = 1 + length / 200;
            let plain: Vec<u8> = (0..length).map(|at| (at % 128) as u8).collect();
            assert!(ascii(&plain) == length && equal(&plain, &plain.clone()));
            for at in (0..length).step_by(step) {
                let mut other = plain.clone();
                other[at] ^= 0x80;
                assert!(ascii(&other) == at / 32 * 32 && !equal(&plain, &other));
            }
        }
        assert!(!equal(&[1], &[1, 2]));
    }
}
