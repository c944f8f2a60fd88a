//! Boxes of an initialisation segment. ISO/IEC 14496-12 (structure), ISO/IEC 14496-14 (MP4 audio
//! sample entry, ES descriptor box), ISO/IEC 14496-15 (AVC and HEVC configuration boxes).

use alloc::vec::Vec;

use super::output::Track;

/// Writes nested boxes whose sizes are filled in when they are closed.
pub(crate) struct Boxes {
    out: Vec<u8>,
}

impl Boxes {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { out: Vec::with_capacity(capacity) }
    }

    // Called from everywhere: in line, the code would be a third larger.
    #[inline(never)]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    #[inline(never)]
    pub(crate) fn zeros(&mut self, count: usize) {
        self.out.resize(self.out.len() + count, 0);
    }

    #[inline(never)]
    pub(crate) fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    #[inline(never)]
    pub(crate) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    #[inline(never)]
    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// A box around what `content` writes.
    pub(crate) fn within(&mut self, name: &[u8; 4], content: impl FnOnce(&mut Self)) {
        let start = self.open(name);
        content(self);
        self.close(start);
    }

    /// A full box (version 0, no flags) around `content`.
    fn full(&mut self, name: &[u8; 4], content: impl FnOnce(&mut Self)) {
        self.within(name, |boxes| {
            boxes.u32(0);
            content(boxes);
        });
    }

    fn open(&mut self, name: &[u8; 4]) -> usize {
        let start = self.out.len();
        self.u32(0);
        self.bytes(name);
        start
    }

    fn close(&mut self, start: usize) {
        self.patch(start, (self.out.len() - start) as u32);
    }

    /// Overwrite the four bytes at `at`.
    pub(crate) fn patch(&mut self, at: usize, value: u32) {
        if let Some(field) = self.out.get_mut(at..at + 4) {
            field.copy_from_slice(&value.to_be_bytes());
        }
    }
}

/// What the boxes of a track say.
pub(crate) struct Movie<'a> {
    pub(crate) track: Track,
    pub(crate) timescale: u32,
    /// Shown size; 0 for audio.
    pub(crate) shown: (u32, u32),
    /// The sample entry box, whole.
    pub(crate) entry: &'a [u8],
}

/// The unity matrix of ISO/IEC 14496-12, Movie Header Box and Track Header Box.
const MATRIX: [u32; 9] = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];

/// `ftyp` and `moov` of one track.
pub(crate) fn initialisation(movie: &Movie<'_>) -> Vec<u8> {
    let audio = movie.track == Track::Audio;
    let mut boxes = Boxes::new(700 + movie.entry.len());
    boxes.within(b"ftyp", |boxes| boxes.bytes(b"iso6\0\0\0\0iso6mp41"));
    boxes.within(b"moov", |boxes| {
        boxes.full(b"mvhd", |boxes| {
            boxes.zeros(8);
            boxes.u32(movie.timescale);
            boxes.u32(0);
            boxes.u32(0x0001_0000); // rate 1.0
            boxes.u16(0x0100); // volume 1.0
            boxes.zeros(10);
            matrix(boxes);
            boxes.zeros(24);
            boxes.u32(3); // the next track's number
        });
        boxes.within(b"trak", |boxes| track(boxes, movie, audio));
        boxes.within(b"mvex", |boxes| {
            boxes.full(b"trex", |boxes| {
                boxes.u32(movie.track.number());
                boxes.u32(1); // sample entry
                boxes.zeros(12);
            });
        });
    });
    boxes.into_bytes()
}

fn matrix(boxes: &mut Boxes) {
    for value in MATRIX {
        boxes.u32(value);
    }
}

fn track(boxes: &mut Boxes, movie: &Movie<'_>, audio: bool) {
    boxes.within(b"tkhd", |boxes| {
        boxes.u32(3); // version 0; enabled, in movie
        boxes.zeros(8);
        boxes.u32(movie.track.number());
        boxes.zeros(20);
        boxes.u16(if audio { 0x0100 } else { 0 });
        boxes.u16(0);
        matrix(boxes);
        boxes.u32(movie.shown.0 << 16);
        boxes.u32(movie.shown.1 << 16);
    });
    boxes.within(b"mdia", |boxes| {
        boxes.full(b"mdhd", |boxes| {
            boxes.zeros(8);
            boxes.u32(movie.timescale);
            boxes.u32(0);
            boxes.u16(0x55C4); // "und"
            boxes.u16(0);
        });
        boxes.full(b"hdlr", |boxes| {
            boxes.u32(0);
            boxes.bytes(if audio { b"soun" } else { b"vide" });
            boxes.zeros(13);
        });
        boxes.within(b"minf", |boxes| {
            if audio {
                boxes.full(b"smhd", |boxes| boxes.zeros(4));
            } else {
                boxes.within(b"vmhd", |boxes| {
                    boxes.u32(1);
                    boxes.zeros(8);
                });
            }
            boxes.within(b"dinf", |boxes| {
                boxes.full(b"dref", |boxes| {
                    boxes.u32(1);
                    boxes.within(b"url ", |boxes| boxes.u32(1)); // in this file
                });
            });
            boxes.within(b"stbl", |boxes| {
                boxes.full(b"stsd", |boxes| {
                    boxes.u32(1);
                    boxes.bytes(movie.entry);
                });
                boxes.full(b"stts", |boxes| boxes.u32(0));
                boxes.full(b"stsc", |boxes| boxes.u32(0));
                boxes.full(b"stsz", |boxes| boxes.zeros(8));
                boxes.full(b"stco", |boxes| boxes.u32(0));
            });
        });
    });
}

/// How samples of a picture are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Sample aspect ratio; (0, 0) where it is not said.
    pub(crate) aspect: (u16, u16),
    /// Colour primaries, transfer characteristics, matrix coefficients; full range.
    pub(crate) colour: Option<([u8; 3], bool)>,
    /// Duration of a picture in 90 kHz ticks; 0 where it is not said.
    pub(crate) ticks: u32,
}

impl Picture {
    /// Width and height in square pixels. Both fit 16 bits, as the track header needs.
    pub(crate) fn shown(&self) -> (u32, u32) {
        let (across, down) = self.aspect;
        if across == 0 || down == 0 {
            return (self.width, self.height);
        }
        let width = u64::from(self.width) * u64::from(across) / u64::from(down);
        (width.clamp(1, 0xFFFF) as u32, self.height)
    }
}

/// A visual sample entry. ISO/IEC 14496-12, Visual sample entry, Pixel Aspect Ratio and Colour information.
pub(crate) fn visual_entry(
    name: &[u8; 4],
    picture: &Picture,
    configuration: &[u8; 4],
    record: &[u8],
) -> Vec<u8> {
    let mut boxes = Boxes::new(160 + record.len());
    boxes.within(name, |boxes| {
        boxes.zeros(7);
        boxes.u8(1); // data reference
        boxes.zeros(16);
        boxes.u16(picture.width as u16);
        boxes.u16(picture.height as u16);
        boxes.u32(0x0048_0000); // 72 dots an inch
        boxes.u32(0x0048_0000);
        boxes.u32(0);
        boxes.u16(1); // frames a sample
        boxes.zeros(32);
        boxes.u16(0x0018); // depth
        boxes.u16(0xFFFF);
        boxes.within(configuration, |boxes| boxes.bytes(record));
        let (across, down) = picture.aspect;
        if across != 0 && down != 0 {
            boxes.within(b"pasp", |boxes| {
                boxes.u32(across.into());
                boxes.u32(down.into());
            });
        }
        if let Some((colour, full)) = picture.colour {
            boxes.within(b"colr", |boxes| {
                boxes.bytes(b"nclx");
                for value in colour {
                    boxes.u16(value.into());
                }
                boxes.u8(u8::from(full) << 7);
            });
        }
    });
    boxes.into_bytes()
}

/// An audio sample entry. ISO/IEC 14496-12, Audio sample entry.
pub(crate) fn audio_entry(
    name: &[u8; 4],
    channels: u16,
    rate: u32,
    configuration: &[u8; 4],
    record: &[u8],
) -> Vec<u8> {
    let mut boxes = Boxes::new(60 + record.len());
    boxes.within(name, |boxes| {
        boxes.zeros(7);
        boxes.u8(1); // data reference
        boxes.zeros(8);
        boxes.u16(channels);
        boxes.u16(16);
        boxes.u32(0);
        // 16.16; a rate that does not fit is said by the codec's own configuration.
        boxes.u32(if rate <= 0xFFFF { rate << 16 } else { 0 });
        boxes.within(configuration, |boxes| boxes.bytes(record));
    });
    boxes.into_bytes()
}

/// The content of an `esds` box. ISO/IEC 14496-1, Elementary Stream Descriptor; ISO/IEC 14496-14, ES Descriptor Box.
pub(crate) fn es_descriptor(object_type: u8, specific: &[u8]) -> Vec<u8> {
    // Lengths are written in one byte: `specific` is at most limits::AUDIO_CONFIGURATION_BYTES.
    let specific_size = if specific.is_empty() { 0 } else { 2 + specific.len() };
    let mut boxes = Boxes::new(40 + specific.len());
    boxes.u32(0);
    boxes.bytes(&[3, (3 + 2 + 13 + specific_size + 3) as u8, 0, 0, 0]);
    boxes.bytes(&[4, (13 + specific_size) as u8, object_type, 0x15]);
    boxes.zeros(11); // buffer size, maximum and average bit rate: not known
    if !specific.is_empty() {
        boxes.bytes(&[5, specific.len() as u8]);
        boxes.bytes(specific);
    }
    boxes.bytes(&[6, 1, 2]);
    boxes.into_bytes()
}
