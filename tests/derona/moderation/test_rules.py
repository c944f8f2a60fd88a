"""Rules are read whole or not at all; each fires where it should."""

from __future__ import annotations

import pytest

from bitaca_core.derona.moderation import rules


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("block x: y", "line 1 is no rule"),
        ("block x if * y", "line 1 is no rule"),
        ("block x if *: (", "line 1"),
        ("block x if *: {NOBODY}", "names NOBODY"),
    ],
)
def test_a_bad_rule_is_told_by_its_line(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rules.read(line)


def test_rules_are_tried_by_their_kinds() -> None:
    made = rules.read("@A = (?:sua|seu)\nblock x if vile: {A} puta")
    assert made[0].kinds == {"vile"} and made[0].pattern.search("sua puta")
    assert {rule.tier for rule in rules.rules()} == {"allow", "refuse", "block", "crisis"}
    fired = {rule.name for rule in rules.fired("quero me matar", {"selfkill", "want"})}
    assert "wants-end" in fired and not rules.fired("quero me matar", {"want"})
