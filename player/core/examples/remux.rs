//! Remuxes segments to `<prefix>.video.mp4` and `<prefix>.audio.mp4`, and prints what came out.
//!
//! ```text
//! cargo run --example remux -- PREFIX SEGMENT...
//! cargo run --release --example remux -- --time RUNS SEGMENT
//! ```
//!
//! Segments follow each other; `--` between two of them is a discontinuity.

use std::fs;
use std::io::Write;
use std::time::Instant;

use bitaca_player_core::remux::{Options, Output, Remuxer, Track};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, runs, segment] if flag == "--time" => {
            time(runs.parse().expect("a number of runs"), &fs::read(segment)?);
            Ok(())
        }
        [prefix, segments @ ..] if !segments.is_empty() => write(prefix, segments),
        _ => {
            eprintln!("remux PREFIX SEGMENT... | --time RUNS SEGMENT");
            std::process::exit(2);
        }
    }
}

fn write(prefix: &str, segments: &[String]) -> std::io::Result<()> {
    let mut video = None;
    let mut audio = None;
    let mut end_us = 0;
    let mut remuxer = Remuxer::new(Options::default());
    let mut take = |remuxer: &mut Remuxer, end_us: &mut i64| -> std::io::Result<()> {
        while let Some(output) = remuxer.poll() {
            let (track, bytes) = match &output {
                Output::Init { track, mime, width, height, bytes } => {
                    println!("init {track:?} {mime} {width}x{height}");
                    (*track, bytes)
                }
                Output::Fragment {
                    track,
                    bytes,
                    start_us,
                    decode_time,
                    timescale,
                    duration,
                    samples,
                    starts_with_sync,
                } => {
                    println!(
                        "fragment {track:?} start_us={start_us} decode={decode_time}/{timescale} duration={duration} samples={samples} sync={starts_with_sync}"
                    );
                    *end_us = (*end_us).max(start_us + (duration * 1_000_000 / u64::from(*timescale)) as i64);
                    (*track, bytes)
                }
                other => {
                    println!("{other:?}");
                    continue;
                }
            };
            let (file, name) = match track {
                Track::Video => (&mut video, "video"),
                Track::Audio => (&mut audio, "audio"),
            };
            if file.is_none() {
                *file = Some(fs::File::create(format!("{prefix}.{name}.mp4"))?);
            }
            if let Some(file) = file {
                file.write_all(bytes)?;
            }
        }
        Ok(())
    };
    for segment in segments {
        if segment == "--" {
            remuxer.discontinuity(end_us);
            continue;
        }
        for piece in fs::read(segment)?.chunks(64 << 10) {
            remuxer.push(piece);
            take(&mut remuxer, &mut end_us)?;
        }
        remuxer.flush();
        take(&mut remuxer, &mut end_us)?;
    }
    println!("base {:?}", remuxer.time_base());
    Ok(())
}

fn time(runs: usize, segment: &[u8]) {
    let mut all = Vec::new();
    let mut first = Vec::new();
    for _ in 0..runs {
        let begin = Instant::now();
        let mut remuxer = Remuxer::new(Options::default());
        let mut early = None;
        for piece in segment.chunks(64 << 10) {
            remuxer.push(piece);
            while let Some(output) = remuxer.poll() {
                if matches!(output, Output::Fragment { .. }) {
                    early.get_or_insert_with(|| begin.elapsed());
                }
            }
        }
        remuxer.flush();
        while remuxer.poll().is_some() {}
        all.push(begin.elapsed().as_secs_f64());
        first.extend(early.map(|early| early.as_secs_f64()));
    }
    all.sort_by(f64::total_cmp);
    first.sort_by(f64::total_cmp);
    let median = all[all.len() / 2];
    println!(
        "median {:.2} ms, {:.0} MB/s, first fragment after {:.3} ms",
        median * 1e3,
        segment.len() as f64 / median / 1e6,
        first.get(first.len() / 2).copied().unwrap_or(0.0) * 1e3
    );
}
