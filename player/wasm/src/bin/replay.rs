//! A recorded session natively: inputs on standard input, all outputs on standard output.
//!
//! Each input is its length (`u32`) and its bytes as in [`bitaca_player_wasm::wire`]; outputs
//! likewise, and a length of zero where an input has been answered.

use std::io::{Read, Write};

use bitaca_player_core::session::Session;
use bitaca_player_wasm::wire::{read_input, write_output, Scratch};

fn main() -> std::io::Result<()> {
    let mut log = Vec::new();
    std::io::stdin().read_to_end(&mut log)?;
    let (mut session, mut scratch, mut out) = (Session::new(), Scratch::default(), Vec::new());
    let mut rest = &log[..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some((input, after)) = after.split_at_checked(length) else { break };
        rest = after;
        if let Some((now, input)) = read_input(input, &mut scratch) {
            session.handle(now, &input);
            while let Some(output) = session.poll() {
                let output = write_output(&output);
                out.extend_from_slice(&(output.len() as u32).to_le_bytes());
                out.extend_from_slice(&output);
            }
        }
        out.extend_from_slice(&[0; 4]);
    }
    std::io::stdout().write_all(&out)
}
