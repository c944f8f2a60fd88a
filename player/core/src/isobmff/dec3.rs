//! Enhanced AC-3 Specific Box (`dec3`).

use super::dac3::sound;
use super::fields::{whole, Fields};
use super::stsd::Sound;

/// Channels that each bit of `chan_loc` adds, from the lowest.
const CHAN_LOC: [u8; 9] = [2, 2, 1, 1, 2, 2, 2, 1, 1];

/// The first independent substream with what its dependent ones add; the object count of Atmos is
/// not told apart. ETSI TS 102 366, EC3SpecificBox.
pub fn read(payload: &[u8]) -> Option<Sound> {
    let mut reader = Fields::new(payload);
    reader.u16(); // data_rate, num_ind_sub
    let packed = reader.u24();
    // fscod 2, bsid 5, reserved 1, asvc 1, bsmod 3, acmod 3, lfeon 1, reserved 3, num_dep_sub 4, then
    // one bit that begins chan_loc where there are dependent substreams.
    let mut sound = sound(packed >> 22, packed >> 9, packed >> 8);
    if packed >> 1 & 15 != 0 {
        let chan_loc = (packed & 1) << 8 | u32::from(reader.u8());
        for (bit, channels) in CHAN_LOC.iter().enumerate() {
            if chan_loc >> bit & 1 != 0 {
                sound.channels += u16::from(*channels);
            }
        }
    }
    whole(sound, &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    #[test]
    fn five_and_seven_point_one() {
        // fscod 0, bsid 16, reserved 0, asvc 0, bsmod 0, acmod 7, lfeon 1, no dependent substream
        let payload = [0x06, 0x00, 0x20, 0x0F, 0x00];
        assert_eq!(read(&payload), Some(Sound { channels: 6, sample_rate: 48_000 }));
        damage(&payload, read, 5);
        // One dependent substream with Lrs/Rrs (bit 1).
        let payload = [0x06, 0x00, 0x20, 0x0F, 0x02, 0x02];
        assert_eq!(read(&payload), Some(Sound { channels: 8, sample_rate: 48_000 }));
        damage(&payload, read, 6);
    }
}
