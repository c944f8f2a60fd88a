//! HLS: Multivariant Playlists and Media Playlists. RFC 8216bis (draft 17).
//!
//! A playlist is read line by line, once. Its whole text becomes the text pool, so a URI costs
//! eight bytes and no copy. See `README.md` beside this file for what is covered.

mod attributes;
mod media;
mod multivariant;
mod variables;

use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::presentation::{Presentation, Span};

/// Read a playlist of either kind. RFC 8216bis 4, Playlists.
///
/// The first tag that only one kind may have decides which it is.
pub(crate) fn parse(text: &str, url: &str) -> Result<Presentation, ParseError> {
    for line in lines(text) {
        let Line::Tag { name, .. } = line else { continue };
        if is_multivariant_tag(name) {
            return multivariant::parse(text, url);
        }
        if is_media_tag(name) {
            return media::parse(text, url);
        }
    }
    Err(ParseError::new(ErrorKind::Missing, text.len(), "EXTINF or EXT-X-STREAM-INF"))
}

/// Whether the first tag is EXTM3U. RFC 8216bis 4.4.1.1; comments before it are tolerated.
pub(crate) fn is_playlist(text: &str) -> bool {
    matches!(lines(text).next(), Some(Line::Tag { name: "M3U", .. }))
}

/// RFC 8216bis 4.4.6, Multivariant Playlist Tags. Without the `EXT`.
fn is_multivariant_tag(name: &str) -> bool {
    matches!(
        name,
        "-X-STREAM-INF"
            | "-X-MEDIA"
            | "-X-I-FRAME-STREAM-INF"
            | "-X-SESSION-DATA"
            | "-X-SESSION-KEY"
            | "-X-CONTENT-STEERING"
    )
}

/// RFC 8216bis 4.4.3, Media Playlist Tags, and 4.4.4, Media Segment Tags. Without the `EXT`.
fn is_media_tag(name: &str) -> bool {
    matches!(
        name,
        "INF"
            | "-X-TARGETDURATION"
            | "-X-MEDIA-SEQUENCE"
            | "-X-DISCONTINUITY-SEQUENCE"
            | "-X-ENDLIST"
            | "-X-PLAYLIST-TYPE"
            | "-X-I-FRAMES-ONLY"
            | "-X-PART-INF"
            | "-X-SERVER-CONTROL"
            | "-X-BYTERANGE"
            | "-X-KEY"
            | "-X-MAP"
            | "-X-GAP"
            | "-X-PART"
    )
}

/// Tags that are known and change nothing for this player.
fn is_ignored_tag(name: &str) -> bool {
    matches!(
        name,
        "M3U"
            // RFC 8216bis 4.4.5, Media Metadata Tags, and those of low latency.
            | "-X-DATERANGE" | "-X-PRELOAD-HINT" | "-X-RENDITION-REPORT" | "-X-PART" | "-X-PART-INF"
            | "-X-SERVER-CONTROL" | "-X-I-FRAME-STREAM-INF" | "-X-CONTENT-STEERING"
            // Removed in version 7.
            | "-X-ALLOW-CACHE"
    )
}

/// What a line is. RFC 8216bis 4.1, Definition of a Playlist.
enum Line<'a> {
    /// `#EXT...`: the name behind `#EXT`, and what follows the colon.
    Tag { name: &'a str, value: &'a str, offset: usize, value_offset: usize },
    /// Anything that is not a tag, a comment or blank.
    Uri { uri: &'a str, offset: usize },
}

/// The lines of a playlist, without comments, blanks, line endings and white space around.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    core::iter::from_fn(move || loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        // Lines are short: a plain loop is faster than a search that prepares itself.
        let (raw, next) = match rest.bytes().position(|byte| byte == b'\n') {
            Some(end) => (rest.get(..end)?, at + end + 1),
            None => (rest, text.len()),
        };
        let start = at;
        at = next;
        let line = raw.trim_ascii_start();
        let offset = start + raw.len() - line.len();
        let line = line.trim_ascii_end();
        match line.strip_prefix('#') {
            Some(tag) => {
                let Some(tag) = tag.strip_prefix("EXT") else { continue };
                let (name, value) = match tag.find(':') {
                    Some(colon) => (tag.get(..colon)?, tag.get(colon + 1..)?),
                    None => (tag, ""),
                };
                let value_offset = offset + line.len() - value.len();
                return Some(Line::Tag { name, value, offset, value_offset });
            }
            None if line.is_empty() => {}
            // A byte order mark, which the standard forbids and files have.
            None => match line.strip_prefix("\u{FEFF}") {
                Some(after) if after.starts_with('#') || after.is_empty() => {}
                _ => return Some(Line::Uri { uri: line, offset }),
            },
        }
    })
}

/// The span of `text` in a pool that starts with the playlist itself.
fn span(offset: usize, text: &str) -> Span {
    Span { start: offset as u32, len: text.len() as u32 }
}

fn warning(code: WarningCode, offset: usize, text: &str, what: &'static str) -> Warning {
    Warning { code, offset: offset as u32, len: text.len() as u32, what }
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;
    use crate::presentation::{Kind, Presentation, TrackKind};

    fn parse(text: &str) -> Presentation {
        Presentation::parse(text.as_bytes(), "https://h/a/b.m3u8", None).expect("a playlist")
    }

    fn fails(text: &str) -> (ErrorKind, u32) {
        let error = Presentation::parse(text.as_bytes(), "https://h/a/b.m3u8", None).expect_err("an error");
        (error.kind, error.offset)
    }

    #[test]
    fn a_vod_playlist_with_maps_ranges_keys_and_gaps() {
        let movie = parse(concat!(
            "#EXTM3U\r\n#EXT-X-VERSION:7\r\n#EXT-X-TARGETDURATION:5\r\n#EXT-X-PLAYLIST-TYPE:VOD\r\n",
            "#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"700@0\"\r\n",
            "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\r\n",
            "#EXTINF:4.004,title, with comma\r\n#EXT-X-BYTERANGE:1000@700\r\nall.mp4\r\n",
            "#EXTINF:4.004,\r\n#EXT-X-BYTERANGE:500\r\nall.mp4\r\n",
            "#EXT-X-DISCONTINUITY\r\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple\"\r\n",
            "#EXT-X-GAP\r\n#EXTINF:.5\r\n../x/last.mp4\r\n#EXT-X-ENDLIST",
        ));
        assert_eq!((movie.kind, movie.version, movie.dynamic), (Kind::HlsMedia, Some(7), false));
        assert_eq!(movie.duration_us, Some(8_508_000));
        assert!(movie.warnings.is_empty());
        let index = movie.renditions[0].segments.as_ref().expect("segments");
        let first = index.get(0).expect("one");
        assert_eq!(first.url, "https://h/a/all.mp4");
        let init = first.init.expect("a map");
        assert_eq!(
            (init.url.as_str(), init.byte_range.expect("a range").length),
            ("https://h/a/init.mp4", 700)
        );
        assert_eq!(index.date_time(0), Some("2026-01-01T00:00:00Z"));
        assert_eq!(index.date_time(1), None);
        let second = index.byte_range(1).expect("a range");
        assert_eq!((second.offset, second.length), (1700, 500));
        let last = index.get(2).expect("three");
        assert_eq!((last.url.as_str(), last.start_us), ("https://h/x/last.mp4", 8_008_000));
        assert!(last.discontinuity && last.gap);
        assert_eq!(index.text().get(index.keys_of(last.keys.expect("keys"))[0].uri), "skd://k");
        assert_eq!(index.get(1).expect("two").keys, None);
        assert_eq!(
            (index.at_time(0), index.at_time(4_004_000), index.at_time(8_507_999)),
            (Some(0), Some(1), Some(2))
        );
        assert_eq!(index.at_time(8_508_000), None);
    }

    #[test]
    fn a_multivariant_playlist() {
        let movie = parse(concat!(
            "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n",
            "#EXT-X-SESSION-DATA:DATA-ID=\"org.bitaca.sidecar\",URI=\"sidecar.json\"\n",
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"Português\",LANGUAGE=\"pt-BR\",DEFAULT=YES,CHANNELS=\"2/-\",URI=\"pt.m3u8\"\n",
            "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"t\",NAME=\"English\",LANGUAGE=\"en\",AUTOSELECT=YES,FORCED=YES,URI=\"en.m3u8\"\n",
            "#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1500000,RESOLUTION=1280x720,FRAME-RATE=23.976,",
            "CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"a\",SUBTITLES=\"t\"\nvideo/720p.m3u8\n",
        ));
        assert_eq!(movie.kind, Kind::HlsMultivariant);
        assert_eq!(movie.text.opt(movie.sidecar.expect("a sidecar")), Some("https://h/a/sidecar.json"));
        let [audio, text, video] = &movie.renditions[..] else { panic!("three renditions") };
        assert_eq!(
            (audio.track, audio.channels, audio.default, audio.autoselect),
            (TrackKind::Audio, 2, true, true)
        );
        assert_eq!(movie.playlist_url(0), Some("https://h/a/pt.m3u8"));
        assert!(text.forced && text.track == TrackKind::Text);
        assert_eq!((video.width, video.height, video.frame_rate), (1280, 720, (24_000, 1_001)));
        assert_eq!((video.bandwidth_bps, video.average_bandwidth_bps), (2_000_000, Some(1_500_000)));
        assert!(!video.muxed);
        assert_eq!(movie.text.get(video.audio_group), movie.text.get(audio.audio_group));
    }

    #[test]
    fn errors_say_what_and_where() {
        assert_eq!(fails("#EXTM3U\n"), (ErrorKind::Missing, 8));
        assert_eq!(fails("#EXTM3U\n#EXTINF:abc,\na.ts"), (ErrorKind::Number, 16));
        assert_eq!(fails("#EXTM3U\n#EXT-X-TARGETDURATION:4\na.ts"), (ErrorKind::Missing, 32));
        assert_eq!(fails("#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:5\na.ts"), (ErrorKind::Malformed, 36));
        assert_eq!(fails("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"x\n"), (ErrorKind::Malformed, 37));
        assert_eq!(
            fails("#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb"),
            (ErrorKind::Malformed, 24)
        );
        assert_eq!(fails("\u{FEFF}hello"), (ErrorKind::NotAManifest, 3));
        assert_eq!(fails("#EXTM3U\n#EXTINF:9000000,\na.ts"), (ErrorKind::Number, 16));
    }

    #[test]
    fn dirt_is_tolerated_and_reported() {
        let movie = parse("\u{FEFF}\n#EXTM3U\n  #EXTINF:2\n# comment\n\n\t a.ts \n#EXT-X-CUE-OUT:5\n");
        let index = movie.renditions[0].segments.as_ref().expect("segments");
        assert_eq!(index.url(0).as_deref(), Some("https://h/a/a.ts"));
        assert!(movie.dynamic, "no ENDLIST: it may grow");
        let words: std::vec::Vec<_> = movie.warnings.iter().map(|warning| warning.code.word()).collect();
        assert_eq!(words, ["unknown", "violation"]);
    }

    #[test]
    fn variables_stand_for_their_values_within_a_budget() {
        let movie = parse(concat!(
            "#EXTM3U\n#EXT-X-DEFINE:NAME=\"host\",VALUE=\"https://cdn\"\n",
            "#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{$host}/{$none}/a.ts\n",
        ));
        let index = movie.renditions[0].segments.as_ref().expect("segments");
        assert_eq!(index.url(0).as_deref(), Some("https://cdn/{$none}/a.ts"));
        assert_eq!(movie.warnings[0].code.word(), "undefined");
    }

    #[test]
    fn attaching_a_media_playlist() {
        let mut movie = parse("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv/a.m3u8\n");
        assert!(movie.attach_media_playlist(0, b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb", "u").is_err());
        assert!(movie.attach_media_playlist(7, b"#EXTM3U\n#EXTINF:1,\nb", "u").is_err());
        movie
            .attach_media_playlist(0, b"#EXTM3U\n#EXTINF:1.5,\ns.mp4\n#EXT-X-ENDLIST", "https://h/a/v/a.m3u8")
            .expect("a media playlist");
        assert_eq!(movie.duration_us, Some(1_500_000));
        let index = movie.renditions[0].segments.as_ref().expect("segments");
        assert_eq!(index.url(0).as_deref(), Some("https://h/a/v/s.mp4"));
    }
}
