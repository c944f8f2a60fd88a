//! Finds packets in bytes: 188 bytes each, alone, with four bytes in front (192) or 16 behind (204).

use super::packet::{SIZE, SYNC};

/// Distances from one packet to the next.
pub(crate) const STRIDES: [usize; 3] = [SIZE, 192, 204];
/// Bytes from a packet's start in which all three distances can be tried twice.
pub(crate) const WINDOW: usize = 2 * 204 + 1;

/// The first packet in `bytes` that two more follow at one distance, and that distance.
///
/// Only starts with a whole [`WINDOW`] of bytes are looked at, so that the answer does not depend
/// on how the bytes arrive.
pub(crate) fn find(bytes: &[u8]) -> Option<(usize, usize)> {
    let starts = (bytes.len() + 1).checked_sub(WINDOW)?;
    (0..starts).find_map(|start| {
        let stride = STRIDES
            .into_iter()
            .find(|stride| (0..3).all(|packet| bytes.get(start + packet * stride) == Some(&SYNC)))?;
        Some((start, stride))
    })
}

/// As [`find`] for the end of the data: every place where a packet should begin has one.
pub(crate) fn find_at_end(bytes: &[u8], preferred: usize) -> Option<(usize, usize)> {
    let starts = (bytes.len() + 1).checked_sub(SIZE)?;
    (0..starts).find_map(|start| {
        let stride = [preferred].into_iter().chain(STRIDES).find(|stride| {
            let mut places = bytes.iter().skip(start).step_by((*stride).max(SIZE));
            *stride > 0 && places.all(|byte| *byte == SYNC)
        })?;
        Some((start, stride))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn packets(stride: usize, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            bytes.push(SYNC);
            bytes.resize(bytes.len() + stride - 1, 0xAA);
        }
        bytes
    }

    #[test]
    fn three_strides_behind_garbage() {
        for stride in STRIDES {
            let mut bytes = alloc::vec![0x11; 77];
            bytes.extend(packets(stride, 4));
            bytes[20] = SYNC;
            assert_eq!(find(&bytes), Some((77, stride)));
            assert_eq!(find(&bytes[..77 + WINDOW - 1]), None);
        }
    }

    #[test]
    fn the_last_packets() {
        let bytes = packets(188, 1);
        assert_eq!(find(&bytes), None);
        assert_eq!(find_at_end(&bytes, 0), Some((0, 188)));
        assert_eq!(find_at_end(&bytes[..187], 0), None);
        let bytes = packets(204, 2);
        assert_eq!(find_at_end(&bytes[..392], 0), Some((0, 204)));
        assert_eq!(find_at_end(&bytes[..200], 204), Some((0, 204)));
    }
}
