//! The lab as a native program: a request on standard input, its answer on standard output.

use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request)?;
    std::io::stdout().write_all(&bitaca_player_lab::wire::answer(&request))
}
