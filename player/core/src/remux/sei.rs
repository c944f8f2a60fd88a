//! Supplemental enhancement information: recovery points and closed captions.
//! ITU-T H.264, Supplemental enhancement information RBSP syntax; ITU-T H.265 has the same.

use alloc::vec::Vec;

use super::bits::Bits;
use crate::bytes::Reader;

/// `payloadType` of "user data registered by Recommendation ITU-T T.35".
const USER_DATA: u32 = 4;
/// `payloadType` of "recovery point".
const RECOVERY_POINT: u32 = 6;

/// What the messages of a unit say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Messages {
    /// Pictures until the output is right; of H.264 only.
    pub(crate) recovery: Option<u32>,
    /// Caption triplets.
    pub(crate) captions: Vec<u8>,
}

/// Read the messages of a unit; `rbsp` begins behind the unit's header.
pub(crate) fn read(rbsp: &[u8], into: &mut Messages) {
    let mut reader = Reader::new(rbsp);
    // The last byte is the stop bit.
    while reader.rest().len() > 1 {
        if message(&mut reader, into).is_none() {
            break;
        }
    }
}

fn message(reader: &mut Reader<'_>, into: &mut Messages) -> Option<()> {
    let kind = number(reader)?;
    let size = number(reader)?;
    let payload = reader.take(size as usize)?;
    match kind {
        USER_DATA => {
            if let Some(triplets) = captions(payload) {
                into.captions.extend_from_slice(triplets);
            }
        }
        RECOVERY_POINT => into.recovery = Bits::new(payload).ue(),
        _ => {}
    }
    Some(())
}

/// A sum of bytes that ends with the first that is not 255.
fn number(reader: &mut Reader<'_>) -> Option<u32> {
    let mut value = 0u32;
    loop {
        let byte = reader.u8()?;
        value = value.checked_add(byte.into())?;
        if byte != 255 {
            return Some(value);
        }
    }
}

/// ATSC A/53 Part 4, Captioning data (`cc_data`) in `ATSC1_data`: provider code 0x0031.
fn captions(payload: &[u8]) -> Option<&[u8]> {
    let data = payload.strip_prefix(b"\xB5\x00\x31GA94\x03")?;
    let (&flags, data) = data.split_first()?;
    // process_cc_data_flag; a byte of em_data stands between the count and the triplets.
    if flags & 0x40 == 0 {
        return None;
    }
    data.get(1..1 + 3 * usize::from(flags & 0x1F))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn captions_behind_another_message() {
        let mut rbsp = vec![5, 255, 1];
        rbsp.resize(3 + 256, 7);
        rbsp.extend_from_slice(&[4, 17, 0xB5, 0, 0x31, b'G', b'A', b'9', b'4', 3, 0x42, 0xFF]);
        rbsp.extend_from_slice(&[0xFC, 0x94, 0x2C, 0xFD, 0x80, 0x80, 0xFF]);
        rbsp.extend_from_slice(&[6, 1, 0xC4, 0x80]);
        let mut messages = Messages::default();
        read(&rbsp, &mut messages);
        assert_eq!(messages.captions, [0xFC, 0x94, 0x2C, 0xFD, 0x80, 0x80]);
        assert_eq!(messages.recovery, Some(0));
        for end in 0..rbsp.len() {
            read(&rbsp[..end], &mut Messages::default());
        }
    }
}
