//! Plans for keys of whole segments: EXT-X-KEY and EXT-X-SESSION-KEY with METHOD=AES-128.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::live::low_latency_server;
use super::*;

const KEY: &str = "#EXT-X-KEY:METHOD=AES-128,URI=\"../key.bin\"\n";

/// A playlist with lines in front of its first segment, and in front of others.
fn with(url: &str, first: &str, others: &[(&str, &str)]) -> String {
    let mut text = playlist(url);
    if url.contains("text/") {
        return text;
    }
    text = text.replacen("#EXT-X-MAP", &[first, "#EXT-X-MAP"].concat(), 1);
    for (segment, lines) in others {
        let place = ["#EXTINF:4.0,\nseg-", segment, "."].concat();
        text = text.replacen(&place, &[lines, place.as_str()].concat(), 1);
    }
    text
}

fn staged(playlist: fn(&str) -> String) -> Stage {
    let mut stage = Stage::new();
    stage.playlist = playlist;
    stage
}

impl Stage {
    /// Kind, address and cipher of every request.
    fn requests(&self) -> Vec<(FetchKind, &str, Option<Cipher>)> {
        let fetch = |output: &'_ Output| match output {
            Output::Fetch { kind, cipher, .. } => Some((*kind, *cipher)),
            _ => None,
        };
        self.log
            .iter()
            .filter_map(fetch)
            .zip(&self.fetched)
            .map(|((kind, cipher), url)| (kind, url.as_str(), cipher))
            .collect()
    }

    fn key_urls(&self) -> Vec<&str> {
        let keys = self.requests().into_iter().filter(|(kind, ..)| *kind == FetchKind::Key);
        keys.map(|(_, url, _)| url).collect()
    }

    /// What the segment of this number in this folder is decrypted with.
    fn cipher_of(&self, folder: &str, number: i64) -> Option<Cipher> {
        let segment = |url: &str| url.contains(folder) && Self::segment_of(url) == Some(number);
        self.requests().into_iter().find(|(_, url, _)| segment(url)).expect("was fetched").2
    }
}

#[test]
fn a_key_is_fetched_once_and_numbers_are_vectors() {
    let mut stage = staged(|url| with(url, KEY, &[]));
    stage.start(Open::default());
    stage.run(75.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert_eq!(
        stage.key_urls().iter().filter(|url| url.contains("/v/")).count(),
        1,
        "{:?}",
        stage.key_urls()
    );
    let cipher = stage.cipher_of("audio/", 9).expect("encrypted");
    assert_eq!(cipher.iv, 9u128.to_be_bytes());
    assert!(stage.requests().iter().all(|(kind, _, cipher)| {
        let sealed = matches!(kind, FetchKind::Init | FetchKind::Segment | FetchKind::Key);
        cipher.is_some() == sealed
    }));
    assert_eq!(stage.errors(), []);
}

#[test]
fn keys_change_and_end_and_the_next_is_fetched_early() {
    const FIRST: &str = "#EXT-X-KEY:METHOD=AES-128,URI=\"a.key\",IV=0x0000000000000000000000000000000A\n";
    const SECOND: &str = "#EXT-X-KEY:METHOD=AES-128,URI=\"b.key\"\n";
    const NONE: &str = "#EXT-X-KEY:METHOD=NONE\n";
    let mut stage = staged(|url| {
        // The section stands before the key: it is clear.
        with(url, "", &[("0", FIRST), ("4", SECOND), ("10", NONE)])
    });
    stage.start(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(75.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    let (first, second) = (stage.cipher_of("audio/", 3), stage.cipher_of("audio/", 4));
    assert_eq!(first.map(|one| one.iv), Some(10u128.to_be_bytes()));
    assert_eq!(second.map(|one| one.iv), Some(4u128.to_be_bytes()));
    assert_ne!(first.map(|one| one.key), second.map(|one| one.key));
    assert_eq!(stage.cipher_of("audio/", 10), None);
    let requests = stage.requests();
    let place = |part: &str| requests.iter().position(|(_, url, _)| url.contains(part)).expect("asked for");
    assert!(place("audio/pt/b.key") < place("audio/pt/seg-4.m4s"), "asked for before its segment");
    assert!(place("audio/pt/b.key") < place("audio/pt/seg-3.m4s") + 2, "with the one before");
    let clear =
        requests.iter().filter(|(kind, ..)| *kind == FetchKind::Init).all(|(.., cipher)| cipher.is_none());
    assert!(clear, "what stands before the first key is not encrypted");
}

#[test]
fn a_session_key_is_fetched_before_any_playlist_needs_it() {
    let mut stage = staged(|url| with(url, KEY, &[]));
    stage.manifest = stage.manifest.replacen(
        "#EXT-X-VERSION:6\n",
        "#EXT-X-VERSION:6\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"v/key.bin\"\n",
        1,
    );
    stage.start(Open::default());
    stage.run(4.0);
    let requests = stage.requests();
    let kinds: Vec<FetchKind> = requests.iter().map(|(kind, ..)| *kind).take(3).collect();
    assert_eq!(kinds[1], FetchKind::Key, "{kinds:?}");
    assert_eq!(stage.key_urls().iter().filter(|url| url.ends_with("/v/key.bin")).count(), 1, "once for all");
}

#[test]
fn a_section_before_a_key_without_a_vector_and_a_part_of_a_resource() {
    let mut stage = staged(|url| {
        with(url, KEY, &[]).replace("seg-2.m4s", "seg-2.m4s\n#EXT-X-BYTERANGE:1000@500").replace(
            "#EXTINF:4.0,\nseg-2.m4s\n#EXT-X-BYTERANGE:1000@500",
            "#EXTINF:4.0,\n#EXT-X-BYTERANGE:1000@500\nseg-2.m4s",
        )
    });
    stage.start(Open::default());
    stage.run(75.0);
    assert!(stage.eos);
    let ranged = stage.log.iter().find_map(|output| match output {
        Output::Fetch { range: Some(range), cipher, .. } => Some((*range, *cipher)),
        _ => None,
    });
    let (range, cipher) = ranged.expect("a byte range");
    assert_eq!((range, cipher.map(|one| one.iv)), ((500, 1499), Some(2u128.to_be_bytes())));
    let init = stage.requests().into_iter().find(|(kind, ..)| *kind == FetchKind::Init).expect("a section").2;
    assert_eq!(init.map(|one| one.iv), Some([0; 16]));
}

#[test]
fn a_key_that_is_missing_costs_the_rung_and_not_the_title() {
    let mut stage = staged(|url| with(url, "#EXT-X-KEY:METHOD=AES-128,URI=\"own.key\"\n", &[]));
    stage.missing = "v/720/own.key";
    stage.start(Open::default());
    stage.run(75.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert_eq!(stage.segments_from("v/720"), 0);
    assert_eq!(stage.errors(), [(1004, false)]);
}

#[test]
fn a_title_whose_only_key_is_missing_is_told_so() {
    let mut stage = staged(|url| with(url, KEY, &[]));
    stage.missing = "v/key.bin";
    stage.start(Open::default());
    stage.run(60.0);
    assert_eq!(stage.errors().last(), Some(&(4002, true)));
    // Each rung's loss leads to the next one's at once, even where the host has nothing to tell meanwhile.
    let losses = stage.log.iter().enumerate().filter(|(_, o)| matches!(o, Output::Error { code: 1004, .. }));
    for (at, _) in losses {
        let wake = stage.log[at..].iter().find_map(|output| match output {
            Output::Wake(at) => Some(*at),
            _ => None,
        });
        assert_eq!(wake, Some(stage.times[at]));
    }
    assert_eq!(stage.segments_from("v/"), 0, "nothing is fetched that cannot be opened");
    assert!(stage.key_urls().iter().filter(|url| url.contains("v/key.bin")).count() <= 4);
}

#[test]
fn a_key_of_another_length_is_no_key() {
    let mut stage = staged(|url| with(url, KEY, &[]));
    stage.key_bytes = 900;
    stage.start(Open::default());
    stage.run(20.0);
    let told = stage.log.iter().rev().find_map(|output| match output {
        Output::Error { code: 4002, data, .. } => Some(data.clone()),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some("a key of 900 bytes, expected 16"));
    assert_eq!(stage.segments_from(""), 0);
}

#[test]
fn what_does_not_decrypt_is_fetched_again_then_left() {
    let mut stage = staged(|url| with(url, "#EXT-X-KEY:METHOD=AES-128,URI=\"own.key\"\n", &[]));
    stage.undecryptable = "v/720";
    stage.start(Open::default());
    stage.run(90.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert_eq!(stage.errors(), [(1004, false)]);
    assert_eq!(stage.key_urls().iter().filter(|url| url.contains("v/720")).count(), 2, "with a fresh key");

    let mut stage = staged(|url| with(url, KEY, &[]));
    stage.undecryptable = "v/";
    stage.start(Open::default());
    stage.run(60.0);
    assert_eq!(stage.errors().last(), Some(&(4003, true)));
}

#[test]
fn what_no_browser_opens_is_refused_in_words() {
    for (line, word) in [
        ("#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0xQ\n", "IV"),
        ("#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"com.example\"\n", "key format"),
    ] {
        let mut stage = Stage::new();
        stage.playlist = match word {
            "IV" => |url| with(url, "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0xQ\n", &[]),
            _ => |url| with(url, "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"com.example\"\n", &[]),
        };
        stage.start(Open::default());
        stage.run(5.0);
        let told = stage.log.iter().rev().find_map(|output| match output {
            Output::Error { code: 4001, fatal: true, data, .. } => Some(data.clone()),
            _ => None,
        });
        assert!(told.as_deref().is_some_and(|told| told.contains(word)), "{line} {told:?}");
    }
}

#[test]
fn subtitles_have_keys_too() {
    let mut stage = staged(|url| {
        match url.contains("text/") {
        true => {
            "#EXTM3U\n#EXT-X-TARGETDURATION:60\n#EXT-X-KEY:METHOD=AES-128,URI=\"t.key\"\n#EXTINF:60,\npt.vtt\n#EXT-X-ENDLIST\n"
                .to_string()
        }
        false => playlist(url),
    }
    });
    stage.start(Open { text: TextWish::Language("pt-BR".to_string()), ..Open::default() });
    stage.run(10.0);
    let sealed =
        stage.requests().into_iter().find(|(kind, ..)| *kind == FetchKind::Text).expect("subtitles").2;
    assert_eq!(sealed.map(|one| one.iv), Some([0; 16]));
    assert!(stage.log.iter().any(|output| matches!(output, Output::Cues { .. })));
}

#[test]
fn a_refused_key_beside_the_manifest_asks_for_a_fresh_address() {
    let mut stage = staged(|url| with(url, KEY, &[("8", "#EXT-X-KEY:METHOD=AES-128,URI=\"../next.bin\"\n")]));
    stage.start(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(6.0);
    stage.status = 403;
    stage.run(30.0);
    assert!(stage.log.contains(&Output::Expired));
    stage.status = 200;
    stage.input(&Input::Renew { url: "https://cdn.example/new/master.m3u8" });
    stage.run(75.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
}

#[test]
fn another_servers_refusal_is_the_viewers() {
    let mut stage =
        staged(|url| with(url, "#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example/k\"\n", &[]));
    stage.denied = "keys.example";
    stage.start(Open::default());
    stage.run(30.0);
    assert!(!stage.log.contains(&Output::Expired));
    assert_eq!(stage.errors().last(), Some(&(4002, true)));
}

/// Partial Segments carry the key and the number of the segment that they are part of.
#[test]
fn parts_are_decrypted_as_their_segment_is() {
    fn server(url: &str, now: i64) -> Option<String> {
        let mut text = String::new();
        let mut last = None;
        for line in low_latency_server(url, now)?.lines() {
            let number = Stage::segment_of(line.trim_end_matches('"'));
            let named =
                line.find("URI=\"seg-").map(|at| &line[at + 5..]).and_then(|rest| rest.split('"').next());
            let number = named.and_then(Stage::segment_of).or(number);
            if number.is_some() && number != last && !line.contains("HINT") {
                last = number;
                // EXTINF stands in front of a whole segment's address; keys may too.
                text.push_str(&format!("#EXT-X-KEY:METHOD=AES-128,URI=\"k{}\"\n", last.unwrap_or(0)));
            }
            text.push_str(line);
            text.push('\n');
        }
        Some(text)
    }
    let mut stage = Stage::new();
    stage.server = Some(server);
    stage.segments = 1_000_000;
    stage.start(Open::default());
    stage.run(20.0);
    let parts: Vec<_> = stage.requests().into_iter().filter(|(_, url, _)| url.contains(".1.m4s")).collect();
    assert!(!parts.is_empty());
    for (_, url, cipher) in parts {
        let number = Stage::segment_of(url).expect("a part") as u128;
        assert_eq!(cipher.map(|one| one.iv), Some(number.to_be_bytes()), "{url}");
    }
}
