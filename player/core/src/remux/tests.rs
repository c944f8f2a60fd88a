use alloc::vec;
use alloc::vec::Vec;

pub(crate) use super::aac::tests::adts_frame;
use super::*;

/// Writes bits, for tests.
#[derive(Default)]
pub(crate) struct Writer {
    bits: Vec<bool>,
}

impl Writer {
    pub(crate) fn u(&mut self, count: u32, value: u32) -> &mut Self {
        for bit in (0..count).rev() {
            self.bits.push(value.checked_shr(bit).unwrap_or(0) & 1 == 1);
        }
        self
    }

    pub(crate) fn ue(&mut self, value: u32) -> &mut Self {
        let zeros = (value + 1).ilog2();
        self.u(zeros, 0).u(zeros + 1, value + 1)
    }

    pub(crate) fn se(&mut self, value: i32) -> &mut Self {
        self.ue(if value > 0 { 2 * value - 1 } else { -2 * value } as u32)
    }

    pub(crate) fn align(&mut self) -> &mut Self {
        while !self.bits.len().is_multiple_of(8) {
            self.bits.push(false);
        }
        self
    }

    pub(crate) fn done(&mut self) -> Vec<u8> {
        self.align();
        self.bits.chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
    }
}

/// Units of an H.264 stream of 320 x 240, in fields or frames.
#[derive(Default)]
pub(crate) struct Units {
    pub(crate) bytes: Vec<u8>,
}

impl Units {
    fn unit(&mut self, unit: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(&[0, 0, 1]);
        self.bytes.extend_from_slice(unit);
        self
    }

    pub(crate) fn delimiter(&mut self) -> &mut Self {
        self.unit(&[9, 0xF0])
    }

    /// Baseline sets; `extra` makes them differ.
    pub(crate) fn sets(&mut self, extra: u32) -> &mut Self {
        let mut w = Writer::default();
        w.u(8, 0x67).u(8, 66).u(8, 0).u(8, 30).ue(0).ue(0).ue(2).ue(1).u(1, 0);
        w.ue(19 + extra).ue(7).u(1, 0).u(1, 0).u(1, 1).u(1, 0).u(1, 0).u(1, 1);
        self.unit(&w.done());
        let mut w = Writer::default();
        w.u(8, 0x68).ue(0).ue(0).u(2, 0).ue(0).u(1, 1);
        self.unit(&w.done())
    }

    /// A slice with its first macroblock; `bottom` where it is of a field.
    pub(crate) fn slice(
        &mut self,
        key: bool,
        intra: bool,
        number: u32,
        bottom: Option<bool>,
        size: usize,
    ) -> &mut Self {
        let mut w = Writer::default();
        w.u(8, if key { 0x65 } else { 0x61 }).ue(0).ue(if intra { 7 } else { 5 }).ue(0).u(4, number);
        w.u(1, u32::from(bottom.is_some()));
        if let Some(bottom) = bottom {
            w.u(1, u32::from(bottom));
        }
        let mut unit = w.done();
        unit.resize(unit.len() + size, 0xAB);
        self.unit(&unit)
    }

    /// One caption triplet.
    pub(crate) fn caption(&mut self, triplet: [u8; 3]) -> &mut Self {
        let mut unit = vec![6, 4, 14];
        unit.extend_from_slice(b"\xB5\x00\x31GA94\x03\x41\xFF");
        unit.extend_from_slice(&triplet);
        unit.extend_from_slice(&[0xFF, 0x80]);
        self.unit(&unit)
    }
}

/// An access unit with parameter sets before a key picture.
pub(crate) fn picture(key: bool, size: usize) -> Vec<u8> {
    let mut units = Units::default();
    units.delimiter();
    if key {
        units.sets(0);
    }
    units.slice(key, key, 0, None, size);
    units.bytes
}

/// Everything that comes out of one segment.
pub(crate) fn run(bytes: &[u8]) -> Vec<Output> {
    let mut remuxer = Remuxer::new(Options::default());
    remuxer.push(bytes);
    remuxer.flush();
    drain(&mut remuxer)
}

fn drain(remuxer: &mut Remuxer) -> Vec<Output> {
    core::iter::from_fn(|| remuxer.poll()).collect()
}

/// Decode time, samples and duration of a track's fragments.
pub(crate) fn fragments(out: &[Output], wanted: Track) -> Vec<(u64, u32, u64)> {
    out.iter()
        .filter_map(|output| match output {
            Output::Fragment { track, decode_time, samples, duration, .. } if *track == wanted => {
                Some((*decode_time, *samples, *duration))
            }
            _ => None,
        })
        .collect()
}

/// MIME types of the initialisation segments.
pub(crate) fn inits(out: &[Output]) -> Vec<&str> {
    out.iter()
        .filter_map(|output| match output {
            Output::Init { mime, .. } => Some(mime.as_str()),
            _ => None,
        })
        .collect()
}

pub(crate) fn warnings(out: &[Output]) -> Vec<WarningKind> {
    out.iter()
        .filter_map(|output| match output {
            Output::Warning(warning) => Some(warning.kind),
            _ => None,
        })
        .collect()
}

/// A transport stream of pictures 3,600 ticks apart.
fn stream(pictures: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = crate::mpegts::tests::Writer::default();
    writer.tables(&[(0x1B, 0x100, &[])]);
    for (index, picture) in pictures.iter().enumerate() {
        writer.pes(0x100, index as u64 * 3_600, picture);
    }
    writer.bytes
}

#[test]
fn both_fields_of_a_frame_are_one_sample() {
    let mut both = Units::default();
    both.delimiter().sets(0).slice(true, true, 0, Some(false), 30);
    both.delimiter().slice(false, false, 0, Some(true), 30);
    let mut next = Units::default();
    next.delimiter().slice(false, false, 1, Some(false), 30).slice(false, false, 1, Some(true), 30);
    let out = run(&stream(&[both.bytes, next.bytes]));
    assert_eq!(fragments(&out, Track::Video), [(0, 2, 7_200)]);
}

#[test]
fn pictures_without_delimiters_are_told_apart_by_their_slices() {
    let pictures: Vec<Vec<u8>> = (0..4)
        .map(|index| {
            let mut units = Units::default();
            if index == 0 {
                units.sets(0);
            }
            units.slice(index == 0, index == 0, index, None, 20);
            units.bytes
        })
        .collect();
    let out = run(&stream(&pictures));
    assert_eq!(fragments(&out, Track::Video), [(0, 4, 14_400)]);
}

#[test]
fn an_intra_picture_behind_parameter_sets_is_a_key_picture() {
    let mut first = Units::default();
    first.delimiter().sets(0).slice(false, true, 0, None, 20);
    let out = run(&stream(&[first.bytes]));
    assert!(matches!(out.last(), Some(Output::Fragment { starts_with_sync: true, .. })), "{out:?}");
}

#[test]
fn a_new_size_is_a_new_initialisation_segment() {
    let of = |extra| {
        let mut units = Units::default();
        units.delimiter().sets(extra).slice(true, true, 0, None, 20);
        units.bytes
    };
    let out = run(&stream(&[of(0), of(0), of(2), of(2)]));
    let sizes: Vec<u32> = out
        .iter()
        .filter_map(|output| match output {
            Output::Init { width, .. } => Some(*width),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [320, 352]);
    assert_eq!(fragments(&out, Track::Video), [(0, 2, 7_200), (7_200, 2, 7_200)]);
}

#[test]
fn captions_come_in_order_of_presentation() {
    let mut writer = crate::mpegts::tests::Writer::default();
    writer.tables(&[(0x1B, 0x100, &[])]);
    // Decoded at 0, 1, 2, 3; shown at 1, 4, 2, 3 (of 3,600 ticks).
    for (decode, show) in [(0, 1), (1, 4), (2, 2), (3, 3)] {
        let mut units = Units::default();
        units.delimiter();
        if decode == 0 {
            units.sets(0);
        }
        units.caption([0xFC, show as u8, 0x80]).slice(decode == 0, decode == 0, decode, None, 20);
        let (pts, dts) = (show * 3_600, u64::from(decode) * 3_600);
        writer.payload(0x100, &crate::mpegts::tests::packet(pts, dts, &units.bytes));
    }
    let captions: Vec<(i64, u8)> = run(&writer.bytes)
        .iter()
        .filter_map(|output| match output {
            Output::Captions { pts_us, bytes } => Some((*pts_us, bytes[1])),
            _ => None,
        })
        .collect();
    assert_eq!(captions, [(0, 1), (40_000, 2), (80_000, 3), (120_000, 4)]);
}

#[test]
fn a_discontinuity_begins_a_timeline_and_repeats_no_initialisation() {
    let bytes = stream(&[picture(true, 20), picture(false, 20)]);
    let mut remuxer = Remuxer::new(Options::default());
    remuxer.push(&bytes);
    remuxer.discontinuity(5_000_000);
    assert_eq!(remuxer.time_base(), None);
    remuxer.push(&bytes);
    remuxer.flush();
    let out = drain(&mut remuxer);
    assert_eq!(fragments(&out, Track::Video), [(0, 2, 7_200), (450_000, 2, 7_200)]);
    assert_eq!(inits(&out).len(), 1);
}

#[test]
fn packed_segments_follow_their_tags() {
    use crate::packed::id3::tests::{tag, time};
    let frames = [adts_frame(&[1; 30]), adts_frame(&[2; 40])].concat();
    let title = tag(&[(b"TIT2", b"\x03abc")]);
    let mut remuxer = Remuxer::new(Options::default());
    remuxer.push(&[&time(90_000)[..], &frames, &title, &frames].concat());
    remuxer.flush();
    remuxer.push(&[&time(90_000 + 4 * 1_920)[..], &frames].concat());
    remuxer.flush();
    remuxer.push(&[&time(900_000)[..], &frames].concat());
    remuxer.flush();
    remuxer.push(&frames);
    remuxer.flush();
    let out = drain(&mut remuxer);
    let expected = [(0, 4, 4_096), (4_096, 2, 2_048), (432_000, 2, 2_048), (434_048, 2, 2_048)];
    assert_eq!(fragments(&out, Track::Audio), expected);
    assert_eq!(inits(&out), ["audio/mp4; codecs=\"mp4a.40.2\""]);
    let tags = out
        .iter()
        .filter(|output| matches!(output, Output::Metadata { pts_us: 42_667, bytes } if *bytes == title));
    assert_eq!(tags.count(), 1);
}

#[test]
fn a_fragment_comes_before_the_segment_ends() {
    let bytes = corpus("h264-aac.ts");
    let mut remuxer = Remuxer::new(Options::default());
    remuxer.push(&bytes[..bytes.len() / 2]);
    let out = drain(&mut remuxer);
    assert!(!fragments(&out, Track::Video).is_empty() && !fragments(&out, Track::Audio).is_empty());
}

fn corpus(name: &str) -> Vec<u8> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/mpegts");
    std::fs::read(root.join(name)).expect("the corpus is in the checkout")
}

const FILES: [&str; 15] = [
    "aac-mono.ts",
    "h264-aac.ts",
    "h264-ac3.ts",
    "h264-eac3.ts",
    "h264-interlaced-sar.ts",
    "h264-latm.ts",
    "h264-m2ts.m2ts",
    "h264-mp3.ts",
    "h264-no-delimiter-open-gop.ts",
    "h264-wrap.ts",
    "hevc-aac.ts",
    "packed.aac",
    "packed.ac3",
    "packed.eac3",
    "packed.mp3",
];

/// Numbers that are the same in every run.
struct Random(u32);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % limit
    }
}

#[test]
fn codecs_and_frames_of_the_corpus() {
    // 1.2 s: 30 pictures, and as many audio frames as fill it (58 of AAC with priming, 50 of MP3, 38 of AC-3).
    for (name, types, frames) in [
        ("h264-aac.ts", &["avc1.64000B", "mp4a.40.2"][..], [30, 58]),
        ("hevc-aac.ts", &["hvc1.1.6.L30.90", "mp4a.40.2"], [30, 58]),
        ("h264-latm.ts", &["avc1.64000B", "mp4a.40.2"], [30, 58]),
        ("h264-ac3.ts", &["avc1.64000B", "ac-3"], [30, 38]),
        ("h264-eac3.ts", &["avc1.64000B", "ec-3"], [30, 38]),
        ("h264-mp3.ts", &["avc1.64000B", "mp4a.6B"], [30, 51]),
        ("h264-wrap.ts", &["avc1.64000B", "mp4a.40.2"], [30, 58]),
        ("packed.mp3", &["mp4a.6B"], [0, 51]),
        ("packed.eac3", &["ec-3"], [0, 38]),
    ] {
        let out = run(&corpus(name));
        assert!(warnings(&out).is_empty(), "{name}");
        let found = inits(&out);
        assert_eq!(found.len(), types.len(), "{name}");
        for wanted in types {
            assert!(found.iter().any(|mime| mime.contains(wanted)), "{name}: {found:?}");
        }
        let count = |track| fragments(&out, track).iter().map(|fragment| fragment.1).sum::<u32>();
        assert_eq!([count(Track::Video), count(Track::Audio)], frames, "{name}");
        for track in [Track::Video, Track::Audio] {
            let fragments = fragments(&out, track);
            for pair in fragments.windows(2) {
                assert_eq!(pair[0].0 + pair[0].2, pair[1].0, "{name}: no gap between fragments");
            }
        }
    }
}

#[test]
fn any_split_gives_the_same_output() {
    let mut random = Random(1);
    for name in FILES {
        let mut bytes = corpus(name);
        for damaged in [false, true] {
            if damaged {
                for _ in 0..40 {
                    let at = random.below(bytes.len());
                    bytes[at] ^= 1 << random.below(8);
                }
                let at = random.below(bytes.len() - 300);
                bytes.drain(at..at + 1 + random.below(300));
            }
            let expected = run(&bytes);
            for largest in [1, 7, 187, 189, 1_000, 5_000] {
                let mut remuxer = Remuxer::new(Options::default());
                let mut rest = &bytes[..];
                let mut out = Vec::new();
                while !rest.is_empty() {
                    let (piece, after) = rest.split_at(rest.len().min(1 + random.below(largest)));
                    remuxer.push(piece);
                    out.extend(drain(&mut remuxer));
                    rest = after;
                }
                remuxer.flush();
                out.extend(drain(&mut remuxer));
                assert_eq!(out.len(), expected.len(), "{name} {damaged} {largest}");
                assert!(out == expected, "{name} {damaged} {largest}");
            }
        }
    }
}

#[test]
fn damage_neither_panics_nor_multiplies() {
    let mut random = Random(2);
    for name in FILES {
        let whole = corpus(name);
        for round in 0..150 {
            let mut bytes = whole.clone();
            match round % 3 {
                0 => bytes.truncate(random.below(whole.len())),
                1 => {
                    for _ in 0..1 + random.below(200) {
                        let at = random.below(bytes.len());
                        bytes[at] = random.below(256) as u8;
                    }
                }
                // Payload only: headers of packets stay, and what they carry is noise here and there.
                _ => {
                    for _ in 0..400 {
                        let at = random.below(bytes.len());
                        if at % 188 > 4 {
                            bytes[at] = [0, 0xFF, 1, 0x80][random.below(4)];
                        }
                    }
                }
            }
            let size: usize = run(&bytes)
                .iter()
                .map(|output| match output {
                    Output::Fragment { bytes, .. } | Output::Init { bytes, .. } => bytes.len(),
                    Output::Metadata { bytes, .. } | Output::Captions { bytes, .. } => bytes.len(),
                    Output::Warning(_) => 0,
                })
                .sum();
            assert!(size < 4 * whole.len() + 20_000, "{name} {round}: {size}");
        }
    }
}

#[test]
fn a_configuration_with_every_frame_is_not_multiplied() {
    let mut bytes = Vec::new();
    for index in 0..20_000 {
        let mut frame = adts_frame(&[0; 2]);
        // Of 48 kHz and 44.1 kHz in turn.
        frame[2] = if index % 2 == 0 { 0x4C } else { 0x50 };
        bytes.extend_from_slice(&frame);
    }
    let out = run(&bytes);
    assert!(inits(&out).len() <= usize::from(limits::CONFIGURATIONS_PER_SEGMENT));
    assert!(warnings(&out).contains(&WarningKind::Limit));
    // As many tags as fit.
    let tags = b"ID3\x04\0\0\0\0\0\0".repeat(100_000);
    assert!(run(&tags).is_empty());
}

#[test]
fn a_picture_without_end_is_capped() {
    let mut remuxer = Remuxer::new(Options::default());
    remuxer.push(&stream(&[picture(true, 20)]));
    let mut writer = crate::mpegts::tests::Writer::default();
    let mut slices = Units::default();
    for _ in 0..20 {
        // Slices whose first macroblock is not the first.
        slices.unit(&[0x65, 0b0101_1101, 0b0000_1000]);
        slices.bytes.resize(slices.bytes.len() + (1 << 20), 0xCD);
    }
    writer.pes(0x100, 0, &slices.bytes);
    remuxer.push(&writer.bytes);
    remuxer.flush();
    let out = drain(&mut remuxer);
    let size: usize = out
        .iter()
        .map(|output| match output {
            Output::Fragment { bytes, .. } => bytes.len(),
            _ => 0,
        })
        .sum();
    assert!(size <= limits::ACCESS_UNIT_BYTES + 1_000, "{size}");
    assert!(warnings(&out).contains(&WarningKind::Limit));
}
