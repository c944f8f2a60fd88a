"""All manifests of a folder, whoever wrote them, and the media that they lead to."""

from __future__ import annotations

from pathlib import Path

from bitaca_core.errors import BitacaError, WorkError
from bitaca_core.media.conformance.dash import DashCheck
from bitaca_core.media.conformance.findings import SEVERITIES, Finding, Findings, Report
from bitaca_core.media.conformance.hls import BASE_URL, HlsCheck, lines_of
from bitaca_core.media.conformance.track import Folder, Part

PLAYLISTS = (".m3u8", ".m3u")
MPDS = (".mpd",)
MAX_MANIFESTS = 1000
LISTS = ("EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF", "EXT-X-IMAGE-STREAM-INF")


def check_folder(root: Path) -> Report:
    """Check every playlist and MPD under `root` and the files beside them.

    Raises
    ------
    WorkError
        There is no such folder, or no manifest in it.
    """
    names = sorted(
        str(file.relative_to(root))
        for file in (root.rglob("*") if root.is_dir() else ())
        if file.suffix.lower() in PLAYLISTS + MPDS and file.is_file()
    )[:MAX_MANIFESTS]
    if not names:
        raise WorkError(
            "no package here: no playlist (.m3u8) and no MPD (.mpd)",
            kind="package", file=root, hint="Give the folder that holds them",
        )  # fmt: skip
    folder, found = Folder(root), Findings()
    texts = {name: (folder.read(Part(name, name)) or b"").decode("utf-8", "replace") for name in names}
    hls = HlsCheck(folder, found)
    masters = [name for name, text in texts.items() if _is_multivariant(name, text)]
    checked = {name for master in masters for name in _listed(folder, master, texts[master])}
    for name in masters:
        found.all += _strict(folder, root / name)
        hls.multivariant(name, texts[name])
    for name, text in texts.items():
        if name.lower().endswith(MPDS):
            found.all += _strict(folder, root / name)
            _readable(found, folder, name)
            DashCheck(folder, found, name).run(text)
        elif name not in masters and name not in checked:
            found.all += _strict(folder, root / name)
            hls.media(name, frames="#EXT-X-I-FRAMES-ONLY" in text)
    # two manifests lead to the same files: what is said twice is said once
    once = dict.fromkeys(found.all)
    return Report(tuple(names), tuple(sorted(once, key=lambda one: SEVERITIES.index(one.severity))))


def _is_multivariant(name: str, text: str) -> bool:
    return name.lower().endswith(PLAYLISTS) and any(
        line.startswith(("#EXT-X-STREAM-INF", "#EXT-X-MEDIA:")) for line in text.splitlines()
    )


def _listed(folder: Folder, master: str, text: str) -> set[str]:
    uris = [uri for _, _, uri in lines_of(text, "EXT-X-STREAM-INF")]
    uris += [stream.get("URI", "") for tag in LISTS for _, stream, _ in lines_of(text, tag)]
    return {name for uri in uris if uri and (name := folder.resolve(master, uri)) is not None}


def _strict(folder: Folder, file: Path) -> list[Finding]:
    """Return what strict mode finds, in the names of the folder."""
    from bitaca_core.playback import strict

    name = str(file.relative_to(folder.root)) if file.is_relative_to(folder.root) else file.name
    found = []
    for one in strict.check_file(file).findings:
        other = folder.resolve(name, one.file) if one.file != file.name else name
        # its messages end with what to do
        found.append(
            Finding(
                other or one.file, one.severity, one.rule, one.section, one.message, "", one.line, one.column
            )
        )
    return found


def _readable(found: Findings, folder: Folder, name: str) -> None:
    from bitaca_core.playback.manifest import describe

    try:
        describe(folder.read(Part(name, name)) or b"", BASE_URL + name)
    except BitacaError as error:
        found.add("manifest-unreadable", name, str(error), line=error.line or 1)
