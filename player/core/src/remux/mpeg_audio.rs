//! MPEG-1 and MPEG-2 audio, layers I to III. ISO/IEC 11172-3 and ISO/IEC 13818-3, Audio frame header.

use super::audio::{Frame, Parsed};

/// kbit/s for MPEG-1 layers I, II, III, and for MPEG-2 layer I and layers II and III.
const BIT_RATES: [[u16; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// A frame at the beginning of `bytes`. Its fingerprint is what [`unpack`] takes.
pub(crate) fn frame(bytes: &[u8]) -> Parsed {
    let Some(&[a, b, c, d]) = bytes.first_chunk::<4>() else { return Parsed::More };
    // Version: 3 is MPEG-1, 2 is MPEG-2, 0 is the half rates of MPEG-2.5. Layer: 3 is I, 1 is III.
    let (version, layer) = (b >> 3 & 3, b >> 1 & 3);
    if a != 0xFF || b & 0xE0 != 0xE0 || version == 1 || layer == 0 {
        return Parsed::Lost;
    }
    let table = match (version, layer) {
        (3, layer) => usize::from(3 - layer),
        (_, 3) => 3,
        _ => 4,
    };
    let kbps = BIT_RATES.get(table).and_then(|rates| rates.get(usize::from(c >> 4))).copied().unwrap_or(0);
    let Some(full_rate) = [44_100u32, 48_000, 32_000].get(usize::from(c >> 2 & 3)) else {
        return Parsed::Lost;
    };
    // A free bit rate (0) gives no length.
    if kbps == 0 {
        return Parsed::Lost;
    }
    let rate = match version {
        3 => *full_rate,
        2 => full_rate / 2,
        _ => full_rate / 4,
    };
    let samples = match (layer, version) {
        (3, _) => 384,
        (1, 0 | 2) => 576,
        _ => 1_152,
    };
    let padding = u32::from(c >> 1 & 1);
    let bits = u32::from(kbps) * 1_000;
    let len = if layer == 3 { (12 * bits / rate + padding) * 4 } else { samples / 8 * bits / rate + padding };
    let channels = if d >> 6 == 3 { 1 } else { 2 };
    let key = u64::from(samples) << 40 | u64::from(rate) << 16 | u64::from(version == 3) << 8 | channels;
    Parsed::Frame(Frame { header: 0, len: len as usize, samples, rate, begins: true, key })
}

/// Is it MPEG-1, and how many channels are there, by a fingerprint of [`frame`].
pub(crate) const fn unpack(key: u64) -> (bool, u16) {
    (key >> 8 & 1 == 1, (key & 3) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_rates_and_samples_of_each_layer() {
        let of = |bytes: [u8; 4]| match frame(&bytes) {
            Parsed::Frame(frame) => (frame.len, frame.rate, frame.samples),
            _ => (0, 0, 0),
        };
        assert_eq!(of([0xFF, 0xFB, 0x90, 0x00]), (417, 44_100, 1_152));
        assert_eq!(of([0xFF, 0xFB, 0x92, 0x00]), (418, 44_100, 1_152));
        assert_eq!(of([0xFF, 0xFD, 0x84, 0x00]), (384, 48_000, 1_152));
        assert_eq!(of([0xFF, 0xFF, 0x10, 0x00]), (32, 44_100, 384));
        assert_eq!(of([0xFF, 0xF3, 0x84, 0xC0]), (192, 24_000, 576));
        assert_eq!(of([0xFF, 0xE3, 0x84, 0xC0]), (384, 12_000, 576));
        for bad in
            [[0xFF, 0xFB, 0x00, 0], [0xFF, 0xFB, 0x9C, 0], [0xFF, 0xEB, 0x90, 0], [0xFF, 0xF1, 0x90, 0]]
        {
            assert_eq!(of(bad), (0, 0, 0));
        }
    }
}
