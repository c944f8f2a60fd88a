"""Run the app under uvicorn: who may reach it, over what, and the address that is printed."""

from __future__ import annotations

import datetime
import ipaddress
import logging
import socket
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from bitaca_core.errors import InputError, WorkError
from bitaca_core.security.origin import is_loopback_host
from bitaca_core.settings import Settings

KEEP_ALIVE_S = 20
CERTIFICATE_DAYS = 397
"""Longest life that browsers accept, less a day."""
MAX_CONNECTIONS = 8192
ACCESS_LOG_BYTES = 16 * 1024 * 1024
"""The access log is begun anew at this size; one older file is kept."""
SHUTDOWN_GRACE_S = 3


def check_exposure(settings: Settings, tls: bool = False) -> None:
    """Refuse to serve others without an operator token and an encrypted path to them.

    Raises
    ------
    InputError
        The host is not loopback and the token, or TLS and a trusted proxy, is missing.
    """
    if is_loopback_host(settings.host):
        return
    if not settings.operator_token:
        raise InputError(
            f"{settings.host} is reachable from other machines, and no operator token is set",
            kind="exposure",
            hint="Set BITACA_OPERATOR_TOKEN to a long secret, or serve on 127.0.0.1",
        )
    if not tls and not settings.trusted_proxies:
        raise InputError(
            f"{settings.host} would be served in plain text",
            kind="exposure",
            hint="Add --tls, or set BITACA_TRUSTED_PROXIES to the proxy that adds TLS",
        )


def serve(settings: Settings, *, tls: bool = False, listener: socket.socket | None = None) -> None:
    """Serve until a signal; on `listener` where the caller took the port and said the address, else does both."""
    check_exposure(settings, tls)
    import uvicorn

    from gradio_app.app import create_app

    configure_logs(settings.log_level, settings.paths.state / "app.log")
    if listener is None:
        listener = listen(settings.host, settings.port)
        for line in address_lines(settings.host, listener.getsockname()[1], tls):
            say(line)
    config = uvicorn.Config(create_app(settings), **uvicorn_options(settings))
    if tls:
        certificate, key = ensure_certificate(settings.paths.keys, settings.host)
        config.ssl_certfile, config.ssl_keyfile = str(certificate), str(key)
        say(f"certificate SHA-256 {fingerprint(certificate)}")
    uvicorn.Server(config).run(sockets=[listener])


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn runs here; the tests' server uses the same."""
    from gradio_app.chat import MAX_FRAME_BYTES
    from gradio_app.protocol import BoundedHttpProtocol

    return {
        "http": BoundedHttpProtocol,
        "ws": "websockets-sansio",
        "ws_max_size": MAX_FRAME_BYTES,
        "ws_max_queue": 8,
        "ws_per_message_deflate": False,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": SHUTDOWN_GRACE_S,
        "limit_concurrency": MAX_CONNECTIONS,
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        # uvicorn's own words (started, stopped) say nothing that we do not say.
        "log_level": "warning" if settings.log_level == "info" else settings.log_level,
    }


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; raises WorkError with what to do when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise WorkError(
            f"cannot listen on {host}:{port} ({error.strerror})",
            kind="port",
            hint=f"Choose another one: --port {port + 1}, or --port 0 for any free one",
        ) from error
    listener.listen(2048)
    return listener


def address_lines(host: str, port: int, tls: bool) -> list[str]:
    """Return the lines to print: the address to open, and the one for other devices."""
    scheme = "https" if tls else "http"
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    here = "127.0.0.1" if everywhere else host
    lines = [f"Bitaca Play: {scheme}://{bracketed(here)}:{port}"]
    if not is_loopback_host(host):
        address = lan_address() if everywhere else host
        if address:
            lines.append(f"on this network: {scheme}://{bracketed(address)}:{port}")
    return lines


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def lan_address() -> str | None:
    """Return the address that this machine uses towards its network; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def configure_logs(level: str, access_file: Path) -> None:
    """Send plain messages to stderr and JSON access lines to a file, with secrets taken out of both.

    One line a request would drown what the pipeline says on the same terminal; `debug` shows them there.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    access = logging.getLogger("bitaca.access")
    access.handlers.clear()
    access.propagate = level.lower() == "debug"
    if not access.propagate:
        access_file.parent.mkdir(parents=True, exist_ok=True)
        kept = RotatingFileHandler(access_file, maxBytes=ACCESS_LOG_BYTES, backupCount=1, delay=True)
        kept.setFormatter(handler.formatter)
        access.addHandler(kept)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    quiet = logging.WARNING if level.lower() != "debug" else logging.INFO
    for name in ("httpx", "uvicorn.error", "asyncio"):
        logging.getLogger(name).setLevel(quiet)


class RedactingFormatter(logging.Formatter):
    """Formats a record and takes tokens, cookies and personal numbers out of all of it, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        from bitaca_core.security.redact import redact

        return redact(super().format(record))


def ensure_certificate(keys: Path, host: str) -> tuple[Path, Path]:
    """Return `(certificate, key)`; made when missing, about to end, or made for other names."""
    from cryptography import x509

    certificate, key = keys / "tls-cert.pem", keys / "tls-key.pem"
    if certificate.is_file() and key.is_file():
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=7)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if found.not_valid_after_utc > soon and set(_names(host)) <= set(names):
            return certificate, key
    _make_certificate(certificate, key, host)
    return certificate, key


def _names(host: str) -> list[Any]:
    from cryptography import x509

    names: list[Any] = [x509.DNSName("localhost"), x509.DNSName(socket.gethostname())]
    addresses = {"127.0.0.1", "::1", lan_address() or "127.0.0.1"}
    try:
        ipaddress.ip_address(host)
        addresses.add(host)
    except ValueError:
        names.append(x509.DNSName(host))
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in sorted(addresses)]
    return names


def _make_certificate(certificate: Path, key: Path, host: str) -> None:
    import os

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bitaca Play")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(pem)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 of the certificate as browsers show it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    return ":".join(f"{byte:02X}" for byte in digest)
