//! Time expressions. W3C TTML2, Timing Value Expressions (`<time-expression>`) and Time Expression
//! Semantics.

use crate::limits;
use crate::time::{parse_decimal_ticks, ticks_to_us, DECIMAL_TIMESCALE, US};

/// The parameters that times depend on: `ttp:frameRate` and its kin on the root element.
#[derive(Clone, Copy)]
pub(super) struct Rates {
    frame: Option<u64>,
    multiplier: [u64; 2],
    sub_frame: u64,
    tick: Option<u64>,
}

impl Default for Rates {
    fn default() -> Self {
        Self { frame: None, multiplier: [1, 1], sub_frame: 1, tick: None }
    }
}

impl Rates {
    /// Take one attribute of the root element.
    pub(super) fn read(&mut self, name: &str, value: &str) {
        match name {
            "frameRate" => self.frame = rate(value).or(self.frame),
            "subFrameRate" => self.sub_frame = rate(value).unwrap_or(1),
            "tickRate" => self.tick = rate(value).or(self.tick),
            "frameRateMultiplier" => {
                // TTML1 drafts wrote a colon.
                let mut parts = value.split([' ', ':']).filter(|part| !part.is_empty());
                let first = parts.next().and_then(rate);
                let second = parts.next().map_or(Some(1), rate);
                if let (Some(first), Some(second)) = (first, second) {
                    self.multiplier = [first, second];
                }
            }
            _ => {}
        }
    }

    /// A time in microseconds.
    pub(super) fn time_us(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        if text.contains(':') {
            self.clock_us(text)
        } else {
            self.offset_us(text)
        }
    }

    /// `hh:mm:ss`, `hh:mm:ss.fraction` or `hh:mm:ss:frames[.sub-frames]`.
    fn clock_us(&self, text: &str) -> Option<i64> {
        let mut parts = text.split(':');
        let hours = number(parts.next()?)?;
        let minutes = number(parts.next()?).filter(|minutes| *minutes <= 59)?;
        let seconds = parts.next()?;
        let frames = parts.next();
        if parts.next().is_some() || hours > limits::TIME_S {
            return None;
        }
        let (whole, fraction_us) = match frames {
            None => {
                let ticks = parse_decimal_ticks(seconds.as_bytes())? as i64;
                (0, ticks_to_us(ticks, DECIMAL_TIMESCALE))
            }
            Some(frames) => {
                let (frames, sub) =
                    frames.split_once('.').map_or((frames, 0), |(f, sub)| (f, number(sub).unwrap_or(0)));
                let frames = number(frames)?.checked_mul(self.sub_frame)?.checked_add(sub)?;
                (number(seconds)?, self.frames_us(frames)?)
            }
        };
        let total =
            (hours * 3600 + minutes * 60).checked_add(whole).filter(|total| *total <= limits::TIME_S)?;
        Some(total as i64 * US + fraction_us)
    }

    /// `1.5s`, `90000t`: a number and one of h, m, s, ms, f, t.
    fn offset_us(&self, text: &str) -> Option<i64> {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let (digits, unit) = text.split_at(end);
        let ticks = parse_decimal_ticks(digits.as_bytes());
        let scaled = |seconds: u64| {
            // Of 10^12 ticks a second; an hour of them times 2,400 still fits.
            let whole = ticks? / DECIMAL_TIMESCALE;
            let rest = ticks? % DECIMAL_TIMESCALE;
            let total = whole.checked_mul(seconds).filter(|total| *total <= limits::TIME_S)?;
            Some(total as i64 * US + ticks_to_us((rest * seconds) as i64, DECIMAL_TIMESCALE))
        };
        match unit {
            "h" => scaled(3600),
            "m" => scaled(60),
            "s" => scaled(1),
            "ms" => Some(ticks_to_us(ticks_of_thousandths(digits)?, 1_000_000)),
            "f" => {
                let (whole, _) = digits.split_once('.').unwrap_or((digits, ""));
                self.frames_us(number(whole)?.checked_mul(self.sub_frame)?)
            }
            "t" => {
                let rate = self.tick.unwrap_or(match self.frame {
                    Some(frame) => frame.checked_mul(self.sub_frame)?,
                    None => 1,
                });
                within(ticks_to_us(i64::try_from(number(digits)?).ok()?, rate))
            }
            _ => None,
        }
    }

    /// Sub-frames of the effective frame rate.
    fn frames_us(&self, sub_frames: u64) -> Option<i64> {
        let [numerator, denominator] = self.multiplier;
        let rate = self.frame.unwrap_or(30).checked_mul(numerator)?.checked_mul(self.sub_frame)?;
        within(ticks_to_us(i64::try_from(sub_frames.checked_mul(denominator)?).ok()?, rate))
    }
}

/// `1500.25` in thousandths, up to what a time may be.
fn ticks_of_thousandths(digits: &str) -> Option<i64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let thousandths = match fraction.get(..3.min(fraction.len())) {
        Some("") | None => 0,
        Some(few) => number(few)? * 10u64.pow(3 - few.len() as u32),
    };
    let whole = number(whole).filter(|whole| *whole <= limits::TIME_S * 1000)?;
    i64::try_from(whole * 1000 + thousandths).ok()
}

fn within(us: i64) -> Option<i64> {
    (0..=limits::TIME_S as i64 * US).contains(&us).then_some(us)
}

fn number(text: &str) -> Option<u64> {
    crate::bytes::parse_u64(text.as_bytes())
}

/// Rates above the finest tick would round to nothing.
fn rate(text: &str) -> Option<u64> {
    number(text.trim()).filter(|rate| (1..=1_000_000_000).contains(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_offsets() {
        let rates = Rates::default();
        assert_eq!(rates.time_us("00:01:02.500"), Some(62_500_000));
        assert_eq!(rates.time_us("100:00:00"), Some(360_000_000_000));
        assert_eq!(rates.time_us("00:00:01:15"), Some(1_500_000));
        let offsets = ["1.5h", "2m", "3.25s", "1500.5ms", "45f", "7t"];
        let expected = [5_400_000_000, 120_000_000, 3_250_000, 1_500_500, 1_500_000, 7_000_000];
        assert_eq!(offsets.map(|text| rates.time_us(text)), expected.map(Some));
        for bad in [
            "",
            "1",
            "1x",
            "s",
            "00:61:00",
            "00:00",
            "1:2:3:4:5",
            "-1s",
            "99999999h",
            "00:00:00:x",
            "99999999999t",
        ] {
            assert_eq!(rates.time_us(bad), None, "{bad}");
        }
    }

    #[test]
    fn frames_of_ntsc_and_fine_ticks() {
        let mut rates = Rates::default();
        rates.read("frameRate", "24");
        rates.read("frameRateMultiplier", "1000 1001");
        // 2 + 22 / (24 * 1000 / 1001) = 2.917583 s.
        assert_eq!(rates.time_us("00:00:02:22"), Some(2_917_583));
        assert_eq!(rates.time_us("24t"), Some(1_000_000));
        rates.read("tickRate", "10000000");
        assert_eq!(rates.time_us("72000000001t"), Some(7_200_000_000));
        rates.read("subFrameRate", "2");
        assert_eq!(rates.time_us("00:00:00:12.1"), Some(521_354));
    }
}
