"""A content key with what it is for."""

from __future__ import annotations

from dataclasses import dataclass, field

from bitaca_core.media.protection.policy import Label, Scheme


@dataclass(frozen=True, slots=True)
class ContentKey:
    """Sixteen bytes under a name of sixteen. `repr` never shows the key."""

    kid: bytes
    key: bytes = field(repr=False)
    scheme: Scheme
    label: Label
    content: str = ""
    """AES-128: which contents it encrypts, and which turn of the rotation."""

    @property
    def uuid(self) -> str:
        """The identifier as manifests write it."""
        text = self.kid.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
