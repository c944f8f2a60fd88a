//! Checks files from the command line, for work on the rules: `cargo run --example strict FILE [PREVIOUS]`.

use std::path::Path;

use bitaca_player_strict::{check, references, File};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(name) = arguments.first() else { return };
    let bytes = std::fs::read(name).unwrap_or_default();
    let folder = Path::new(name).parent().unwrap_or(Path::new("."));
    let others: Vec<(String, Vec<u8>)> = references(&bytes)
        .into_iter()
        .filter_map(|uri| Some((uri.clone(), std::fs::read(folder.join(&uri)).ok()?)))
        .collect();
    let mut files = vec![File { name, bytes: &bytes }];
    files.extend(others.iter().map(|(name, bytes)| File { name, bytes }));
    let previous = arguments.get(1).and_then(|name| std::fs::read(name).ok());
    for one in check(&files, previous.as_deref()) {
        let file = files.get(one.file).map_or("", |file| file.name);
        println!(
            "{file}:{}:{} {:?} {} [{}] {}",
            one.line, one.column, one.rule.severity, one.rule.id, one.section, one.message
        );
    }
}
