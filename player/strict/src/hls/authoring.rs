//! HLS Authoring Specification for Apple Devices, and what Apple's validator tells: advice of a vendor whose devices
//! play this most. Its requirements are renumbered now and then, so they are cited by their chapters' titles.

use super::lines::{Kind, Playlist};
use super::media::Media;
use super::multivariant_tags::has_video;
use crate::finding::{rules, Report};

rules! {
    Note "HLS Authoring Specification, Multivariant Playlist" LANGUAGE "apple-language" "every EXT-X-MEDIA that is not of video has LANGUAGE";
    Note "HLS Authoring Specification, Multivariant Playlist" AVERAGE "apple-average-bandwidth" "every variant has AVERAGE-BANDWIDTH";
    Note "HLS Authoring Specification, Multivariant Playlist" CAPTIONS "apple-closed-captions" "every variant says which closed captions it has, or NONE";
    Note "HLS Authoring Specification, Video encoding requirements" RATES "apple-bit-rates" "video is offered at several bit rates";
    Note "HLS Authoring Specification, Trick play" I_FRAMES "apple-i-frames" "playlists of I-frames are offered for fast forward and scrubbing";
    Note "HLS Authoring Specification, Media Segmentation" INDEPENDENT "apple-independent-segments" "the Multivariant Playlist has EXT-X-INDEPENDENT-SEGMENTS";
    Note "HLS Authoring Specification, Media Segmentation" TARGET "apple-target-duration" "target durations are six seconds";
    Note "HLS Authoring Specification, Live" DATE "apple-live-program-date-time" "live playlists have EXT-X-PROGRAM-DATE-TIME";
}

/// Advice for a playlist.
pub fn check(playlist: &Playlist, media: Option<&Media>, report: &mut Report) {
    if let Some(media) = media {
        if let (Some(tag), Some(target)) = (playlist.tag("EXT-X-TARGETDURATION"), media.target_s) {
            if target > 10 && !media.i_frames {
                report.add(
                    &TARGET,
                    tag.at,
                    format!("{target} s; long segments start slowly and adapt late, 6 s is advised"),
                );
            }
        }
        let live = !media.ended && media.playlist_type.is_none() && !media.segments.is_empty();
        if live && !playlist.has("EXT-X-PROGRAM-DATE-TIME") {
            report.add(&DATE, 0, "a live playlist without dates; clients align renditions by them");
        }
    }
    if playlist.kind == Kind::Multivariant {
        multivariant(playlist, report);
    }
}

fn multivariant(playlist: &Playlist, report: &mut Report) {
    for tag in playlist.named("EXT-X-MEDIA") {
        if !tag.is("TYPE", "VIDEO") && tag.attribute("LANGUAGE").is_none() {
            report.add(&LANGUAGE, tag.at, "no LANGUAGE; clients choose renditions by it");
        }
    }
    let variants: Vec<_> = playlist.named("EXT-X-STREAM-INF").collect();
    for tag in &variants {
        if tag.attribute("AVERAGE-BANDWIDTH").is_none() {
            report.add(
                &AVERAGE,
                tag.at,
                "no AVERAGE-BANDWIDTH; clients choose more carefully than they need",
            );
        }
        if has_video(tag) && tag.attribute("CLOSED-CAPTIONS").is_none() {
            report.add(
                &CAPTIONS,
                tag.at,
                "no CLOSED-CAPTIONS; without NONE clients must look into the video for captions",
            );
        }
    }
    // Without CODECS a variant may have video.
    let video: Vec<_> =
        variants.iter().filter(|tag| has_video(tag) || tag.attribute("CODECS").is_none()).collect();
    if let [only] = video[..] {
        report.add(&RATES, only.at, "one bit rate of video; clients cannot adapt");
    }
    if let (Some(first), false) = (video.first(), playlist.has("EXT-X-I-FRAME-STREAM-INF")) {
        report.add(&I_FRAMES, first.at, "no EXT-X-I-FRAME-STREAM-INF; scrubbing shows no pictures");
    }
    if let (Some(first), false) = (video.first(), playlist.has("EXT-X-INDEPENDENT-SEGMENTS")) {
        report.add(
            &INDEPENDENT,
            first.at,
            "no EXT-X-INDEPENDENT-SEGMENTS; clients may load two segments to switch",
        );
    }
}
