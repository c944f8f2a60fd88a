//! The session's messages as bytes, both ways.
//!
//! Little-endian and packed. `f64` carries times in microseconds, byte counts and bit rates (all
//! integers below 2^53, as JavaScript has them), `u32` identifiers and sizes, `u8` enumerations and
//! booleans. Text and bodies are a `u32` length followed by the bytes, text in UTF-8.
//!
//! An input is `now: f64`, its tag (`u8`) and its fields in the order of [`Input`]; an output is its
//! tag and its fields in the order of [`Output`]. Tags count the variants from 0 in the order of
//! `core/src/session/messages.rs`; `web/src/engine/abi.ts` is the other end of both lists.
//!
//! | where | absent is |
//! |---|---|
//! | `Open.start_us` | a negative time |
//! | `Appended.error`, `Fetch.track` | 255 |
//! | `KeySystem.chosen` | 255 |
//! | `Choose.id`, `TrackChanged.id` | a flag `u8` before the text |
//! | `Fetch.range`, `Preview.range` | -1 for both ends |
//! | `Event.id` | -1 |
//! | `Fetch.cipher` | 0 for the key; otherwise the 16 bytes of the vector follow |
//!
//! A picture of [`Output::Preview`] is 0 and the fields of a tile, or 1 and those of a frame.

use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_core::abr::RuleName;
use bitaca_player_core::session::{
    AppendError, Choice, FailReason, Input, KeyEvent, KeyServer, KeyStatus, Open, Output, Picture, TextWish,
    Track, TrackRow,
};

const ABSENT: u8 = 255;

/// 2^53: beyond it `f64` skips integers.
const LARGEST: i64 = 1 << 53;

/// What borrowed inputs are made of, kept from call to call.
#[derive(Default)]
pub struct Scratch {
    answers: Vec<bool>,
    ranges: Vec<(i64, i64)>,
    keys: Vec<([u8; 16], KeyStatus)>,
}

/// The time and the input that `bytes` say; `None` where they are no message.
pub fn read_input<'a>(bytes: &'a [u8], scratch: &'a mut Scratch) -> Option<(i64, Input<'a>)> {
    let mut from = Reader { rest: bytes };
    let now = from.integer()?;
    let input = match from.u8()? {
        0 => Input::Open(read_open(&mut from)?),
        1 => {
            let count = from.u32()? as usize;
            scratch.answers.clear();
            scratch.answers.extend(from.take(count)?.iter().map(|&answer| answer != 0));
            Input::Supported(&scratch.answers)
        }
        2 => Input::Response { id: from.u32()?, url: from.text()? },
        3 => Input::Progress { id: from.u32()?, bytes: from.integer()? as u64 },
        4 => Input::Done { id: from.u32()?, bytes: from.integer()? as u64, body: from.blob()? },
        5 => Input::Failed {
            id: from.u32()?,
            status: from.u32()? as u16,
            reason: fail_reason(from.u8()?)?,
            retry_after_us: from.integer()?,
        },
        6 => Input::Appended {
            id: from.u32()?,
            track: track(from.u8()?)?,
            error: match from.u8()? {
                0 => Some(AppendError::Quota),
                1 => Some(AppendError::Decode),
                2 => Some(AppendError::Closed),
                ABSENT => None,
                _ => return None,
            },
        },
        7 => Input::Removed { track: track(from.u8()?)? },
        8 => {
            let track = track(from.u8()?)?;
            let pairs = from.u32()?;
            scratch.ranges.clear();
            for _ in 0..pairs {
                scratch.ranges.push((from.integer()?, from.integer()?));
            }
            Input::Buffered { track, ranges: &scratch.ranges }
        }
        9 => Input::Playhead {
            position_us: from.integer()?,
            rate_milli: from.u32()?,
            paused: from.u8()? != 0,
            waiting: from.u8()? != 0,
        },
        10 => Input::Viewport { width: from.u32()?, height: from.u32()? },
        11 => Input::Choose { what: choice(from.u8()?)?, id: from.optional_text()? },
        12 => Input::Seek { position_us: from.integer()? },
        13 => Input::Decode { decoded: from.integer()? as u64, dropped: from.integer()? as u64 },
        14 => Input::Renew { url: from.text()? },
        15 => Input::Tick,
        16 => Input::Online(from.u8()? != 0),
        17 => Input::Head { id: from.u32()?, bytes: from.blob()? },
        18 => Input::Preview { position_us: from.integer()? },
        19 => Input::Display { hdr: from.u8()? != 0, speakers: from.u8()?.into() },
        20 => Input::InterstitialOver { id: from.text()?, played_us: from.integer()? },
        21 => {
            let mut servers = Vec::new();
            for _ in 0..from.u32()?.min(MOST_SERVERS) {
                servers.push(read_server(&mut from)?);
            }
            Input::KeyServers(servers)
        }
        22 => Input::KeySystem {
            chosen: Some(from.u8()?).filter(|at| *at != ABSENT),
            robustness: from.text()?,
            hdcp: from.u8()?,
        },
        23 => Input::KeyMessage {
            session: from.u32()?,
            event: if from.u8()? == 0 { KeyEvent::Message } else { KeyEvent::Failed },
        },
        24 => {
            let session = from.u32()?;
            let count = from.u32()?;
            scratch.keys.clear();
            for _ in 0..count {
                scratch.keys.push((from.array()?, key_status(from.u8()?)?));
            }
            Input::KeyStatuses { session, keys: &scratch.keys }
        }
        25 => Input::Encrypted { data_type: from.text()?, data: from.blob()? },
        26 => Input::Media {
            id: from.u32()?,
            mime: from.text()?,
            playable: from.u8()? != 0,
            start_us: from.integer()?,
        },
        27 => Input::Playback { id: from.text()? },
        _ => return None,
    };
    from.rest.is_empty().then_some((now, input))
}

/// A page names a server for each key system, of which there are a handful.
const MOST_SERVERS: u32 = 16;

fn read_server(from: &mut Reader<'_>) -> Option<KeyServer> {
    let mut text = || from.text().map(String::from);
    Some(KeyServer {
        system: text()?,
        licence: text()?,
        certificate: text()?,
        robustness: text()?,
        labels: text()?,
    })
}

fn read_open(from: &mut Reader<'_>) -> Option<Open> {
    let url = String::from(from.text()?);
    let start_us = from.integer()?;
    let audio_language = String::from(from.text()?);
    let wish = from.u8()?;
    let language = from.text()?;
    Some(Open {
        url,
        start_us: (start_us >= 0).then_some(start_us),
        audio_language,
        text: match wish {
            0 => TextWish::Unset,
            1 => TextWish::Off,
            2 => TextWish::Language(String::from(language)),
            _ => return None,
        },
        quality: String::from(from.text()?),
        max_height: from.u32()?,
        rule: RuleName::from_number(from.u8()?)?,
        buffer_goal_us: from.integer()?,
        wall_us: from.integer()?,
    })
}

/// An output as bytes.
pub fn write_output(output: &Output) -> Vec<u8> {
    let mut to = Writer(Vec::with_capacity(64));
    match output {
        Output::Probe(mimes) => {
            to.u8(0);
            to.count(mimes.len());
            mimes.iter().for_each(|mime| to.text(mime));
        }
        Output::Fetch {
            id,
            kind,
            track,
            url,
            range,
            priority,
            timeout_us,
            read,
            no_store,
            cipher,
            convert,
            captions,
        } => {
            to.u8(1);
            to.u32(*id);
            to.u8(*kind as u8);
            to.u8(track.map_or(ABSENT, |track| track as u8));
            to.text(url);
            to.range(*range);
            to.u8(*priority);
            to.integer(*timeout_us);
            to.u8(u8::from(*read));
            to.u8(u8::from(*no_store));
            to.u32(cipher.map_or(0, |cipher| cipher.key));
            if let Some(cipher) = cipher {
                to.0.extend_from_slice(&cipher.iv);
            }
            let (video, audio, near_us) =
                convert.map_or((false, false, None), |one| (one.video, one.audio, one.near_us));
            let flags = [video, audio, near_us.is_some(), *captions];
            to.u8(flags.iter().rev().fold(0, |bits, on| bits << 1 | u8::from(*on)));
            to.integer(near_us.unwrap_or(0));
        }
        Output::Abort(id) => {
            to.u8(2);
            to.u32(*id);
        }
        Output::Setup { duration_us, tracks } => {
            to.u8(3);
            to.integer(*duration_us);
            to.count(tracks.len());
            for (track, mime) in tracks {
                to.u8(*track as u8);
                to.text(mime);
            }
        }
        Output::Append { id, track, offset_us, window_us } => {
            to.u8(4);
            to.u32(*id);
            to.u8(*track as u8);
            to.integer(*offset_us);
            to.integer(window_us.0);
            to.integer(if window_us.1 == i64::MAX { -1 } else { window_us.1 });
        }
        Output::ChangeType { track, mime } => {
            to.u8(5);
            to.u8(*track as u8);
            to.text(mime);
        }
        Output::Remove { track, start_us, end_us } => {
            to.u8(6);
            to.u8(*track as u8);
            to.integer(*start_us);
            to.integer(*end_us);
        }
        Output::SeekTo { position_us, gap } => {
            to.u8(7);
            to.integer(*position_us);
            to.u8(u8::from(*gap));
        }
        Output::EndOfStream => to.u8(8),
        Output::Tracks { qualities, audio, text, views } => {
            to.u8(9);
            to.count(qualities.len());
            for row in qualities {
                to.text(&row.id);
                to.u32(row.width);
                to.u32(row.height);
                to.integer(row.bitrate_bps as i64);
                to.text(&row.codecs);
                to.u32(row.frame_rate_milli);
            }
            to.rows(audio);
            to.rows(text);
            to.rows(views);
        }
        Output::Quality { id, auto, reason, height, bitrate_bps } => {
            to.u8(10);
            to.text(id);
            to.u8(u8::from(*auto));
            to.u8(*reason as u8);
            to.u32(*height);
            to.integer(*bitrate_bps as i64);
        }
        Output::TrackChanged { what, id } => {
            to.u8(11);
            to.u8(*what as u8);
            to.u8(u8::from(id.is_some()));
            to.text(id.as_deref().unwrap_or_default());
        }
        Output::Cues { id, cues } => {
            to.u8(12);
            to.text(id);
            to.count(cues.len());
            for cue in cues {
                to.integer(cue.start_us as i64);
                to.integer(cue.end_us as i64);
                to.text(&cue.text);
                to.text(&cue.settings);
            }
        }
        Output::Sidecar(json) => {
            to.u8(13);
            to.text(json);
        }
        Output::Stats { throughput_bps, buffer_us, rung, reason, switches, stalls } => {
            to.u8(14);
            to.integer(*throughput_bps as i64);
            to.integer(*buffer_us);
            to.text(rung);
            to.u8(*reason as u8);
            to.u32(*switches);
            to.u32(*stalls);
        }
        Output::Expired => to.u8(15),
        Output::Error { code, category, fatal, data } => {
            to.u8(16);
            to.u32(u32::from(*code));
            to.u8(*category as u8);
            to.u8(u8::from(*fatal));
            to.text(data);
        }
        Output::Wake(at_us) => {
            to.u8(17);
            to.integer(*at_us);
        }
        Output::Window { start_us, end_us, live_us, live } => {
            to.u8(18);
            to.integer(*start_us);
            to.integer(*end_us);
            to.integer(*live_us);
            to.u8(u8::from(*live));
        }
        Output::DateRange { id, class, start_us, end_us, cue, attributes } => {
            to.u8(19);
            to.text(id);
            to.text(class);
            to.integer(*start_us);
            to.integer(*end_us);
            to.text(cue);
            to.count(attributes.len());
            for (name, value) in attributes {
                to.text(name);
                to.text(value);
            }
        }
        Output::Preview { position_us, start_us, end_us, url, range, picture } => {
            to.u8(20);
            to.integer(*position_us);
            to.integer(*start_us);
            to.integer(*end_us);
            to.text(url);
            to.range(*range);
            match picture {
                Picture::Tile { columns, rows, number, width, height } => {
                    to.u8(0);
                    [columns, rows, number, width, height].into_iter().for_each(|value| to.u32(*value));
                }
                Picture::Frame { mime, init, init_range } => {
                    to.u8(1);
                    to.text(mime);
                    to.text(init);
                    to.range(*init_range);
                }
            }
        }
        Output::SessionData { id, language, value } => {
            to.u8(21);
            [id, language, value].into_iter().for_each(|text| to.text(text));
        }
        Output::WallClock { position_us, wall_us } => {
            to.u8(22);
            to.integer(*position_us);
            to.integer(*wall_us);
        }
        Output::Interstitial { id, start_us, assets, limit_us, skippable } => {
            to.u8(23);
            to.text(id);
            to.integer(*start_us);
            to.count(assets.len());
            for asset in assets {
                to.text(&asset.url);
                to.integer(asset.duration_us);
            }
            to.integer(*limit_us);
            to.u8(u8::from(*skippable));
        }
        Output::InterstitialOver { id, resume_us } => {
            to.u8(24);
            to.text(id);
            to.integer(*resume_us);
        }
        Output::Event { scheme, value, id, start_us, end_us, data } => {
            to.u8(25);
            to.text(scheme);
            to.text(value);
            to.integer(id.map_or(-1, |id| id as i64));
            to.integer(*start_us);
            to.integer(*end_us);
            to.blob(data);
        }
        Output::Subtitles { id, offset_us, init, body } => {
            to.u8(31);
            to.text(id);
            to.integer(*offset_us);
            to.blob(init);
            to.blob(body);
        }
        Output::Rate(milli) => {
            to.u8(26);
            to.u32(*milli);
        }
        Output::Next { url, fallback, start_us } => {
            to.u8(27);
            to.text(url);
            to.u8(u8::from(*fallback));
            to.integer(*start_us);
        }
        Output::KeySystems(queries) => {
            to.u8(28);
            to.count(queries.len());
            for query in queries {
                to.text(&query.name);
                to.text(&query.scheme);
                to.text(&query.robustness);
                for mimes in [&query.video, &query.audio] {
                    to.count(mimes.len());
                    mimes.iter().for_each(|mime| to.text(mime));
                }
            }
        }
        Output::KeySession { number, data_type, data, raw } => {
            to.u8(29);
            to.u32(*number);
            to.text(data_type);
            to.blob(data);
            to.u8(u8::from(*raw));
        }
        Output::EndKeySession(number) => {
            to.u8(30);
            to.u32(*number);
        }
    }
    to.0
}

const fn track(number: u8) -> Option<Track> {
    match number {
        0 => Some(Track::Video),
        1 => Some(Track::Audio),
        2 => Some(Track::Text),
        _ => None,
    }
}

const fn choice(number: u8) -> Option<Choice> {
    match number {
        0 => Some(Choice::Quality),
        1 => Some(Choice::Audio),
        2 => Some(Choice::Text),
        3 => Some(Choice::View),
        _ => None,
    }
}

const fn key_status(number: u8) -> Option<KeyStatus> {
    match number {
        0 => Some(KeyStatus::Usable),
        1 => Some(KeyStatus::Expired),
        2 => Some(KeyStatus::Released),
        3 => Some(KeyStatus::OutputRestricted),
        4 => Some(KeyStatus::OutputDownscaled),
        5 => Some(KeyStatus::UsableInFuture),
        6 => Some(KeyStatus::Pending),
        7 => Some(KeyStatus::InternalError),
        _ => None,
    }
}

const fn fail_reason(number: u8) -> Option<FailReason> {
    match number {
        0 => Some(FailReason::Network),
        1 => Some(FailReason::Http),
        2 => Some(FailReason::Timeout),
        3 => Some(FailReason::Expired),
        4 => Some(FailReason::Aborted),
        5 => Some(FailReason::Decrypt),
        6 => Some(FailReason::TooLarge),
        _ => None,
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// An integer that came as `f64`; what is no number counts as 0.
    /// Within what a host can count exactly, so that sums of a few of them stay within 64 bits.
    fn integer(&mut self) -> Option<i64> {
        self.array().map(|bytes| (f64::from_le_bytes(bytes) as i64).clamp(-LARGEST, LARGEST))
    }

    fn blob(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()? as usize;
        self.take(length)
    }

    fn text(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.blob()?).ok()
    }

    fn optional_text(&mut self) -> Option<Option<&'a str>> {
        let present = self.u8()? != 0;
        let text = self.text()?;
        Some(present.then_some(text))
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn count(&mut self, value: usize) {
        self.u32(value as u32);
    }

    fn integer(&mut self, value: i64) {
        self.0.extend_from_slice(&(value as f64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn range(&mut self, range: Option<(u64, u64)>) {
        let (start, end) = range.map_or((-1, -1), |(start, end)| (start as i64, end as i64));
        self.integer(start);
        self.integer(end);
    }

    fn rows(&mut self, rows: &[TrackRow]) {
        self.count(rows.len());
        for row in rows {
            self.text(&row.id);
            self.text(&row.language);
            self.text(&row.label);
            self.u32(row.channels);
            self.u8(u8::from(row.forced));
            self.u8(u8::from(row.selected));
            self.u32(u32::from(row.roles));
            self.text(&row.group);
            self.text(&row.channel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tag: u8) -> Writer {
        let mut to = Writer(Vec::new());
        to.integer(7);
        to.u8(tag);
        to
    }

    #[test]
    fn an_input_is_read_as_it_was_written() {
        let mut to = message(8);
        to.u8(1);
        to.u32(2);
        [0, 4_000_000, 8_000_000, 12_000_000].into_iter().for_each(|us| to.integer(us));
        let mut scratch = Scratch::default();
        let (now, input) = read_input(&to.0, &mut scratch).expect("a message");
        assert_eq!(now, 7);
        let Input::Buffered { track: Track::Audio, ranges } = input else { panic!("{input:?}") };
        assert_eq!(ranges, [(0, 4_000_000), (8_000_000, 12_000_000)]);
    }

    #[test]
    fn opening_keeps_every_wish() {
        let mut to = message(0);
        to.text("https://h/á.m3u8");
        to.integer(-1);
        to.text("pt-BR");
        to.u8(2);
        to.text("en");
        to.text("720p");
        to.u32(1080);
        to.u8(1);
        to.integer(20_000_000);
        to.integer(1_700_000_000_000_000);
        let mut scratch = Scratch::default();
        let Some((_, Input::Open(open))) = read_input(&to.0, &mut scratch) else { panic!("an opening") };
        assert_eq!((open.url.as_str(), open.start_us, open.max_height), ("https://h/á.m3u8", None, 1080));
        assert_eq!((open.text, open.quality.as_str()), (TextWish::Language("en".into()), "720p"));
        assert_eq!((open.rule, open.buffer_goal_us), (RuleName::Throughput, 20_000_000));
        assert_eq!(open.wall_us, 1_700_000_000_000_000);
    }

    #[test]
    fn what_is_cut_short_or_too_long_is_no_message() {
        let mut to = message(2);
        to.u32(3);
        to.text("https://h/a");
        let mut scratch = Scratch::default();
        for length in 0..to.0.len() {
            assert!(read_input(&to.0[..length], &mut scratch).is_none(), "{length}");
        }
        to.u8(0);
        assert!(read_input(&to.0, &mut scratch).is_none());
        assert!(read_input(&message(99).0, &mut scratch).is_none());
    }
}
