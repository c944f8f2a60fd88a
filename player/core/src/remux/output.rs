//! What comes out of the remuxer.

use alloc::string::String;
use alloc::vec::Vec;

/// The two tracks; each is a stream of fragmented MP4 of its own, for a source buffer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// H.264 or HEVC.
    Video,
    /// AAC, MPEG audio, AC-3 or E-AC-3.
    Audio,
}

impl Track {
    /// `track_ID`: each its own, so that both fit into one file.
    pub(crate) const fn number(self) -> u32 {
        self as u32 + 1
    }
}

/// One result; take them in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// An initialisation segment; what follows of this track needs it. Comes again when the
    /// configuration changes.
    Init {
        /// Whose.
        track: Track,
        /// MIME type with RFC 6381 codecs, `video/mp4; codecs="avc1.64001f"`.
        mime: String,
        /// Coded width without cropped samples; 0 for audio.
        width: u32,
        /// Coded height without cropped samples; 0 for audio.
        height: u32,
        /// `ftyp` and `moov`.
        bytes: Vec<u8>,
    },
    /// A movie fragment.
    Fragment {
        /// Whose.
        track: Track,
        /// `moof` and `mdat`.
        bytes: Vec<u8>,
        /// Earliest presentation time in it, in microseconds.
        start_us: i64,
        /// Base media decode time, in ticks of `timescale`.
        decode_time: u64,
        /// Ticks a second of `decode_time` and `duration`.
        timescale: u32,
        /// Sum of the samples' durations.
        duration: u64,
        /// Samples in it.
        samples: u32,
        /// The first sample can be decoded without those before it.
        starts_with_sync: bool,
    },
    /// Timed metadata: one or more ID3 tags, as transmitted.
    Metadata {
        /// Presentation time in microseconds.
        pts_us: i64,
        /// The tags.
        bytes: Vec<u8>,
    },
    /// Closed captions of one picture, in order of presentation: `cc_data` triplets of CEA-708.
    Captions {
        /// Presentation time in microseconds.
        pts_us: i64,
        /// Triplets: marker, valid and type bits; two bytes of data.
        bytes: Vec<u8>,
    },
    /// Something odd that was passed over.
    Warning(Warning),
}

/// Why something in a segment was passed over or bridged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum WarningKind {
    /// Bytes that are no transport packets; `detail` is 0.
    LostSync = 1,
    /// Packets are missing (continuity counter); `detail` is the PID.
    LostPackets = 2,
    /// A scrambled packet or PES was refused; `detail` is the PID.
    Scrambled = 3,
    /// A damaged program table; `detail` is the PID.
    BadTable = 4,
    /// A PES header that is none; `detail` is the PID.
    BadPes = 5,
    /// An elementary stream that is not played; `detail` is its stream type.
    Unsupported = 6,
    /// A parameter set or audio configuration that cannot be read; `detail` is its type.
    BadConfiguration = 7,
    /// Pictures before the first that can be decoded were left out.
    NoKeyPicture = 8,
    /// Decode times jump (video), or jump by more than a frame (audio).
    TimeJump = 9,
    /// Bytes in an audio stream that are no frame.
    LostAudioSync = 10,
    /// Data before the first time stamp was left out.
    NoTime = 11,
    /// A cap of `limits` was met.
    Limit = 12,
}

/// Something odd that did not stop the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The kind of oddity.
    pub kind: WarningKind,
    /// Bytes consumed since the remuxer was made or told of a discontinuity.
    pub offset: u64,
    /// See the kind.
    pub detail: u32,
}
