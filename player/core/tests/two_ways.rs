//! The short way of reading a playlist and the careful one give the same model.
//!
//! A comment between two lines means nothing, and is nothing that the short way reads.

use bitaca_player_core::presentation::Presentation;

/// A seeded choice: xorshift.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

/// The lines of a playlist that is mostly as playlists are, and sometimes odd.
fn lines(draw: &mut Draw) -> Vec<String> {
    let mut lines = vec!["#EXTM3U".to_string(), "#EXT-X-TARGETDURATION:4".to_string()];
    if draw.below(4) == 0 {
        lines.push("#EXT-X-DEFINE:NAME=\"a\",VALUE=\"x\"".to_string());
    }
    let usual = draw.below(3);
    for number in 0..draw.below(30) {
        if draw.below(3) == usual || draw.below(8) == 0 {
            let (uri, end) = (draw.one_of(&["k", "{$a}", "https://k.example/?a,b=c"]), draw.below(40));
            lines.push(match draw.below(12) {
                0 => "#EXT-X-KEY:METHOD=NONE".to_string(),
                1 => format!("#EXT-X-KEY:METHOD=aes-128,URI=\"{uri}\""),
                2 => format!("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"{uri}\",KEYFORMAT=\"com.example\""),
                3 => format!("#EXT-X-KEY:IV=0x{end:x},METHOD=SAMPLE-AES-CTR,URI=\"{uri}\" "),
                4 => format!("#EXT-X-KEY:METHOD=AES-128, URI=\"{uri}\""),
                _ => format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{uri}{end}\",IV=0x{end:032x}"),
            });
        }
        if draw.below(3) == usual {
            let day = draw.below(9);
            lines.push(format!(
                "#EXT-X-PROGRAM-DATE-TIME:{}",
                match draw.below(6) {
                    0 => "today".to_string(),
                    1 => format!("2026-01-0{day}T00:00:00Z "),
                    _ => format!("2026-01-0{day}T00:00:0{day}.500+01:00"),
                }
            ));
        }
        match draw.below(9) {
            0 => lines.push(
                draw.one_of(&["#EXT-X-DISCONTINUITY", "#EXT-X-GAP", "#EXT-X-MAP:URI=\"i\""]).to_string(),
            ),
            1 => lines.push(format!("#EXT-X-BITRATE:{number}")),
            2 => lines.push("#EXT-X-NEW:1".to_string()),
            _ => {}
        }
        if draw.below(3) == usual {
            lines.push(match draw.below(6) {
                0 => "#EXT-X-BYTERANGE:7".to_string(),
                1 => "#EXT-X-BYTERANGE:4294967295@12345678901".to_string(),
                _ => format!("#EXT-X-BYTERANGE:{}@{}", draw.below(100_000), number * 100_000),
            });
        }
        lines.push(match draw.below(9) {
            0 => "#EXTINF:4".to_string(),
            1 => "#EXTINF:4.004,a title, with a comma".to_string(),
            2 => "#EXTINF:x,".to_string(),
            3 => "#EXTINF: 4,".to_string(),
            _ => format!("#EXTINF:{}.{:03},", draw.below(9), draw.below(1000)),
        });
        lines.push(match draw.below(12) {
            0 => " a b.ts ".to_string(),
            1 => "{$a}.ts".to_string(),
            2 => "é.ts".to_string(),
            3 => "same.ts".to_string(),
            _ => format!("seg-{number}.ts?token={:x}", draw.below(1 << 40)),
        });
    }
    if draw.below(2) == 0 {
        lines.push("#EXT-X-ENDLIST".to_string());
    }
    lines
}

/// Everything that a playlist says about its segments, in words.
fn told(text: &str) -> Result<String, (String, String)> {
    let movie = Presentation::parse(text.as_bytes(), "https://h/a/p.m3u8?q=1", None)
        .map_err(|error| (format!("{:?}", error.kind), error.what.to_string()))?;
    let index = movie.renditions[0].segments.as_ref().expect("a media playlist has segments");
    let mut out = format!(
        "{:?} {:?}\n",
        index.media,
        movie.warnings.iter().map(|one| (one.code, one.len, one.what)).collect::<Vec<_>>()
    );
    for at in 0..index.len() {
        let segment = index.get(at).expect("within the list");
        let keys: Vec<_> = segment.keys.map_or(Vec::new(), |set| {
            let spans = index.keys_of(set).iter();
            spans
                .map(|key| {
                    [key.method, key.uri, key.iv, key.keyformat]
                        .map(|span| index.text().opt(span).map(str::to_string))
                })
                .collect()
        });
        out += &format!("{segment:?} {keys:?} {:?}\n", index.date_time(at));
    }
    Ok(out)
}

#[test]
fn both_ways_give_the_same_model() {
    let mut draw = Draw(0x9E37_79B9_7F4A_7C15);
    let mut read = 0;
    for _ in 0..4_000 {
        let lines = lines(&mut draw);
        let ends = if draw.below(4) == 0 { "\r\n" } else { "\n" };
        let short = lines.join(ends);
        let careful = lines.join(&format!("{ends}# nothing{ends}"));
        let found = told(&short);
        assert_eq!(found, told(&careful), "{short}");
        read += usize::from(found.is_ok());
    }
    assert!(read > 1_000, "most are playlists: {read}");
}
