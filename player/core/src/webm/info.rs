//! Info: the time scale and the length.

use super::ebml::Element;

/// RFC 9559, Info Element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Info {
    /// `TimestampScale`: nanoseconds in a tick; a million unless written.
    pub timestamp_scale: u64,
    /// `Duration` in microseconds.
    pub duration_us: Option<i64>,
}

impl Info {
    /// RFC 9559, Info Element.
    pub fn read(element: &Element<'_>) -> Self {
        let (mut scale, mut duration) = (1_000_000, None);
        let mut children = element.children();
        while let Some(child) = children.next_element() {
            match child.id {
                0x2A_D7B1 => {
                    scale =
                        child.unsigned().filter(|scale| (1..=1_000_000_000).contains(scale)).unwrap_or(scale);
                }
                0x4489 => duration = child.float().filter(|ticks| *ticks > 0.0),
                _ => {}
            }
        }
        // A cast of a float stays within the target's bounds.
        let duration_us = duration.map(|ticks| (ticks * scale as f64 / 1000.0 + 0.5) as i64);
        Self { timestamp_scale: scale, duration_us }
    }
}
