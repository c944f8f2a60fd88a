"""One package's protection at work: which key and vector each track gets, and what its manifests then say.

Samples (`cbcs`, `cenc`) are encrypted by Shaka Packager while it cuts; whole segments (`aes-128`) by us, afterwards.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bitaca_core.media.manifests import Track
from bitaca_core.media.protection import flagfile, signalling, systems, whole
from bitaca_core.media.protection.content_key import ContentKey
from bitaca_core.media.protection.keys import KeyStore
from bitaca_core.media.protection.policy import CLEAR, LABELS, Label, Policy
from bitaca_core.stamps import sha256_file

LAYOUT = "a fragment a group of pictures"
"""How segments are laid out: other bytes get keys and vectors of their own."""


@dataclass(frozen=True, slots=True)
class Protection:
    """A policy, and where its keys are kept."""

    policy: Policy
    store: KeyStore


@dataclass(frozen=True, slots=True)
class Plain:
    """A track before encryption: its folder in the package, the encoded file, the label of its key."""

    folder: str
    source: Path
    label: Label

    @property
    def name(self) -> str:
        """The packager's word for it."""
        return self.folder.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Locked:
    """What is kept of a protected track, in package.json: its label and the identifiers of its keys."""

    folder: str
    label: Label
    kids: tuple[str, ...]


class Sealing:
    """Protects the tracks of one package.

    Parameters
    ----------
    protection : Protection or None
        None leaves everything clear.
    title_id : str
        Whose keys.
    tool : str
        Version of the packager: another one may lay out samples differently, so it gets vectors of its own.
    """

    def __init__(self, protection: Protection | None, title_id: str, tool: str) -> None:
        self.policy = protection.policy if protection is not None else CLEAR
        self.store = protection.store if protection is not None else None
        self.title_id = title_id
        self.tool = tool
        self.keys: list[ContentKey] = []
        self.locked: list[Locked] = []

    @property
    def by_sample(self) -> bool:
        """Whether the packager encrypts."""
        return self.policy.scheme in ("cbcs", "cenc")

    @contextlib.contextmanager
    def options(self, tracks: Sequence[Plain], work: Path) -> Iterator[list[str]]:
        """Yield the packager's further arguments; none of them is a secret."""
        if not self.by_sample or self.store is None:
            yield []
            return
        own = {one.folder: self.store.key_for(self.title_id, self.policy.scheme, one.label) for one in tracks}
        rows = [
            flagfile.TrackKey(
                one.name,
                own[one.folder].kid,
                own[one.folder].key,
                self.store.vector(self.title_id, own[one.folder], self._content(one.source)),
            )
            for one in tracks
        ]
        self.keys = sorted(set(own.values()), key=lambda key: LABELS.index(key.label))
        self.locked = [Locked(one.folder, one.label, (own[one.folder].kid.hex(),)) for one in tracks]
        pssh = systems.boxes(
            self.policy.systems, [key.kid for key in self.keys], self.policy.scheme, self.title_id
        )
        text = flagfile.lines(self.policy.scheme, rows, pssh)
        with flagfile.flagfile(text, work) as path:
            yield [f"--flagfile={path}"]

    def seal(self, tracks: dict[str, Track], plain: Sequence[Plain], out: Path) -> dict[str, Track]:
        """Return the tracks as they are protected; encrypts their segments where they are to be as a whole."""
        if self.store is None or self.policy.scheme == "none":
            return tracks
        sealed = dict(tracks)
        kids = [key.kid for key in self.keys]
        for one in plain:
            track = tracks[one.folder]
            if self.by_sample:
                key = next(key for key in self.keys if key.label == one.label)
                said = signalling.samples(self.policy, key, kids, self.title_id)
                sealed[one.folder] = replace(track, tags=said.tags, protection=said.elements)
                continue
            step, count = self.policy.rotate_segments, len(track.sizes)
            content = self._content(one.source)
            contents = [f"{content}/{step}/{turn}" for turn in range(whole.turns(count, step))]
            keys = self.store.keys_for(self.title_id, "aes-128", one.label, contents)
            sizes = whole.seal_folder(out / one.folder, [key.key for key in keys], count, step)
            said = signalling.whole_segments(self.policy, keys)
            sealed[one.folder] = replace(track, sizes=sizes, pictures=(), tags=said.tags)
            self.keys += keys
            self.locked.append(Locked(one.folder, one.label, tuple(key.kid.hex() for key in keys)))
        return sealed

    def session_keys(self) -> tuple[str, ...]:
        """Return the lines of the multivariant playlist."""
        return tuple(signalling.session_keys(self.policy, self.keys, self.title_id))

    def _content(self, source: Path) -> str:
        return hashlib.sha256(f"{sha256_file(source)}\n{self.tool}\n{LAYOUT}".encode()).hexdigest()
