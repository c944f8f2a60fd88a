//! Scheme Type Box.

use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// `scheme_type`: `cenc`, `cbcs` and the like. ISO/IEC 14496-12, Scheme Type Box.
pub fn read(payload: &[u8]) -> Option<FourCc> {
    let mut reader = Fields::new(payload);
    reader.full_box();
    whole(FourCc(reader.u32()), &reader)
}
