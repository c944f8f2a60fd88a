//! Writes generated manifests into a folder.
//!
//! ```text
//! cargo run -p bitaca-player-grammar --bin generate -- hls|dash COUNT SEED FOLDER
//! ```
//!
//! The same seed gives the same files. They keep to what other parsers know too (`with_one_key_format`, `plain`).
//! HLS: three Media Playlists for each Multivariant Playlist.

use std::fs;
use std::path::Path;

use bitaca_player_grammar::{dash, hls, multivariant, values};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, count, seed, folder] = arguments.as_slice() else {
        eprintln!("generate hls|dash COUNT SEED FOLDER");
        std::process::exit(2);
    };
    let (Ok(count), Ok(seed)) = (count.parse::<usize>(), seed.parse()) else {
        eprintln!("COUNT and SEED are whole numbers");
        std::process::exit(2);
    };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    let write = |name: String, text: String| fs::write(folder.join(name), text);
    match kind.as_str() {
        "hls" => {
            for (at, one) in values(&hls::media_playlist(false), count - count / 4, seed).iter().enumerate() {
                write(format!("media-{seed}-{at:05}.m3u8"), one.clone().with_one_key_format().write())?;
            }
            for (at, one) in values(&multivariant::multivariant(false), count / 4, seed).iter().enumerate() {
                write(format!("multivariant-{seed}-{at:05}.m3u8"), one.write())?;
            }
        }
        "dash" => {
            for (at, one) in values(&dash::mpd(), count, seed).iter().enumerate() {
                write(format!("mpd-{seed}-{at:05}.mpd"), one.clone().plain().write())?;
            }
        }
        other => {
            eprintln!("{other}: hls or dash");
            std::process::exit(2);
        }
    }
    Ok(())
}
