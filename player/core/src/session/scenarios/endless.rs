//! Plans for bodies that the host cuts off, because nothing of their kind is as large.

use alloc::vec::Vec;

use super::*;

/// The errors of a session in which what contains `part` is cut off, whether it ended well, and how often it was asked for.
fn without(part: &'static str) -> (Vec<(u16, bool)>, bool, usize) {
    let mut stage = Stage::new();
    stage.playlist =
        |url| playlist(url).replacen("#EXT-X-MAP", "#EXT-X-KEY:METHOD=AES-128,URI=\"a.key\"\n#EXT-X-MAP", 1);
    stage.endless = part;
    stage.start(Open { text: TextWish::Language("pt-BR".into()), ..Open::default() });
    stage.run(90.0);
    let asked = stage.fetched.iter().filter(|url| url.contains(part)).count();
    let errors = stage.log.iter().filter_map(|output| match output {
        Output::Error { code, fatal, .. } => Some((*code, *fatal)),
        _ => None,
    });
    (errors.collect(), stage.eos, asked)
}

#[test]
fn what_can_be_done_without_is() {
    assert_eq!(without("sidecar.json"), ([(1004, false)].into(), true, 1));
    assert_eq!(without("text/pt.m3u8"), ([(1004, false)].into(), true, 1));
    assert_eq!(without("v/720/p.m3u8"), ([(1004, false)].into(), true, 1));
    assert_eq!(without("v/720/init.mp4"), ([(1004, false)].into(), true, 1));
    let (errors, ended, asked) = without("v/720/a.key");
    assert_eq!((errors, ended, asked), ([(1004, false)].into(), true, 1));
}

#[test]
fn what_is_needed_ends_it_at_once() {
    assert_eq!(without("master.m3u8"), ([(1001, true)].into(), false, 1));
    // A key for all tracks.
    let (errors, ended, _) = without(".key");
    assert_eq!((errors.last(), ended), (Some(&(4002, true)), false));
}

#[test]
fn the_error_says_what_is_too_large() {
    let mut stage = Stage::new();
    stage.endless = "master.m3u8";
    stage.start(Open::default());
    stage.run(1.0);
    let told = stage.log.iter().find_map(|output| match output {
        Output::Error { data, .. } => Some(data.as_str()),
        _ => None,
    });
    assert_eq!(told, Some("the manifest is larger than any may be"));
}
