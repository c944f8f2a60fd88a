//! Divides a linked WebAssembly module in two: what a first start runs, and the rest.
//!
//! ```text
//! split mark MODULE OUT                  a module that marks what runs, in a memory exported as `ran`
//! split divide MODULE MARKS FIRST REST   by those marks: what ran, and what did not
//! split compact MODULE OUT               the same without custom sections and the room that relocations need
//! ```

mod body;
mod constants;
mod divide;
mod liveness;
mod marks;
mod module;
mod outline;
mod references;
mod write;

use std::fs;
use std::process::ExitCode;

use module::{Module, Refusal};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            // Messages of the reader may have lines of their own.
            eprintln!("split: {}", refusal.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Refusal> {
    match arguments {
        ["mark", module, out] => save(out, &marks::mark(&Module::read(&load(module)?)?)?),
        ["divide", module, marks, first, rest] => {
            let bytes = load(module)?;
            let module = Module::read(&bytes)?;
            let marks = load(marks)?;
            let build = format!("{:016x}", hash(bytes.iter().chain(&marks)));
            let divided = divide::divide(&module, &marks::read(&module, &marks)?, &build)?;
            save(first, &divided.first)?;
            save(rest, &divided.rest)
        }
        ["compact", module, out] => save(out, &Module::read(&load(module)?)?.written()?),
        _ => Err("usage: split mark MODULE OUT | divide MODULE MARKS FIRST REST | compact MODULE OUT".into()),
    }
}

/// FNV-1a: it tells builds apart, and keeps nobody out.
fn hash<'b>(bytes: impl Iterator<Item = &'b u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

fn load(path: &str) -> Result<Vec<u8>, Refusal> {
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}

fn save(path: &str, bytes: &[u8]) -> Result<(), Refusal> {
    fs::write(path, bytes).map_err(|error| format!("{path}: {error}"))
}
