"""Cuts the encoded files into one CMAF set with Shaka Packager, and reads back what came out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bitaca_core.errors import MediaError
from bitaca_core.media import boxes, supervise, tools
from bitaca_core.media.manifests import Track
from bitaca_core.media.plan import Recipe
from bitaca_core.media.protection.policy import AUDIO, label_of
from bitaca_core.media.protection.sealing import Plain, Sealing

DASH_NAMESPACE = "{urn:mpeg:dash:schema:mpd:2011}"


def segment(
    recipe: Recipe, files: Mapping[str, Path], work: Path, out: Path, sealing: Sealing
) -> dict[str, Track]:
    """Cut encoded files into CMAF segments under `out`, protected as `sealing` says; return tracks by folder ("video/720p").

    Runs in `out` with relative names: a comma or `$` in the folder's own name means something to the packager.

    Parameters
    ----------
    files : mapping
        Encoded files by the folder that their segments go to; they lie under `out`.
    """
    wanted: dict[str, str] = {}
    descriptors: list[str] = []
    plain: list[Plain] = []
    spoken_in = {f"audio/{audio.id}": audio.language for audio in recipe.audio}
    labels = {f"video/{rung.id}": label_of(rung.width, rung.height) for rung in recipe.rungs}
    for folder, source in files.items():
        kind, language = folder.partition("/")[0], spoken_in.get(folder)
        plain.append(Plain(folder, source, labels.get(folder, AUDIO)))
        wanted[f"{folder}/init.mp4"] = folder
        (out / folder).mkdir(parents=True)
        spoken = f",language={language}" if language else ""
        spoken += f",drm_label={plain[-1].name}" if sealing.by_sample else ""
        descriptors.append(
            f"in={source.relative_to(out)},stream={kind},init_segment={folder}/init.mp4,"
            f"segment_template={folder}/seg-$Number$.m4s{spoken}"
        )
    report = work / "report.mpd"
    # half a tick less than two groups of pictures: a rounded-up limit would skip the key frame that is due
    length_s = recipe.segment_s - 0.5 / recipe.timescale
    # a fragment a group of pictures: a key frame can be read, as the range of a playlist, only at a fragment's beginning
    fragment_s = recipe.gop_s - 0.5 / recipe.timescale
    with sealing.options(plain, work) as options:
        supervise.run(
            [tools.packager(), *descriptors, "--segment_duration", f"{length_s:.9f}", "--fragment_duration",
             f"{fragment_s:.9f}", "--use_fake_clock_for_muxer", "--generate_static_live_mpd", "--mpd_output", str(report.relative_to(out)), *options],
            cwd=out, timeout_s=3600,
        )  # fmt: skip
    tracks = {wanted[init]: track for init, track in _read_report(report, out).items()}
    return sealing.seal(tracks, plain, out)


def _read_report(report: Path, out: Path) -> dict[str, Track]:
    """Read Shaka Packager's MPD as its report: exact ticks and codec string of each track, by init segment."""
    import defusedxml.ElementTree

    tracks: dict[str, Track] = {}
    root = defusedxml.ElementTree.parse(report).getroot()
    for representation in root.iter(f"{DASH_NAMESPACE}Representation"):
        template = representation.find(f"{DASH_NAMESPACE}SegmentTemplate")
        lines = template.findall(f"{DASH_NAMESPACE}SegmentTimeline/{DASH_NAMESPACE}S")
        durations = [int(s.get("d")) for s in lines for _ in range(1 + int(s.get("r", "0")))]
        init = template.get("initialization")
        folder = init.rpartition("/")[0]
        tracks[init] = Track(
            folder=folder,
            codecs=representation.get("codecs"),
            timescale=int(template.get("timescale")),
            start=int(lines[0].get("t", "0")),
            durations=tuple(durations),
            sizes=tuple((out / folder / f"seg-{n}.m4s").stat().st_size for n in range(1, len(durations) + 1)),
            pictures=pictures_of(out / folder, len(durations)) if folder.startswith("video/") else (),
        )
    return tracks


def pictures_of(folder: Path, count: int) -> tuple[tuple[boxes.KeyPicture, ...], ...]:
    """Return the key frames of each segment of a track of video that is clear or encrypted by sample.

    Raises
    ------
    MediaError
        A segment does not begin with a key frame.
    """
    init = boxes.read_init((folder / "init.mp4").read_bytes())
    found = []
    for number in range(1, count + 1):
        pictures = boxes.pictures((folder / f"seg-{number}.m4s").read_bytes(), init)
        if not pictures:
            raise MediaError(f"segment {number} does not begin with a key frame", kind="package", file=folder)
        found.append(tuple(pictures))
    return tuple(found)
