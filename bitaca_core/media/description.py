"""package.json: what a package holds, read by the app, the verifier, the simulator and the notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bitaca_core.errors import SchemaError, WorkError
from bitaca_core.stamps import write_atomically

SCHEMA = 1
FILE_NAME = "package.json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrackEntry(_Part):
    """What video and audio renditions share; `bandwidth_bps` is the peak segment bit rate as HLS defines it."""

    id: str
    bandwidth_bps: int
    average_bps: int
    codecs: str
    timescale: int
    segment_sizes_bytes: list[int]
    segment_durations_s: list[float]


class RungEntry(TrackEntry):
    """One video rendition; the rates are without audio.

    `vmaf` is what the analysis foretold (0-100), None without one; `segment_ssim` was measured (0-1, one a segment).
    `range` is that of brightness, as HLS names it.
    """

    width: int
    height: int
    frame_rate: str
    codec: str = "h264"
    vmaf: float | None = None
    segment_ssim: list[float] = []
    range: Literal["SDR", "PQ", "HLG"] = "SDR"


class AudioEntry(TrackEntry):
    """One audio rendition; `language` None means unknown."""

    language: str | None
    label: str
    channels: int


class TextEntry(_Part):
    """One subtitle rendition: a whole WebVTT file, and its segments for HLS (none in packages of earlier releases).

    `charset` is what the file that was given was written in; `script` its ASS, kept beside.
    """

    id: str
    language: str
    label: str
    forced: bool
    path: str
    size_bytes: int
    sdh: bool = False
    charset: str | None = None
    script: str | None = None
    segment_durations_s: list[float] = []


class FileEntry(_Part):
    """Size and sha256 of one file of the package."""

    size: int
    sha256: str


class LockedEntry(_Part):
    """A protected rendition (`track` is its folder): its label and the identifiers of its keys, in hexadecimal digits."""

    track: str
    label: Literal["AUDIO", "SD", "HD", "UHD"]
    kids: list[str]


class ProtectionEntry(_Part):
    """How the media is encrypted; `notes` say what the package lacks for it. Never a key."""

    scheme: Literal["aes-128", "cbcs", "cenc"]
    tracks: list[LockedEntry]
    rotate_segments: int | None
    systems: list[str]
    notes: list[str]


class Package(_Part):
    """The whole description. `files` lists every file but package.json itself."""

    schema_version: Literal[1] = 1
    title_id: str
    package_id: str
    duration_s: float
    segment_s: float
    rungs: list[RungEntry]
    audio: list[AudioEntry]
    text: list[TextEntry]
    files: dict[str, FileEntry]
    poster: str
    storyboard: str | None
    tools: dict[str, str]
    protection: ProtectionEntry | None = None

    def write(self, folder: Path) -> None:
        """Write package.json into `folder`, whole or not at all; its version key on disk is `schema`."""
        import json

        document = self.model_dump()
        document = {"schema": document.pop("schema_version"), **document}
        if self.protection is None:
            del document["protection"]
        write_atomically(folder / FILE_NAME, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def read(folder: Path) -> Package:
    """Read `folder`/package.json.

    Raises
    ------
    SchemaError
        It was written by a newer release.
    WorkError
        It is missing or damaged.
    """
    import json

    file = folder / FILE_NAME
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        version = document.pop("schema")
    except FileNotFoundError as error:
        raise WorkError("no package here: package.json is missing", kind="package", file=file) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkError(f"package.json is damaged: {error}", kind="package", file=file) from error
    if version != SCHEMA:
        raise SchemaError(f"package.json has schema {version}, this release reads {SCHEMA}", file=file)
    try:
        return Package.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WorkError(
            f"package.json is damaged at {where}: {first['msg']}", kind="package", file=file
        ) from error
