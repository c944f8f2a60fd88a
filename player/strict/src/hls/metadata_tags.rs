//! RFC 8216bis 4.4.5, Media Metadata Tags; D, Interstitials; F, Preloading of date ranges.

use std::collections::HashMap;

use super::grammar;
use super::lines::{Playlist, Tag};
use super::media::Media;
use super::segment_tags;
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.4.5.1" START_MISSING "hls-daterange-start-missing" "the first tag of a date range has START-DATE";
    Must "RFC 8216bis 4.4.5.1" END_EARLY "hls-daterange-end-before-start" "END-DATE is not before START-DATE";
    Must "RFC 8216bis 4.4.5.1" CUE_BOTH "hls-daterange-cue-pre-and-post" "CUE has not both PRE and POST";
    Must "RFC 8216bis 4.4.5.1" NEXT_CLASS "hls-daterange-end-on-next-class" "END-ON-NEXT=YES comes with CLASS";
    Must "RFC 8216bis 4.4.5.1" NEXT_END "hls-daterange-end-on-next-end" "END-ON-NEXT=YES comes without DURATION and END-DATE";
    Must "RFC 8216bis 4.4.5.1" NEXT_OVERLAP "hls-daterange-end-on-next-overlap" "date ranges of a class with END-ON-NEXT=YES do not overlap";
    Must "RFC 8216bis 4.4.5.1" NO_DATE "hls-daterange-without-program-date-time" "a playlist with EXT-X-DATERANGE has EXT-X-PROGRAM-DATE-TIME";
    Must "RFC 8216bis 4.4.5.1" CHANGED "hls-daterange-attribute-changed" "tags of the same date range give an attribute the same value";
    Must "RFC 8216bis 4.4.5.1" SUM "hls-daterange-duration-and-end" "END-DATE is START-DATE plus DURATION where both stand";
    Must "RFC 8216bis 4.4.5.3" HINT_ENDED "hls-preload-hint-ended" "a playlist with EXT-X-ENDLIST has no EXT-X-PRELOAD-HINT";
    Should "RFC 8216bis 6.2.6" HINT_TWICE "hls-preload-hint-twice" "there is one EXT-X-PRELOAD-HINT of a type";
    Must "RFC 8216bis 4.4.5.4" REPORT_ABSOLUTE "hls-rendition-report-absolute" "the URI of a rendition report is relative";
    Must "RFC 8216bis D.2" ASSET "hls-interstitial-asset" "an interstitial has either X-ASSET-URI or X-ASSET-LIST";
    Must "RFC 8216bis D.2" ASSET_RELATIVE "hls-interstitial-asset-relative" "X-ASSET-URI is absolute";
    Must "RFC 8216bis F" PRELOAD "hls-preload-range" "a date range of class com.apple.hls.preload has X-URI, X-TARGET-ID, X-TARGET-CLASS, an end, and neither CUE nor END-ON-NEXT";
}

/// What the tags beside the segments owe.
pub fn check(playlist: &Playlist, media: &Media, report: &mut Report) {
    date_ranges(playlist, report);
    let mut hinted: Vec<&str> = Vec::new();
    for hint in playlist.named("EXT-X-PRELOAD-HINT") {
        if media.ended {
            report.add(
                &HINT_ENDED,
                hint.at,
                "a hint of what comes next, and EXT-X-ENDLIST says that nothing does; remove one",
            );
        }
        let kind = hint.text("TYPE").unwrap_or("");
        if hinted.contains(&kind) {
            report.add(
                &HINT_TWICE,
                hint.at,
                format!("a second hint of TYPE={kind}; clients act on the first"),
            );
        }
        hinted.push(kind);
    }
    for one in playlist.named("EXT-X-RENDITION-REPORT") {
        if let Some(uri) = one.text("URI").filter(|uri| values::is_absolute(uri)) {
            report.add(
                &REPORT_ABSOLUTE,
                one.place("URI"),
                format!("{uri:?} is absolute; make it relative to this playlist"),
            );
        }
    }
}

/// A date range of all its tags.
#[derive(Default)]
struct Range<'a> {
    attributes: HashMap<&'a str, &'a str>,
    at: usize,
}

impl Range<'_> {
    fn start(&self) -> Option<i64> {
        self.attributes.get("START-DATE").and_then(|text| values::date(text)).map(|(date, ..)| date)
    }

    /// Where it ends, as far as it says.
    fn end(&self) -> Option<i64> {
        let date =
            |name: &str| self.attributes.get(name).and_then(|text| values::date(text)).map(|(date, ..)| date);
        let duration = self.attributes.get("DURATION").and_then(|text| values::float(text));
        date("END-DATE").or_else(|| Some(self.start()? + duration?))
    }
}

fn date_ranges(playlist: &Playlist, report: &mut Report) {
    let mut ranges: Vec<Range> = Vec::new();
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    for tag in playlist.named("EXT-X-DATERANGE") {
        let Some(id) = tag.text("ID") else { continue };
        let number = *numbers.entry(id).or_insert_with(|| {
            ranges.push(Range { at: tag.at, ..Range::default() });
            ranges.len() - 1
        });
        let Some(range) = ranges.get_mut(number) else { continue };
        merge(tag, range, report);
        if !range.attributes.contains_key("START-DATE") {
            report.add(&START_MISSING, tag.at, format!("date range {id:?} has no START-DATE; add it"));
        }
        check_tag(tag, report);
        if tag.is("CLASS", "com.apple.hls.interstitial") {
            check_interstitial(tag, range, report);
        }
        if tag.is("CLASS", "com.apple.hls.preload") {
            check_preload(tag, range, report);
        }
    }
    let first = ranges.first().map(|range| range.at);
    if let (Some(at), false) = (first, playlist.has("EXT-X-PROGRAM-DATE-TIME")) {
        let message = "without EXT-X-PROGRAM-DATE-TIME dates cannot be placed; add one to a segment";
        report.add(&NO_DATE, at, message);
    }
    for range in &ranges {
        check_range(range, report);
    }
    overlaps(&ranges, report);
}

fn merge<'a>(tag: &Tag<'a>, range: &mut Range<'a>, report: &mut Report) {
    for one in &tag.attributes {
        let before = range.attributes.insert(one.name, one.value);
        if let Some(before) = before.filter(|before| *before != one.value) {
            let message = format!(
                "{} was {before:?} in an earlier tag of this date range; the value must stay",
                one.name
            );
            report.add(&CHANGED, one.at, message);
        }
    }
}

fn check_tag(tag: &Tag, report: &mut Report) {
    let cue = tag.text("CUE").unwrap_or("");
    let has = |word: &str| cue.split(',').any(|part| part == word);
    if has("PRE") && has("POST") {
        report.add(&CUE_BOTH, tag.place("CUE"), "PRE and POST exclude each other; leave one");
    }
    if tag.attribute("END-ON-NEXT").is_some() {
        if tag.attribute("CLASS").is_none() {
            report.add(
                &NEXT_CLASS,
                tag.place("END-ON-NEXT"),
                "END-ON-NEXT needs CLASS: the next range is the next of its class",
            );
        }
        for name in ["DURATION", "END-DATE"] {
            if tag.attribute(name).is_some() {
                report.add(&NEXT_END, tag.place(name), format!("{name} beside END-ON-NEXT=YES; remove one"));
            }
        }
    }
    for name in ["START-DATE", "END-DATE"] {
        if let Some(one) = tag.attribute(name).filter(|one| values::date(one.value).is_some()) {
            segment_tags::check_date(one.value, one.value_at, report);
        }
    }
}

fn check_range(range: &Range, report: &mut Report) {
    let date =
        |name: &str| range.attributes.get(name).and_then(|text| values::date(text)).map(|(date, ..)| date);
    let (Some(start), Some(end)) = (range.start(), date("END-DATE")) else { return };
    if end < start {
        let message = format!("END-DATE is {} before START-DATE", values::seconds(start - end));
        report.add(&END_EARLY, range.at, message);
        return;
    }
    if let Some(duration) = range.attributes.get("DURATION").and_then(|text| values::float(text)) {
        // Both are written with milliseconds, rounded on their own.
        if (start + duration - end).abs() > 1000 {
            let message = format!(
                "START-DATE plus DURATION is {} away from END-DATE; correct one or leave it out",
                values::seconds((start + duration - end).abs())
            );
            report.add(&SUM, range.at, message);
        }
    }
}

/// Ranges of a class that has END-ON-NEXT.
fn overlaps(ranges: &[Range], report: &mut Report) {
    let class = |range: &Range| range.attributes.get("CLASS").map(|class| (*class).to_owned());
    let mut classes: HashMap<String, Vec<&Range>> = HashMap::new();
    for range in ranges {
        if let Some(class) = class(range) {
            classes.entry(class).or_default().push(range);
        }
    }
    for mut members in classes.into_values() {
        if !members.iter().any(|range| range.attributes.contains_key("END-ON-NEXT")) {
            continue;
        }
        members.sort_by_key(|range| range.start());
        for pair in members.windows(2) {
            let [before, range] = pair else { continue };
            if before.end().zip(range.start()).is_some_and(|(end, start)| end > start) {
                report.add(
                    &NEXT_OVERLAP,
                    range.at,
                    "begins before the range of its class in front of it ends",
                );
            }
        }
    }
}

fn check_preload(tag: &Tag, range: &Range, report: &mut Report) {
    let has = |name: &str| range.attributes.contains_key(name);
    for wanted in grammar::PRELOAD.iter().filter(|wanted| wanted.required && !has(wanted.name)) {
        report.add(&PRELOAD, tag.at, format!("has no {}; add it", wanted.name));
    }
    if !has("DURATION") && !has("END-DATE") {
        report.add(&PRELOAD, tag.at, "has neither DURATION nor END-DATE; say until when it may be loaded");
    }
    for name in ["CUE", "END-ON-NEXT"].into_iter().filter(|name| has(name)) {
        report.add(&PRELOAD, tag.place(name), format!("{name} has no place on a preload; remove it"));
    }
}

fn check_interstitial(tag: &Tag, range: &Range, report: &mut Report) {
    let has = |name: &str| range.attributes.contains_key(name);
    let message = match (has("X-ASSET-URI"), has("X-ASSET-LIST")) {
        (true, true) => "has X-ASSET-URI and X-ASSET-LIST; leave one",
        (false, false) => "has neither X-ASSET-URI nor X-ASSET-LIST; say what is played",
        _ => "",
    };
    if !message.is_empty() {
        report.add(&ASSET, tag.at, message);
    }
    if let Some(uri) =
        tag.text("X-ASSET-URI").filter(|uri| !values::is_absolute(uri) && !uri.starts_with("{$"))
    {
        report.add(
            &ASSET_RELATIVE,
            tag.place("X-ASSET-URI"),
            format!("{uri:?} is relative; make it absolute"),
        );
    }
}
