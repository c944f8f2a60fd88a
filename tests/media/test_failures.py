"""Remembered failures: those of an input stand until it changes, others are tried again."""

from __future__ import annotations

from bitaca_core.errors import InputError, MediaError
from bitaca_core.media import failures
from bitaca_core.settings import DataPaths


def test_a_failure_of_the_input_stands_until_the_input_changes(paths: DataPaths) -> None:
    video = paths.home / "film.mp4"
    video.parent.mkdir(parents=True)
    video.write_text("words")
    failures.record(paths, "film", InputError("not a film", file=video, hint="Copy it again"), [str(video)])
    known = failures.load(paths)["film"]
    assert known.stands() and known.message == f"{video}: not a film. Copy it again"
    video.write_text("other words")
    assert not failures.load(paths)["film"].stands()
    video.unlink()
    assert not failures.load(paths)["film"].stands()


def test_other_failures_do_not_stand(paths: DataPaths) -> None:
    failures.record(paths, "film", MediaError("ffmpeg died"), ["/nowhere"])
    failures.record(paths, "other", OSError(28, "No space left"))
    known = failures.load(paths)
    assert not known["film"].stands() and not known["other"].stands()
    assert "OSError" in known["other"].message and known["other"].kind == "unexpected"
    failures.clear(paths, "film")
    assert set(failures.load(paths)) == {"other"}


def test_a_damaged_memory_is_an_empty_one(paths: DataPaths) -> None:
    failures.record(paths, "film", InputError("bad"))
    file = paths.state / "failures.json"
    for text in ("", "[]", '{"schema": 2, "failures": []}', '{"schema": 1, "failures": [{"x": 1}]}'):
        file.write_text(text)
        assert failures.load(paths) == {}
