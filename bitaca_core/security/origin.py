"""Who may call: same origin, or a listed one. Exact comparison of scheme, host and port."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

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
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


class TrustedProxies:
    """Addresses whose `X-Forwarded-*` headers count; networks are allowed (`10.0.0.0/8`)."""

    def __init__(self, text: str) -> None:
        self.networks = tuple(
            ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()
        )

    def __bool__(self) -> bool:
        return bool(self.networks)

    def __contains__(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """Return the viewer's address: the last one in the header that is not itself a trusted proxy."""
        if peer not in self:
            return peer
        hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
        for hop in reversed(hops):
            if hop not in self:
                try:
                    return str(ip_address(hop))
                except ValueError:
                    return peer
        return hops[0] if hops else peer
