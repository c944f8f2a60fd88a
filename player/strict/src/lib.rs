//! Checks playlists and MPDs against the rules of their standards.
//!
//! The player reads whatever can be read and tells what it passed over; this says what a file owes to its
//! standard. A rule is an entry of a table ([`rules::all`]) with the section that it comes from, and each
//! has a seeded violation in `tests/corpus/strict`. Nothing here is linked into the player: it is a part of
//! the laboratory's module (`lab.wasm`).
//!
//! | folder | standard |
//! |---|---|
//! | `hls/` | RFC 8216bis, a file a section; HLS Authoring Specification for Apple Devices |
//! | `dash/` | ISO/IEC 23009-1, its schema as tables; profiles; DASH-IF guidelines; RFC 5261 for patches |

#![forbid(unsafe_code)]

mod dash;
mod finding;
mod hls;
mod limits;
mod place;
pub mod rules;
pub mod wire;

pub use finding::{Finding, Rule, Severity};
pub use hls::references;

use finding::Report;

/// A file to check, under the name by which others refer to it.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// The reference as it is written in the file that refers to it; of the first file, its own name or address.
    pub name: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// Check the first of `files`; the others are what it refers to, as far as they are at hand.
///
/// With `previous`, an earlier version of the first file, the rules of updates are checked too. Findings come
/// in the order of files and places. Any bytes give an answer; what cannot be read is a finding.
pub fn check(files: &[File], previous: Option<&[u8]>) -> Vec<Finding> {
    let mut report = Report::new();
    let Some(main) = files.first() else { return Vec::new() };
    if is_xml(main.bytes) {
        dash::check(*main, previous, &mut report);
    } else {
        hls::check(files, previous, &mut report);
    }
    report.finish(files)
}

/// Whether a file is XML rather than a playlist: whether its first sign is `<`.
fn is_xml(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}
