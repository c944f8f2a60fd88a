//! FLAC Specific Box (`dfLa`).

use super::fields::{whole, Fields};
use super::stsd::Sound;

/// Encapsulation of FLAC in ISO Base Media File Format, FLAC Specific Box: its STREAMINFO, the first block.
pub fn read(payload: &[u8]) -> Option<Sound> {
    let mut reader = Fields::new(payload);
    reader.full_box();
    if reader.u8() & 0x7F != 0 {
        return None;
    }
    reader.skip(3 + 10); // length; sizes of blocks and frames
    let packed = reader.u32();
    whole(Sound { channels: (packed >> 9 & 7) as u16 + 1, sample_rate: packed >> 12 }, &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned};
    use super::*;

    #[test]
    fn stream_information() {
        let packed: u32 = 96_000 << 12 | 5 << 9 | 23 << 4;
        let block = cat(&[&[0x80, 0, 0, 34], &[0; 10], &packed.to_be_bytes(), &[0; 20]]);
        let payload = versioned(0, 0, &block);
        assert_eq!(read(&payload), Some(Sound { channels: 6, sample_rate: 96_000 }));
        damage(&payload, read, 22);
    }
}
