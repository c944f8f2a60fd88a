"""What an operator asks of packages, whatever the title: from the settings, or from a command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitaca_core import stamps
from bitaca_core.errors import InputError
from bitaca_core.media.ladder import PLANNED, Codec, Content, codecs_named
from bitaca_core.media.plan import PRESET
from bitaca_core.media.protection.choosing import policy_for, protection_for
from bitaca_core.settings import Settings

if TYPE_CHECKING:
    from bitaca_core.media.protection.sealing import Protection

LADDERS = (PLANNED, "per-title", "fixed")


@dataclass(frozen=True, slots=True)
class Wishes:
    """One packaging as it is asked for.

    `ladder` is "default", "per-title", "fixed" or the path of a file; `protection` None is none at all; `max_rungs`
    None takes as many as the picture bears; `hdr` adds rungs that keep the range of a PQ or HLG source.
    """

    codecs: tuple[Codec, ...] = ("h264",)
    ladder: str = PLANNED
    preset: str = PRESET
    content: Content = "film"
    max_rungs: int | None = None
    hdr: bool = False
    protection: Protection | None = None


PLAIN = Wishes()
"""The plan's own ladder of H.264, in clear."""


def asked(settings: Settings, keys: Path, protect: str | None = None) -> Wishes:
    """Return what the settings ask for a title whose sheet says `protect`.

    Raises
    ------
    InputError
        A setting is none of those known.
    """
    return Wishes(
        codecs=codecs_named(settings.codecs),
        ladder=settings.ladder,
        preset=settings.preset,
        hdr=settings.hdr,
        protection=protection_for(settings, keys, policy_for(settings, protect)),
    )


def ladder_identity(ladder: str) -> str:
    """Return what a package's identity says of a ladder: a mode, or the contents of the file that it names.

    Raises
    ------
    InputError
        There is no such file.
    """
    if ladder in LADDERS:
        return ladder
    try:
        return stamps.sha256_file(Path(ladder))
    except OSError as error:
        raise InputError(
            f"the ladder file cannot be read: {error.strerror}", kind="ladder", file=Path(ladder),
            hint=f"--ladder and BITACA_LADDER take {', '.join(LADDERS)} or the path of a file",
        ) from error  # fmt: skip


def kept(codecs: tuple[Codec, ...], ladder: str, preset: str, hdr: bool) -> dict[str, Any]:
    """Return what a receipt keeps of the wishes, so that other ones are noticed (protection is kept apart).

    Raises
    ------
    InputError
        The ladder is a file that is not there.
    """
    return {"codecs": list(codecs), "ladder": ladder_identity(ladder), "preset": preset, "hdr": hdr}
