"""The READMEs of the readers: every file and test that their tables name is there, every tag has its row."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

PLAYER = Path(__file__).resolve().parents[2] / "player"
TESTS = PLAYER.parent / "tests"
FOLDERS = ("hls", "dash", "isobmff", "text")
NAMED = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)#]+)\)")


def rust_names() -> set[str]:
    """Return the names of all functions and modules of the player's Rust."""
    names: set[str] = set()
    for crate in PLAYER.iterdir():
        for folder in ("src", "tests"):
            for path in (crate / folder).rglob("*.rs") if (crate / folder).is_dir() else ():
                names.update(re.findall(r"\b(?:fn|mod) (\w+)", path.read_text(encoding="utf-8")))
    return names


def rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of tables, heads left out."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) > 2:
            found.append(cells)
    return found


def faults(folder: Path, text: str, known: set[str]) -> list[str]:
    """Return what a README names and is not there: files, tests, corpus files, links."""
    bad = [target for target in LINK.findall(text) if not (folder / target).exists()]
    corpus = {path.name for path in (TESTS / "corpus").rglob("*") if path.is_file()}
    for name in NAMED.findall("\n".join(" | ".join(cells[1:]) for cells in rows(text))):
        if name.endswith(".rs"):
            if not any(
                (base / name).exists() for base in (folder, PLAYER, folder.parent, PLAYER / "core/tests")
            ):
                bad.append(name)
        elif re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+){2,}", name):
            if name not in known:
                bad.append(name)
        elif re.fullmatch(r"\w+::\w+", name):
            if name.rpartition("::")[2] not in known:
                bad.append(name)
        elif re.fullmatch(r"[\w-]+\.(m3u8|mpd|vtt|ttml|srt|ass|ssa|cc)", name) and name not in corpus:
            bad.append(name)
    return bad


@pytest.fixture(scope="module")
def known():
    return rust_names()


@pytest.mark.parametrize("name", FOLDERS)
def test_what_a_table_names_is_there(name, known):
    folder = PLAYER / "core/src" / name
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert len(rows(text)) > 15
    assert faults(folder, text, known) == []


def test_a_name_that_is_not_there_is_seen(known):
    folder = PLAYER / "core/src/hls"
    text = "| 4.1 | `none.rs`, [x](gone.md) | `no_such_test_at_all` | `nothing.m3u8`, `tests::no_such` |\n"
    assert len(faults(folder, text, known)) == 5


def test_every_tag_has_a_row_that_says_what_is_done_with_it():
    grammar = (PLAYER / "strict/src/hls/grammar.rs").read_text(encoding="utf-8")
    tags = re.findall(r'tag!\("(EXT[A-Z0-9-]+)"', grammar)
    assert len(tags) == 32
    with (PLAYER / "acted-on.tsv").open(encoding="utf-8", newline="") as file:
        proved = {row["test"].rpartition("::")[2] for row in csv.DictReader(file, delimiter="\t")}
    found = {}
    for cells in rows((PLAYER / "core/src/hls/README.md").read_text(encoding="utf-8")):
        for tag in re.findall(r"EXT[A-Z0-9-]+", cells[1]):
            found[tag] = set(NAMED.findall(cells[-1]))
    assert [tag for tag in tags if not found.get(tag)] == []
    assert {tag: names - proved for tag, names in found.items() if names - proved} == {}
