"""What is decided about the protection of a package, before any key is drawn (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from bitaca_core.errors import InputError

Scheme = Literal["none", "aes-128", "cbcs", "cenc"]
Label = Literal["AUDIO", "SD", "HD", "UHD"]
System = Literal["widevine", "playready", "fairplay", "clearkey"]

SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
LABELS: tuple[Label, ...] = get_args(Label)
SYSTEMS: tuple[System, ...] = get_args(System)
AUDIO: Label = "AUDIO"
SD_PIXELS = 768 * 576
"""The largest picture of standard definition, as DRM vendors and packagers draw the line."""
HD_PIXELS = 2048 * 1152
DEFAULT_ROTATION = 60
"""Segments under one key of AES-128: four minutes."""
NO_MPD = "no stream.mpd: DASH has no encryption of whole segments that players read; use cbcs or cenc where DASH is needed"
NO_PICTURES = "no I-frame playlists: a byte range of a segment that is encrypted as a whole cannot be decrypted by itself"


@dataclass(frozen=True, slots=True)
class Policy:
    """How a package is protected.

    Attributes
    ----------
    scheme : str
        `none`; `aes-128` (whole segments, HLS only); `cbcs` or `cenc` (samples, for key systems).
    rotate_segments : int
        Segments under one key of `aes-128`; 0 keeps one key to the end.
    systems : tuple of str
        Key systems that manifests and initialization sections speak of.
    licence_url : str
        Where keys and Clear Key licences are; empty means beside the manifests, where this app answers.
    """

    scheme: Scheme = "none"
    rotate_segments: int = DEFAULT_ROTATION
    systems: tuple[System, ...] = SYSTEMS
    licence_url: str = ""

    def identity(self) -> dict[str, Any]:
        """Return what of this decides a package's bytes, keys and vectors apart."""
        if self.scheme == "none":
            return {"scheme": "none"}
        said: dict[str, Any] = {"scheme": self.scheme, "licence_url": self.licence_url}
        if self.scheme == "aes-128":
            return said | {"rotate_segments": self.rotate_segments}
        return said | {"systems": sorted(self.systems)}

    def notes(self) -> tuple[str, ...]:
        """Return what a package of this policy lacks, and why."""
        return (NO_MPD, NO_PICTURES) if self.scheme == "aes-128" else ()


CLEAR = Policy()


def policy_of(scheme: str, rotate_segments: int, systems: str, licence_url: str) -> Policy:
    """Return the policy of what a person wrote; `systems` is a list with commas.

    Raises
    ------
    InputError
        A word that is none of those known.
    """
    if scheme not in SCHEMES:
        raise InputError(f"protection {scheme!r}: expected one of {', '.join(SCHEMES)}", kind="usage")
    if rotate_segments < 0:
        raise InputError("a key cannot be kept for fewer than 0 segments", kind="usage")
    wanted = [word.strip() for word in systems.split(",") if word.strip()]
    for word in wanted:
        if word not in SYSTEMS:
            raise InputError(f"key system {word!r}: expected some of {', '.join(SYSTEMS)}", kind="usage")
    if any(character in licence_url for character in '"<>&\n\r') or " " in licence_url.strip():
        raise InputError("the licence address holds characters that no address has", kind="usage")
    known = tuple(system for system in SYSTEMS if system in wanted)
    return Policy(scheme, rotate_segments, known, licence_url.strip().rstrip("/"))  # type: ignore[arg-type]


def label_of(width: int, height: int) -> Label:
    """Return the label of a picture's key, by its area."""
    pixels = width * height
    return "SD" if pixels <= SD_PIXELS else "HD" if pixels <= HD_PIXELS else "UHD"
