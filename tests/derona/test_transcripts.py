"""The transcripts say what Derona says today; a reviewer reads them, `python -m tests.derona.transcripts` writes them."""

from __future__ import annotations

import pytest

from tests.derona import transcripts


def test_they_are_what_the_dialogues_give() -> None:
    assert transcripts.differing() == [], "run python -m tests.derona.transcripts and read what changed"


def test_there_are_enough_and_the_issue_of_the_third_is_among_them() -> None:
    dialogues = transcripts.read(transcripts.SCRIPT.read_text("utf-8"))
    assert len(dialogues) >= 12 and len({one.name for one in dialogues}) == len(dialogues)
    said = [[text for kind, text in one.steps if kind == ">"] for one in dialogues]
    wanted = ["algo leve", "mais antigo", "sem ser musical", "o terceiro", "passa o trailer", "pausa"]
    assert any([text for text in texts if text in wanted] == wanted for texts in said)


def test_a_changed_transcript_is_reported(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = transcripts.all_transcripts()
    first = sorted(made)[0]
    for name, text in made.items():
        (tmp_path / name).write_text(text.replace("Derona", "Dorina") if name == first else text, "utf-8")
    (tmp_path / "left-over.md").write_text("# old\n", "utf-8")
    monkeypatch.setattr(transcripts, "FOLDER", tmp_path)
    assert transcripts.differing() == sorted([first, "left-over.md"])


@pytest.mark.parametrize("text", ["> said before any dialogue", "# a | pt | b\n? what"])
def test_a_script_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"dialogues\.txt:\d"):
        transcripts.read(text)


def test_a_stage_direction_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        transcripts.Stage().change("dance")
