"""Whether the rivals are installed as `package-lock.json` says; figures of another version would be told as this one's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

#: What is measured, and what bundles the page.
NEEDED = ("hls.js", "dashjs", "shaka-player", "rx-player", "mp4box", "esbuild")


class NotInstalled(RuntimeError):
    """What the bench needs is not there; the message says what to run."""


def require(web: Path) -> None:
    """Raise `NotInstalled` where `web` lacks a rival, or has another version than its lock file.

    Parameters
    ----------
    web : Path
        The folder of `package-lock.json` and `node_modules`.
    """
    if shutil.which("node") is None:
        raise NotInstalled("this bench needs Node 20 or newer, and `node` is not on the PATH: install it")
    locked = json.loads((web / "package-lock.json").read_text())["packages"]
    for name in NEEDED:
        wanted = locked[f"node_modules/{name}"]["version"]
        package = web / "node_modules" / name / "package.json"
        try:
            found = json.loads(package.read_text())["version"]
        except (OSError, ValueError, KeyError):
            found = "none"
        if found != wanted:
            raise NotInstalled(f"{name} {wanted} is needed, {found} is installed: run `npm ci` in {web}")
