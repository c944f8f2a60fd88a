//! Original Format Box.

use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// `data_format`: what an encrypted sample entry would be in the clear.
/// ISO/IEC 14496-12, Original Format Box.
pub fn read(payload: &[u8]) -> Option<FourCc> {
    let mut reader = Fields::new(payload);
    whole(FourCc(reader.u32()), &reader)
}
