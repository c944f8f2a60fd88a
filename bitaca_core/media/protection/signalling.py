"""What playlists and the MPD say about keys (pure).

Written to RFC 8216bis 4.4.4.4 (EXT-X-KEY) and 4.4.6.5 (EXT-X-SESSION-KEY), ISO/IEC 23009-1, "Content protection", ISO/IEC
23001-7 (`cenc:`), and the DASH-IF Interoperability Points, "Content Protection and Security" (`dashif:Laurl`).

Addresses are relative to a rendition's folder: `../../keys/<kid>` is a key by itself, `../../licence` a Clear Key server.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bitaca_core.media.protection import systems
from bitaca_core.media.protection.content_key import ContentKey
from bitaca_core.media.protection.policy import Policy

CENC_SPACE = "urn:mpeg:cenc:2013"
PLAYREADY_SPACE = "urn:microsoft:playready"
DASHIF_SPACE = "https://dashif.org/CPS"
SPACES = f' xmlns:cenc="{CENC_SPACE}" xmlns:mspr="{PLAYREADY_SPACE}" xmlns:dashif="{DASHIF_SPACE}"'  # of an MPD with protected sets
MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
KEYS = "keys"
LICENCE = "licence"
UP = "../../"
"""From a rendition's folder to that of the package."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """How one track is protected, as manifests say it.

    Attributes
    ----------
    keys : tuple of ContentKey
        One; of `aes-128` one for each turn of the rotation.
    tags : tuple of (int, tuple of str)
        Before the segment of this number (from 1), these lines of its playlist.
    elements : tuple of str
        ContentProtection of the MPD, without indentation.
    """

    keys: tuple[ContentKey, ...]
    tags: tuple[tuple[int, tuple[str, ...]], ...]
    elements: tuple[str, ...] = ()


def whole_segments(policy: Policy, keys: Sequence[ContentKey]) -> Sealed:
    """Return what says that segments are encrypted as a whole; the number of a segment is its vector."""
    step = policy.rotate_segments
    tags = tuple(
        (1 + turn * step, (f'#EXT-X-KEY:METHOD=AES-128,URI="{_key_address(policy, UP, key)}"',))
        for turn, key in enumerate(keys)
    )
    return Sealed(tuple(keys), tags)


def samples(policy: Policy, key: ContentKey, kids: Sequence[bytes], title_id: str) -> Sealed:
    """Return what says that samples are encrypted under `key`; `kids` are all keys of the title."""
    lines = tuple(f"#EXT-X-KEY:{line}" for line in _key_lines(policy, UP, key, kids, title_id))
    return Sealed((key,), ((1, lines),), tuple(_elements(policy, key, kids, title_id)))


def session_keys(policy: Policy, keys: Sequence[ContentKey], title_id: str) -> list[str]:
    """Return EXT-X-SESSION-KEY of a multivariant playlist: every line of its playlists, each once."""
    kids = [key.kid for key in keys]
    lines: list[str] = []
    for key in keys:
        if policy.scheme == "aes-128":
            # the first turn of a rendition: playback can begin with it
            if key.content.endswith("/0"):
                lines.append(f'METHOD=AES-128,URI="{_key_address(policy, "", key)}"')
        else:
            lines += _key_lines(policy, "", key, kids, title_id)
    return [f"#EXT-X-SESSION-KEY:{line}" for line in dict.fromkeys(lines)]


def _key_address(policy: Policy, up: str, key: ContentKey) -> str:
    return f"{_base(policy, up)}{KEYS}/{key.kid.hex()}"


def _licence_address(policy: Policy, up: str) -> str:
    return f"{_base(policy, up)}{LICENCE}"


def _base(policy: Policy, up: str) -> str:
    return f"{policy.licence_url}/" if policy.licence_url else up


def _key_lines(policy: Policy, up: str, key: ContentKey, kids: Sequence[bytes], title_id: str) -> list[str]:
    """Return the attributes of one line a key system, the most common first."""
    method = "SAMPLE-AES" if policy.scheme == "cbcs" else "SAMPLE-AES-CTR"
    lines = []
    for system in policy.systems:
        if system == "widevine":
            data = _base64(systems.widevine(kids, policy.scheme, title_id))
            lines.append((f"data:text/plain;base64,{data}", systems.urn(systems.WIDEVINE)))
        elif system == "playready":
            data = _base64(systems.playready_object(kids, policy.scheme))
            lines.append((f"data:text/plain;charset=UTF-16;base64,{data}", "com.microsoft.playready"))
        elif system == "fairplay" and policy.scheme == "cbcs":  # it has no other scheme
            lines.append((f"skd://{key.kid.hex()}", "com.apple.streamingkeydelivery"))
        elif system == "clearkey":
            lines.append((_licence_address(policy, up), "org.w3.clearkey"))
            lines.append((_key_address(policy, up, key), "identity"))
    return [f'METHOD={method},URI="{uri}",KEYFORMAT="{form}",KEYFORMATVERSIONS="1"' for uri, form in lines]


def _elements(policy: Policy, key: ContentKey, kids: Sequence[bytes], title_id: str) -> list[str]:
    out = [
        f'<ContentProtection schemeIdUri="{MP4_PROTECTION}" value="{policy.scheme}"'
        f' cenc:default_KID="{key.uuid}"/>'
    ]
    for system in policy.systems:
        if system == "widevine":
            pssh = _base64(systems.widevine(kids, policy.scheme, title_id))
            out += _element(systems.urn(systems.WIDEVINE), "", [f"<cenc:pssh>{pssh}</cenc:pssh>"])
        elif system == "playready":
            pssh = _base64(systems.playready(kids, policy.scheme))
            data = _base64(systems.playready_object(kids, policy.scheme))
            inside = [f"<cenc:pssh>{pssh}</cenc:pssh>", f"<mspr:pro>{data}</mspr:pro>"]
            out += _element(systems.urn(systems.PLAYREADY), ' value="MSPR 2.0"', inside)
        elif system == "clearkey":
            address = escape(_licence_address(policy, ""))
            laurl = f'<dashif:Laurl licenseType="EME-1.0">{address}</dashif:Laurl>'
            # no pssh of the common system: dash.js takes the key identifier for Clear Key, and stumbles over a box
            out += _element(systems.CLEARKEY_URN, ' value="ClearKey1.0"', [laurl])
    return out


def _element(scheme: str, more: str, inside: list[str]) -> list[str]:
    return [
        f'<ContentProtection schemeIdUri="{scheme}"{more}>',
        *(f"  {line}" for line in inside),
        "</ContentProtection>",
    ]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
