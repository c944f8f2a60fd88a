//! Bits of a parameter set or header, most significant first.

use alloc::vec::Vec;

/// Reads bits front to back; every read that would pass the end is `None`.
#[derive(Clone)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bits read so far.
    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    /// The next `count` bits (at most 32) as a number.
    #[inline(never)]
    pub(crate) fn take(&mut self, count: u32) -> Option<u32> {
        let end = self.at.checked_add(count as usize)?;
        if end.div_ceil(8) > self.bytes.len() {
            return None;
        }
        let mut value: u64 = 0;
        let mut at = self.at;
        while at < end {
            let byte = u32::from(*self.bytes.get(at / 8)?);
            let free = 8 - at % 8;
            let count = free.min(end - at);
            let bits = (byte >> (free - count)) & ((1 << count) - 1);
            value = (value << count) | u64::from(bits);
            at += count;
        }
        self.at = end;
        Some(value as u32)
    }

    /// One bit.
    #[inline(never)]
    pub(crate) fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit != 0)
    }

    /// Pass over `count` bits.
    #[inline(never)]
    pub(crate) fn skip(&mut self, count: usize) -> Option<()> {
        let end = self.at.checked_add(count)?;
        if end.div_ceil(8) > self.bytes.len() {
            return None;
        }
        self.at = end;
        Some(())
    }

    /// An unsigned Exp-Golomb number, `ue(v)`. ITU-T H.264, Parsing process for Exp-Golomb codes.
    #[inline(never)]
    pub(crate) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some(self.take(zeros)? + ((1 << zeros) - 1))
    }

    /// Pass over `count` Exp-Golomb numbers.
    #[inline(never)]
    pub(crate) fn skip_ue(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            self.ue()?;
        }
        Some(())
    }

    /// A signed Exp-Golomb number, `se(v)`. ITU-T H.264, Mapping process for signed Exp-Golomb codes.
    pub(crate) fn se(&mut self) -> Option<i32> {
        let code = i64::from(self.ue()?);
        let half = (code + 1) / 2;
        i32::try_from(if code % 2 == 1 { half } else { -half }).ok()
    }

    /// Append `count` bits to `out`, moved to a byte boundary and filled up with zeros.
    pub(crate) fn copy(&mut self, count: usize, out: &mut Vec<u8>) -> Option<()> {
        let end = self.at.checked_add(count)?;
        if end.div_ceil(8) > self.bytes.len() {
            return None;
        }
        if self.at.is_multiple_of(8) && count.is_multiple_of(8) {
            out.extend_from_slice(self.bytes.get(self.at / 8..end / 8)?);
            self.at = end;
            return Some(());
        }
        while self.at < end {
            let bits = (end - self.at).min(8) as u32;
            out.push((self.take(bits)? << (8 - bits)) as u8);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn numbers_cross_bytes_and_stop_at_the_end() {
        let mut bits = Bits::new(&[0b1010_0101, 0b1100_0011, 0xFF]);
        assert_eq!(bits.take(3), Some(0b101));
        assert_eq!(bits.take(9), Some(0b0_0101_1100));
        assert_eq!(bits.take(13), None);
        assert_eq!(bits.take(12), Some(0b0011_1111_1111));
        assert_eq!(bits.flag(), None);
        assert_eq!(Bits::new(&[1, 2, 3, 4, 5]).take(32), Some(0x0102_0304));
    }

    #[test]
    fn exp_golomb() {
        // 1 | 010 | 011 | 00100 | 00101, then too short.
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        assert_eq!([bits.ue(), bits.ue(), bits.ue(), bits.ue()], [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(bits.se(), Some(-2));
        assert_eq!(bits.ue(), None);
        assert_eq!(Bits::new(&[0; 16]).ue(), None);
        let largest = [0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF];
        assert_eq!(Bits::new(&largest).ue(), Some(u32::MAX - 1));
    }

    #[test]
    fn bits_are_moved_to_a_byte_boundary() {
        let mut bits = Bits::new(&[0x12, 0x34, 0x56]);
        bits.skip(4);
        let mut out = vec![];
        assert_eq!(bits.copy(12, &mut out), Some(()));
        assert_eq!(out, [0x23, 0x40]);
        assert_eq!(bits.copy(9, &mut out), None);
    }
}
