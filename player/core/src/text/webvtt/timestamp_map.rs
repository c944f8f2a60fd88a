//! `X-TIMESTAMP-MAP`: how the cue times of an HLS segment relate to the stream's clock.
//! RFC 8216, WebVTT (segments).

use super::timestamp_us;

/// The PES clock runs at 90 kHz in 33 bits.
const WRAP: i64 = 1 << 33;

/// A moment in both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampMap {
    /// Ticks of 90 kHz, modulo 2^33.
    pub mpegts: u64,
    /// The cue time of the same moment, in microseconds.
    pub local_us: u64,
}

impl TimestampMap {
    /// Read `X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000`, its two parts in either order.
    pub fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("X-TIMESTAMP-MAP")?.trim_start().strip_prefix('=')?;
        let (mut mpegts, mut local_us) = (None, None);
        for part in rest.split(',') {
            let (name, value) = part.split_once(':')?;
            match name.trim() {
                "MPEGTS" => mpegts = Some(crate::bytes::parse_u64(value.trim().as_bytes())?),
                "LOCAL" => local_us = Some(timestamp_us(value.trim())?),
                _ => {}
            }
        }
        Some(Self { mpegts: mpegts? % WRAP as u64, local_us: local_us? })
    }

    /// What to add to cue times to get presentation times, in microseconds.
    ///
    /// `origin` is the clock (90 kHz) at presentation time 0. The clock wraps every 26.5 hours:
    /// of the possible offsets, the one that brings `cue_us` (the first cue of the segment)
    /// closest to `near_us` (where the playlist says that the segment starts).
    pub fn offset_us(&self, origin: u64, cue_us: u64, near_us: i64) -> i64 {
        let ticks = (self.mpegts as i64).wrapping_sub(origin as i64).rem_euclid(WRAP);
        let base = to_us(ticks).saturating_sub(self.local_us as i64);
        let away = near_us.saturating_sub(base).saturating_sub(i64::try_from(cue_us).unwrap_or(i64::MAX));
        let wrap_us = to_us(WRAP);
        let wraps = away.saturating_add(wrap_us / 2).div_euclid(wrap_us);
        // Wraps are counted in ticks, so that none of them is rounded.
        to_us(ticks.saturating_add(wraps.saturating_mul(WRAP))).saturating_sub(self.local_us as i64)
    }
}

fn to_us(ticks: i64) -> i64 {
    crate::time::ticks_to_us(ticks, 90_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_and_damage() {
        let map = TimestampMap { mpegts: 900_000, local_us: 1_000_000 };
        assert_eq!(TimestampMap::parse("X-TIMESTAMP-MAP=LOCAL:00:00:01.000,MPEGTS:900000"), Some(map));
        assert_eq!(TimestampMap::parse("X-TIMESTAMP-MAP = MPEGTS:900000, LOCAL:00:01.000"), Some(map));
        for bad in
            ["X-TIMESTAMP-MAP=MPEGTS:900000", "X-TIMESTAMP-MAP=LOCAL:0,MPEGTS:1", "X-TIMESTAMP-MAP", "X"]
        {
            assert_eq!(TimestampMap::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn cue_times_become_presentation_times() {
        let map = TimestampMap { mpegts: 900_000, local_us: 0 };
        // The stream's first frame has PTS 126,000 (1.4 s): the cue clock started 8.6 s later.
        assert_eq!(map.offset_us(126_000, 0, 8_000_000), 8_600_000);
        // Every segment restates the map; cue times run on.
        assert_eq!(map.offset_us(126_000, 3_600_000_000, 3_608_000_000), 8_600_000);
    }

    #[test]
    fn the_clock_wraps() {
        // 2 s before the wrap at presentation 0; this segment is 10 s in, 8 s after the wrap.
        let origin = (1 << 33) - 180_000;
        let map = TimestampMap { mpegts: 720_000, local_us: 0 };
        assert_eq!(map.offset_us(origin, 0, 10_000_000), 10_000_000);
        // A week later the clock has wrapped six times more.
        let week = 6 * ((1_i64 << 33) * 100 / 9);
        let offset = map.offset_us(origin, 0, week + 10_500_000);
        assert!((offset - week - 10_000_000).abs() <= 6, "{offset}");
        // A segment that starts a little before the origin is before it, not 26 hours after.
        let before = TimestampMap { mpegts: origin - 90_000, local_us: 0 };
        assert_eq!(before.offset_us(origin, 0, 0), -1_000_000);
    }
}
