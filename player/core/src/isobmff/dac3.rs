//! AC-3 Specific Box (`dac3`).

use super::fields::{whole, Fields};
use super::stsd::Sound;

/// Full-range channels by `acmod`.
const ACMOD: [u8; 8] = [2, 1, 2, 3, 3, 4, 4, 5];

/// Samples in a second by `fscod`.
const FSCOD: [u32; 4] = [48_000, 44_100, 32_000, 0];

/// ETSI TS 102 366, AC3SpecificBox.
pub fn read(payload: &[u8]) -> Option<Sound> {
    let mut reader = Fields::new(payload);
    let packed = reader.u24();
    whole(sound(packed >> 22, packed >> 11, packed >> 10), &reader)
}

/// What `fscod`, `acmod` and `lfeon`, the low bits of these, mean.
pub(super) fn sound(fscod: u32, acmod: u32, lfeon: u32) -> Sound {
    let full = ACMOD.get((acmod & 7) as usize).copied().unwrap_or(0);
    let sample_rate = FSCOD.get((fscod & 3) as usize).copied().unwrap_or(0);
    Sound { channels: u16::from(full) + (lfeon & 1) as u16, sample_rate }
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    #[test]
    fn five_point_one() {
        // fscod 0, bsid 8, bsmod 0, acmod 7, lfeon 1, bit_rate_code 15
        let payload = [0x10, 0x3D, 0xE0];
        assert_eq!(read(&payload), Some(Sound { channels: 6, sample_rate: 48_000 }));
        assert_eq!(read(&[0x50, 0x11, 0x40]), Some(Sound { channels: 2, sample_rate: 44_100 }));
        damage(&payload, read, 3);
    }
}
