"""Run the app under uvicorn: who may reach it, over what, and the address that is printed."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import logging
import os
import socket
import sys
import time
from collections.abc import Callable
from logging.handlers import BaseRotatingHandler
from pathlib import Path
from typing import Any

from bitaca_core.errors import InputError, WorkError
from bitaca_core.security.origin import TrustedProxies, is_loopback_host
from bitaca_core.settings import Settings

KEEP_ALIVE_S = 20
CERTIFICATE_DAYS = 397
"""Longest life that browsers accept, less a day."""
MAX_CONNECTIONS = 16_384
"""Of one worker: beyond it a caller is told to come back. A silent page's socket holds 30 to 40 KB."""
OPERATOR_TOKEN_MIN_CHARS = 16
"""Half of what `openssl rand -hex 16` makes: what is shorter was rather typed than drawn, and can be guessed."""
ACCESS_LOG_DAYS = 7
"""A file a day, the last seven days'; the privacy page says so."""
ACCESS_LOG_BYTES = 16 * 1024 * 1024
"""A day's file is begun anew at this size: whoever knocks without end must not fill the disk."""
GIVE_WAY_S = 0.001
"""How long a thread that thinks may keep the interpreter when the loop wants it: each frame that is sent would wait five
times as long by default."""
PING_EVERY_S = 40.0
"""How often a silent page is asked whether it is there: sooner than routers forget a connection (a minute or more),
and half of what uvicorn would ask ten thousand of them."""
SHUTDOWN_GRACE_S = 3


def check_exposure(settings: Settings, tls: bool = False) -> None:
    """Refuse to serve others without an operator token and an encrypted path to them.

    Raises
    ------
    InputError
        The trusted proxies cannot be read; the operator token is short enough to be guessed; or the host is not
        loopback and the token, or TLS and a trusted proxy, is missing.
    """
    proxies = TrustedProxies(settings.trusted_proxies)
    if settings.operator_token and len(settings.operator_token) < OPERATOR_TOKEN_MIN_CHARS:
        raise InputError(
            f"the operator token has {len(settings.operator_token)} characters, "
            f"expected at least {OPERATOR_TOKEN_MIN_CHARS}",
            kind="exposure",
            hint="Make one: BITACA_OPERATOR_TOKEN=$(openssl rand -hex 16)",
        )
    if is_loopback_host(settings.host):
        return
    if not settings.operator_token:
        raise InputError(
            f"{settings.host} is reachable from other machines, and no operator token is set",
            kind="exposure",
            hint="Make one: BITACA_OPERATOR_TOKEN=$(openssl rand -hex 16), or serve on 127.0.0.1",
        )
    if not tls and not proxies:
        raise InputError(
            f"{settings.host} would be served in plain text",
            kind="exposure",
            hint="Add --tls, or set BITACA_TRUSTED_PROXIES to the proxy that adds TLS",
        )


def serve(settings: Settings, *, tls: bool = False, listener: socket.socket | None = None) -> None:
    """Serve until a signal; on `listener` where the caller took the port and said the address, else does both."""
    from gradio_app.workers import serving

    check_exposure(settings, tls)
    serving.check_workers(settings)
    if listener is None:
        listener = listen(settings.host, settings.port)
        for line in address_lines(settings.host, listener.getsockname()[1], tls):
            say(line)
    if tls:
        say(f"certificate SHA-256 {fingerprint(ensure_certificate(settings.paths.keys, settings.host)[0])}")
    if settings.web_workers > 1:
        serving.serve_workers(settings, tls=tls, listener=listener)
    else:
        serve_one(settings, tls=tls, listener=listener)


def serve_one(settings: Settings, *, tls: bool, listener: socket.socket, worker: int = 1) -> None:
    """Serve from this process, the `worker`th of those that share `listener`."""
    import uvicorn

    from gradio_app.app import create_app
    from gradio_app.engines.pool import engines_for

    allow_files()
    sys.setswitchinterval(GIVE_WAY_S)
    log_name = "app.log" if worker == 1 else f"app-{worker}.log"
    configure_logs(settings.log_level, settings.paths.state / log_name)
    app = create_app(settings, engines=engines_for(settings, len(os.sched_getaffinity(0)), memory_bytes()))
    config = uvicorn.Config(app, **uvicorn_options(settings))
    if tls:
        certificate, key = ensure_certificate(settings.paths.keys, settings.host)
        config.ssl_certfile, config.ssl_keyfile = str(certificate), str(key)
    uvicorn.Server(config).run(sockets=[listener])


def memory_bytes() -> int:
    """Return how much memory this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def allow_files() -> None:
    """Let this process have as many files open as it may: each connection is one, and shells allow 1,024."""
    import resource

    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * MAX_CONNECTIONS if most == resource.RLIM_INFINITY else min(most, 4 * MAX_CONNECTIONS)
    if wanted > now >= 0:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn runs here; the tests' server uses the same."""
    from gradio_app.conversations.frames import MAX_FRAME_BYTES
    from gradio_app.protocol import BoundedHttpProtocol, BoundedWebSocketProtocol

    return {
        "http": BoundedHttpProtocol,
        "ws": BoundedWebSocketProtocol,
        "ws_max_size": MAX_FRAME_BYTES,
        "ws_max_queue": 8,
        "ws_per_message_deflate": False,
        "ws_ping_interval": PING_EVERY_S,
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
    formatter = log_to_stderr(level)
    access = logging.getLogger("bitaca.access")
    access.handlers.clear()
    access.propagate = level.lower() == "debug"
    if not access.propagate:
        access_file.parent.mkdir(parents=True, exist_ok=True)
        kept = AccessLog(access_file)
        kept.setFormatter(formatter)
        access.addHandler(kept)


def log_to_stderr(level: str) -> RedactingFormatter:
    """Send plain messages to stderr, and return what takes secrets out of them."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = RedactingFormatter("%(message)s")
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    quiet = logging.WARNING if level.lower() != "debug" else logging.INFO
    for name in ("httpx", "uvicorn.error", "asyncio", "mcp"):
        logging.getLogger(name).setLevel(quiet)
    return formatter


class AccessLog(BaseRotatingHandler):
    """`app.log` of today and one file for each day before, as long as they may be kept; for their owner only.

    Parameters
    ----------
    path : Path
        Where the log of today lies. What is too old beside it is deleted at once.
    clock : callable
        Unix seconds; days are those of UTC.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, "a", encoding="utf-8", delay=True)
        self.clock = clock
        self.path = path
        self._forget()
        self.day = _day(path.stat().st_mtime if path.exists() else clock())

    def _open(self) -> Any:
        return open(self.path, "a", encoding=self.encoding, opener=_for_the_owner_only)

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        """Return whether the day, or the room of a file, is over."""
        if self.stream is None:
            self.stream = self._open()
        return self.day != _day(self.clock()) or self.stream.tell() >= ACCESS_LOG_BYTES

    def doRollover(self) -> None:
        """Put the file away under its day, over what lies there already, and begin a new one."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None  # type: ignore[assignment]
        with contextlib.suppress(FileNotFoundError):  # another process over this folder was first
            self.path.replace(self.path.with_name(f"{self.path.name}.{self.day}"))
        self.day = _day(self.clock())
        self._forget()

    def _forget(self) -> None:
        oldest = _day(self.clock()) - datetime.timedelta(days=ACCESS_LOG_DAYS - 1)
        for file in self.path.parent.glob(f"{self.path.name}*"):
            with contextlib.suppress(FileNotFoundError):
                if _day(file.stat().st_mtime) < oldest:
                    file.unlink()


def _day(unix_s: float) -> datetime.date:
    return datetime.datetime.fromtimestamp(unix_s, datetime.UTC).date()


def _for_the_owner_only(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)  # also of a file that is there already
    return descriptor


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
