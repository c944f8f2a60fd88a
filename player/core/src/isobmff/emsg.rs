//! Event Message Box: an event in the media itself.

use super::fields::{whole, Fields};

/// When an event starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventTime {
    /// `presentation_time_delta`: ticks after the earliest presentation time of the segment.
    Delta(u32),
    /// `presentation_time`: ticks on the representation's time line.
    At(u64),
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emsg<'a> {
    /// `scheme_id_uri`.
    pub scheme_id_uri: &'a str,
    /// `value`.
    pub value: &'a str,
    /// `timescale`.
    pub timescale: u32,
    /// Its start.
    pub time: EventTime,
    /// `event_duration`; all ones: not known.
    pub event_duration: u32,
    /// `id`: a repetition has the same one.
    pub id: u32,
    /// `message_data`.
    pub message_data: &'a [u8],
}

impl<'a> Emsg<'a> {
    /// ISO/IEC 23009-1, Event Message Box, of versions 0 and 1; others are refused.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, _) = reader.full_box();
        let mut names = ("", "");
        if version == 0 {
            names = (reader.text(), reader.text());
        }
        let timescale = reader.u32();
        if timescale == 0 {
            return None;
        }
        let time = match version {
            0 => EventTime::Delta(reader.u32()),
            1 => EventTime::At(reader.u64()),
            _ => return None,
        };
        let (event_duration, id) = (reader.u32(), reader.u32());
        if version == 1 {
            names = (reader.text(), reader.text());
        }
        whole(
            Self {
                scheme_id_uri: names.0,
                value: names.1,
                timescale,
                time,
                event_duration,
                id,
                message_data: reader.rest(),
            },
            &reader,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;

    #[test]
    fn both_versions() {
        let old = versioned(0, 0, &cat(&[b"urn:x\0v\0", &words(&[1000, 5, 6, 7]), b"data"]));
        let mut expected = Emsg {
            scheme_id_uri: "urn:x",
            value: "v",
            timescale: 1000,
            time: EventTime::Delta(5),
            event_duration: 6,
            id: 7,
            message_data: b"data",
        };
        assert_eq!(Emsg::read(&old), Some(expected));
        damage(&old, |bytes| Emsg::read(bytes).map(drop), 28);
        let new = versioned(1, 0, &cat(&[&words(&[1000, 1, 5, 6, 7]), b"urn:x\0v\0data"]));
        expected.time = EventTime::At((1 << 32) + 5);
        assert_eq!(Emsg::read(&new), Some(expected));
        damage(&new, |bytes| Emsg::read(bytes).map(drop), 32);
    }

    #[test]
    fn what_cannot_be_placed_is_refused() {
        assert_eq!(Emsg::read(&versioned(2, 0, &[0; 40])), None);
        assert_eq!(Emsg::read(&versioned(1, 0, &[0; 40])), None, "no timescale");
        assert_eq!(Emsg::read(&versioned(0, 0, b"\xFF\0\0abcdabcdabcdabcd")), None, "not UTF-8");
    }
}
