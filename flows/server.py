"""A Prefect server of our own: temporary behind one run, or a whole one behind `bitaca flows serve`.

The operator's own, in `PREFECT_API_URL` or a Prefect profile (`environment.prepare` reads it), comes first.

It is our supervised child (own process group, killed by the kernel when we die), which Prefect's built-in
ephemeral server is not: that one outlives a parent that is killed. `python -m flows.server` is the child.
"""

from __future__ import annotations

import argparse
import atexit
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from bitaca_core.errors import WorkError
from bitaca_core.media import supervise
from bitaca_core.settings import DataPaths

API_URL = "PREFECT_API_URL"
UI_PORT = 4200
"""Prefect's own default, where people look for its pages."""
START_S = 120
"""A hang guard: two busy cores need about 20 s for a first start."""
STOP_S = 8
POLL_S = 0.1
CONNECT_S = 5


def configured() -> str | None:
    """Return the API address of the server that the operator has set."""
    return os.environ.get(API_URL) or None


def ensure(paths: DataPaths) -> str:
    """Return the API address to use: the configured server's, else that of a temporary one, started here.

    Raises
    ------
    WorkError
        The configured server does not answer, or the temporary one does not start.
    """
    address = configured()
    if not address:
        return start(paths)
    answers(address)
    return address


def answers(address: str) -> None:
    """Return when something listens at a server's API address.

    Raises
    ------
    WorkError
        Nothing does.
    """
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), CONNECT_S).close()
    except OSError as error:
        raise WorkError(
            f"the Prefect server at {address} does not answer ({error})",
            kind="prefect",
            hint=f"Start it, or unset {API_URL} (`prefect config unset {API_URL}`) to use a temporary one",
        ) from error


def start(paths: DataPaths, *, port: int = 0, whole: bool = False) -> str:
    """Start a server as our child, tell this process's Prefect about it, and return its API address.

    It is stopped when this process ends, after Prefect has sent its last word.

    Parameters
    ----------
    port : int
        0 for any free one.
    whole : bool
        With schedules and pages; else only what one run needs.

    Raises
    ------
    WorkError
        The port is taken, or the server does not start.
    """
    refusal = taken(port)
    if refusal is not None:
        raise WorkError(
            f"cannot listen on 127.0.0.1:{port}: {refusal}",
            kind="port",
            hint=f"Give another port: bitaca flows serve --port {port + 1}",
        )
    paths.state.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="prefect-port-", dir=paths.state)
    os.close(descriptor)
    said = Path(name)
    command = [sys.executable, "-m", "flows.server", "--port", str(port), *(["--whole"] if whole else [])]
    child = supervise.Child(command, stdout=said)
    # Registered before Prefect is imported, so it runs after Prefect's own farewell.
    atexit.register(_stop, child)
    try:
        url = f"http://127.0.0.1:{_port(child, said)}/api"
    finally:
        said.unlink(missing_ok=True)
    _await_health(child, url)
    os.environ[API_URL] = url
    return url


def taken(port: int) -> str | None:
    """Say why a server cannot listen on `port` of this machine; None when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.strerror or str(error)
    return None


def _port(child: supervise.Child, said: Path) -> int:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        text = said.read_text()
        if text.endswith("\n"):
            return int(text)
        if child.process.poll() is not None:
            break
        time.sleep(POLL_S)
    raise _no_start(child)


def _await_health(child: supervise.Child, url: str) -> None:
    """Wait for the first answer; the socket listens already, so one request is enough where all goes well."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and child.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=START_S):  # noqa: S310 - our own http address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(POLL_S)
    raise _no_start(child)


def _no_start(child: supervise.Child) -> WorkError:
    _stop(child)
    said = child.stderr_tail.splitlines()
    return WorkError(
        f"the Prefect server did not start: {said[-1] if said else 'it said nothing'}",
        kind="prefect",
        hint=f"bitaca doctor checks this machine; or set {API_URL} to a server of yours",
    )


def _stop(child: supervise.Child) -> None:
    if child.process.poll() is None:
        child.process.terminate()
        try:
            child.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()


def main(arguments: list[str]) -> None:
    """Be the server: bind, say the port on standard output, then load Prefect and answer."""
    parser = argparse.ArgumentParser(prog="flows.server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args(arguments)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", options.port))
    listener.listen(128)
    port = listener.getsockname()[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    os.environ.pop(API_URL, None)
    os.environ |= {"PREFECT_SERVER_API_HOST": "127.0.0.1", "PREFECT_SERVER_API_PORT": str(port)}
    if not options.whole:
        os.environ["PREFECT_UI_ENABLED"] = "0"

    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=not options.whole, final=True)
    config = uvicorn.Config(app, log_level="error", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_parent(parent: int) -> None:
    """Watch the parent where the kernel does not (PR_SET_PDEATHSIG is Linux's)."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
