"""Which protection a title gets: what its sheet says, else the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bitaca_core.media.protection.policy import Policy, policy_of
from bitaca_core.settings import Settings

if TYPE_CHECKING:
    from bitaca_core.media.protection.sealing import Protection


def policy_for(settings: Settings, wish: str | None = None, rotate_segments: int | None = None) -> Policy:
    """Return the policy of a title whose sheet (or command line) says `wish`; None says nothing.

    Raises
    ------
    InputError
        A setting or the wish is none of those known.
    """
    rotation = settings.rotate_segments if rotate_segments is None else rotate_segments
    return policy_of(wish or settings.protect, rotation, settings.key_systems, settings.licence_url)


def protection_for(settings: Settings, keys: Path, policy: Policy) -> Protection | None:
    """Return a policy with the keys in `keys`; None where nothing is to be protected."""
    if policy.scheme == "none":
        return None
    from bitaca_core.media.protection.keys import KeyStore
    from bitaca_core.media.protection.sealing import Protection

    return Protection(policy, KeyStore(keys, settings.key_encryption_key_file))
