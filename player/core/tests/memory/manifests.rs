//! MPDs, and how manifests are read.

use bitaca_player_core::presentation::Presentation;

use crate::{check, Room};

/// One input: its name, and its text.
pub type Named = (&'static str, String);

pub fn manifest(text: &String) -> Option<Presentation> {
    Presentation::parse(text.as_bytes(), "https://h.example/a/b/p?t=1", Some(0)).ok()
}

#[test]
fn mpds() {
    check(mpds_of, manifest);
}

fn mpds_of(room: Room) -> Vec<Named> {
    let half = room.0 / 2;
    let line = |text: &'static str| move |_: usize| text.to_string();
    let mpd = "<MPD type='static' mediaPresentationDuration='PT9S'>";
    let set = format!("{mpd}<Period><AdaptationSet mimeType='video/mp4'>");
    let end = "<Representation id='a' bandwidth='1'/></AdaptationSet></Period></MPD>";
    let list = |inside: &str| format!("{set}{inside}");
    vec![
        ("steps", room.filled(&list("<SegmentTemplate media='$Time$'><SegmentTimeline>"), &format!("</SegmentTimeline></SegmentTemplate>{end}"), line("<S d=\"1\"/>"))),
        ("steps that differ", room.filled(&list("<SegmentTemplate media='$Time$'><SegmentTimeline>"), &format!("</SegmentTimeline></SegmentTemplate>{end}"), |i| format!("<S d='{}'/>", i % 9 + 1))),
        ("listed segments", room.filled(&list("<SegmentList duration='1'>"), &format!("</SegmentList>{end}"), line("<SegmentURL/>"))),
        ("listed addresses", room.filled(&list("<SegmentList duration='1'>"), &format!("</SegmentList>{end}"), line("<SegmentURL media='a'/>"))),
        ("representations", room.repeated(&set, "</AdaptationSet></Period></MPD>", line("<Representation/>"))),
        ("representations with addresses", room.repeated(&list("<SegmentTemplate media='$Number$' duration='1'/>"), "</AdaptationSet></Period></MPD>", |i| format!("<Representation id='{i}' bandwidth='1'/>"))),
        ("lists for each", room.repeated(&list("<SegmentList duration='1'><SegmentURL media='a'/></SegmentList>"), "</AdaptationSet></Period></MPD>", |i| format!("<Representation id='{i}'/>"))),
        ("long template for each", {
            let template = format!("<SegmentTemplate media='{}$Number$' duration='1'/>", "a".repeat(half));
            room.repeated(&list(&template), "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("long timeline for each", {
            let steps = "<S d='1'/>".repeat(half / 10);
            let template = format!("<SegmentTemplate media='$Time$'><SegmentTimeline>{steps}</SegmentTimeline></SegmentTemplate>");
            room.repeated(&list(&template), "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("own timelines", room.repeated(&set, "</AdaptationSet></Period></MPD>", line("<Representation><SegmentTemplate media='$Time$'><SegmentTimeline><S d='1'/></SegmentTimeline></SegmentTemplate></Representation>"))),
        ("long list for each", {
            let list_of = "<SegmentURL/>".repeat(half / 13);
            room.repeated(&list(&format!("<SegmentList duration='1'>{list_of}</SegmentList>")), "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("a long address for each", {
            let media = "a".repeat(half);
            room.repeated(
                &list(&format!("<SegmentList duration='1'><SegmentURL media='{media}'/></SegmentList>")),
                "</AdaptationSet></Period></MPD>",
                line("<Representation/>"),
            )
        }),
        ("open timelines for each", {
            let steps = "<S d='1'/>".repeat(half / 10);
            let head = format!("<MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z'><Period start='PT0S'><AdaptationSet mimeType='video/mp4'><SegmentTemplate media='$Time$'><SegmentTimeline>{steps}<S d='1' r='-1'/></SegmentTimeline></SegmentTemplate>");
            room.repeated(&head, "</AdaptationSet></Period></MPD>", |i| {
                format!("<Representation><BaseURL availabilityTimeOffset='{i}'>a</BaseURL></Representation>")
            })
        }),
        ("captions for each", {
            let captions = (1..64).map(|i| format!("{i}=lang:eng;")).collect::<String>();
            let head = list(&format!("<Accessibility schemeIdUri='urn:scte:dash:cc:cea-708:2015' value='{captions}'/>"));
            room.repeated(&head, "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("gaps for each", {
            let gaps = "<FCS t='1'/>".repeat(4_096);
            let head = list(&format!("<SegmentTemplate media='a'><FailoverContent>{gaps}</FailoverContent></SegmentTemplate>"));
            room.repeated(&head, "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("many protections for each", {
            let protections = "<ContentProtection schemeIdUri='urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed'><cenc:pssh>AAAAAAAAAAAAAAAA</cenc:pssh></ContentProtection>".repeat(16);
            room.repeated(&list(&protections), "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("a long protection for each", {
            let protection = format!("<ContentProtection schemeIdUri='urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed'><cenc:pssh>{}</cenc:pssh></ContentProtection>", "A".repeat(half));
            room.repeated(&list(&protection), "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("a long codec for each", {
            let head = format!("{mpd}<Period><AdaptationSet mimeType='video/mp4' lang='{0}' codecs='{0}'>", "a".repeat(half / 2));
            room.repeated(&head, "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("addresses for each", {
            let bases = format!("<BaseURL>{}</BaseURL>", "a".repeat(500)).repeat(16);
            room.repeated(&list(&bases), "</AdaptationSet></Period></MPD>", line("<Representation><BaseURL>a</BaseURL></Representation>"))
        }),
        ("labels for each", {
            let labels = (0..64).map(|i| format!("<Label lang='{i}'>{i}</Label><Role schemeIdUri='urn:mpeg:dash:role:2011' value='{i}'/><SupplementalProperty schemeIdUri='{i}'/>")).collect::<String>();
            room.repeated(&list(&labels), "</AdaptationSet></Period></MPD>", line("<Representation/>"))
        }),
        ("sets", room.repeated(&format!("{mpd}<Period>"), "</Period></MPD>", line("<AdaptationSet mimeType='video/mp4'><Representation/></AdaptationSet>"))),
        ("periods", room.filled(mpd, "</MPD>", line("<Period/>"))),
        ("periods with media", room.filled(mpd, "</MPD>", line("<Period duration='PT1S'><AdaptationSet mimeType='video/mp4'><Representation/></AdaptationSet></Period>"))),
        ("events", room.filled(&format!("{mpd}<Period><EventStream schemeIdUri='x'>"), "</EventStream></Period></MPD>", line("<Event/>"))),
        ("event streams", room.filled(&format!("{mpd}<Period>"), "</Period></MPD>", line("<EventStream schemeIdUri='x'><Event/></EventStream>"))),
        ("announced events", room.filled(&set, end, |i| format!("<InbandEventStream schemeIdUri='{i}'/>"))),
        ("attributes", room.filled(&format!("{set}<x"), &format!("/>{end}"), |i| format!(" a{i}=''"))),
        ("attributes of a representation", room.filled(&format!("{set}<Representation"), &format!("/>{end}"), line(" id=''"))),
        ("elements", room.filled(&set, end, line("<x/>"))),
        ("addresses", room.filled(&set, end, line("<BaseURL>a</BaseURL>"))),
        ("roles", room.filled(&set, end, line("<Role schemeIdUri='urn:mpeg:dash:role:2011' value='a'/>"))),
        ("protections", room.filled(&set, end, |i| format!("<ContentProtection schemeIdUri='{i}'/>"))),
        ("clocks", room.filled(mpd, "</MPD>", line("<UTCTiming schemeIdUri='urn:mpeg:dash:utc:direct:2014' value='a'/>"))),
        ("remote elements", room.filled(mpd, "</MPD>", line("<Period xlink:href='a'/>"))),
        ("preselections", room.filled(&format!("{mpd}<Period>"), "</Period></MPD>", line("<Preselection preselectionComponents='1'/>"))),
        ("gaps", room.filled(&list("<SegmentTemplate media='a'><FailoverContent>"), &format!("</FailoverContent></SegmentTemplate>{end}"), line("<FCS t='1'/>"))),
        ("pieces of text", room.filled(&list("<Label>"), &format!("</Label>{end}"), line("a<!---->"))),
        ("depth", room.filled(mpd, "", line("<a>"))),
        ("characters", room.filled(&list("<Label>"), &format!("</Label>{end}"), line("&lt;"))),
    ]
}
