//! Hand-built transport streams through the whole remuxer.

use alloc::vec;
use alloc::vec::Vec;

use super::packet::SIZE;
use super::pes::tests::pes;
use super::psi::tests::section;
use crate::remux::tests::{adts_frame, fragments, inits, picture, run, warnings, Units};
use crate::remux::{Options, Output, Remuxer, TimeBase, Track, WarningKind};

/// Writes packets.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    counters: std::collections::BTreeMap<u16, u8>,
}

impl Writer {
    /// One packet with a whole payload, stuffed by its adaptation field.
    pub(crate) fn packet(&mut self, pid: u16, starts: bool, flags: u8, fields: &[u8], payload: &[u8]) {
        let counter = self.counters.entry(pid).or_default();
        let room = SIZE - 4;
        let stuffing = room - payload.len();
        let control = if stuffing > 0 { 0x30 } else { 0x10 };
        let head = [0x47, u8::from(starts) << 6 | (pid >> 8) as u8, pid as u8, control | *counter];
        *counter = (*counter + 1) & 15;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&head);
        if stuffing > 0 {
            self.bytes.push(stuffing as u8 - 1);
            if stuffing > 1 {
                self.bytes.push(flags);
                self.bytes.extend_from_slice(fields);
            }
            self.bytes.resize(start + SIZE - payload.len(), 0xFF);
        }
        self.bytes.extend_from_slice(payload);
    }

    /// A payload of any size.
    pub(crate) fn payload(&mut self, pid: u16, payload: &[u8]) {
        for (index, part) in payload.chunks(SIZE - 4).enumerate() {
            self.packet(pid, index == 0, 0, &[], part);
        }
    }

    /// Tables of one program: type, PID and descriptors of each stream. The clock has the first PID.
    pub(crate) fn tables(&mut self, streams: &[(u8, u16, &[u8])]) {
        let mut association = vec![0];
        association.extend(section(0, &[0, 1, 0xE1, 0xF0]));
        self.payload(0, &association);
        let clock = streams.first().map_or(0, |stream| stream.1);
        let mut map = vec![0xE0 | (clock >> 8) as u8, clock as u8, 0xF0, 0];
        for (kind, pid, descriptors) in streams {
            map.extend_from_slice(&[
                *kind,
                0xE0 | (pid >> 8) as u8,
                *pid as u8,
                0xF0,
                descriptors.len() as u8,
            ]);
            map.extend_from_slice(descriptors);
        }
        let mut table = vec![0];
        table.extend(section(2, &map));
        self.payload(0x1F0, &table);
    }

    pub(crate) fn pes(&mut self, pid: u16, pts: u64, payload: &[u8]) {
        let wrapped = pts & ((1 << 33) - 1);
        let id = if pid == 0x101 { 0xC0 } else { 0xE0 };
        self.payload(pid, &pes(id, wrapped, wrapped, payload, pid == 0x100));
    }
}

/// A PES packet of video.
pub(crate) fn packet(pts: u64, dts: u64, payload: &[u8]) -> Vec<u8> {
    pes(0xE0, pts, dts, payload, true)
}

const VIDEO: (u8, u16, &[u8]) = (0x1B, 0x100, &[]);
const AUDIO: (u8, u16, &[u8]) = (0x0F, 0x101, &[]);

/// Key pictures at these times.
fn video(times: &[u64]) -> Writer {
    let mut writer = Writer::default();
    writer.tables(&[VIDEO]);
    for (index, time) in times.iter().enumerate() {
        writer.pes(0x100, *time, &picture(index == 0, 300));
    }
    writer
}

#[test]
fn a_wrap_within_a_segment() {
    let last = (1u64 << 33) - 3_600;
    let out = run(&video(&[last - 3_600, last, last + 3_600, last + 7_200]).bytes);
    assert_eq!(fragments(&out, Track::Video), [(0, 4, 14_400)]);
    assert!(warnings(&out).is_empty());
}

#[test]
fn a_lost_packet_costs_one_picture() {
    let times = [0, 3_600, 7_200, 10_800];
    let whole = video(&times);
    let packets = whole.bytes.len() / SIZE;
    // The last packet but three is the first half of the third picture.
    let at = (packets - 3) * SIZE;
    let mut bytes = whole.bytes.clone();
    bytes.drain(at..at + SIZE);
    let out = run(&bytes);
    assert_eq!(warnings(&out), [WarningKind::LostPackets]);
    // The second picture is shown for the third; the last one as long as the one before it.
    assert_eq!(fragments(&out, Track::Video), [(0, 3, 18_000)]);
}

#[test]
fn a_packet_sent_twice_counts_once() {
    let bytes = video(&[0, 3_600]).bytes;
    let mut twice = Vec::new();
    for packet in bytes.chunks(SIZE) {
        twice.extend_from_slice(packet);
        twice.extend_from_slice(packet);
    }
    assert_eq!(fragments(&run(&twice), Track::Video), fragments(&run(&bytes), Track::Video));
    assert!(warnings(&run(&twice)).is_empty());
}

#[test]
fn scrambled_packets_are_refused() {
    let mut bytes = video(&[0, 3_600]).bytes;
    for packet in bytes.chunks_mut(SIZE).skip(2) {
        packet[3] |= 0x80;
    }
    let out = run(&bytes);
    assert!(inits(&out).is_empty());
    assert_eq!(warnings(&out)[0], WarningKind::Scrambled);
}

#[test]
fn garbage_between_packets_is_passed_over() {
    let clean = video(&[0, 3_600, 7_200, 10_800]).bytes;
    let mut bytes = vec![0x47, 1, 2, 3, 0x47];
    bytes.extend_from_slice(&clean[..SIZE * 4]);
    bytes.extend_from_slice(&[0x22; 70]);
    bytes.extend_from_slice(&clean[SIZE * 4..]);
    let out = run(&bytes);
    assert_eq!(fragments(&out, Track::Video), fragments(&run(&clean), Track::Video));
    let offsets: Vec<_> = out
        .iter()
        .filter_map(|output| match output {
            Output::Warning(warning) => Some((warning.kind, warning.offset)),
            _ => None,
        })
        .collect();
    assert_eq!(offsets, [(WarningKind::LostSync, 0), (WarningKind::LostSync, 5 + 4 * SIZE as u64)]);
}

#[test]
fn packets_of_192_and_204_bytes() {
    let clean = video(&[0, 3_600, 7_200, 10_800]).bytes;
    let expected = run(&clean);
    for (before, after) in [(4, 0), (0, 16)] {
        let mut bytes = Vec::new();
        for packet in clean.chunks(SIZE) {
            bytes.resize(bytes.len() + before, 0x11);
            bytes.extend_from_slice(packet);
            bytes.resize(bytes.len() + after, 0x11);
        }
        assert_eq!(run(&bytes), expected, "{before} {after}");
    }
}

#[test]
fn a_clock_that_jumps_is_bridged_where_the_packet_says_so() {
    let clock =
        |time: u64| [(time >> 25) as u8, (time >> 17) as u8, (time >> 9) as u8, (time >> 1) as u8, 0, 0];
    let mut writer = Writer::default();
    writer.tables(&[VIDEO]);
    let jump = 5_000_000;
    for (index, time) in [0u64, 3_600, 7_200, 10_800, 14_400].into_iter().enumerate() {
        let (offset, flags) = if index >= 3 { (jump, 0x90) } else { (0, 0x10) };
        writer.packet(0x100, false, flags, &clock(time + offset), &[]);
        writer.pes(0x100, time + offset + 9_000, &picture(index == 0, 50));
    }
    let out = run(&writer.bytes);
    assert_eq!(fragments(&out, Track::Video), [(0, 4, 14_400), (14_400, 1, 3_600)]);
    assert!(warnings(&out).is_empty());
}

#[test]
fn a_jump_that_nothing_announces_is_a_jump_of_decode_time() {
    let out = run(&video(&[0, 3_600, 1_800_000, 1_803_600]).bytes);
    assert_eq!(fragments(&out, Track::Video), [(0, 2, 7_200), (1_800_000, 2, 7_200)]);
    assert_eq!(warnings(&out), [WarningKind::TimeJump]);
}

#[test]
fn a_new_program_map_moves_the_streams() {
    let mut writer = video(&[0, 3_600]);
    writer.tables(&[(0x1B, 0x120, &[]), (0xEA, 0x121, &[])]);
    writer.pes(0x120, 7_200, &picture(true, 80));
    let out = run(&writer.bytes);
    assert_eq!(fragments(&out, Track::Video), [(0, 2, 7_200), (7_200, 1, 3_600)]);
    assert_eq!(inits(&out).len(), 1);
    assert_eq!(warnings(&out), [WarningKind::Unsupported]);
}

#[test]
fn a_damaged_table_is_not_used() {
    let mut bytes = video(&[0]).bytes;
    let end = 2 * SIZE - 1;
    bytes[end] ^= 1;
    assert_eq!(warnings(&run(&bytes)), [WarningKind::BadTable]);
}

#[test]
fn metadata_over_two_packets_waits_for_the_time_base() {
    let mut writer = Writer::default();
    writer.tables(&[VIDEO, (0x15, 0x102, &[])]);
    let tag = crate::packed::id3::tests::tag(&[(b"TXXX", &[7; 100]), (b"TXXX", &[8; 120])]);
    let mut packet = pes(0xBD, 93_600, 93_600, &tag, false);
    packet[4..6].copy_from_slice(&(13 + tag.len() as u16).to_be_bytes());
    writer.payload(0x102, &packet);
    writer.pes(0x100, 90_000, &picture(true, 50));
    let out = run(&writer.bytes);
    let found = out.iter().find_map(|output| match output {
        Output::Metadata { pts_us, bytes } => Some((*pts_us, bytes.clone())),
        _ => None,
    });
    assert_eq!(found, Some((40_000, tag)));
}

#[test]
fn audio_and_video_share_the_earliest_first_time() {
    let mut writer = Writer::default();
    writer.tables(&[VIDEO, AUDIO]);
    for frame in 0..20 {
        writer.pes(0x100, 90_000 + frame * 3_600, &picture(frame == 0, 50));
    }
    // The audio comes late in the file, and is earlier.
    writer.pes(0x101, 88_080, &[adts_frame(&[1; 20]), adts_frame(&[2; 30])].concat());
    let mut remuxer = Remuxer::new(Options { start_us: 10_000_000, ..Options::default() });
    remuxer.push(&writer.bytes);
    remuxer.flush();
    let out: Vec<_> = core::iter::from_fn(|| remuxer.poll()).collect();
    assert_eq!(remuxer.time_base(), Some(TimeBase { pts: 88_080, presentation_us: 10_000_000 }));
    assert_eq!(fragments(&out, Track::Audio), [(480_000, 2, 2_048)]);
    assert_eq!(fragments(&out, Track::Video)[0].0, 900_000 + 1_920);
    // Another rendition's remuxer is given the base.
    let mut other = Remuxer::new(Options { time_base: remuxer.time_base(), ..Options::default() });
    other.push(&video(&[90_000]).bytes);
    other.flush();
    let out: Vec<_> = core::iter::from_fn(|| other.poll()).collect();
    assert_eq!(fragments(&out, Track::Video), [(900_000 + 1_920, 1, 3_600)]);
}

#[test]
fn a_gap_in_audio_up_to_a_frame_is_absorbed_and_more_is_a_jump() {
    let of = |times: &[u64]| {
        let mut writer = Writer::default();
        writer.tables(&[AUDIO]);
        for time in times {
            writer.pes(0x101, *time, &adts_frame(&[9; 40]));
        }
        run(&writer.bytes)
    };
    let out = of(&[0, 1_920, 3_840 + 1_900, 5_760 - 1_900]);
    assert_eq!(fragments(&out, Track::Audio), [(0, 4, 4_096)]);
    let out = of(&[0, 1_920, 3_840 + 1_930, 5_760 + 1_930]);
    assert_eq!(fragments(&out, Track::Audio), [(0, 2, 2_048), (3_077, 2, 2_048)]);
    assert_eq!(warnings(&out), [WarningKind::TimeJump]);
}

#[test]
fn an_audio_frame_over_two_pes_packets_and_noise_before_it() {
    let mut writer = Writer::default();
    writer.tables(&[AUDIO]);
    let (first, second) = (adts_frame(&[1; 50]), adts_frame(&[2; 60]));
    let stream = [&[0xFF, 0xF1, 3][..], &first, &second].concat();
    writer.pes(0x101, 900, &stream[..30]);
    writer.pes(0x101, 900 + 1_920, &stream[30..]);
    let out = run(&writer.bytes);
    assert_eq!(fragments(&out, Track::Audio), [(0, 2, 2_048)]);
    assert_eq!(warnings(&out), [WarningKind::LostAudioSync]);
}

#[test]
fn a_picture_in_many_pes_packets_and_many_pictures_in_one() {
    let mut writer = Writer::default();
    writer.tables(&[VIDEO]);
    let whole = picture(true, 500);
    writer.pes(0x100, 0, &whole[..301]);
    writer.payload(0x100, &[&[0, 0, 1, 0xE0, 0, 0, 0x80, 0, 0][..], &whole[301..]].concat());
    writer.pes(0x100, 3_600, &[picture(false, 40), picture(false, 40)].concat());
    let out = run(&writer.bytes);
    assert_eq!(fragments(&out, Track::Video), [(0, 3, 10_800)]);
    let expected = run(&video(&[0, 3_600, 7_200]).bytes);
    assert_eq!(inits(&out), inits(&expected));
}

#[test]
fn nothing_before_the_first_key_picture() {
    let mut writer = Writer::default();
    writer.tables(&[VIDEO]);
    let mut plain = Units::default();
    plain.delimiter().sets(0).slice(false, false, 0, None, 40);
    writer.pes(0x100, 0, &plain.bytes);
    writer.pes(0x100, 3_600, &picture(true, 40));
    let out = run(&writer.bytes);
    assert_eq!(warnings(&out), [WarningKind::NoKeyPicture]);
    assert_eq!(fragments(&out, Track::Video), [(3_600, 1, 3_600)]);
}
