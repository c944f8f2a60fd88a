//! Playlists.

use bitaca_player_core::limits;

use crate::manifests::{manifest, Named};
use crate::{check, most_held, Room, ALONE, CONSTANT, TIMES};

#[test]
fn playlists() {
    check(playlists_of, manifest);
}

fn playlists_of(room: Room) -> Vec<Named> {
    let media = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n";
    let line = |text: &'static str| move |_: usize| text.to_string();
    vec![
        ("segments", room.filled(media, "", line("#EXTINF:1\na\n"))),
        ("segments without lengths", room.filled(media, "#EXTINF:1\na\n", line("a\n"))),
        ("lengths without segments", room.filled(media, "a\n", line("#EXTINF:1\n"))),
        ("dates", room.filled(media, "", line("#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00Z\n#EXTINF:1\na\n"))),
        ("ranges", room.filled(media, "", line("#EXT-X-BYTERANGE:1@0\n#EXTINF:1\na\n"))),
        ("breaks", room.filled(media, "", line("#EXT-X-DISCONTINUITY\n#EXTINF:1\na\n"))),
        ("rates", room.filled(media, "", |i| format!("#EXT-X-BITRATE:{}\n#EXTINF:1\na\n", i % 9))),
        ("keys", room.filled(media, "", |i| format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{i}\"\n#EXTINF:1\na\n"))),
        ("keys alone", room.filled(media, "#EXTINF:1\na\n", |i| format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{i}\"\n"))),
        ("key formats", room.filled(media, "#EXTINF:1\na\n", |i| {
            format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{i}\",KEYFORMAT=\"{}\"\n#EXTINF:1\na\n", i % 9)
        })),
        ("maps", room.filled(media, "", |i| format!("#EXT-X-MAP:URI=\"{i}\"\n#EXTINF:1\na\n"))),
        ("maps alone", room.filled(media, "#EXTINF:1\na\n", |i| format!("#EXT-X-MAP:URI=\"{i}\"\n"))),
        ("parts", room.filled(media, "#EXTINF:1\na\n", line("#EXT-X-PART:DURATION=1,URI=\"a\"\n"))),
        ("date ranges", room.filled(media, "#EXTINF:1\na\n", |i| {
            format!("#EXT-X-DATERANGE:ID=\"{i}\",START-DATE=\"2026-01-01T00:00Z\",X-A=\"\",X-B=\"\",X-C=\"\"\n")
        })),
        ("attributes of a date range", room.filled("#EXTM3U\n#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-01-01T00:00Z\"", "\n#EXTINF:1\na\n", |i| {
            format!(",X-{i}=1")
        })),
        ("markers", room.filled(media, "#EXTINF:1\na\n", line("#EXT-X-CUE-OUT\n"))),
        ("markers among segments", room.filled(media, "", line("#EXT-X-CUE-OUT-CONT\n#EXTINF:1\na\n"))),
        ("pictures", room.filled(media, "", line("#EXT-X-TILES:LAYOUT=1x1,DURATION=1,RESOLUTION=1x1\n#EXTINF:1\na\n"))),
        ("hints", room.filled(media, "#EXTINF:1\na\n", line("#EXT-X-PREFETCH:a\n"))),
        ("reports", room.filled(media, "#EXTINF:1\na\n", |i| format!("#EXT-X-RENDITION-REPORT:URI=\"{i}\"\n"))),
        ("unknown tags", room.filled(media, "#EXTINF:1\na\n", line("#EXT-Y\n"))),
        ("blank lines", room.filled(media, "#EXTINF:1\na\n", line("\n"))),
        ("one address", room.filled("#EXTM3U\n#EXTINF:1\n", "\n", line("a"))),
        ("not UTF-8", room.filled(media, "", line("#EXTINF:1\na\u{fffd}\n"))),
        ("variables", room.filled("#EXTM3U\n", "#EXTINF:1\na\n", |i| format!("#EXT-X-DEFINE:NAME=\"{i}\",VALUE=\"a\"\n"))),
        ("uses of a variable", room.filled("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n", "", line("#EXTINF:1\n{$a}\n"))),
        ("variants", room.repeated("#EXTM3U\n", "", line("#EXT-X-STREAM-INF:BANDWIDTH=1\na\n"))),
        ("variants with everything", room.repeated("#EXTM3U\n", "", |i| {
            format!("#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1,mp4a\",AUDIO=\"{i}\",VIDEO=\"{i}\",SUBTITLES=\"{i}\",PATHWAY-ID=\"{i}\"\na{i}\n")
        })),
        ("attributes of a variant", room.filled("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1", "\na\n", |i| format!(",A{i}=1"))),
        ("renditions", room.repeated("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\na\n", "", |i| {
            format!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"{i}\",URI=\"{i}\"\n")
        })),
        ("renditions of many groups", room.repeated("#EXTM3U\n", "", |i| {
            format!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{}\",NAME=\"a\",URI=\"a\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"{}\"\na\n", i % 99, i % 99)
        })),
        ("characteristics", room.filled("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",CHARACTERISTICS=\"", "\"\n", line("a,"))),
        ("session data", room.filled("#EXTM3U\n", "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n", |i| format!("#EXT-X-SESSION-DATA:DATA-ID=\"{i}\",VALUE=\"\"\n"))),
        ("session keys", room.filled("#EXTM3U\n", "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n", |i| format!("#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"{i}\"\n"))),
    ]
}

#[test]
fn a_manifest_of_the_largest_size() {
    let _alone = ALONE.lock();
    let room = Room(limits::MANIFEST_BYTES);
    let shortest = room.filled("#EXTM3U\n#EXT-X-TARGETDURATION:1\n", "", |_| "#EXTINF:1\na\n".into());
    let most = most_held(|| assert!(manifest(&shortest).is_some(), "it is within the cap"));
    assert!(most <= TIMES * shortest.len() + CONSTANT, "{most} bytes");
    let longer = shortest + "#EXTINF:1\naaaaaaaaaaaaa\n";
    let most = most_held(|| assert!(manifest(&longer).is_none(), "it is refused"));
    assert!(most < 1 << 10, "{most} bytes before it is refused");
}
