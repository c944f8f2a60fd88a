//! Multivariant Playlists. RFC 8216bis 4.4.6.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::text::{attributes, looks, quoted, uri, Looks};

/// A playlist as its author thinks of it.
#[derive(Clone, Debug)]
pub struct Multivariant {
    /// EXT-X-STREAM-INF.
    pub variants: Vec<Variant>,
    /// EXT-X-MEDIA.
    pub renditions: Vec<Rendition>,
    /// EXT-X-I-FRAME-STREAM-INF: URI and BANDWIDTH.
    pub trick: Vec<(String, u64)>,
    /// How it is written.
    pub looks: Looks,
}

/// One variant.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its URI.
    pub uri: String,
    /// BANDWIDTH.
    pub bandwidth: u64,
    /// AVERAGE-BANDWIDTH.
    pub average: Option<u64>,
    /// CODECS.
    pub codecs: Option<&'static str>,
    /// RESOLUTION.
    pub size: Option<(u32, u32)>,
    /// FRAME-RATE, in whole frames a second.
    pub frame_rate: Option<u32>,
    /// AUDIO and SUBTITLES: whether it names the group.
    pub groups: (bool, bool),
}

/// One rendition.
#[derive(Clone, Debug)]
pub struct Rendition {
    /// TYPE: sound, else subtitles.
    pub is_audio: bool,
    /// NAME.
    pub name: String,
    /// LANGUAGE.
    pub language: Option<&'static str>,
    /// URI; sound may do without.
    pub uri: Option<String>,
    /// DEFAULT.
    pub default: bool,
    /// AUTOSELECT.
    pub autoselect: bool,
    /// FORCED, of subtitles.
    pub forced: bool,
}

/// Any playlist.
pub fn multivariant(dirty: bool) -> impl Strategy<Value = Multivariant> {
    let trick = vec((uri(), 1..1_000_000u64), 0..3);
    (vec(variant(), 1..8), vec(rendition(), 0..8), trick, looks(dirty)).prop_map(
        |(mut variants, mut renditions, trick, looks)| {
            let has =
                |renditions: &[Rendition], is_audio| renditions.iter().any(|one| one.is_audio == is_audio);
            for variant in &mut variants {
                variant.groups.0 &= has(&renditions, true);
                variant.groups.1 &= has(&renditions, false);
            }
            // One default at most in a group, and names are different there.
            let mut taken = [false; 2];
            for (at, one) in renditions.iter_mut().enumerate() {
                one.name = format!("{} {at}", one.name);
                one.default &= !std::mem::replace(&mut taken[usize::from(one.is_audio)], one.default);
                one.autoselect |= one.default;
                if !one.is_audio {
                    one.uri.get_or_insert_with(|| format!("s{at}.m3u8"));
                }
                one.forced &= !one.is_audio;
            }
            Multivariant { variants, renditions, trick, looks }
        },
    )
}

fn variant() -> impl Strategy<Value = Variant> {
    const CODECS: [Option<&str>; 4] =
        [None, Some("avc1.4d401e,mp4a.40.2"), Some("hvc1.1.6.L93.90,ac-3"), Some("avc1.64001f")];
    (
        uri(),
        1..100_000_000u64,
        weighted(0.4, 1..100_000_000u64),
        prop::sample::select(&CODECS[..]),
        weighted(0.7, (16..4_096u32, 16..2_160u32)),
        weighted(0.4, prop::sample::select(&[24u32, 25, 30, 50, 60][..])),
        any::<(bool, bool)>(),
    )
        .prop_map(|(uri, bandwidth, average, codecs, size, frame_rate, groups)| Variant {
            uri,
            bandwidth,
            average,
            codecs,
            size,
            frame_rate,
            groups,
        })
}

fn rendition() -> impl Strategy<Value = Rendition> {
    const LANGUAGES: [Option<&str>; 4] = [None, Some("pt-BR"), Some("en"), Some("ja")];
    (
        any::<bool>(),
        "[A-Za-zê]{1,8}",
        prop::sample::select(&LANGUAGES[..]),
        weighted(0.8, uri()),
        any::<(bool, bool, bool)>(),
    )
        .prop_map(|(is_audio, name, language, uri, (default, autoselect, forced))| Rendition {
            is_audio,
            name,
            language,
            uri,
            default,
            autoselect,
            forced,
        })
}

impl Multivariant {
    /// The text.
    pub fn write(&self) -> String {
        let mut lines = vec![String::from("#EXTM3U"), String::from("#EXT-X-VERSION:9")];
        for one in &self.renditions {
            let yes = |flag: bool| Some(String::from(if flag { "YES" } else { "NO" }));
            let list = attributes(&[
                ("TYPE", Some(String::from(if one.is_audio { "AUDIO" } else { "SUBTITLES" }))),
                ("GROUP-ID", quoted(if one.is_audio { "au" } else { "st" })),
                ("NAME", quoted(&one.name)),
                ("LANGUAGE", one.language.and_then(quoted)),
                ("DEFAULT", yes(one.default)),
                ("AUTOSELECT", yes(one.autoselect)),
                ("FORCED", one.forced.then(|| String::from("YES"))),
                ("URI", one.uri.as_deref().and_then(quoted)),
            ]);
            lines.push(format!("#EXT-X-MEDIA:{list}"));
        }
        for one in &self.variants {
            let list = attributes(&[
                ("BANDWIDTH", Some(one.bandwidth.to_string())),
                ("AVERAGE-BANDWIDTH", one.average.map(|bps| bps.to_string())),
                ("CODECS", one.codecs.and_then(quoted)),
                ("RESOLUTION", one.size.map(|(width, height)| format!("{width}x{height}"))),
                ("FRAME-RATE", one.frame_rate.map(|rate| format!("{rate}.000"))),
                ("AUDIO", quoted("au").filter(|_| one.groups.0)),
                ("SUBTITLES", quoted("st").filter(|_| one.groups.1)),
            ]);
            lines.push(format!("#EXT-X-STREAM-INF:{list}"));
            lines.push(one.uri.clone());
        }
        for (uri, bandwidth) in &self.trick {
            lines.push(format!("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={bandwidth},URI=\"{uri}\""));
        }
        self.looks.write(&lines)
    }
}
