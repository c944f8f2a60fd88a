"""Error numbers: one meaning each, and one table that has them all."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

PLAYER = Path(__file__).resolve().parents[3] / "player"


def table(readme: Path) -> list[int]:
    """Return the numbers in the first column of a README's tables; `3011–3014` counts as four."""
    numbers: list[int] = []
    for first, last in re.findall(r"^\| (\d{4})(?:–(\d{4}))? \|", readme.read_text(), re.MULTILINE):
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def shell() -> list[int]:
    """Return the numbers that the browser shell gives; the video element's is the base of four."""
    source = (PLAYER / "web/src/errors.ts").read_text()
    given = {name: int(number) for name, number in re.findall(r"export const (\w+) = (\d+)", source)}
    base = given.pop("MEDIA_ELEMENT")
    return [*given.values(), *(base + code for code in (1, 2, 3, 4))]


def test_the_table_has_every_number_once():
    session = table(PLAYER / "core/src/session/README.md")
    assert session and shell()
    assert Counter(table(PLAYER / "web/README.md")) == Counter(session + shell())


def test_no_other_file_of_the_shell_makes_up_a_number():
    for path in sorted((PLAYER / "web/src").rglob("*.ts")):
        if path.name != "errors.ts":
            assert not re.search(r"code: \d|code = \d", path.read_text()), path
