"""Who may call: same origin, or a listed one. Exact comparison of scheme, host and port."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from bitaca_core.errors import InputError

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def normal(origin: str) -> str | None:
    """Return `scheme://host:port` in one spelling, or None when `origin` is not one (`null`, a path)."""
    try:
        parts = urlsplit(origin.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    host = parts.hostname.lower()
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{port or DEFAULT_PORTS[scheme]}"


def same_origin(origin: str, scheme: str, host: str) -> bool:
    """Return whether the Origin header names the server that `Host` was asked for."""
    given = normal(origin)
    return given is not None and given == normal(f"{scheme}://{host}")


def parse_list(text: str) -> frozenset[str]:
    """Return the comma-separated origins of a setting in their one spelling; unreadable ones are dropped."""
    return frozenset(found for part in text.split(",") if part.strip() and (found := normal(part)))


def is_loopback_host(host: str) -> bool:
    """Return whether a Host header (or a bind address) names this machine and no other."""
    bare_ipv6 = host.count(":") > 1 and not host.startswith("[")
    name = host if bare_ipv6 else urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return is_loopback_address(name)


def is_loopback_address(address: str) -> bool:
    """Return whether `address` is 127.0.0.0/8, ::1, or the former mapped into IPv6."""
    found = _read_address(address)
    return found is not None and found.is_loopback


@lru_cache(maxsize=16_384)
def caller_network(address: str) -> str:
    """Return what a limit counts an address by: an IPv4 address itself, of IPv6 the /64.

    A /64 is what one household or phone is given, so that its 2^64 addresses are one caller.
    """
    found = _read_address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return address if found is None else str(found)


def blurred(address: str) -> str:
    """Return an address as a log may keep it: of IPv4 the /24, of IPv6 the /48; never who it was."""
    found = _read_address(address)
    if found is None:
        return ""
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that `text` is, out of IPv6 when it is IPv4 mapped into it."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _read_hop(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address of one hop of `X-Forwarded-For`; some proxies write the port behind it."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return _read_address(text)


class TrustedProxies:
    """Addresses whose `X-Forwarded-*` headers count; networks are allowed (`10.0.0.0/8`).

    Raises
    ------
    InputError
        A part of `text` is neither an address nor a network.
    """

    def __init__(self, text: str) -> None:
        networks = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            try:
                networks.append(ip_network(part, strict=False))
            except ValueError as error:
                raise InputError(
                    f"trusted proxies: {part!r} is neither an address nor a network",
                    kind="setting",
                    hint="Set BITACA_TRUSTED_PROXIES like 127.0.0.1,10.0.0.0/8",
                ) from error
        self.networks = tuple(networks)

    def __bool__(self) -> bool:
        return bool(self.networks)

    def __contains__(self, address: object) -> bool:
        found = _read_address(str(address))
        return found is not None and any(found in network for network in self.networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """Return the viewer's address: the last hop that is not itself a trusted proxy.

        What is no address ends the walk: whoever wrote it stands behind the last hop that could be read, and
        is known by that one. So does a loopback address told by another machine, unless it is a declared
        proxy's; then it is passed over, but never taken for the viewer.
        """
        if peer not in self:
            return peer
        known = peer
        for text in reversed(forwarded_for.split(",")):
            if not text.strip():
                continue
            hop = _read_hop(text)
            if hop is None:
                return known
            trusted = str(hop) in self
            if hop.is_loopback and not is_loopback_address(known):
                if trusted:
                    continue
                return known
            known = str(hop)
            if not trusted:
                return known
        return known
