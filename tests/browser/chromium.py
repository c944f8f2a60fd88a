"""The Chromium that browser tests drive: the system's, else one that this module installs.

`python -m tests.browser.chromium --install` makes sure that there is one, or stops with the line to run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
)


def find() -> str | None:
    """Return a Chromium that starts: `$BITACA_CHROMIUM`, the system's, or Playwright's own download."""
    candidates = [
        os.environ.get("BITACA_CHROMIUM"),
        *(shutil.which(name) for name in NAMES),
        _playwright_build(),
    ]
    return next((path for path in candidates if path and _starts(path)), None)


def require() -> str:
    """Return a Chromium, or fail with what to do: browser tests are never skipped.

    Raises
    ------
    RuntimeError
        When there is none.
    """
    path = find()
    if path is None:
        raise RuntimeError(
            "no Chromium found. Run: sudo apt-get install -y chromium  (or set BITACA_CHROMIUM to one)"
        )
    return path


def install() -> str:
    """Find a Chromium, or install one: by apt on Debian when root, by Playwright's download otherwise."""
    path = find()
    if path:
        return path
    if os.geteuid() == 0 and shutil.which("apt-get") and _is_debian():
        print("Installing Chromium with apt (once)", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    else:
        print("Downloading Playwright's Chromium (once)", flush=True)
        command = [sys.executable, "-m", "playwright", "install", "chromium", "--only-shell"]
        if os.geteuid() == 0:
            command.append("--with-deps")
        subprocess.run(command, check=False)
    return require()


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    # Ubuntu's chromium package is only a pointer to a snap, which containers cannot run.
    return release.is_file() and "ID=debian" in release.read_text().splitlines()


def _playwright_build() -> str | None:
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = [
        *root.glob("chromium-*/chrome-linux*/chrome"),
        *root.glob("chromium_headless_shell-*/*/*headless*shell"),
    ]
    return str(max(found)) if found else None


def _starts(path: str) -> bool:
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
        )
    except OSError:
        return False


if __name__ == "__main__":
    try:
        print(f"Chromium: {install() if '--install' in sys.argv else require()}")
    except RuntimeError as error:
        sys.exit(f"bitaca: {error}")
