"""Openings and credits found by ear: fingerprints of episodes, and what they have in common."""

from bitaca_core.media.fingerprint.taking import Fingerprint, load, of_file, take

__all__ = ["Fingerprint", "load", "of_file", "take"]
