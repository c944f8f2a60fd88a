//! Opus Specific Box (`dOps`).

use super::fields::{whole, Fields};
use super::stsd::Sound;

/// Encapsulation of Opus in ISO Base Media File Format, Opus Specific Box. Opus always decodes to 48 kHz.
pub fn read(payload: &[u8]) -> Option<Sound> {
    let mut reader = Fields::new(payload);
    if reader.rest().first() != Some(&0) {
        return None; // Version
    }
    reader.skip(1);
    let channels = reader.u8(); // OutputChannelCount
    reader.skip(9); // PreSkip, InputSampleRate, OutputGain, ChannelMappingFamily
    whole(Sound { channels: u16::from(channels), sample_rate: 48_000 }, &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    #[test]
    fn channels() {
        let payload = [0, 6, 1, 56, 0, 0, 0xAC, 0x44, 0, 0, 1, 4, 2, 0, 4, 1, 2, 3, 5];
        assert_eq!(read(&payload), Some(Sound { channels: 6, sample_rate: 48_000 }));
        damage(&payload, read, 11);
    }
}
