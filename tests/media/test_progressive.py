"""A long title is there in one rung before the rest is encoded, and whole afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.catalogue.store import add_source
from bitaca_core.media import description, encode, library, plan, planning, publish, receipts, verify
from bitaca_core.media.encode import Encoded
from bitaca_core.settings import DataPaths, Settings
from tests.media.clips import AAC, X264, picture, sheet_of, tone


@pytest.fixture
def long(clip: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three seconds that count as long."""
    monkeypatch.setattr(plan, "FIRST_FROM_S", 2)
    return clip("long.mp4", *picture("640x360", seconds=3), *tone(3), *X264, *AAC)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The rungs of each encoding that was really done."""
    done: list[tuple[str, ...]] = []
    real = encode.encode

    def noted(*given: object, **more: object) -> Encoded:
        done.append(tuple(rung.id for rung in given[3]))  # type: ignore[attr-defined]
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(encode, "encode", noted)
    return done


def test_one_rung_comes_first_and_is_not_encoded_again(
    long: Path, paths: DataPaths, encoded: list[tuple[str, ...]]
) -> None:
    seen: list[str | None] = []

    def look(stage: str, percent: float) -> None:
        current = library.current_package_id(paths, "clip")
        if seen[-1:] != [current]:
            seen.append(current)

    done = publish.publish_title(sheet_of(long), paths, look)
    first = seen[1]
    assert seen == [None, first, done.package_id] and first not in (None, done.package_id)
    assert encoded == [("360p",), ("234p", "144p")]
    folder = paths.media / "clip" / str(first)
    assert verify.verify_package(folder) == [] and verify.verify_package(done.folder) == []
    assert [rung.id for rung in description.read(folder).rungs] == ["360p"]
    assert [rung.id for rung in description.read(done.folder).rungs] == ["360p", "234p", "144p"]
    assert (folder / "video/360p/seg-1.m4s").read_bytes() == (
        done.folder / "video/360p/seg-1.m4s"
    ).read_bytes()
    receipt = receipts.load(paths, "clip")
    assert receipt is not None and not receipt.partial
    assert not list(paths.cas.glob("??/*")), "pieces were left in the store"


def test_what_was_cut_off_after_the_first_rung_is_planned_and_finished(
    long: Path, paths: DataPaths, encoded: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_source(paths, sheet_of(long))

    def stop(stage: str, percent: float) -> None:
        if library.current_package_id(paths, "clip") is not None:
            raise KeyboardInterrupt

    monkeypatch.setattr(planning, "load_settings", lambda: Settings(home=paths.home, ladder="default"))
    with pytest.raises(KeyboardInterrupt):
        publish.publish_title(sheet_of(long), paths, stop)
    (item,) = planning.pending(paths)
    assert item.reason == "only its first rung is there yet"
    done = publish.publish_title(sheet_of(long), paths)
    assert encoded[0] == ("360p",) and ("360p",) not in encoded[1:]
    assert planning.pending(paths) == [] and library.current_package_id(paths, "clip") == done.package_id


def test_a_short_title_is_published_at_once(
    plain: Path, paths: DataPaths, encoded: list[tuple[str, ...]]
) -> None:
    publish.publish_title(sheet_of(plain), paths)
    assert encoded == [("180p", "144p")]
