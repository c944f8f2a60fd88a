//! Requests natively: each its length (`u32`) and its bytes on standard input, answers likewise on
//! standard output. What it says is compared with what the module says.

use std::io::{Read, Write};

use bitaca_player_extras::calls::Extras;

fn main() -> std::io::Result<()> {
    let mut log = Vec::new();
    std::io::stdin().read_to_end(&mut log)?;
    let (mut extras, mut out) = (Extras::default(), Vec::new());
    let mut rest = &log[..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((request, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize) else {
            break;
        };
        rest = after;
        let answer = extras.answer(request);
        out.extend_from_slice(&(answer.len() as u32).to_le_bytes());
        out.extend_from_slice(&answer);
    }
    std::io::stdout().write_all(&out)
}
