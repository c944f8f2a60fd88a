//! One transport packet. ISO/IEC 13818-1, Transport Stream packet layer and Adaptation field.

/// Bytes of a packet.
pub(crate) const SIZE: usize = 188;
/// What each packet begins with.
pub(crate) const SYNC: u8 = 0x47;

/// The header and where the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    pub(crate) pid: u16,
    /// `transport_error_indicator`.
    pub(crate) damaged: bool,
    /// `payload_unit_start_indicator`.
    pub(crate) starts: bool,
    /// `transport_scrambling_control` is not zero.
    pub(crate) scrambled: bool,
    /// `continuity_counter`.
    pub(crate) counter: u8,
    /// `discontinuity_indicator`.
    pub(crate) discontinuity: bool,
    /// `program_clock_reference_base`.
    pub(crate) clock: Option<u64>,
    /// Empty where the packet has none.
    pub(crate) payload: &'a [u8],
    /// `adaptation_field_control` says that there is a payload.
    pub(crate) has_payload: bool,
}

/// Read a packet that begins with the sync byte; `None` where the adaptation field does not fit.
pub(crate) fn read(bytes: &[u8; SIZE]) -> Option<Packet<'_>> {
    let [_, high, low, control, rest @ ..] = bytes;
    let mut packet = Packet {
        pid: u16::from_be_bytes([high & 0x1F, *low]),
        damaged: high & 0x80 != 0,
        starts: high & 0x40 != 0,
        scrambled: control & 0xC0 != 0,
        counter: control & 0x0F,
        discontinuity: false,
        clock: None,
        payload: rest,
        has_payload: control & 0x10 != 0,
    };
    if control & 0x20 != 0 {
        let (&length, rest) = packet.payload.split_first()?;
        let (field, rest) = rest.split_at_checked(length.into())?;
        packet.payload = rest;
        if let Some((flags, field)) = field.split_first() {
            packet.discontinuity = flags & 0x80 != 0;
            if let (true, [a, b, c, d, e, ..]) = (flags & 0x10 != 0, field) {
                let base = u32::from_be_bytes([*a, *b, *c, *d]);
                packet.clock = Some(u64::from(base) << 1 | u64::from(e >> 7));
            }
        }
    }
    if !packet.has_payload {
        packet.payload = &[];
    }
    Some(packet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(head: &[u8]) -> [u8; SIZE] {
        let mut bytes = [0xFF; SIZE];
        bytes[..head.len()].copy_from_slice(head);
        bytes
    }

    #[test]
    fn header_and_adaptation_field() {
        let bytes = packet(&[0x47, 0x41, 0x00, 0x35, 7, 0x90, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0]);
        let read = read(&bytes).unwrap();
        assert_eq!((read.pid, read.counter, read.starts), (0x100, 5, true));
        assert_eq!(read.clock, Some((1 << 33) - 1));
        assert!(read.discontinuity && !read.scrambled && !read.damaged);
        assert_eq!(read.payload.len(), 176);
    }

    #[test]
    fn no_payload_and_an_adaptation_field_that_does_not_fit() {
        assert_eq!(read(&packet(&[0x47, 0, 0, 0x20, 183])).unwrap().payload.len(), 0);
        assert_eq!(read(&packet(&[0x47, 0, 0, 0x30, 183])).unwrap().payload.len(), 0);
        assert!(read(&packet(&[0x47, 0, 0, 0x30, 184])).is_none());
        assert!(read(&packet(&[0x47, 0, 0, 0xD0])).unwrap().scrambled);
        assert_eq!(read(&packet(&[0x47, 0, 0, 0x30, 0])).unwrap().payload.len(), 183);
    }
}
