"""README says what is true: every setting, every command and every make target that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bitaca_core.cli.main import COMMANDS
from bitaca_core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_description():
    rows = dict(re.findall(r"^\| `BITACA_([A-Z0-9_]+)` \| .*? \| (.+?) \|$", README, re.M))
    fields = {name.upper(): field.description for name, field in Settings.model_fields.items()}
    assert rows == fields


def test_every_make_target_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.M))
    assert named >= {"demo", "test", "up"}
    assert named - targets == set()


def test_every_command_named_exists():
    named = set(re.findall(r"^bitaca ([a-z]+)", README, re.M)) | set(re.findall(r"`bitaca ([a-z]+)", README))
    assert len(named) > 8
    assert named - set(COMMANDS) == set()


PLACEHOLDER = re.compile(r"@@|\bsee below\b|\b(?:TODO|TBD|FIXME|XXX)\b|\(to come\)|\bn/a\b", re.I)


def placeholders(text: str) -> list[str]:
    """Return the lines that promise something instead of saying it."""
    return [line for line in text.splitlines() if PLACEHOLDER.search(line)]


def test_no_placeholder_is_left():
    assert placeholders(README) == []


@pytest.mark.parametrize(
    "line",
    ["| start | see below | x |", "See below.", "@@figure@@", "TODO: measure", "| size | tbd | x |"],
)
def test_a_seeded_placeholder_is_reported(line):
    assert placeholders(f"good\n{line}\ngood") == [line]


def test_local_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
