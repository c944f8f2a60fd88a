//! WebVTT in the samples of an ISO base media file. ISO/IEC 14496-30, WebVTT streams.
//!
//! A TTML sample (`stpp`) is a whole document: see [`super::ttml::sample`].

use alloc::string::String;
use alloc::vec::Vec;

use super::webvtt::{self, Cue};
use crate::bytes::Reader;
use crate::limits;

/// The cues of a `wvtt` sample, all of which last as long as the sample.
///
/// A sample is a sequence of boxes: `vttc` (a cue, with `iden`, `sttg` and `payl` inside), `vtte`
/// (no cue) or `vtta` (text between cues). A cue that outlasts the sample stands in the next one
/// again: [`webvtt::join`] makes one of them. Damaged boxes end the sample.
pub fn wvtt(sample: &[u8], start_us: u64, end_us: u64) -> Vec<Cue> {
    let mut cues = Vec::new();
    if end_us <= start_us || sample.len() > limits::TEXT_BYTES {
        return cues;
    }
    let mut boxes = Boxes(Reader::new(sample));
    while let Some((kind, body)) = boxes.next() {
        if kind != *b"vttc" || cues.len() >= limits::CUES {
            continue;
        }
        let mut cue =
            Cue { start_us, end_us, id: String::new(), settings: String::new(), text: String::new() };
        let mut parts = Boxes(Reader::new(body));
        while let Some((kind, body)) = parts.next() {
            let Ok(text) = core::str::from_utf8(body) else { continue };
            match &kind {
                b"iden" => cue.id = String::from(text),
                b"sttg" => cue.settings = String::from(text),
                b"payl" => cue.text = String::from(text),
                _ => {}
            }
        }
        if !cue.text.is_empty() {
            cues.push(cue);
        }
    }
    cues
}

/// Regions and style sheets of a `wvtt` track: the `vttC` box of its sample entry holds the head
/// of a WebVTT file. Gives `None` where it is none.
pub fn configuration(vttc: &[u8]) -> Option<webvtt::File> {
    webvtt::read(core::str::from_utf8(vttc).ok()?)
}

/// The head of the WebVTT file in the first `wvtt` track of an initialization section.
#[cfg(feature = "extras")]
pub fn head(init: &[u8]) -> Option<webvtt::File> {
    let mut tracks = Boxes(Reader::new(inside(init, &[(b"moov", 0)])?));
    loop {
        let (kind, track) = tracks.next()?;
        let path = [(b"mdia", 0), (b"minf", 0), (b"stbl", 0), (b"stsd", 8), (b"wvtt", 8), (b"vttC", 0)];
        if let Some(found) = (kind == *b"trak").then(|| inside(track, &path)).flatten() {
            return configuration(found);
        }
    }
}

/// The content of the box at the end of a path; each box has so many bytes of fields before its boxes.
#[cfg(feature = "extras")]
fn inside<'a>(bytes: &'a [u8], path: &[(&[u8; 4], usize)]) -> Option<&'a [u8]> {
    let mut here = bytes;
    for (wanted, fields) in path {
        let mut boxes = Boxes(Reader::new(here));
        here = loop {
            let (kind, body) = boxes.next()?;
            if kind == **wanted {
                break body.get(*fields..)?;
            }
        };
    }
    Some(here)
}

struct Boxes<'a>(Reader<'a>);

impl<'a> Boxes<'a> {
    fn next(&mut self) -> Option<([u8; 4], &'a [u8])> {
        let size = self.0.u32()? as usize;
        let kind = self.0.take(4)?.try_into().ok()?;
        Some((kind, self.0.take(size.checked_sub(8)?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = ((body.len() + 8) as u32).to_be_bytes().to_vec();
        out.extend_from_slice(kind);
        out.extend_from_slice(body);
        out
    }

    fn sample() -> Vec<u8> {
        let first = [boxed(b"iden", b"1"), boxed(b"sttg", b"line:0"), boxed(b"payl", b"<b>a</b>")].concat();
        let second = [boxed(b"vsid", &[0, 0, 0, 1]), boxed(b"payl", "é\nb".as_bytes())].concat();
        [boxed(b"vttc", &first), boxed(b"vtta", b"NOTE x"), boxed(b"vttc", &second)].concat()
    }

    #[test]
    fn two_cues_at_once() {
        let cues = wvtt(&sample(), 1_000_000, 3_000_000);
        assert_eq!(cues.len(), 2);
        assert_eq!(
            (cues[0].id.as_str(), cues[0].settings.as_str(), cues[0].text.as_str()),
            ("1", "line:0", "<b>a</b>")
        );
        assert_eq!((cues[1].start_us, cues[1].end_us, cues[1].text.as_str()), (1_000_000, 3_000_000, "é\nb"));
        assert_eq!(wvtt(&boxed(b"vtte", &[]), 0, 1), []);
    }

    #[test]
    fn a_cue_of_two_samples_is_one() {
        let mut cues = wvtt(&sample(), 1_000_000, 3_000_000);
        cues.extend(wvtt(&sample(), 3_000_000, 4_000_000));
        webvtt::join(&mut cues);
        assert_eq!(cues.iter().map(|cue| cue.end_us).collect::<Vec<_>>(), [4_000_000; 2]);
    }

    #[test]
    fn damage_ends_the_sample() {
        let good = sample();
        for end in 0..good.len() {
            assert!(wvtt(&good[..end], 0, 1).len() <= 2);
        }
        assert_eq!(wvtt(&[0, 0, 0, 4, b'v', b't', b't', b'c'], 0, 1), []);
        assert_eq!(wvtt(&good, 1, 1), []);
    }

    #[test]
    fn the_head_of_the_track() {
        let head = configuration(b"WEBVTT\n\nREGION\nid:a\n").expect("a signature");
        assert_eq!(head.regions.len(), 1);
        let placed = Cue { settings: String::from("region:a"), ..wvtt(&sample(), 0, 1).remove(0) };
        let document = webvtt::File { cues: std::vec![placed], ..head }.typed();
        assert_eq!((document.cues[0].placement.region, document.cues[0].text()), (Some(0), "a"));
        assert_eq!(configuration(b"x"), None);
    }

    #[cfg(feature = "extras")]
    #[test]
    fn the_head_is_found_in_the_sample_entry() {
        let text = boxed(b"vttC", b"WEBVTT\n\nREGION\nid:a\n");
        let entry = boxed(b"wvtt", &[[0; 8].to_vec(), text].concat());
        let mut nested = boxed(b"stsd", &[[0; 8].to_vec(), entry].concat());
        for kind in [b"stbl", b"minf", b"mdia", b"trak"] {
            nested = boxed(kind, &[boxed(b"free", &[]), nested].concat());
        }
        let init = [boxed(b"ftyp", b"x"), boxed(b"moov", &[boxed(b"trak", &[]), nested].concat())].concat();
        assert_eq!(head(&init).expect("a head").regions.len(), 1);
        for end in 0..init.len() {
            assert_eq!(head(&init[..end]), None);
        }
    }
}
