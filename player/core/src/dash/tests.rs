//! What each element comes to.

use super::model::{ClockScheme, DescriptorKind, DrmSystem, RemoteKind};
use super::path_at;
use crate::byte_index::{ByteIndex, IndexEntry};
use crate::error::{ErrorKind, WarningCode};
use crate::presentation::{Presentation, TrackKind};

fn parse(text: &str) -> Presentation {
    Presentation::parse(text.as_bytes(), "https://h/a/m.mpd", None).expect("an MPD")
}

const HEAD: &str = "<MPD type=\"static\" mediaPresentationDuration=\"PT10S\">";

#[test]
fn a_timeline_with_repeats_gaps_and_offsets() {
    let movie = parse(&std::format!(
        "{HEAD}<BaseURL>x/</BaseURL><SupplementalProperty schemeIdUri=\"urn:bitaca:sidecar:1\" value=\"sidecar.json\"/>\
        <Period><AdaptationSet mimeType=\"video/mp4\" frameRate=\"24000/1001\" lang=\"pt&amp;BR\">\
        <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\
        <SegmentTemplate timescale=\"1000\" presentationTimeOffset=\"500\" startNumber=\"5\" initialization=\"$RepresentationID$/i.mp4\" \
        media=\"$RepresentationID$/$Number%03d$-$Time$.m4s\"><SegmentTimeline><S t=\"500\" d=\"2000\" r=\"1\"/><S t=\"5000\" d=\"2750\" r=\"-1\"/></SegmentTimeline></SegmentTemplate>\
        <Representation id=\"v1\" bandwidth=\"1000\" width=\"640\" height=\"360\" codecs=\"avc1.64001e\"><BaseURL>y/</BaseURL></Representation>\
        <Representation id=\"v2\" bandwidth=\"2000\"/></AdaptationSet></Period></MPD>"
    ));
    assert_eq!(movie.duration_us, Some(10_000_000));
    assert_eq!(
        movie.text.opt(movie.sidecar.expect("a sidecar")),
        Some("https://h/a/sidecar.json".replace("a/s", "a/x/s").as_str())
    );
    let [one, two] = &movie.renditions[..] else { panic!("two representations") };
    assert_eq!((one.width, one.frame_rate, one.default), (640, (24_000, 1_001), true));
    assert_eq!(movie.text.get(two.language), "pt&BR");
    let index = one.segments.as_ref().expect("segments");
    assert_eq!(index.len(), 4, "the open run ends with the period");
    assert_eq!(index.url(0).as_deref(), Some("https://h/a/x/y/v1/005-500.m4s"));
    assert_eq!(index.url(3).as_deref(), Some("https://h/a/x/y/v1/008-7750.m4s"));
    assert_eq!(index.init(0).expect("an init").url, "https://h/a/x/y/v1/i.mp4");
    let starts: std::vec::Vec<_> = (0..4).filter_map(|i| index.start_us(i)).collect();
    assert_eq!(starts, [0, 2_000_000, 4_500_000, 7_250_000]);
    assert_eq!(
        (index.at_time(3_999_999), index.at_time(4_200_000), index.at_time(4_500_000)),
        (Some(1), Some(2), Some(2))
    );
}

#[test]
fn a_constant_duration_ends_with_the_period() {
    let movie = parse(&std::format!(
        "{HEAD}<Period><AdaptationSet contentType=\"audio\"><Representation id=\"a\" bandwidth=\"9\">\
        <SegmentTemplate duration=\"4\" media=\"$Number$\"/></Representation></AdaptationSet></Period></MPD>"
    ));
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    assert_eq!((index.len(), index.end_us(), index.total_us()), (3, 10_000_000, 10_000_000));
    assert_eq!((index.duration_us(1), index.duration_us(2)), (Some(4_000_000), Some(2_000_000)));
    assert_eq!(index.url(2).as_deref(), Some("https://h/a/3"));
}

#[test]
fn a_period_may_end_between_two_ticks() {
    let movie = parse(
        "<MPD mediaPresentationDuration=\"PT8.5S\"><Period><AdaptationSet mimeType=\"video/mp4\"><SegmentTemplate duration=\"4\" \
        media=\"$Time$\"/><Representation id=\"v\" bandwidth=\"1\"/></AdaptationSet></Period></MPD>",
    );
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    assert_eq!((index.len(), index.end_us(), index.duration_us(2)), (3, 8_500_000, Some(500_000)));
    assert_eq!(index.url(2).as_deref(), Some("https://h/a/8"));
}

#[test]
fn periods_follow_one_another() {
    let movie = parse(
        "<MPD mediaPresentationDuration=\"PT30S\"><Period duration=\"PT10S\"/><Period/><Period start=\"PT25S\">\
        <AdaptationSet mimeType=\"text/vtt\"><Representation id=\"t\" bandwidth=\"1\"><BaseURL>pt.vtt</BaseURL></Representation></AdaptationSet></Period></MPD>",
    );
    let spans: std::vec::Vec<_> = movie
        .periods
        .iter()
        .map(|period| (period.start_ns / 1_000_000_000, period.duration_ns.map(|ns| ns / 1_000_000_000)))
        .collect();
    assert_eq!(spans, [(0, Some(10)), (10, Some(15)), (25, Some(5))]);
    let index = movie.renditions[0].segments.as_ref().expect("one segment");
    assert_eq!(
        (index.len(), index.start_us(0), index.url(0).as_deref()),
        (1, Some(25_000_000), Some("https://h/a/pt.vtt"))
    );
}

#[test]
fn a_dynamic_template_shows_what_is_available_now() {
    let text = "<MPD type=\"dynamic\" availabilityStartTime=\"1970-01-01T00:00:00Z\" timeShiftBufferDepth=\"PT20S\">\
        <Period start=\"PT0S\"><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"v\" bandwidth=\"1\">\
        <SegmentTemplate duration=\"4\" startNumber=\"1\" media=\"$Number$.m4s\"/></Representation></AdaptationSet></Period></MPD>";
    let movie = Presentation::parse(text.as_bytes(), "https://h/", Some(102_000_000)).expect("an MPD");
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    // 25 whole segments since the start; those that end within the last 20 s remain.
    assert_eq!((index.len(), index.url(0).as_deref()), (5, Some("https://h/21.m4s")));
    assert_eq!(index.start_us(0), Some(80_000_000));
}

#[test]
fn what_cannot_be_played_is_refused_with_its_place() {
    let fails =
        |text: &str| Presentation::parse(text.as_bytes(), "u", None).map(|_| ()).expect_err("an error");
    assert_eq!(fails("<svg/>").kind, ErrorKind::NotAManifest);
    assert_eq!(fails("<MPD/>").kind, ErrorKind::Missing);
    assert_eq!(
        (
            fails("<MPD><Period duration=\"x\"/></MPD>").kind,
            fails("<MPD><Period duration=\"x\"/></MPD>").offset
        ),
        (ErrorKind::Number, 23)
    );
    let bomb = std::format!(
        "{HEAD}<Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"v\" bandwidth=\"1\"><SegmentTemplate media=\"$Time$\"><SegmentTimeline><S d=\"1\" r=\"999999999\"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet></Period></MPD>"
    );
    assert_eq!(fails(&bomb).kind, ErrorKind::Limit);
}

const LIVE: &str = "<MPD id=\"m\" type=\"dynamic\" availabilityStartTime=\"1970-01-01T00:00:00Z\" \
    publishTime=\"1970-01-01T00:01:00Z\"";

fn at(text: &str, now_s: i64) -> Presentation {
    Presentation::parse(text.as_bytes(), "https://h/a/m.mpd", Some(now_s * 1_000_000)).expect("an MPD")
}

/// One video set with one representation.
fn video(inside: &str) -> std::string::String {
    std::format!(
        "<AdaptationSet id=\"7\" mimeType=\"video/mp4\">{inside}<Representation id=\"v\" bandwidth=\"9\"/></AdaptationSet>"
    )
}

fn static_mpd(inside: &str) -> Presentation {
    parse(&std::format!("{HEAD}<Period>{inside}</Period></MPD>"))
}

fn index(movie: &Presentation, rendition: usize) -> &crate::segments::SegmentIndex {
    movie.renditions[rendition].segments.as_ref().expect("segments")
}

fn urls(movie: &Presentation, rendition: usize) -> std::vec::Vec<std::string::String> {
    let index = index(movie, rendition);
    (0..index.len()).map(|i| index.url(i).expect("a URL").replace("https://h/a/", "")).collect()
}

fn warned(movie: &Presentation, code: WarningCode, what: &str) -> bool {
    movie.warnings.iter().any(|warning| warning.code == code && warning.what == what)
}

#[test]
fn numbers_sequences_and_end_numbers_of_a_timeline() {
    let movie = static_mpd(&video(
        "<SegmentTemplate media=\"$Number$.$SubNumber$-$Time$\" startNumber=\"5\"><SegmentTimeline>\
        <S t=\"0\" d=\"1\"/><S d=\"1\" n=\"20\"/><S d=\"2\" k=\"2\"/><S d=\"1\"/></SegmentTimeline></SegmentTemplate>",
    ));
    assert_eq!(urls(&movie, 0), ["5.1-0", "20.1-1", "21.1-2", "21.2-2", "22.1-4"]);
    let times: std::vec::Vec<_> = (0..5).filter_map(|i| index(&movie, 0).start_us(i)).collect();
    assert_eq!(times, [0, 1_000_000, 2_000_000, 3_000_000, 4_000_000]);
    let movie = static_mpd(&video(
        "<SegmentTemplate media=\"$Number$\" endNumber=\"3\"><SegmentTimeline><S d=\"1\" r=\"9\"/></SegmentTimeline></SegmentTemplate>",
    ));
    assert_eq!((urls(&movie, 0).len(), index(&movie, 0).total_us()), (3, 3_000_000));
    let movie = static_mpd(&video(
        "<SegmentTemplate media=\"$Number$\" endNumber=\"6\"><SegmentTimeline><S d=\"1\" r=\"1\"/><S d=\"1\" n=\"6\" r=\"3\"/></SegmentTimeline></SegmentTemplate>",
    ));
    assert_eq!(urls(&movie, 0), ["1", "2", "6"]);
    let movie = static_mpd(&video("<SegmentTemplate media=\"$Number$\" endNumber=\"2\" duration=\"1\"/>"));
    assert_eq!(urls(&movie, 0), ["1", "2"]);
}

#[test]
fn overlaps_and_open_runs_are_told() {
    let movie = static_mpd(&video(
        "<SegmentTemplate media=\"$Time$\"><SegmentTimeline><S t=\"0\" d=\"4\"/><S t=\"3\" d=\"4\"/></SegmentTimeline></SegmentTemplate>",
    ));
    assert!(warned(&movie, WarningCode::Violation, "segments that overlap"));
    assert_eq!(index(&movie, 0).at_time(3_500_000), Some(1));
    let movie = static_mpd(&video(
        "<SegmentTemplate media=\"$Time$\"><SegmentTimeline><S d=\"4\" r=\"-1\"/><S d=\"4\"/><S/></SegmentTimeline></SegmentTemplate>",
    ));
    assert!(warned(&movie, WarningCode::Guessed, "where an open run of a SegmentTimeline ends"));
    assert!(warned(&movie, WarningCode::Violation, "an S without a duration"));
    assert_eq!(urls(&movie, 0), ["0", "4"]);
}

#[test]
fn an_open_run_of_a_live_stream_ends_now() {
    let text = std::format!(
        "{LIVE}><Period start=\"PT10S\">{}</Period></MPD>",
        video("<SegmentTemplate media=\"$Time$\"><SegmentTimeline><S t=\"0\" d=\"4\" r=\"-1\"/></SegmentTimeline></SegmentTemplate>")
    );
    assert_eq!(urls(&at(&text, 31), 0), ["0", "4", "8", "12", "16"]);
}

#[test]
fn a_level_overrides_only_what_it_repeats_of_its_own_kind() {
    let movie = static_mpd(
        "<SegmentTemplate timescale=\"10\" duration=\"50\" media=\"p-$Number$\" initialization=\"i-$RepresentationID$-$Bandwidth$\"/>\
        <AdaptationSet mimeType=\"video/mp4\"><SegmentTemplate startNumber=\"3\"/><Representation id=\"a\" bandwidth=\"9\"/>\
        <Representation id=\"b\" bandwidth=\"8\"><SegmentTemplate media=\"b-$Number$\"/></Representation>\
        <Representation id=\"c\" bandwidth=\"7\"><BaseURL>c.mp4</BaseURL><SegmentBase/></Representation></AdaptationSet>",
    );
    assert_eq!(urls(&movie, 0), ["p-3", "p-4"]);
    assert_eq!(urls(&movie, 1), ["b-3", "b-4"]);
    assert_eq!(index(&movie, 1).init(0).expect("an init").url, "https://h/a/i-b-8");
    assert_eq!(urls(&movie, 2), ["c.mp4"]);
    assert!(index(&movie, 2).index.is_some());
}

#[test]
fn the_first_presentation_time_may_differ_from_the_period() {
    let movie = static_mpd(&video(
        "<SegmentTemplate media=\"$Time$\" timescale=\"2000\" duration=\"8000\" presentationTimeOffset=\"20000\" eptDelta=\"-1000\"/>",
    ));
    assert_eq!(index(&movie, 0).start_us(0), Some(-500_000));
    assert_eq!(urls(&movie, 0), ["19000", "27000", "35000"]);
}

#[test]
fn failover_content_is_a_gap_unless_it_is_valid() {
    let template = |valid: &str| {
        std::format!(
            "<SegmentTemplate media=\"$Time$\"><SegmentTimeline><S t=\"0\" d=\"2\" r=\"4\"/></SegmentTimeline>\
            <FailoverContent{valid}><FCS t=\"2\" d=\"4\"/></FailoverContent></SegmentTemplate>"
        )
    };
    let gaps = |movie: &Presentation| (0..5).map(|i| index(movie, 0).is_gap(i)).collect::<std::vec::Vec<_>>();
    assert_eq!(gaps(&static_mpd(&video(&template("")))), [false, true, true, false, false]);
    assert_eq!(gaps(&static_mpd(&video(&template(" valid=\"true\"")))), [false; 5]);
}

#[test]
fn a_segment_list_with_a_timeline_and_without() {
    let list = "<SegmentURL media=\"a\"/><SegmentURL media=\"b\" mediaRange=\"5-9\"/><SegmentURL/>";
    let movie = static_mpd(&video(&std::format!(
        "<SegmentList><Initialization sourceURL=\"i$Number$\"/>{list}<SegmentTimeline><S t=\"1\" d=\"2\"/><S d=\"3\" r=\"1\"/></SegmentTimeline></SegmentList>"
    )));
    let one = index(&movie, 0).get(1).expect("a segment");
    assert_eq!((one.start_us, one.duration_us), (3_000_000, 3_000_000));
    assert_eq!(one.byte_range.map(|range| (range.offset, range.length)), Some((5, 5)));
    assert_eq!(one.init.expect("an init").url, "https://h/a/i$Number$", "a list has no identifiers");
    assert_eq!(urls(&movie, 0), ["a", "b", "m.mpd"]);
    let movie = static_mpd(&video(&std::format!("<SegmentList duration=\"3\">{list}</SegmentList>")));
    assert_eq!((index(&movie, 0).len(), index(&movie, 0).start_us(2)), (3, Some(6_000_000)));
}

#[test]
fn segment_base_waits_for_its_index() {
    let mut movie = static_mpd(
        "<AdaptationSet mimeType=\"video/mp4\"><Representation id=\"v\" bandwidth=\"1\"><BaseURL>v.mp4</BaseURL>\
        <SegmentBase indexRange=\"700-799\" timescale=\"10\" presentationTimeOffset=\"20\"><Initialization range=\"0-699\"/></SegmentBase>\
        </Representation><Representation id=\"w\" bandwidth=\"1\"><BaseURL>w.webm</BaseURL><SegmentBase>\
        <RepresentationIndex sourceURL=\"w.idx\" range=\"0-9\"/></SegmentBase></Representation></AdaptationSet>",
    );
    let asked = index(&movie, 0).index.clone().expect("an index is asked for");
    assert_eq!(asked.url, "https://h/a/v.mp4");
    assert_eq!(asked.range.map(|range| (range.offset, range.length)), Some((700, 100)));
    assert_eq!(index(&movie, 1).index.as_ref().expect("asked for").url, "https://h/a/w.idx");
    assert_eq!(index(&movie, 0).len(), 1, "until then the whole resource is one segment");
    let entry = |start, duration, offset, length| IndexEntry {
        start,
        duration,
        range: crate::segments::ByteRange { offset, length },
        nested: false,
        starts_with_sap: true,
    };
    let entries = std::vec![entry(2500, 4000, 800, 50), entry(6500, 2000, 850, 60)];
    let data = ByteIndex { timescale: 1000, entries };
    movie.attach_index(0, &data).expect("an index");
    let second = index(&movie, 0).get(1).expect("a segment");
    assert_eq!((second.start_us, second.duration_us), (4_500_000, 2_000_000));
    assert_eq!(second.byte_range.map(|range| (range.offset, range.length)), Some((850, 60)));
    let init = second.init.expect("an init");
    assert_eq!(
        (init.url.as_str(), init.byte_range.map(|range| range.length)),
        ("https://h/a/v.mp4", Some(700))
    );
    assert!(movie.attach_index(0, &data).is_err(), "only one that waits");
    let mut again = movie.clone();
    let text = std::string::String::from(movie.text.source());
    again.refresh(text.as_bytes(), "https://h/a/m.mpd", None).expect("the same");
    assert_eq!(index(&again, 0).len(), 2, "an index that was fetched is kept");
}

#[test]
fn base_urls_are_alternatives_at_every_level() {
    let mut movie = parse(
        "<MPD mediaPresentationDuration=\"PT4S\"><BaseURL serviceLocation=\"A\" dvb:priority=\"1\" dvb:weight=\"3\">https://a/x/</BaseURL>\
        <BaseURL serviceLocation=\"B\" dvb:priority=\"2\" availabilityTimeOffset=\"1.5\">https://b/</BaseURL><ContentSteering \
        defaultServiceLocation=\"B\" queryBeforeStart=\"true\">steer.json</ContentSteering><Period><BaseURL>p/</BaseURL>\
        <AdaptationSet mimeType=\"video/mp4\"><SegmentTemplate media=\"$Number$\" initialization=\"i\" duration=\"4\" availabilityTimeOffset=\"2\"/>\
        <Representation id=\"v\" bandwidth=\"1\"><BaseURL>v/</BaseURL></Representation>\
        <Representation id=\"w\" bandwidth=\"1\"><BaseURL>https://c/w/</BaseURL></Representation></AdaptationSet></Period></MPD>",
    );
    let alternatives = |movie: &Presentation, rendition: usize| -> std::vec::Vec<_> {
        let text = |span| std::string::String::from(movie.text.get(span));
        let list = movie.alternatives(rendition).iter();
        list.map(|base| (text(base.url), text(base.service_location), base.priority, base.weight)).collect()
    };
    let expected = [("https://a/x/p/v/", "A", 1, 3), ("https://b/p/v/", "B", 2, 1)];
    assert_eq!(alternatives(&movie, 0), expected.map(|(url, at, p, w)| (url.into(), at.into(), p, w)));
    assert_eq!(alternatives(&movie, 1).len(), 1, "an absolute one stands alone");
    assert_eq!(index(&movie, 0).offset_us, 2_000_000);
    assert_eq!(movie.use_service_location("B"), 1, "the absolute one has no name");
    assert_eq!(index(&movie, 0).url(0).as_deref(), Some("https://b/p/v/1"));
    assert_eq!(index(&movie, 0).init(0).expect("an init").url, "https://b/p/v/i");
    let steering = movie.steering.expect("steering");
    assert_eq!(movie.text.get(steering.server), "https://h/a/steer.json");
    assert!(steering.query_before_start && movie.text.get(steering.pathway) == "B");
    // Addresses multiply from level to level; only so many are kept.
    let many = "<BaseURL>a/</BaseURL>".repeat(9);
    let movie = parse(&std::format!(
        "{HEAD}{many}<Period>{many}{}</Period></MPD>",
        video("<SegmentTemplate media=\"m\"/>")
    ));
    assert_eq!(movie.alternatives(0).len(), crate::limits::ALTERNATIVES as usize);
}

#[test]
fn periods_early_empty_and_cut_short() {
    let text = std::format!(
        "{LIVE}><Period id=\"1\" start=\"PT0S\"/><Period id=\"2\">{}</Period><Period id=\"3\" start=\"PT30S\" duration=\"PT5S\"/></MPD>",
        video("<SegmentTemplate media=\"$Number$\" duration=\"2\"/>")
    );
    let movie = at(&text, 40);
    assert_eq!(
        movie.periods.iter().map(|period| period.early).collect::<std::vec::Vec<_>>(),
        [false, true, false]
    );
    // In a recording a period without a start follows what is there.
    let movie = parse(&std::format!(
        "<MPD><Period>{}</Period><Period>{}</Period></MPD>",
        video("<SegmentTemplate media=\"a$Number$\"><SegmentTimeline><S d=\"3\" r=\"1\"/></SegmentTimeline></SegmentTemplate>"),
        video("<SegmentTemplate media=\"b$Number$\"><SegmentTimeline><S d=\"5\"/></SegmentTimeline></SegmentTemplate>")
    ));
    assert_eq!(movie.periods[1].start_ns, 6_000_000_000);
    assert_eq!((index(&movie, 1).start_us(0), movie.duration_us), (Some(6_000_000), Some(11_000_000)));
    assert!(warned(&movie, WarningCode::Guessed, "when this Period starts"));
    let movie = parse("<MPD><Period duration=\"PT9S\"><AssetIdentifier schemeIdUri=\"urn:x\" value=\"film\"/></Period><Period start=\"PT5S\"/></MPD>");
    assert_eq!(movie.periods[0].duration_ns, Some(5_000_000_000), "it ends where the next begins");
    assert_eq!(movie.text.get(movie.periods[0].asset.1), "film");
}

#[test]
fn sets_that_go_on_switch_and_belong_together() {
    let movie = static_mpd(
        "<AdaptationSet id=\"1\" group=\"4\" selectionPriority=\"5\" mimeType=\"video/mp4\"><GroupLabel>Cams</GroupLabel><Label lang=\"en\">Left</Label><Label>Esq</Label>\
        <SupplementalProperty schemeIdUri=\"urn:mpeg:dash:adaptation-set-switching:2016\" value=\"2,3\"/>\
        <SupplementalProperty schemeIdUri=\"urn:mpeg:dash:period-continuity:2015\" value=\"p0\"/>\
        <InbandEventStream schemeIdUri=\"urn:scte:scte35:2013:bin\" value=\"1\"/><SegmentTemplate media=\"m\"/>\
        <Representation id=\"v\" bandwidth=\"1\"/></AdaptationSet><AdaptationSet id=\"2\" mimeType=\"video/mp4\">\
        <SupplementalProperty schemeIdUri=\"urn:mpeg:dash:period-connectivity:2015\" value=\"p0\"/></AdaptationSet>\
        <Preselection id=\"s\" tag=\"10\" preselectionComponents=\"1 2\" lang=\"pt\"><Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\
        <AudioChannelConfiguration schemeIdUri=\"urn:mpeg:mpegB:cicp:ChannelConfiguration\" value=\"6\"/></Preselection>\
        <Subset contains=\"1 2\"/>",
    );
    let mpd = movie.dash.as_deref().expect("an MPD");
    let text = |span| movie.text.get(span);
    let one = &mpd.sets[0];
    assert_eq!((text(one.id), one.group, one.priority), ("1", Some(4), 5));
    assert_eq!((text(one.group_label), text(one.switching), text(one.continues)), ("Cams", "2,3", "p0"));
    assert!(one.seamless && !mpd.sets[1].seamless && text(mpd.sets[1].continues) == "p0");
    assert_eq!(text(movie.renditions[0].name), "Esq", "the label for every language");
    assert_eq!((one.labels.len(), text(one.labels[0].1)), (2, "en"));
    let inband = one.descriptors.iter().find(|one| one.kind == DescriptorKind::InbandEvents).expect("events");
    assert_eq!(text(inband.scheme), "urn:scte:scte35:2013:bin");
    let selection = mpd.preselections[0];
    assert_eq!((text(selection.components), text(selection.language), selection.channels), ("1 2", "pt", 6));
    assert!(selection.roles.has(crate::presentation::RoleFlags::MAIN));
    assert_eq!(text(mpd.subsets[0].1), "1 2");
}

#[test]
fn remote_elements_are_put_in() {
    let text = std::format!(
        "{HEAD}<Period id=\"a\" duration=\"PT4S\">{}</Period><Period xlink:href=\"ad.xml?x&amp;y\" xlink:actuate=\"onLoad\" id=\"b\" duration=\"PT3S\"/>\
        <Period xlink:href=\"urn:mpeg:dash:resolve-to-zero:2013\"/><Period><AdaptationSet xlink:href=\"set.xml\"/></Period></MPD>",
        video("<SegmentTemplate media=\"m$Number$\" duration=\"4\"/>")
    );
    let mut movie = parse(&text);
    assert_eq!(movie.periods.len(), 3, "what resolves to zero is not there");
    let remotes = &movie.dash.as_deref().expect("an MPD").remotes;
    assert_eq!(movie.text.get(remotes[0].url), "https://h/a/ad.xml?x&y");
    assert_eq!((remotes[0].on_load, remotes[0].kind, remotes[0].period), (true, RemoteKind::Period, 1));
    assert_eq!(
        (remotes[1].on_load, remotes[1].kind, remotes[1].period),
        (false, RemoteKind::AdaptationSet, 2)
    );
    assert!(movie.resolve_remote(0, Some(b"<svg/>")).is_err() && movie.resolve_remote(9, None).is_err());
    let ad = std::format!(
        "<?xml version=\"1.0\"?><!-- x --><Period id=\"b1\" duration=\"PT1S\">{0}</Period>\n<Period id=\"b2\" duration=\"PT2S\">{0}</Period>",
        video("<SegmentTemplate media=\"ad$Number$\" duration=\"1\"/>")
    );
    movie.resolve_remote(0, Some(ad.as_bytes())).expect("two periods");
    assert_eq!(movie.periods.len(), 4);
    let (first, second) = (urls(&movie, 0), urls(&movie, 2));
    assert_eq!((first, second), (["m1"].map(Into::into).to_vec(), ["ad1", "ad2"].map(Into::into).to_vec()));
    assert_eq!(movie.dash.as_deref().expect("an MPD").remotes.len(), 1);
    movie.resolve_remote(0, None).expect("what stands there");
    assert_eq!(movie.dash.as_deref().expect("an MPD").remotes.len(), 0);
}

#[test]
fn what_a_live_service_says() {
    let text = std::format!(
        "{LIVE} availabilityEndTime=\"1970-01-01T01:00:00Z\" minimumUpdatePeriod=\"PT0S\" suggestedPresentationDelay=\"PT6S\" timeShiftBufferDepth=\"PT30S\">\
        <Location>new.mpd</Location><PatchLocation ttl=\"60\">patch.mpp</PatchLocation>\
        <ServiceDescription id=\"0\"><Scope/><Latency target=\"3500\" min=\"2000\" max=\"7000\"/><PlaybackRate min=\"0.96\" max=\"1.04\"/></ServiceDescription>\
        <Period id=\"p\" start=\"PT10S\"><AdaptationSet contentType=\"video\"><Resync type=\"2\" dT=\"500\" dImin=\"0.1\" marker=\"true\"/>\
        <ProducerReferenceTime id=\"1\" type=\"encoder\" wallClockTime=\"1970-01-01T00:00:10Z\" presentationTime=\"5\"/>\
        <SegmentTemplate media=\"$Number$\" duration=\"8\" startNumber=\"0\" availabilityTimeOffset=\"7\" availabilityTimeComplete=\"false\"/>\
        <Representation id=\"v\" bandwidth=\"1\"/></AdaptationSet></Period>\
        <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\" value=\"1970-01-01T00:00:59Z\"/>\
        <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-xsdate:2014\" value=\"https://t/?iso&amp;ms\"/>\
        <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:ntp:2014\" value=\"pool\"/>\
        <EssentialProperty schemeIdUri=\"urn:mpeg:dash:mpd-chaining:2016\" value=\"next.mpd\"/>\
        <SupplementalProperty schemeIdUri=\"urn:mpeg:dash:fallback:2016\" value=\"f1.mpd https://z/f2.mpd\"/></MPD>"
    );
    let mut movie = at(&text, 60);
    let mpd = movie.dash.as_deref().expect("an MPD");
    let text_of = |span| movie.text.get(span);
    assert_eq!((mpd.update_us, mpd.delay_us, mpd.window_us), (Some(0), Some(6_000_000), Some(30_000_000)));
    assert_eq!(text_of(mpd.locations[0]), "https://h/a/new.mpd");
    assert_eq!(
        (text_of(mpd.patches[0].url), mpd.patches[0].ttl_us),
        ("https://h/a/patch.mpp", Some(60_000_000))
    );
    assert!(mpd.patch_at(120_000_000).is_some() && mpd.patch_at(120_000_001).is_none());
    let schemes: std::vec::Vec<_> = mpd.clocks.iter().map(|clock| clock.scheme).collect();
    assert_eq!(schemes, [ClockScheme::Direct, ClockScheme::XsDate, ClockScheme::Unsupported]);
    assert_eq!(
        (mpd.clocks[0].direct_us, text_of(mpd.clocks[1].value)),
        (Some(59_000_000), "https://t/?iso&ms")
    );
    assert!(warned(&movie, WarningCode::Skipped, "a clock that a page cannot ask"));
    let service = mpd.services[0];
    assert_eq!((service.latency_us, service.most_rate_micro), (Some(3_500_000), Some(1_040_000)));
    assert_eq!(movie.live_delay_us(), Some(3_500_000));
    assert_eq!(movie.live_window(60_000_000), Some((30_000_000, 60_000_000)));
    assert_eq!(
        (text_of(mpd.next), text_of(mpd.fallback)),
        ("https://h/a/next.mpd", "https://h/a/f1.mpd https://z/f2.mpd")
    );
    let set = &mpd.sets[0];
    assert_eq!((set.references[0].wall_us, set.references[0].ticks), (Some(10_000_000), Some(5)));
    assert!(set.references[0].encoder && set.resyncs[0].marker && set.resyncs[0].kind == 2);
    // 50 s of the period have passed: 6 segments of 8 s are whole, the seventh comes as it is made.
    assert!(index(&movie, 0).partial && index(&movie, 0).offset_us == 7_000_000);
    assert_eq!(urls(&movie, 0), ["2", "3", "4", "5", "6"]);
    movie.advance(68_000_000);
    assert_eq!(urls(&movie, 0), ["3", "4", "5", "6", "7"]);
    assert_eq!((index(&movie, 0).serial(0), index(&movie, 0).number(0)), (3, 3));
    // Behind the end of availability the clock stands still.
    movie.advance(9_000_000_000);
    assert_eq!(urls(&movie, 0).last().map(std::string::String::as_str), Some("448"));
}

#[test]
fn events_of_the_mpd() {
    let movie = static_mpd(
        "<EventStream schemeIdUri=\"urn:x\" value=\"v\" timescale=\"1000\" presentationTimeOffset=\"500\">\
        <Event presentationTime=\"2500\" duration=\"1000\" id=\"4\"><a:b xmlns:a=\"y\">t</a:b></Event>\
        <Event id=\"5\" messageData=\"m&lt;\" contentEncoding=\"base64\"/><Event>plain</Event></EventStream>",
    );
    let mpd = movie.dash.as_deref().expect("an MPD");
    assert_eq!(
        (movie.text.get(mpd.event_streams[0].scheme), mpd.event_streams[0].timescale),
        ("urn:x", 1000)
    );
    let [one, two, three] = &mpd.events[..] else { panic!("three events") };
    assert_eq!((one.start_us, one.duration_us, one.id), (2_000_000, Some(1_000_000), Some(4)));
    assert_eq!(movie.text.get(one.data), "<a:b xmlns:a=\"y\">t</a:b>");
    assert_eq!((movie.text.get(two.data), two.base64, two.duration_us), ("m<", true, None));
    assert_eq!((movie.text.get(three.data), three.start_us), ("plain", -500_000));
}

#[test]
fn protection_with_inheritance_and_references() {
    let movie = parse(&std::format!(
        "{HEAD}<ContentProtection refId=\"w\" schemeIdUri=\"urn:uuid:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED\" robustness=\"HW\"><cenc:pssh>QUJD</cenc:pssh></ContentProtection>\
        <Period><AdaptationSet mimeType=\"video/mp4\"><ContentProtection schemeIdUri=\"urn:mpeg:dash:mp4protection:2011\" value=\"cbcs\" cenc:default_KID=\"k1\"/>\
        <ContentProtection ref=\"w\" schemeIdUri=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"><dashif:Laurl>https://l/?a&amp;b</dashif:Laurl></ContentProtection>\
        <SegmentTemplate media=\"m\"/><Representation id=\"v\" bandwidth=\"1\"><ContentProtection schemeIdUri=\"urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95\">\
        <mspr:pro>UFJP</mspr:pro><ms:laurl licenseUrl=\"https://pr/\"/></ContentProtection></Representation></AdaptationSet></Period></MPD>"
    ));
    let text = |span| movie.text.get(span);
    let [common, widevine, playready] = &movie.renditions[0].protection[..] else { panic!("three") };
    assert_eq!((text(common.value), text(common.default_kid)), ("cbcs", "k1"));
    assert_eq!(
        (text(widevine.pssh), text(widevine.robustness), text(widevine.licence_url)),
        ("QUJD", "HW", "https://l/?a&b")
    );
    assert_eq!((text(playready.playready), text(playready.licence_url)), ("UFJP", "https://pr/"));
    let systems = movie.renditions[0].protection.iter().map(|one| DrmSystem::of(text(one.scheme)));
    assert_eq!(
        systems.collect::<std::vec::Vec<_>>(),
        [DrmSystem::Common, DrmSystem::Widevine, DrmSystem::PlayReady]
    );
    assert_eq!(DrmSystem::of("urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"), DrmSystem::ClearKey);
}

#[test]
fn captions_inside_the_video_are_renditions() {
    let captions = |scheme: &str, value: &str| {
        let movie = static_mpd(&video(&std::format!(
            "<Accessibility schemeIdUri=\"urn:scte:dash:cc:cea-{scheme}:2015\"{value}/><SegmentTemplate media=\"m\"/>"
        )));
        let inside = movie.renditions.iter().filter(|one| one.track == TrackKind::Text);
        let text = |span| std::string::String::from(movie.text.get(span));
        inside.map(|one| text(one.instream_id) + "=" + &text(one.language)).collect::<std::vec::Vec<_>>()
    };
    assert_eq!(captions("608", " value=\"CC1=eng;CC3=por\""), ["CC1=eng", "CC3=por"]);
    assert_eq!(captions("608", " value=\"eng;por\""), ["CC1=eng", "CC3=por"]);
    assert_eq!(captions("608", " value=\"eng\""), ["CC1=eng"]);
    assert_eq!(captions("608", ""), ["CC1="]);
    assert_eq!(
        captions("708", " value=\"1=lang:eng;4=lang:por,war:1,er:1\""),
        ["SERVICE1=eng", "SERVICE4=por"]
    );
}

#[test]
fn trick_modes_thumbnails_and_essential_properties() {
    let set = |property: &str, mime: &str| {
        std::format!(
            "<AdaptationSet mimeType=\"{mime}\"><EssentialProperty schemeIdUri=\"{property}/><SegmentTemplate media=\"$Number$\" duration=\"5\"/>\
            <Representation id=\"r\" bandwidth=\"1\" width=\"1000\" height=\"90\"/></AdaptationSet>"
        )
    };
    let movie = static_mpd(&std::format!(
        "{}{}{}{}",
        set("http://dashif.org/guidelines/trickmode\" value=\"1\"", "video/mp4"),
        set("http://dashif.org/guidelines/thumbnail_tile\" value=\"10x1\"", "image/jpeg"),
        set("urn:new:thing\"", "video/mp4"),
        set("urn:mpeg:mpegB:cicp:TransferCharacteristics\" value=\"16\"", "video/mp4"),
    ));
    let [trick, tiles, hdr] = &movie.renditions[..] else { panic!("three representations") };
    assert!(trick.trick && movie.text.get(movie.dash.as_deref().expect("an MPD").sets[0].trick_of) == "1");
    let grid = tiles.tiles.expect("tiles");
    assert_eq!(
        (tiles.track, grid.columns, grid.rows, grid.width, grid.height),
        (TrackKind::Image, 10, 1, 100, 90)
    );
    assert_eq!(grid.duration_us, Some(500_000));
    assert_eq!(movie.text.get(hdr.video_range), "PQ");
    assert!(warned(&movie, WarningCode::Skipped, "an essential property that is not known"));
}

#[test]
fn attributes_of_sound_and_pictures() {
    let movie = static_mpd(
        "<AdaptationSet mimeType=\"video/mp4\" sar=\"4:3\" scanType=\"interlaced\" frameRate=\"15.00\" scte214:supplementalCodecs=\"dvh1.08.07\">\
        <SegmentTemplate media=\"m\"/><Representation id=\"v\" bandwidth=\"1\"/></AdaptationSet>\
        <AdaptationSet mimeType=\"audio/mp4\" audioSamplingRate=\"44100 48000\"><AudioChannelConfiguration \
        schemeIdUri=\"tag:dolby.com,2014:dash:audio_channel_configuration:2011\" value=\"F801\"/><SegmentTemplate media=\"m\"/>\
        <Representation id=\"a\" bandwidth=\"1\"/></AdaptationSet>",
    );
    let [video, audio] = &movie.renditions[..] else { panic!("two") };
    assert_eq!(
        (movie.text.get(video.sample_aspect), video.interlaced, video.frame_rate),
        ("4:3", true, (15, 1))
    );
    assert_eq!(movie.text.get(video.supplemental_codecs), "dvh1.08.07");
    assert_eq!((audio.sample_rate, audio.channels), (48_000, 6));
}

fn live_timeline(publish: u32, from: i64, count: i64, more: &str, template: &str) -> std::string::String {
    std::format!(
        "<MPD id=\"m\" type=\"dynamic\" availabilityStartTime=\"1970-01-01T00:00:00Z\" publishTime=\"1970-01-01T00:0{publish}:00Z\">\
        <Period id=\"p\" start=\"PT0S\"><AdaptationSet id=\"7\" mimeType=\"video/mp4\"><SegmentTemplate media=\"{template}\"><SegmentTimeline>\
        <S t=\"{from}\" d=\"4\" r=\"{}\"/></SegmentTimeline></SegmentTemplate><Representation id=\"v\" bandwidth=\"1\"/>{more}</AdaptationSet></Period></MPD>",
        count - 1
    )
}

#[test]
fn a_refresh_keeps_positions_numbers_and_starts() {
    let mut movie = at(&live_timeline(1, 0, 5, "<Representation id=\"w\" bandwidth=\"2\"/>", "$Time$"), 60);
    let newer = live_timeline(2, 8, 5, "<Representation id=\"x\" bandwidth=\"3\"/>", "$Time$");
    movie.refresh(newer.as_bytes(), "https://h/a/m.mpd", Some(70_000_000)).expect("an MPD");
    let ids: std::vec::Vec<_> =
        movie.renditions.iter().map(|one| (movie.text.get(one.id), one.gone)).collect();
    assert_eq!(ids, [("v", false), ("", true), ("x", false)]);
    let first = index(&movie, 0);
    assert_eq!((first.start_us(0), first.serial(0), first.number(0)), (Some(8_000_000), 2, 3));
    // The next new one takes the place of the one that has left.
    let newest = live_timeline(3, 12, 5, "<Representation id=\"y\" bandwidth=\"3\"/>", "$Time$");
    movie.refresh(newest.as_bytes(), "https://h/a/m.mpd", None).expect("an MPD");
    let ids: std::vec::Vec<_> =
        movie.renditions.iter().map(|one| (movie.text.get(one.id), one.gone)).collect();
    assert_eq!(ids, [("v", false), ("y", false), ("", true)]);
    assert_eq!((index(&movie, 0).serial(0), index(&movie, 0).number(0)), (3, 4));
    assert!(movie.refresh(b"<MPD>", "u", None).is_err());
    assert_eq!(movie.renditions.len(), 3, "an error changes nothing");
    // A refresh equals a full parse, but for places and numbers.
    let mut again = at(&live_timeline(1, 0, 5, "", "$Time$"), 60);
    let newer = live_timeline(2, 8, 5, "", "$Time$");
    again.refresh(newer.as_bytes(), "https://h/a/m.mpd", Some(70_000_000)).expect("an MPD");
    assert_eq!(urls(&again, 0), urls(&at(&newer, 70), 0));
    // Periods that do not say their start keep it.
    let two = "<MPD type=\"dynamic\" availabilityStartTime=\"1970-01-01T00:00:00Z\"><Period id=\"a\" duration=\"PT9S\"/><Period id=\"b\"/></MPD>";
    let mut movie = at(two, 60);
    let one = two.replace("<Period id=\"a\" duration=\"PT9S\"/>", "");
    movie.refresh(one.as_bytes(), "https://h/a/m.mpd", None).expect("an MPD");
    assert_eq!((movie.periods.len(), movie.periods[0].start_ns), (1, 9_000_000_000));
}

#[test]
fn a_patch_changes_the_text() {
    let patch = |operations: &str, version: u32| {
        std::format!(
            "<?xml version=\"1.0\"?><Patch xmlns=\"urn:mpeg:dash:schema:mpd-patch:2020\" mpdId=\"m\" \
            originalPublishTime=\"1970-01-01T00:0{version}:00Z\" publishTime=\"1970-01-01T00:02:00Z\">{operations}</Patch>"
        )
    };
    let fresh = || at(&live_timeline(1, 0, 5, "", "$Time$"), 60);
    let timeline = "/MPD/Period[@id='p']/AdaptationSet[@id='7']/SegmentTemplate/SegmentTimeline";
    let mut movie = fresh();
    let operations = std::format!(
        "<replace sel=\"/MPD/@publishTime\">1970-01-01T00:02:00Z</replace><remove sel=\"{timeline}/S[1]\"/>\
        <add sel=\"{timeline}\"><S t=\"12\" d=\"4\" r=\"3\"/></add><add sel=\"{timeline}\" pos=\"prepend\"><S t=\"8\" d=\"4\"/></add>\
        <add sel=\"/MPD/Period\" type=\"@duration\">PT60S</add><add sel=\"/MPD/Period[1]\" pos=\"after\"><Period id=\"q\"/></add>"
    );
    movie.apply_patch(patch(&operations, 1).as_bytes(), Some(70_000_000)).expect("a patch");
    assert_eq!(urls(&movie, 0), ["8", "12", "16", "20", "24"]);
    assert_eq!((index(&movie, 0).serial(0), index(&movie, 0).number(0)), (2, 3));
    let mpd = movie.dash.as_deref().expect("an MPD");
    assert_eq!(
        (mpd.publish_us, movie.periods.len(), movie.periods[1].start_ns),
        (Some(120_000_000), 2, 60_000_000_000)
    );
    let more = "<remove sel=\"/MPD/Period[@id=&quot;q&quot;]\"/><remove sel=\"/MPD/Period/@duration\"/><add sel=\"/MPD/Period\" pos=\"before\"><Period id=\"o\" duration=\"PT0S\"/></add>\
        <add sel=\"/MPD/Period[1]\"><BaseURL>x/</BaseURL></add><replace sel=\"/MPD/Period[1]/BaseURL/text()\">y/</replace>\
        <replace sel=\"/MPD/*[2]/AdaptationSet/Representation\"><Representation id=\"z\" bandwidth=\"8\"/></replace>";
    movie.apply_patch(patch(more, 2).as_bytes(), None).expect("a patch");
    assert!(movie.text.source().contains(
        "<Period id=\"o\" duration=\"PT0S\"><BaseURL>y/</BaseURL></Period><Period id=\"p\" start=\"PT0S\">"
    ));
    assert_eq!(movie.text.get(movie.renditions[1].id), "z");
    for (operations, version) in [
        ("", 9),
        ("<remove sel=\"/MPD/Period[7]\"/>", 1),
        ("<remove sel=\"/MPD/Period/@nothing\"/>", 1),
        ("<remove sel=\"MPD\"/>", 1),
        ("<remove sel=\"/MPD/Period[\"/>", 1),
        ("<remove sel=\"/MPD\"/>", 1),
        ("<move sel=\"/MPD\"/>", 1),
        ("<add sel=\"/MPD/@id\">x</add>", 1),
    ] {
        let mut movie = fresh();
        let before = std::string::String::from(movie.text.source());
        assert!(movie.apply_patch(patch(operations, version).as_bytes(), None).is_err(), "{operations}");
        assert_eq!(movie.text.source(), before, "an error changes nothing");
    }
    assert!(fresh().apply_patch(b"<Patch mpdId=\"other\"/>", None).is_err());
    assert!(fresh().apply_patch(b"#EXTM3U", None).is_err());
}

#[test]
fn text_may_stand_in_pieces() {
    let movie = static_mpd(
        "<AdaptationSet mimeType=\"text/vtt\"><Representation id=\"t\" bandwidth=\"1\"><BaseURL>a<!-- x -->b<![CDATA[&c]]>&amp;d</BaseURL></Representation></AdaptationSet>",
    );
    assert_eq!(urls(&movie, 0), ["ab&c&d"]);
}

#[test]
fn an_error_has_a_place_and_a_path() {
    let text = "<MPD><Period/><Period><AdaptationSet><SegmentTemplate timescale=\"0\"/></AdaptationSet></Period></MPD>";
    let error = Presentation::parse(text.as_bytes(), "u", None).expect_err("an error");
    assert_eq!((error.kind, error.offset as usize), (ErrorKind::Number, text.find("0\"").expect("it")));
    assert_eq!(path_at(text, error.offset), "MPD/Period[2]/AdaptationSet/SegmentTemplate");
}

#[test]
fn hostile_documents_cost_little() {
    let fails =
        |text: &str| Presentation::parse(text.as_bytes(), "u", None).map(|_| ()).expect_err("an error").kind;
    assert_eq!(fails("<!DOCTYPE x [<!ENTITY a \"b\">]><MPD/>"), ErrorKind::Unsupported);
    assert_eq!(fails(&"<MPD>".repeat(40)), ErrorKind::Limit);
    assert_eq!(fails(&std::format!("{HEAD}{}</MPD>", "<Period/>".repeat(5_000))), ErrorKind::Limit);
    let mut many = std::string::String::from("<MPD");
    (0..100_000).for_each(|i| many += &std::format!(" a{i}=\"1\""));
    assert_eq!(fails(&(many + "/>")), ErrorKind::Missing);
    assert_eq!(fails("<MPD a=1/>"), ErrorKind::Malformed);
    let runs = "<S d=\"1\"/><S d=\"2\"/>".repeat(1_000_001);
    let many = video(&std::format!(
        "<SegmentTemplate media=\"m\"><SegmentTimeline>{runs}</SegmentTimeline></SegmentTemplate>"
    ));
    assert_eq!(fails(&std::format!("{HEAD}<Period>{many}</Period></MPD>")), ErrorKind::Limit);
    // A document type without declarations is harmless.
    parse("<!DOCTYPE MPD><MPD><Period/></MPD>");
}
