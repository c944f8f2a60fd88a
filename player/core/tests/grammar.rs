//! What a generated manifest means is what is read in it, and whatever happens to its bytes is survived.

use bitaca_player_core::presentation::{Presentation, TrackKind};
use bitaca_player_core::segments::SegmentIndex;
use bitaca_player_core::snapshot;
use bitaca_player_core::time::offset_ticks_to_us;
use bitaca_player_grammar::{dash, hls, multivariant};
use proptest::prelude::*;

const URL: &str = "https://cdn.example/a/b/manifest";
const NOW_US: i64 = 1_767_400_000_000_000;

fn parsed(text: &str) -> Presentation {
    Presentation::parse(text.as_bytes(), URL, Some(NOW_US))
        .unwrap_or_else(|error| panic!("{error:?} in\n{text}"))
}

fn only_index(movie: &Presentation) -> &SegmentIndex {
    movie.renditions[0].segments.as_ref().expect("a media playlist has segments")
}

/// What the core says of each segment of a playlist.
fn meaning_of(index: &SegmentIndex) -> Vec<hls::Meaning> {
    let text = |span| index.text().opt(span).map(String::from);
    let range = |range: bitaca_player_core::segments::ByteRange| (range.offset, range.length);
    let keys = |i: usize| index.key_set_of(i).map_or(&[][..], |set| index.keys_of(set));
    let one = |i: usize| hls::Meaning {
        uri: index.uri(i).expect("an address"),
        duration_milli: index.duration_us(i).expect("a length") / 1000,
        range: index.byte_range(i).map(range),
        map: index
            .init(i)
            .map(|init| (index.init_uri(i).expect("its address").to_string(), init.byte_range.map(range))),
        keys: keys(i)
            .iter()
            .map(|key| hls::Key {
                method: if text(key.method).as_deref() == Some("AES-128") { "AES-128" } else { "SAMPLE-AES" },
                uri: text(key.uri).expect("an address"),
                format: match text(key.keyformat).as_deref() {
                    None => None,
                    Some("identity") => Some("identity"),
                    Some(_) => Some("com.apple.streamingkeydelivery"),
                },
                iv: text(key.iv).map(|iv| u64::from_str_radix(&iv[2..], 16).expect("hexadecimal")),
            })
            .collect(),
        discontinuity: index.is_discontinuity(i),
        date: index.date_time(i).map(String::from),
        gap: index.is_gap(i),
        bitrate_bps: index.bitrate_bps(i),
    };
    (0..index.len()).map(one).collect()
}

/// Keys in the order of their formats: a set has no other.
fn sorted(mut meaning: Vec<hls::Meaning>) -> Vec<hls::Meaning> {
    for one in &mut meaning {
        one.keys.sort_by_key(|key| key.format.unwrap_or("identity"));
    }
    meaning
}

/// What is kept of a presentation where only where it stands on the time line may differ.
fn shown(index: &SegmentIndex) -> Vec<(hls::Meaning, u64, Option<u64>)> {
    let meaning = sorted(meaning_of(index));
    let counted = meaning.into_iter().enumerate();
    counted.map(|(i, one)| (one, index.number(i), index.duration_us(i))).collect()
}

fn holder() -> Presentation {
    parsed("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\np.m3u8\n")
}

fn with(mut movie: Presentation, text: &str) -> Presentation {
    if let Err(error) = movie.attach_media_playlist(0, text.as_bytes(), URL) {
        panic!("{error:?} in\n{text}");
    }
    movie
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_media_playlist_means_what_its_author_meant(playlist in hls::media_playlist(true)) {
        let text = playlist.write();
        let movie = parsed(&text);
        let index = only_index(&movie);
        prop_assert_eq!(sorted(meaning_of(index)), sorted(playlist.meaning()), "\n{}", text);
        let info = index.media.expect("a header");
        prop_assert_eq!(info.target_duration_us, playlist.target_s() * 1_000_000);
        prop_assert_eq!(info.media_sequence, playlist.sequence.unwrap_or(0));
        prop_assert_eq!(info.discontinuity_sequence, playlist.discontinuity_sequence.unwrap_or(0));
        prop_assert_eq!(info.endlist, playlist.endlist);
        prop_assert_eq!(info.start_us, playlist.start_milli.map(|milli| milli * 1000));
        prop_assert_eq!(info.part_target_us.is_some(), playlist.low_latency);
        prop_assert_eq!(index.date_ranges.len(), playlist.ranges.len());
        let parts: usize = playlist.segments.iter().map(|segment| segment.parts.len()).sum();
        prop_assert_eq!(index.parts.len(), parts + playlist.open_parts.len());
        // Starts are sums of exact lengths.
        let mut start_milli = 0;
        for (i, segment) in playlist.segments.iter().enumerate() {
            prop_assert_eq!(index.start_us(i), Some(start_milli * 1000));
            prop_assert_eq!(index.at_time(start_milli * 1000), Some(i));
            start_milli += segment.duration_milli as i64;
        }
        prop_assert_eq!(index.end_us(), start_milli * 1000);
    }

    #[test]
    fn a_multivariant_playlist_means_what_its_author_meant(playlist in multivariant::multivariant(true)) {
        let text = playlist.write();
        let movie = parsed(&text);
        let pool = &movie.text;
        let is_variant = |one: &&bitaca_player_core::presentation::Rendition| one.set == 0 && !one.trick;
        let variants: Vec<_> = movie.renditions.iter().filter(is_variant).collect();
        prop_assert_eq!(variants.len(), playlist.variants.len(), "\n{}", text);
        for (read, meant) in variants.iter().zip(&playlist.variants) {
            prop_assert_eq!(pool.get(read.uri), &meant.uri);
            prop_assert_eq!(read.bandwidth_bps, meant.bandwidth);
            prop_assert_eq!(read.average_bandwidth_bps, meant.average);
            prop_assert_eq!(pool.opt(read.codecs), meant.codecs);
            prop_assert_eq!((read.width, read.height), meant.size.unwrap_or((0, 0)));
            prop_assert_eq!(read.frame_rate, meant.frame_rate.map_or((0, 0), |rate| (rate, 1)));
            prop_assert_eq!(pool.opt(read.audio_group).is_some(), meant.groups.0);
            prop_assert_eq!(pool.opt(read.text_group).is_some(), meant.groups.1);
        }
        prop_assert_eq!(movie.renditions.iter().filter(|one| one.trick).count(), playlist.trick.len());
        let renditions: Vec<_> = movie.renditions.iter().filter(|one| one.set != 0).collect();
        prop_assert_eq!(renditions.len(), playlist.renditions.len());
        for (read, meant) in renditions.iter().zip(&playlist.renditions) {
            prop_assert_eq!(read.track == TrackKind::Audio, meant.is_audio);
            prop_assert_eq!(pool.get(read.name), &meant.name);
            prop_assert_eq!(pool.opt(read.language), meant.language);
            prop_assert_eq!(pool.opt(read.uri), meant.uri.as_deref());
            prop_assert_eq!((read.default, read.autoselect, read.forced), (meant.default, meant.autoselect, meant.forced));
        }
    }

    #[test]
    fn an_mpd_means_what_its_author_meant(mpd in dash::mpd()) {
        let text = mpd.write();
        let movie = parsed(&text);
        let meaning = mpd.meaning();
        prop_assert_eq!(movie.renditions.len(), meaning.len(), "\n{}", text);
        for (read, meant) in movie.renditions.iter().zip(&meaning) {
            prop_assert_eq!(movie.text.get(read.id), &meant.id);
            prop_assert_eq!(read.period as usize, meant.period);
            prop_assert_eq!(read.bandwidth_bps, meant.bandwidth);
            let index = read.segments.as_ref().expect("it has segments");
            let Some(segments) = &meant.segments else {
                prop_assert!(index.index.is_some(), "it waits for its index\n{}", text);
                continue;
            };
            let last = segments.len() - 1;
            prop_assert_eq!(index.len(), segments.len(), "{} in\n{}", meant.id, text);
            let period_ns = movie.periods[meant.period].start_ns;
            for (i, one) in segments.iter().enumerate() {
                prop_assert_eq!(index.url(i), Some(one.url.clone()), "\n{}", text);
                let start = offset_ticks_to_us(one.ticks as i64, one.timescale, period_ns);
                prop_assert_eq!(index.start_us(i), Some(start), "start of {} of {} in\n{}", i, meant.id, text);
                let range = index.byte_range(i).map(|range| (range.offset, range.length));
                prop_assert_eq!(range, one.range);
                if i < last {
                    let length = offset_ticks_to_us(one.duration as i64, one.timescale, 0) as u64;
                    prop_assert_eq!(index.duration_us(i), Some(length), "\n{}", text);
                }
            }
        }
    }

    #[test]
    fn a_playlist_that_went_on_is_as_one_that_is_read_anew(
        playlist in hls::media_playlist(true),
        steps in prop::collection::vec((0..3usize, 0..3usize), 1..5),
    ) {
        let mut now = hls::MediaPlaylist { endlist: false, kind: None, ..playlist };
        let mut seen = with(holder(), &now.write());
        let spare = now.segments.clone();
        for (gone, came) in steps {
            now = now.later(gone, &spare[..came.min(spare.len())]);
            let text = now.write();
            seen = with(seen, &text);
            let fresh = with(holder(), &text);
            let (seen_index, fresh_index) = (only_index(&seen), only_index(&fresh));
            prop_assert_eq!(shown(seen_index), shown(fresh_index), "\n{}", text);
            prop_assert_eq!(seen_index.media, fresh_index.media);
            prop_assert_eq!(seen_index.parts.len(), fresh_index.parts.len(), "\n{}", text);
        }
    }

    #[test]
    fn a_delta_update_is_as_the_whole_playlist(
        playlist in hls::media_playlist(false),
        (gone, came, skipped) in (0..3usize, 0..3usize, 1..6usize),
    ) {
        let before = hls::MediaPlaylist { endlist: false, kind: None, looks: PLAIN, ..playlist };
        let after = before.later(gone, &before.segments[..came.min(before.segments.len())]);
        let kept = before.segments.len() - gone.min(before.segments.len() - 1);
        let skipped = skipped.min(kept);
        // What is skipped is known: a delta update has only what follows it.
        let mut delta = after.clone();
        delta.segments.drain(..skipped);
        let holds_at = after.meaning();
        if let (Some(first), Some(meaning)) = (delta.segments.first_mut(), holds_at.get(skipped)) {
            first.map = meaning.map.clone().map(|(uri, range)| (uri, range.map(|(offset, length)| (length, offset))));
            first.keys = Some(meaning.keys.clone());
            first.kbps = first.kbps.or(after.segments[..=skipped].iter().rev().find_map(|segment| segment.kbps));
            if let Some((_, _, stated)) = &mut first.range {
                *stated = true;
            }
        }
        let mut lines = delta.lines();
        let body = lines.iter().position(|line| {
            ["#EXTINF", "#EXT-X-KEY", "#EXT-X-MAP", "#EXT-X-DISC", "#EXT-X-PROG", "#EXT-X-BIT", "#EXT-X-GAP", "#EXT-X-PART:", "#EXT-X-BYTE", "#EXT-X-DATERANGE", "#EXT-X-ENDLIST"]
                .iter()
                .any(|tag| line.starts_with(tag) && !line.starts_with("#EXT-X-DISCONTINUITY-SEQUENCE"))
        });
        lines.insert(body.unwrap_or(lines.len()), format!("#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}"));
        let updated = with(with(holder(), &before.write()), &lines.join("\n"));
        let whole = with(holder(), &after.write());
        prop_assert_eq!(shown(only_index(&updated)), shown(only_index(&whole)), "\n{}\nby\n{}", after.write(), lines.join("\n"));
    }

    #[test]
    fn a_refreshed_mpd_is_as_one_that_is_read_anew(
        mpd in dash::mpd_of(true),
        steps in prop::collection::vec((0..3usize, 0..4u64), 1..4),
    ) {
        let mut now = mpd;
        let mut seen = parsed(&now.write());
        for (gone, came) in steps {
            now = now.later(gone, came);
            let text = now.write();
            seen.refresh(text.as_bytes(), URL, Some(NOW_US)).expect("it was read before");
            let fresh = parsed(&text);
            prop_assert_eq!(seen.renditions.len(), fresh.renditions.len());
            for (one, other) in seen.renditions.iter().zip(&fresh.renditions) {
                let (one, other) = (one.segments.as_ref().expect("some"), other.segments.as_ref().expect("some"));
                let all = |index: &SegmentIndex| (0..index.len()).map(|i| index.get(i)).collect::<Vec<_>>();
                prop_assert_eq!(all(one), all(other), "\n{}", text);
            }
        }
    }

    #[test]
    fn a_patched_mpd_is_as_one_that_is_read_anew(mpd in dash::mpd_of(true), came in 1..5u64) {
        let mpd = dash::Mpd { looks: dash::Looks { prefix: false, ..mpd.looks }, ..mpd };
        let after = mpd.later(0, came);
        let (mut seen, fresh) = (with_id(&mpd.write()), with_id(&after.write()));
        let mut patch = String::from(
            "<Patch mpdId='m' originalPublishTime='2026-01-02T00:00:00Z' publishTime='2026-01-02T00:00:04Z'>",
        );
        // The last run of each timeline is replaced by a longer one, wherever the template stands.
        let text = after.write();
        let runs: Vec<&str> = text.split("</SegmentTimeline>").collect();
        for (at, run) in runs[..runs.len() - 1].iter().enumerate() {
            let last = &run[run.rfind("<S ").expect("a run")..];
            let last = &last[..last.find("/>").expect("its end") + 2];
            let path = path_of_timeline(&after, at);
            patch.push_str(&format!("<replace sel=\"{path}/S[{}]\">{last}</replace>", run_count(&after, at)));
        }
        patch.push_str("</Patch>");
        if let Err(error) = seen.apply_patch(patch.as_bytes(), Some(NOW_US)) {
            panic!("{error:?} in\n{patch}\nof\n{}", mpd.write());
        }
        for (one, other) in seen.renditions.iter().zip(&fresh.renditions) {
            let (one, other) = (one.segments.as_ref().expect("some"), other.segments.as_ref().expect("some"));
            let all = |index: &SegmentIndex| (0..index.len()).map(|i| index.get(i)).collect::<Vec<_>>();
            prop_assert_eq!(all(one), all(other), "\n{}", patch);
        }
    }

    #[test]
    fn damage_is_an_error_or_a_model(
        text in prop_oneof![
            hls::media_playlist(true).prop_map(|one| one.write()),
            multivariant::multivariant(true).prop_map(|one| one.write()),
            dash::mpd().prop_map(|one| one.write()),
        ],
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..12),
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte, kind) in edits {
            let at = at.index(bytes.len().max(1));
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => bytes.truncate(at),
                _ => bytes.insert(at.min(bytes.len()), byte),
            }
        }
        if let Ok(movie) = Presentation::parse(&bytes, URL, Some(NOW_US)) {
            prop_assert!(snapshot::write(&movie, &bytes).starts_with(b"BPS2"));
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for front in ["", "#EXTM3U\n#EXTINF:1,\n", "<MPD>"] {
            let all = [front.as_bytes(), &bytes].concat();
            if let Ok(movie) = Presentation::parse(&all, URL, None) {
                prop_assert!(snapshot::write(&movie, &all).starts_with(b"BPS2"));
            }
        }
    }
}

const PLAIN: bitaca_player_grammar::text::Looks = bitaca_player_grammar::text::Looks {
    carriage_returns: false,
    byte_order_mark: false,
    blanks: 0,
    unknown_tags: 0,
    unfinished: false,
};

fn with_id(text: &str) -> Presentation {
    parsed(&text.replacen("<MPD ", "<MPD id='m' ", 1))
}

/// Where the timelines of the text stand, in order: level 0 once in the period, 1 in the set, 2 in each representation.
fn timelines(mpd: &dash::Mpd) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (number, set) in mpd.periods[0].sets.iter().enumerate() {
        let dash::Addressing::Timeline { runs, .. } = &set.addressing else { continue };
        let set_path = format!("/MPD/Period/AdaptationSet[@id='{}']", number + 1);
        let tail = "SegmentTemplate/SegmentTimeline";
        match set.level {
            0 => found.push((format!("/MPD/Period/{tail}"), runs.len())),
            1 => found.push((format!("{set_path}/{tail}"), runs.len())),
            _ => {
                for place in 1..=set.representations.len() {
                    found.push((format!("{set_path}/Representation[{place}]/{tail}"), runs.len()));
                }
            }
        }
    }
    found
}

fn path_of_timeline(mpd: &dash::Mpd, at: usize) -> String {
    timelines(mpd)[at].0.clone()
}

fn run_count(mpd: &dash::Mpd, at: usize) -> usize {
    timelines(mpd)[at].1
}
