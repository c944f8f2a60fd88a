"""THIRD_PARTY.md from the metadata of pip, cargo and npm: `--write` makes it, `--check` proves it current.

Packages that this platform does not install (other systems, other Python versions) keep the row that was
written where they were installed, as long as they are still pinned.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "THIRD_PARTY.md"
INTRO = """# Third-party software

Bitaca Play (Apache-2.0) stands on these packages. This list is generated from the packages' own metadata by
`make third-party` and checked in CI. Python packages are installed by set-up, never copied into this repository.
Nothing from crates.io but the rows below is compiled into the WebAssembly files; npm packages are development
tools and test rivals, and none of their code is shipped.
"""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One package: where from, what, which version, under which licence."""

    section: str
    name: str
    version: str
    licence: str


def pip_rows() -> tuple[list[Row], set[str]]:
    """Return (rows of installed pinned packages, names of all pinned ones)."""
    pinned = {}
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        match = re.match(r"([A-Za-z0-9_.-]+)==([^ ;]+)", line)
        if match:
            pinned.setdefault(match[1].lower(), []).append(match[2])
    rows = []
    for name in sorted(pinned):
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        rows.append(Row("Python", name, distribution.version, _python_licence(distribution.metadata)))
    return rows, set(pinned)


def _python_licence(metadata) -> str:
    expression = metadata.get("License-Expression")
    if expression:
        return expression
    classifiers = [
        entry.rsplit("::", 1)[-1].strip()
        for entry in metadata.get_all("Classifier") or []
        if entry.startswith("License ::") and not entry.endswith("OSI Approved")
    ]
    text = (metadata.get("License") or "").strip()
    if text and "\n" not in text and len(text) <= 60:
        return text
    if classifiers:
        return ", ".join(classifiers)
    return text.splitlines()[0].strip()[:60] if text else "see the package"


def cargo_rows() -> list[Row]:
    """Return the crates that the workspace builds on."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline"]
    done = subprocess.run(command, cwd=ROOT / "player", capture_output=True, text=True, check=False)
    if done.returncode:
        command.remove("--offline")
        done = subprocess.run(command, cwd=ROOT / "player", capture_output=True, text=True, check=True)
    packages = json.loads(done.stdout)["packages"]
    return sorted(
        Row("Rust", package["name"], package["version"], package["license"] or "see the crate")
        for package in packages
        if package["source"]
    )


def npm_rows() -> list[Row]:
    """Return the development packages of the browser shell, from its lock file."""
    lock = json.loads((ROOT / "player/web/package-lock.json").read_text())
    rows = {
        Row(
            "npm (development only)",
            path.split("node_modules/")[-1],
            entry["version"],
            str(entry.get("license", "see the package")),
        )
        for path, entry in lock["packages"].items()
        if path and not entry.get("link") and not entry.get("optional")
    }
    return sorted(rows)


def render(rows: list[Row]) -> str:
    """Print the rows as one table a section."""
    parts = [INTRO]
    for section in ("Python", "Rust", "npm (development only)"):
        parts.append(f"\n## {section}\n\n| package | version | licence |\n|---|---|---|\n")
        parts += [
            f"| {row.name} | {row.version} | {row.licence} |\n" for row in rows if row.section == section
        ]
    return "".join(parts)


def parse(text: str) -> list[Row]:
    """Read the rows of a written list back."""
    rows, section = [], ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("| ") and not line.startswith("| package"):
            name, version, licence = (cell.strip() for cell in line.strip("|").split("|"))
            rows.append(Row(section, name, version, licence))
    return rows


def main(arguments: list[str]) -> int:
    """Write or check; 1 when the list is stale."""
    installed, pinned = pip_rows()
    written = parse(TARGET.read_text()) if TARGET.exists() else []
    here = {row.name for row in installed}
    kept = [row for row in written if row.section == "Python" and row.name in pinned - here]
    wanted = render([*sorted([*installed, *kept]), *cargo_rows(), *npm_rows()])
    if "--write" in arguments:
        TARGET.write_text(wanted)
        print(f"{TARGET.name}: {wanted.count(chr(10))} lines")
        return 0
    if TARGET.read_text() != wanted:
        stale = set(parse(wanted)) ^ set(written)
        print(f"{TARGET.name} is stale ({len(stale)} rows differ). Run: make third-party")
        for row in sorted(stale)[:10]:
            print(f"  {row.section}: {row.name} {row.version} {row.licence}")
        return 1
    print(f"{TARGET.name} matches the installed metadata")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
