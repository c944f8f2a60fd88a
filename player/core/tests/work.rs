//! Work is linear: no input makes the parser look at more than four times its bytes, a thousand bytes for each
//! segment that it keeps, and another thousand for the manifest itself.
//!
//! The counter belongs to the whole module, so this file has one test that runs alone in its process.

use std::collections::BTreeMap;

use bitaca_player_core::presentation::Presentation;
use bitaca_player_scan::work;

/// A seeded choice: xorshift.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Words of the formats and of nothing, of any length.
    fn word(&mut self) -> String {
        let letter = self.one_of(&["a", "-", "1", "é", "/", "."]);
        let length = [1, 5, 20, 300, 3_000][self.below(5)];
        letter.repeat(self.below(length) + 1)
    }
}

/// Bytes that were looked at, and the segments that were kept.
fn looked_at(bytes: &[u8]) -> (usize, usize) {
    work::restart();
    let parsed = Presentation::parse(bytes, "https://media.example/show/p.m3u8?a=b", None);
    let seen = work::visited();
    let kept = parsed.map_or(0, |movie| {
        movie.renditions.iter().filter_map(|one| Some(one.segments.as_ref()?.len())).sum()
    });
    (seen, kept)
}

/// The inputs by kind, each with the most that was looked at beyond what its segments allow, in times its bytes.
#[derive(Default)]
struct Found(BTreeMap<String, (f64, String)>);

impl Found {
    fn check(&mut self, name: &str, bytes: &[u8]) {
        let (seen, kept) = looked_at(bytes);
        let ratio = seen.saturating_sub(1_000 * (kept + 1)) as f64 / bytes.len().max(1) as f64;
        let worst = self.0.entry(name.to_string()).or_default();
        if ratio > worst.0 {
            let head = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
            *worst = (ratio, head);
        }
    }
}

fn playlist(draw: &mut Draw) -> String {
    let mut text = String::from("#EXTM3U\n");
    for number in 0..draw.below(60) {
        match draw.below(14) {
            0 => text += &format!("#EXT-X-DEFINE:NAME=\"v{number}\",VALUE=\"{}\"\n", draw.word()),
            1 => text += &format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{}\",IV=0x{number:032x}\n", draw.word()),
            2 => text += &format!("#EXT-X-MAP:URI=\"{{$v{number}}}{}\"\n", draw.word()),
            3 => text += &format!("#EXT-X-{}:{}={}\n", draw.word(), draw.word(), draw.word()),
            4 => {
                text += &format!(
                    "#EXT-X-DATERANGE:ID=\"{number}\",START-DATE=\"2026-01-01T00:00:00Z\",X-A=\"{}\"\n",
                    draw.word()
                )
            }
            5 => text += &format!("#EXT-X-BYTERANGE:{number}@{number}\n"),
            6 => text += "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n",
            7 => text += &format!("# {}\n", draw.word()),
            8 => text += &format!("{}\n", draw.word()),
            9 => {
                text += &format!(
                    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{}\",NAME=\"{}\",URI=\"a\"\n",
                    draw.word(),
                    draw.word()
                )
            }
            _ => text += &format!("#EXTINF:4.{number},{}\n{}{number}.ts\n", draw.word(), draw.word()),
        }
    }
    text
}

fn mpd(draw: &mut Draw) -> String {
    let mut text = String::from("<MPD type='static' mediaPresentationDuration='PT60S'>");
    for _ in 0..draw.below(4) + 1 {
        text += &format!("<Period id='{}' duration='PT20S'>", draw.word());
        for _ in 0..draw.below(3) + 1 {
            text += &format!("<AdaptationSet mimeType='video/mp4' lang='{}'>", draw.word());
            match draw.below(6) {
                0 => text += &format!("<{} {}='{}'/>", "x", "y", draw.word()),
                1 => text += &format!("<!-- {} -->", draw.word()),
                2 => text += &format!("<Label>{} &amp; {}</Label>", draw.word(), draw.word()),
                3 => {
                    text += &format!("<Role schemeIdUri='urn:mpeg:dash:role:2011' value='{}'/>", draw.word())
                }
                4 => text += &format!("<SupplementalProperty schemeIdUri='{}' value='a'/>", draw.word()),
                _ => {}
            }
            text += "<SegmentTemplate media='$Time$' timescale='10'><SegmentTimeline>";
            for _ in 0..draw.below(30) {
                text += &format!("<S d='{}' r='{}'/>", draw.below(90) + 1, draw.below(3));
            }
            text += "</SegmentTimeline></SegmentTemplate>";
            text += &format!(
                "<Representation id='{}' bandwidth='1' codecs='{}'/></AdaptationSet>",
                draw.word(),
                draw.word()
            );
        }
        text += "</Period>";
    }
    text + "</MPD>"
}

/// Inputs that would cost most if something were looked at again for each of its kind.
fn attacks() -> Vec<(&'static str, String)> {
    let n = 3_000;
    let media = "#EXTM3U\n#EXTINF:4,\na.ts\n";
    let each = |make: &dyn Fn(usize) -> String| (0..n).map(make).collect::<String>();
    let set = |inside: String| {
        format!("<MPD><Period duration='PT4S'><AdaptationSet mimeType='video/mp4'>{inside}<Representation id='a' bandwidth='1'><BaseURL>b</BaseURL></Representation></AdaptationSet></Period></MPD>")
    };
    vec![
        ("quotes that stay open", format!("{media}{}", each(&|_| "#EXT-X-KEY:METHOD=AES-128,URI=\"\n".into()))),
        ("many attributes", format!("{media}#EXT-X-PART:{}\n", each(&|i| format!("A{i}=\"{i}\",")))),
        ("many attributes that are known", format!("{media}#EXT-X-PART:{}\n", each(&|_| "URI=\"a\",".into()))),
        ("long attribute names", format!("{media}#EXT-X-PART:{}=1\n", "A".repeat(n))),
        ("commas", format!("{media}#EXT-X-PART:{}\n", ",".repeat(n * 9))),
        ("unknown tags", format!("{media}{}", each(&|i| format!("#EXT-X-NEW-{i}:{i}\n")))),
        ("unknown tags alone", format!("#EXTM3U\n{}", each(&|i| format!("#EXT-X-NEW-{i}:{i}\n")))),
        ("tags without segments", format!("{media}{}", each(&|_| "#EXT-X-DISCONTINUITY-SEQUENCE:1\n".into()))),
        ("long tags", format!("{media}#EXT{}", "A".repeat(n * 9))),
        ("long title", format!("{media}#EXTINF:4,{}\nb.ts\n", "t".repeat(n * 9))),
        ("blank lines", format!("{media}{}", "\n".repeat(n * 9))),
        ("white space", format!("{media}{}", " \t".repeat(n * 9))),
        ("one line of comments", format!("#EXTM3U\n#{}", "#".repeat(n * 9))),
        ("date ranges of one length", format!("{media}{}", each(&|i| format!("#EXT-X-DATERANGE:ID=\"{i:0>200}\",START-DATE=\"2026-01-01T00:00:00Z\"\n")))),
        ("variables", format!("#EXTM3U\n{}", each(&|i| format!("#EXT-X-DEFINE:NAME=\"v{i}\",VALUE=\"{i}\"\n")))),
        ("uses of variables", format!(
            "#EXTM3U\n{}{}",
            (0..64).map(|i| format!("#EXT-X-DEFINE:NAME=\"{i:0>90}\",VALUE=\"\"\n")).collect::<String>(),
            each(&|_| format!("#EXT-X-MAP:URI=\"{{${:0>90}}}\"\n", 63)),
        )),
        ("variables that stay open", format!("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n#EXT-X-MAP:URI=\"{}}}\"\n", "{$".repeat(n * 9))),
        ("expansion", format!("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"{}\"\n#EXT-X-MAP:URI=\"{}\"\n", "b".repeat(900), "{$a}".repeat(n))),
        ("key formats", format!("{media}{}", each(&|i| format!("#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"{:0>80}\"\n", i % 16)))),
        ("the same map", format!("{media}{}", each(&|_| format!("#EXT-X-MAP:URI=\"{}\"\n", "m".repeat(90))))),
        ("the same range", format!("{media}{}", each(&|_| "#EXT-X-BYTERANGE:9\n".into()))),
        ("groups of one length", format!("#EXTM3U\n{}{}",
            each(&|i| format!("#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"n\",URI=\"u\",GROUP-ID=\"{i:0>90}\"\n")),
            each(&|i| format!("#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"{i:0>90}\"\n{i:0>90}\n")))),
        ("markers", format!("{media}{}", each(&|i| format!("#EXT-X-CUE-OUT:{i}\n")))),
        ("parts", format!("{media}{}", each(&|i| format!("#EXT-X-PART:DURATION=1,URI=\"{i:0>90}\",BYTERANGE=\"9\"\n")))),
        ("elements", set(each(&|i| format!("<x{i}/>")))),
        ("attributes", set(format!("<x {}/>", each(&|i| format!("a{i}='b' "))))),
        ("attributes that are known", set(format!("<SegmentTemplate {}/>", each(&|_| "media='b' ".into())))),
        ("attributes of a representation", set(format!("<Representation {}/>", each(&|_| "codecs='b' ".into())))),
        ("long values", set(format!("<SegmentTemplate media='{}'/>", "b".repeat(n * 9)))),
        ("long names", set(format!("<{0}></{0}>", "b".repeat(n * 9)))),
        ("long prefixes", set(format!("<{0}x></{0}x>", "b:".repeat(n * 9)))),
        ("comments", set(each(&|_| "<!-- - -->".into()))),
        ("comments that stay open", set(format!("<!--{}", "-".repeat(n * 9)))),
        ("sections", set(format!("<Label>{}</Label>", each(&|_| "<![CDATA[x]]>".into())))),
        ("references", set(format!("<Label>{}</Label>", "&amp;".repeat(n)))),
        ("no references", set(format!("<Label>{}</Label>", "&".repeat(n * 9)))),
        ("depth", format!("<MPD>{}", "<a>".repeat(n))),
        ("white space between", set(" \n".repeat(n * 9))),
        ("steps one by one", set(format!("<SegmentTemplate><SegmentTimeline>{}</SegmentTimeline></SegmentTemplate>", each(&|_| "<S d='1' x='2'/>".into())))),
        ("descriptors of one length", set(each(&|i| format!("<SupplementalProperty schemeIdUri='{i:0>90}' value='{i:0>90}'/>")))),
        ("protections by reference", set(each(&|i| format!("<ContentProtection refId='{i:0>90}' ref='{:0>90}'/>", 255)))),
        ("labels", set(each(&|i| format!("<Label lang='{i}'>{i}</Label>")))),
        ("events", format!("<MPD><Period><EventStream schemeIdUri='x'>{}</EventStream></Period></MPD>", each(&|i| format!("<Event id='{i}'>{i}</Event>")))),
        ("gaps", set(format!("<SegmentTemplate media='a'><FailoverContent>{}</FailoverContent></SegmentTemplate>", each(&|i| format!("<FCS t='{i}' d='1'/>"))))),
        ("captions", set(format!("<Accessibility schemeIdUri='urn:scte:dash:cc:cea-708:2015' value='{}'/>", "1=lang:eng;".repeat(n)))),
        ("channels", set(format!("<AudioChannelConfiguration schemeIdUri='urn:mpeg:dash:outputChannelPositionList:2012' value='{}'/>", "1 ".repeat(n * 4)))),
        ("addresses", set(each(&|i| format!("<BaseURL>a/{i}/</BaseURL>")))),
        ("addresses with dots", set(each(&|_| "<BaseURL>../././</BaseURL>".into()))),
    ]
}

#[test]
fn no_input_is_looked_at_more_than_four_times() {
    let mut worst = Found::default();
    for (name, text) in attacks() {
        worst.check(name, text.as_bytes());
        // Half of it, and at another place of a character.
        worst.check(name, &text.as_bytes()[..text.len() / 2]);
    }
    let mut draw = Draw(0x9E37_79B9_7F4A_7C15);
    for round in 0..2_000 {
        let text = if round % 2 == 0 { playlist(&mut draw) } else { mpd(&mut draw) };
        worst.check("generated", text.as_bytes());
        let mut bytes = text.into_bytes();
        bytes.truncate(draw.below(bytes.len()) + 1);
        worst.check("truncated", &bytes);
        let at = draw.below(bytes.len());
        bytes[at] = [b'"', b'<', b'\n', b'{', b'&', b'>'][draw.below(6)];
        worst.check("damaged", &bytes);
    }
    let most = worst.0.values().map(|(ratio, _)| *ratio).fold(0.0, f64::max);
    assert!(most > 1.0, "the counter counts");
    worst.0.retain(|_, (ratio, _)| *ratio > 4.0);
    let told: Vec<String> =
        worst.0.iter().map(|(name, (ratio, head))| format!("{ratio:.2} times: {name}: {head:?}")).collect();
    assert!(told.is_empty(), "more than four times the input:\n{}", told.join("\n"));
}
