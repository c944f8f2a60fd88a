//! What the core makes of many inputs, natively: inputs on standard input, what came out on standard output.
//!
//! Each input is a kind (`u8`), a length (`u32`, little-endian) and its bytes; each answer a length and
//! its bytes. The exports
//! are those that hosts call, so that this program, a browser and wasmtime do the same.

use std::io::{Read, Write};

use bitaca_player_memory::{result_len, slice};
use bitaca_player_wasm::manifest_abi::{
    manifest_attach, manifest_error, manifest_free, manifest_parse, manifest_snapshot, manifest_work,
};
use bitaca_player_wasm::session_abi::{session_free, session_handle, session_new, session_poll};

const URL: &[u8] = b"https://media.example/a/b?c=d";
const MASTER: &[u8] = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n";

/// All results of one input, each with its length before it.
#[derive(Default)]
struct Answer(Vec<u8>);

impl Answer {
    fn add(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn result(&mut self, address: *const u8) {
        // SAFETY: the export before left so many bytes there.
        self.add(unsafe { slice(address, result_len()) });
    }
}

fn main() -> std::io::Result<()> {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let (mut rest, mut out) = (&input[..], Vec::new());
    while let Some((head, after)) = rest.split_first_chunk::<5>() {
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let Some((bytes, after)) = after.split_at_checked(length) else { break };
        rest = after;
        let mut answer = Answer::default();
        match head[0] {
            0 => manifest(bytes, &mut answer),
            1 => refresh(bytes, &mut answer),
            _ => session(bytes, &mut answer),
        }
        out.extend_from_slice(&(answer.0.len() as u32).to_le_bytes());
        out.extend_from_slice(&answer.0);
    }
    std::io::stdout().write_all(&out)
}

fn parse(bytes: &[u8], now_us: f64) -> u32 {
    // SAFETY: slices are readable.
    unsafe { manifest_parse(bytes.as_ptr(), bytes.len(), URL.as_ptr(), URL.len(), now_us) }
}

/// A manifest: its snapshot or its error, and the bytes that were looked at.
fn manifest(bytes: &[u8], answer: &mut Answer) {
    let handle = parse(bytes, f64::NAN);
    answer.add(&manifest_work().to_le_bytes());
    answer.result(if handle == 0 { manifest_error() } else { manifest_snapshot(handle) });
    manifest_free(handle);
}

/// Two versions of a media playlist, one after the other: length of the first, and both.
fn refresh(bytes: &[u8], answer: &mut Answer) {
    let Some((length, both)) = bytes.split_first_chunk::<4>() else { return };
    let (first, second) = both.split_at(both.len().min(u32::from_le_bytes(*length) as usize));
    let handle = parse(MASTER, f64::NAN);
    for version in [first, second] {
        // SAFETY: slices are readable.
        let done =
            unsafe { manifest_attach(handle, 0, version.as_ptr(), version.len(), URL.as_ptr(), URL.len()) };
        answer.add(&manifest_work().to_le_bytes());
        answer.result(if done == 0 { manifest_error() } else { manifest_snapshot(handle) });
    }
    manifest_free(handle);
}

/// Inputs of a session, each with its length before it: all outputs.
fn session(log: &[u8], answer: &mut Answer) {
    let (handle, mut rest) = (session_new(), log);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((input, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize) else {
            break;
        };
        rest = after;
        // SAFETY: slices are readable.
        answer.add(&[unsafe { session_handle(handle, input.as_ptr(), input.len()) } as u8]);
        loop {
            answer.result(session_poll(handle));
            if result_len() == 0 {
                break;
            }
        }
    }
    session_free(handle);
}
