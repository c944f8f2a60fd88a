//! AudioSpecificConfig: what AAC is made of. ISO/IEC 14496-3, AudioSpecificConfig.

/// What a player needs of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioSpecificConfig {
    /// The object type to name in a codec string: 29 with parametric stereo, 5 with spectral band
    /// replication, the core's otherwise.
    pub object_type: u8,
    /// Samples in a second of the output.
    pub sample_rate: u32,
    /// Channels of the output; 0: written elsewhere in the stream.
    pub channels: u8,
}

/// `samplingFrequencyIndex`. ISO/IEC 14496-3, Sampling frequency index.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// `channelConfiguration`. ISO/IEC 14496-3, Channel configuration.
const CHANNELS: [u8; 15] = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8];

impl AudioSpecificConfig {
    /// ISO/IEC 14496-3, AudioSpecificConfig, with spectral band replication signalled either way.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits { bytes, at: 0 };
        let mut object_type = bits.object_type()?;
        let mut sample_rate = bits.rate()?;
        let configuration = bits.take(4)?;
        let mut channels = CHANNELS.get(configuration as usize).copied().unwrap_or(0);
        if matches!(object_type, 5 | 29) {
            // Hierarchical: the extension is named first.
            sample_rate = bits.rate()?;
            bits.object_type()?;
        } else if let Some((extension, rate)) = bits.backward_compatible() {
            object_type = extension;
            sample_rate = rate;
        }
        if object_type == 29 && channels == 1 {
            channels = 2;
        }
        Some(Self { object_type, sample_rate, channels })
    }
}

/// Bits, most significant first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn object_type(&mut self) -> Option<u8> {
        Some(match self.take(5)? {
            31 => 32 + self.take(6)? as u8,
            short => short as u8,
        })
    }

    fn rate(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24),
            index => RATES.get(index as usize).copied(),
        }
    }

    /// The extension behind the core's configuration, as decoders that do not know it pass it over:
    /// its object type and sample rate. It is searched for bit by bit, for what stands before it
    /// differs by object type.
    fn backward_compatible(&mut self) -> Option<(u8, u32)> {
        let end = self.bytes.len().min(64) * 8;
        while self.at + 16 <= end {
            let start = self.at;
            if self.take(11)? == 0x2B7 && self.take(5)? == 5 && self.take(1)? == 1 {
                let rate = self.rate()?;
                let stereo = self.take(11) == Some(0x548) && self.take(1) == Some(1);
                return Some((if stereo { 29 } else { 5 }, rate));
            }
            self.at = start + 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], object_type: u8, sample_rate: u32, channels: u8) {
        assert_eq!(
            AudioSpecificConfig::read(bytes),
            Some(AudioSpecificConfig { object_type, sample_rate, channels })
        );
    }

    #[test]
    fn low_complexity() {
        check(&[0x11, 0x90], 2, 48_000, 2);
        check(&[0x12, 0x10], 2, 44_100, 2);
        damage(&[0x11, 0x90], AudioSpecificConfig::read, 2);
        // A rate of its own: 00010 1111 (44056 in 24 bits) 0010.
        check(&[0x17, 0x80, 0x56, 0x0C, 0x10], 2, 44_056, 2);
    }

    #[test]
    fn high_efficiency_both_ways() {
        // 00101 0110 0010 0011 00010: SBR, core 24 kHz, output 48 kHz.
        check(&[0x2B, 0x11, 0x88], 5, 48_000, 2);
        // 11101 0111 0001 0100 00010: PS over mono.
        check(&[0xEB, 0x8A, 0x08], 29, 44_100, 2);
        // LC 22.05 kHz stereo, then 0x2B7, SBR, 44.1 kHz.
        check(&[0x13, 0x90, 0x56, 0xE5, 0xA0], 5, 44_100, 2);
        // LC 22.05 kHz mono, then SBR and 0x548 with PS.
        check(&[0x13, 0x88, 0x56, 0xE5, 0xA5, 0x48, 0x80], 29, 44_100, 2);
        check(&[0x13, 0x90, 0x56, 0xE5, 0x00], 2, 22_050, 2);
    }

    #[test]
    fn escaped_types_and_reserved_rates() {
        // 11111 001010 (32 + 10 = 42) 0011 0010.
        check(&[0xF9, 0x46, 0x40], 42, 48_000, 2);
        assert_eq!(AudioSpecificConfig::read(&[0x16, 0x90]), None);
    }
}
