//! Handler Reference Box.

use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// What a track is, by its `handler_type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrackKind {
    /// Pictures: `vide`, `auxv`.
    Video,
    /// Sound: `soun`.
    Audio,
    /// Subtitles and captions: `text`, `subt`, `sbtl`, `clcp`.
    Text,
    /// Anything else.
    #[default]
    Other,
}

/// ISO/IEC 14496-12, Handler Reference Box.
pub fn read(payload: &[u8]) -> Option<TrackKind> {
    let mut reader = Fields::new(payload);
    reader.skip(8); // version, flags, pre_defined
    let kind = match FourCc(reader.u32()) {
        FourCc::VIDE | FourCc::AUXV => TrackKind::Video,
        FourCc::SOUN => TrackKind::Audio,
        FourCc::TEXT | FourCc::SUBT | FourCc::SBTL | FourCc::CLCP => TrackKind::Text,
        _ => TrackKind::Other,
    };
    whole(kind, &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage};
    use super::*;

    #[test]
    fn handlers() {
        for (code, kind) in [
            (b"vide", TrackKind::Video),
            (b"soun", TrackKind::Audio),
            (b"subt", TrackKind::Text),
            (b"meta", TrackKind::Other),
        ] {
            let payload = cat(&[&[0; 8], code, &[0; 13]]);
            assert_eq!(read(&payload), Some(kind));
            damage(&payload, read, 12);
        }
    }
}
