//! The block of the snapshot that only an MPD has. Its layout stands in `crate::snapshot`.

use crate::dash::model::Mpd;
use crate::presentation::{Presentation, Rendition, Span};
use crate::segments::SegmentIndex;
use crate::snapshot::Writer;

/// Append what only an MPD says.
pub(crate) fn write(out: &mut Writer, movie: &Presentation, mpd: &Mpd) {
    let text = &movie.text;
    let span = |span: Span| text.opt(span);
    let signed = |us: Option<u64>| us.map(|us| us as i64);
    out.text(span(mpd.id));
    for time in [
        mpd.publish_us,
        mpd.start_us,
        mpd.end_us,
        signed(mpd.update_us),
        signed(mpd.window_us),
        signed(mpd.delay_us),
        mpd.now_us,
    ] {
        out.time(time);
    }
    out.list(&mpd.locations, |out, one| out.text(span(*one)));
    out.list(&mpd.patches, |out, one| {
        out.text(span(one.url));
        out.time(signed(one.ttl_us));
    });
    out.list(&mpd.clocks, |out, one| {
        out.u8(one.scheme as u8);
        out.text(span(one.value));
    });
    out.list(&mpd.services, |out, one| {
        for time in [one.latency_us, one.least_latency_us, one.most_latency_us] {
            out.time(signed(time));
        }
        out.time(one.least_rate_micro);
        out.time(one.most_rate_micro);
    });
    let steering = movie.steering.unwrap_or_default();
    for one in [steering.server, steering.pathway, mpd.next, mpd.fallback] {
        out.text(span(one));
    }
    out.list(&movie.periods, |out, period| {
        out.flag(period.early);
        out.text(span(period.asset.0));
        out.text(span(period.asset.1));
    });
    out.list(&mpd.sets, |out, set| {
        out.text(span(set.id));
        out.u32(set.period);
        out.u32(set.priority);
        for one in [set.group_label, set.trick_of, set.switching, set.continues] {
            out.text(span(one));
        }
        out.flag(set.seamless);
        out.list(&set.labels, |out, label| {
            out.text(span(label.0));
            out.text(span(label.1));
        });
        out.list(&set.descriptors, |out, one| {
            out.u8(one.kind as u8);
            out.text(span(one.scheme));
            out.text(span(one.value));
        });
    });
    out.list(&movie.renditions, |out, one| rendition(out, movie, one));
    out.list(&mpd.preselections, |out, one| {
        for part in [one.id, one.tag, one.components, one.language, one.label, one.codecs] {
            out.text(span(part));
        }
        out.u32(one.period);
    });
    out.list(&mpd.event_streams, |out, one| {
        out.u32(one.period);
        out.text(span(one.scheme));
        out.text(span(one.value));
    });
    out.list(&mpd.events, |out, one| {
        out.u32(one.stream);
        out.u64(one.id.unwrap_or(u64::MAX));
        out.time(Some(one.start_us));
        out.time(signed(one.duration_us));
        out.text(span(one.data));
    });
    out.list(&mpd.remotes, |out, one| {
        out.text(span(one.url));
        out.flag(one.on_load);
        out.u8(one.kind as u8);
        out.u32(one.period);
    });
}

fn rendition(out: &mut Writer, movie: &Presentation, one: &Rendition) {
    let text = &movie.text;
    let span = |span: Span| text.opt(span);
    out.flag(one.gone);
    out.flag(one.trick);
    for part in [one.instream_id, one.video_range, one.supplemental_codecs, one.sample_aspect, one.pathway] {
        out.text(span(part));
    }
    out.flag(one.interlaced);
    out.u32(one.sample_rate);
    let tiles = one.tiles.unwrap_or_default();
    for number in [tiles.columns, tiles.rows, tiles.width, tiles.height] {
        out.u32(number);
    }
    out.list(&one.protection, |out, one| {
        for part in
            [one.scheme, one.value, one.default_kid, one.pssh, one.playready, one.licence_url, one.robustness]
        {
            out.text(span(part));
        }
    });
    out.list(movie.alternatives(one.index as usize), |out, base| {
        out.text(span(base.url));
        out.text(span(base.service_location));
        out.u32(base.priority);
        out.u32(base.weight);
    });
    let index = one.segments.as_ref().and_then(|index| index.index.as_ref());
    out.flag(index.is_some());
    out.text(index.map(|index| index.url.as_str()));
    let range = index.and_then(|index| index.range);
    out.u64(range.map_or(u64::MAX, |range| range.offset));
    out.u64(range.map_or(u64::MAX, |range| range.length));
    let segments = one.segments.as_ref();
    out.time(segments.map(|index| index.offset_us));
    out.flag(segments.is_some_and(|index| index.partial));
    let gaps = segments.filter(|index| !index.gaps.is_empty());
    let gaps = gaps.map_or(0, SegmentIndex::gap_count);
    out.u32(gaps as u32);
}
