//! Manifests: parse, ask by index, take the snapshot.
//!
//! A handle is a number above zero. Where a call fails it gives 0 (or -1 for counts), and
//! [`manifest_error`] says why. Text results are read at the returned address, `result_len()` bytes.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_core::dash;
use bitaca_player_core::error::{position, ErrorKind, ParseError};
use bitaca_player_core::presentation::{Kind, Presentation};
use bitaca_player_core::snapshot;
use bitaca_player_scan::{blocks, work};

use crate::memory::{give, slice, Single};

/// A manifest with the bytes that it was read from, which positions of warnings refer to; none where the
/// manifest itself keeps them.
struct Open {
    presentation: Presentation,
    input: Vec<u8>,
}

impl Open {
    fn input(&self) -> &[u8] {
        match self.input.is_empty() {
            true => source(&self.presentation).as_bytes(),
            false => &self.input,
        }
    }
}

/// A failure with its line and column, and the path of the elements around it.
struct Failure {
    error: ParseError,
    line: u32,
    column: u32,
    path: String,
}

struct State {
    open: Vec<Option<Box<Open>>>,
    error: Option<Failure>,
}

static STATE: Single<State> = Single::new(State { open: Vec::new(), error: None });

impl State {
    fn get(&mut self, handle: u32) -> Option<&mut Open> {
        self.open.get_mut((handle as usize).checked_sub(1)?)?.as_deref_mut()
    }

    fn fail(&mut self, error: ParseError, input: &[u8]) {
        let (line, column) = position(input, error.offset);
        // Only a document of elements has one.
        let text = core::str::from_utf8(input).unwrap_or("");
        let path = dash::path_at(text, error.offset);
        self.error = Some(Failure { error, line, column, path });
    }
}

/// Parse a manifest; gives its handle, or 0.
///
/// `url` is its final address. `now_us` is the wall clock in microseconds since 1970, NaN for none.
///
/// # Safety
/// Both pointers address as many readable bytes as their lengths say.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn manifest_parse(
    ptr: *const u8,
    len: usize,
    url_ptr: *const u8,
    url_len: usize,
    now_us: f64,
) -> u32 {
    let state = STATE.get();
    work::restart();
    let input = slice(ptr, len);
    let parsed = core::str::from_utf8(slice(url_ptr, url_len))
        .map_err(|_| ParseError::new(ErrorKind::Url, 0, "a URL in UTF-8"))
        .and_then(|url| {
            let now_us = (!now_us.is_nan()).then_some(now_us as i64);
            match text_of(input) {
                Some(text) => Presentation::parse_text(text, url, now_us),
                None => Presentation::parse(input, url, now_us),
            }
        });
    match parsed {
        Ok(presentation) => {
            state.error = None;
            let open = Some(Box::new(Open { input: kept(&presentation, input), presentation }));
            let free = state.open.iter().position(Option::is_none);
            match free.and_then(|at| state.open.get_mut(at).map(|slot| (at, slot))) {
                Some((at, slot)) => {
                    *slot = open;
                    at as u32 + 1
                }
                None => {
                    state.open.push(open);
                    state.open.len() as u32
                }
            }
        }
        Err(error) => {
            state.fail(error, input);
            0
        }
    }
}

/// The text of a manifest; `None` where it is not UTF-8.
///
/// Most manifests are ASCII, which takes less to find out: the rest is looked at as UTF-8.
fn text_of(input: &[u8]) -> Option<&str> {
    let plain = blocks::ascii(input);
    if plain < input.len() {
        let rest = input.get(plain..).unwrap_or(&[]);
        work::visit(rest.len());
        core::str::from_utf8(rest).ok()?;
    }
    // SAFETY: ASCII up to `plain`, where a character begins, and UTF-8 behind.
    Some(unsafe { core::str::from_utf8_unchecked(input) })
}

/// The bytes of a manifest that does not keep them itself.
fn kept(presentation: &Presentation, input: &[u8]) -> Vec<u8> {
    match source(presentation).len() == input.len() {
        true => Vec::new(),
        false => input.to_vec(),
    }
}

/// The text that a manifest keeps: a media playlist's is with its segments.
fn source(presentation: &Presentation) -> &str {
    let segments = presentation.renditions.first().and_then(|only| only.segments.as_ref());
    match segments.filter(|_| presentation.kind == Kind::HlsMedia) {
        Some(segments) => segments.text().source(),
        None => presentation.text.source(),
    }
}

/// Give an HLS rendition the segments of its media playlist: 1 done, 0 failed.
///
/// # Safety
/// As [`manifest_parse`].
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn manifest_attach(
    handle: u32,
    rendition: u32,
    ptr: *const u8,
    len: usize,
    url_ptr: *const u8,
    url_len: usize,
) -> u32 {
    let state = STATE.get();
    work::restart();
    let input = slice(ptr, len);
    let unknown = ParseError::new(ErrorKind::WrongKind, 0, "an open manifest");
    let attached = match (state.get(handle), core::str::from_utf8(slice(url_ptr, url_len))) {
        (Some(open), Ok(url)) => open.presentation.attach_media_playlist(rendition as usize, input, url),
        (None, _) => Err(unknown),
        (_, Err(_)) => Err(ParseError::new(ErrorKind::Url, 0, "a URL in UTF-8")),
    };
    match attached {
        Ok(()) => {
            state.error = None;
            1
        }
        Err(error) => {
            state.fail(error, input);
            0
        }
    }
}

/// Forget a manifest. Its handle may be given again.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_free(handle: u32) {
    // SAFETY: one export at a time.
    let state = unsafe { STATE.get() };
    if let Some(slot) = (handle as usize).checked_sub(1).and_then(|at| state.open.get_mut(at)) {
        *slot = None;
    }
}

/// The last failure: kind, offset, line and column as four little-endian `u32`, then what was
/// expected, as text, a NUL, the kind's word, a NUL, and the path of the elements that were open
/// there (`MPD/Period[2]/AdaptationSet`). Empty where the last call did not fail.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_error() -> *const u8 {
    // SAFETY: one export at a time.
    let state = unsafe { STATE.get() };
    let mut out = Vec::new();
    if let Some(Failure { error, line, column, path }) = &state.error {
        for number in [error.kind as u32, error.offset, *line, *column] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(error.what.as_bytes());
        out.push(0);
        out.extend_from_slice(error.kind.word().as_bytes());
        out.push(0);
        out.extend_from_slice(path.as_bytes());
    }
    give(out)
}

/// Bytes that the last call of [`manifest_parse`] or [`manifest_attach`] looked at: never more than four times
/// the input and a thousand for each segment that is kept.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_work() -> u32 {
    work::visited() as u32
}

/// Number of renditions; -1 without such a manifest.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_renditions(handle: u32) -> i32 {
    // SAFETY: one export at a time.
    unsafe { STATE.get() }.get(handle).map_or(-1, |open| open.presentation.renditions.len() as i32)
}

/// Number of segments of a rendition; -1 while it is not known.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_segments(handle: u32, rendition: u32) -> i32 {
    // SAFETY: one export at a time.
    let open = unsafe { STATE.get() }.get(handle);
    open.and_then(|open| open.presentation.renditions.get(rendition as usize)?.segments.as_ref())
        .map_or(-1, |index| index.len() as i32)
}

/// The segment that plays at `us` microseconds; -1 for none.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_at_time(handle: u32, rendition: u32, us: f64) -> i32 {
    // SAFETY: one export at a time.
    let open = unsafe { STATE.get() }.get(handle);
    open.and_then(|open| open.presentation.renditions.get(rendition as usize)?.segments.as_ref())
        .and_then(|index| index.at_time(us as i64))
        .map_or(-1, |at| at as i32)
}

/// The absolute URL of a segment as text; empty where there is none.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_segment_url(handle: u32, rendition: u32, segment: u32) -> *const u8 {
    // SAFETY: one export at a time.
    let open = unsafe { STATE.get() }.get(handle);
    let url = open
        .and_then(|open| open.presentation.renditions.get(rendition as usize)?.segments.as_ref())
        .and_then(|index| index.url(segment as usize));
    give(url.unwrap_or_default().into_bytes())
}

/// The flat snapshot of a manifest, see `core/src/snapshot.rs`; empty without such a manifest.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn manifest_snapshot(handle: u32) -> *const u8 {
    // SAFETY: one export at a time.
    let open = unsafe { STATE.get() }.get(handle);
    give(open.map(|open| snapshot::write(&open.presentation, open.input())).unwrap_or_default())
}
