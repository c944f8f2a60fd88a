//! Program specific information: the program association and program map tables.
//! ISO/IEC 13818-1, Program specific information.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::limits;

/// A section that grows by the payload of packets.
#[derive(Debug)]
pub(crate) struct Section {
    bytes: Vec<u8>,
    /// The last complete section, so that a repetition costs a comparison.
    last: Vec<u8>,
    started: bool,
}

/// What a packet's payload made of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Incomplete, or a repetition.
    Nothing,
    /// A new one is complete.
    New,
    /// Complete, and its check sum is wrong.
    Damaged,
}

impl Section {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), last: Vec::new(), started: false }
    }

    /// A packet was lost.
    pub(crate) fn reset(&mut self) {
        self.bytes.clear();
        self.started = false;
    }

    /// The last complete section.
    pub(crate) fn last(&self) -> &[u8] {
        &self.last
    }

    /// Add a packet's payload. ISO/IEC 13818-1, Pointer field.
    pub(crate) fn push(&mut self, payload: &[u8], starts: bool) -> Step {
        let mut payload = payload;
        if starts {
            let Some((&pointer, rest)) = payload.split_first() else { return Step::Nothing };
            let Some((before, rest)) = rest.split_at_checked(pointer.into()) else {
                self.reset();
                return Step::Nothing;
            };
            // The end of the section before comes first.
            let step = if self.started { self.append(before) } else { Step::Nothing };
            self.bytes.clear();
            self.started = true;
            payload = rest;
            if step != Step::Nothing {
                self.started = false;
                return step;
            }
        }
        if self.started {
            self.append(payload)
        } else {
            Step::Nothing
        }
    }

    fn append(&mut self, payload: &[u8]) -> Step {
        let room = limits::TS_SECTION_BYTES.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(payload.get(..room).unwrap_or(payload));
        let Some(&[_, high, low]) = self.bytes.first_chunk::<3>() else { return Step::Nothing };
        let length = 3 + usize::from(u16::from_be_bytes([high & 0x0F, low]));
        let Some(section) = self.bytes.get(..length) else { return Step::Nothing };
        self.started = false;
        if section == self.last {
            return Step::Nothing;
        }
        if checksum(section) != 0 {
            return Step::Damaged;
        }
        self.last.clear();
        self.last.extend_from_slice(section);
        Step::New
    }
}

/// The CRC of ISO/IEC 13818-1, CRC decoder model; zero over a whole section that is undamaged.
pub(crate) fn checksum(section: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for byte in section {
        register ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            register = register << 1 ^ if register >> 31 != 0 { 0x04C1_1DB7 } else { 0 };
        }
    }
    register
}

/// The table's own bytes behind the common header, without the check sum; `None` for another
/// table and for one that is not in force yet (`current_next_indicator`).
fn body(section: &[u8], table: u8) -> Option<&[u8]> {
    let (head, rest) = section.split_at_checked(8)?;
    let valid = head.first() == Some(&table) && head.get(5)? & 1 == 1;
    if valid {
        rest.get(..rest.len().checked_sub(4)?)
    } else {
        None
    }
}

/// The PID of the first program's map. ISO/IEC 13818-1, Program Association Table.
pub(crate) fn program_map_pid(section: &[u8]) -> Option<u16> {
    let programs = body(section, 0)?;
    let (programs, _) = programs.as_chunks::<4>();
    let [_, _, high, low] = programs.iter().find(|program| program.get(..2) != Some(&[0, 0]))?;
    Some(u16::from_be_bytes([high & 0x1F, *low]))
}

/// One elementary stream of a program map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) stream_type: u8,
    pub(crate) pid: u16,
    pub(crate) descriptors: &'a [u8],
}

/// The PID of the program's clock, and its streams. ISO/IEC 13818-1, Program Map Table.
pub(crate) fn program_map(section: &[u8]) -> Option<(u16, Vec<Entry<'_>>)> {
    let mut reader = Reader::new(body(section, 2)?);
    let clock_pid = reader.u16()? & 0x1FFF;
    let length = reader.u16()? & 0x0FFF;
    reader.take(length.into())?;
    let mut entries = Vec::new();
    while let Some(stream_type) = reader.u8() {
        let pid = reader.u16()? & 0x1FFF;
        let length = reader.u16()? & 0x0FFF;
        let descriptors = reader.take(length.into())?;
        entries.push(Entry { stream_type, pid, descriptors });
    }
    Some((clock_pid, entries))
}

impl<'a> Entry<'a> {
    /// The content of the first descriptor with this tag.
    pub(crate) fn descriptor(&self, wanted: u8) -> Option<&'a [u8]> {
        let mut reader = Reader::new(self.descriptors);
        loop {
            let tag = reader.u8()?;
            let length = reader.u8()?;
            let content = reader.take(length.into())?;
            if tag == wanted {
                return Some(content);
            }
        }
    }

    /// The four characters of a registration descriptor, or of nothing.
    pub(crate) fn registration(&self) -> &'a [u8] {
        self.descriptor(5).and_then(|content| content.get(..4)).unwrap_or(&[])
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::vec;

    /// A section with its length and check sum.
    pub(crate) fn section(table: u8, body: &[u8]) -> Vec<u8> {
        let length = 5 + body.len() + 4;
        let mut bytes = vec![table, 0xB0 | (length >> 8) as u8, length as u8, 0, 1, 0xC1, 0, 0];
        bytes.extend_from_slice(body);
        let crc = checksum(&bytes);
        bytes.extend_from_slice(&crc.to_be_bytes());
        bytes
    }

    #[test]
    fn a_section_over_two_packets_and_its_repetition() {
        let bytes = section(2, &[0xE1, 0, 0xF0, 0, 0x1B, 0xE1, 0, 0xF0, 3, 5, 1, 0x41]);
        let mut section = Section::new();
        let mut first = vec![2, 0xAA, 0xBB];
        first.extend_from_slice(&bytes[..10]);
        assert_eq!(section.push(&[9, 9], false), Step::Nothing);
        assert_eq!(section.push(&first, true), Step::Nothing);
        assert_eq!(section.push(&bytes[10..], false), Step::New);
        let (clock, entries) = program_map(section.last()).unwrap();
        assert_eq!((clock, entries.len()), (0x100, 1));
        assert_eq!((entries[0].stream_type, entries[0].pid), (0x1B, 0x100));
        assert_eq!(entries[0].descriptor(5), Some(&[0x41][..]));
        assert_eq!(entries[0].descriptor(6), None);
        let mut whole = vec![0];
        whole.extend_from_slice(&bytes);
        whole.resize(184, 0xFF);
        assert_eq!(section.push(&whole, true), Step::Nothing);
        whole[8] ^= 1;
        assert_eq!(section.push(&whole, true), Step::Damaged);
    }

    #[test]
    fn the_first_program_that_is_not_the_network() {
        let bytes = section(0, &[0, 0, 0xE0, 0x10, 0, 7, 0xF0, 0x00]);
        assert_eq!(checksum(&bytes), 0);
        assert_eq!(program_map_pid(&bytes), Some(0x1000));
        let mut next = bytes.clone();
        next[5] &= !1;
        assert_eq!(program_map_pid(&next), None);
        for end in 0..bytes.len() {
            program_map_pid(&bytes[..end]);
            program_map(&bytes[..end]);
        }
    }
}
