//! Events (5.10).

use std::collections::HashSet;

use super::descriptors::is_base64;
use super::presentation;
use super::tree::{Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, MPD Events (5.10.2)" STREAM_TWICE "dash-event-stream-twice" "a period has one event stream of a scheme and value";
    Should "ISO/IEC 23009-1, MPD Events (5.10.2)" ID_TWICE "dash-event-id-twice" "ids of events are unique in their stream";
    Should "ISO/IEC 23009-1, MPD Events (5.10.2)" ORDER "dash-event-order" "events stand in the order of their times";
    Must "ISO/IEC 23009-1, MPD Events (5.10.2)" BASE64 "dash-event-base64" "the message of an event with contentEncoding=base64 is Base64";
    Note "ISO/IEC 23009-1, MPD Events (5.10.2)" MESSAGE_DATA "dash-event-message-data" "messageData is deprecated in favour of the element's content";
    Should "ISO/IEC 23009-1, MPD Events (5.10.2)" OUTSIDE "dash-event-outside" "events start within their period";
    Must "ISO/IEC 23009-1, Inband Event Signalling (5.10.3)" INBAND_TWICE "dash-inband-event-stream-twice" "an element announces in-band events of a scheme and value once";
    Must "ISO/IEC 23009-1, Inband Event Signalling (5.10.3)" INBAND_EVENT "dash-inband-event-in-mpd" "an InbandEventStream holds no events: they are in the segments";
}

/// Every stream of events.
pub fn check(tree: &Tree, root: &Element, report: &mut Report) {
    for period in presentation::periods(tree, root) {
        let mut seen = HashSet::new();
        for stream in tree.named(period.element, "EventStream") {
            if stream.attribute("schemeIdUri").is_some()
                && !seen.insert((stream.text_of("schemeIdUri"), stream.text_of("value")))
            {
                report.add(
                    &STREAM_TWICE,
                    stream.at,
                    "another EventStream of this period has the same scheme and value; join them",
                );
            }
            events(tree, stream, period.duration, report);
        }
    }
    for element in &tree.elements {
        let mut seen = HashSet::new();
        for stream in tree.named(element, "InbandEventStream") {
            if stream.attribute("schemeIdUri").is_some()
                && !seen.insert((stream.text_of("schemeIdUri"), stream.text_of("value")))
            {
                report.add(
                    &INBAND_TWICE,
                    stream.at,
                    "the same scheme and value are announced already; remove one",
                );
            }
            if let Some(event) = tree.first(stream, "Event") {
                report.add(
                    &INBAND_EVENT,
                    event.at,
                    "an Event in an InbandEventStream; put it into an EventStream of the period",
                );
            }
        }
    }
}

fn events(tree: &Tree, stream: &Element, period_ns: Option<i64>, report: &mut Report) {
    let timescale = stream.text_of("timescale").and_then(types::uint).unwrap_or(1).max(1);
    let offset = stream.text_of("presentationTimeOffset").and_then(types::uint).unwrap_or(0);
    let (mut ids, mut before) = (HashSet::new(), 0);
    for event in tree.named(stream, "Event") {
        if let Some(id) = event.text_of("id").filter(|id| !ids.insert(*id)) {
            report.add(
                &ID_TWICE,
                event.place("id"),
                format!("{id} is the id of another event: clients take one for a repetition"),
            );
        }
        let time = event.text_of("presentationTime").and_then(types::uint).unwrap_or(0);
        if time < before {
            report.add(&ORDER, event.place("presentationTime"), "earlier than the event in front of it");
        }
        before = before.max(time);
        let start = (i128::from(time) - i128::from(offset)) * 1_000_000_000 / i128::from(timescale);
        if period_ns.is_some_and(|end| start > i128::from(end)) || start < 0 {
            report.add(
                &OUTSIDE,
                event.place("presentationTime"),
                "outside of its period: clients never see it",
            );
        }
        let message = event.text_of("messageData").or(event.text.map(|(text, _)| text));
        if event.is("contentEncoding", "base64") && message.is_some_and(|text| !is_base64(text)) {
            report.add(&BASE64, event.at, "the message is no Base64");
        }
        if event.attribute("messageData").is_some() {
            report.add(
                &MESSAGE_DATA,
                event.place("messageData"),
                "write the message as the element's content",
            );
        }
    }
}
