"""Nothing is published that is clear and should not be: each fault is seeded into a good package."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.errors import WorkError
from bitaca_core.media import publish
from bitaca_core.media.package import package_source
from bitaca_core.media.protection.keys import KeyStore
from bitaca_core.media.protection.policy import Policy
from bitaca_core.media.protection.sealing import Protection
from bitaca_core.media.publish import publish_title
from bitaca_core.media.verify import verify_package
from bitaca_core.media.wishes import Wishes
from bitaca_core.settings import DataPaths
from tests.media.clips import sheet_of

Damage = Callable[[Path, Path], object]
TRACK = "video/180p"
INIT, SEGMENT, PLAYLIST = f"{TRACK}/init.mp4", f"{TRACK}/seg-1.m4s", f"{TRACK}/playlist.m3u8"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory, plain: Path) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("verifying")
    made = {}
    for scheme in ("none", "aes-128", "cbcs", "cenc"):
        protection = Protection(Policy(scheme), KeyStore(folder / "keys"))  # type: ignore[arg-type]
        made[scheme] = package_source(
            sheet_of(plain), folder / scheme, Wishes(max_rungs=1, protection=protection)
        ).folder
    return made


def edit(change: Callable[[dict], object]) -> Damage:  # type: ignore[type-arg]
    def damage(folder: Path, _: Path) -> None:
        document = json.loads((folder / "package.json").read_text())
        change(document)
        (folder / "package.json").write_text(json.dumps(document))

    return damage


def clear(*names: str) -> Damage:
    return lambda folder, other: [shutil.copyfile(other / name, folder / name) for name in names]


@pytest.mark.parametrize(
    ("scheme", "file", "damage"),
    [
        ("cbcs", INIT, clear(INIT, SEGMENT)),
        ("cenc", INIT, edit(lambda d: d["protection"].update(scheme="cbcs"))),
        ("cbcs", INIT, edit(lambda d: d["protection"]["tracks"][0].update(kids=["00" * 16]))),
        ("cenc", INIT, edit(lambda d: d.pop("protection"))),
        ("cbcs", "package.json", edit(lambda d: d["protection"]["tracks"].pop())),
        ("aes-128", SEGMENT, clear(SEGMENT)),
        ("aes-128", SEGMENT, lambda folder, _: (folder / SEGMENT).write_bytes((folder / SEGMENT).read_bytes()[:-1])),
        ("aes-128", PLAYLIST, edit(lambda d: d["protection"]["tracks"][0].update(kids=["00" * 16]))),
        ("aes-128", PLAYLIST, clear(PLAYLIST)),
        ("cenc", INIT, lambda folder, _: (folder / INIT).write_bytes((folder / INIT).read_bytes().replace(b"schm", b"free"))),
    ],
)  # fmt: skip
def test_a_seeded_fault_is_found(
    scheme: str, file: str, damage: Damage, packages: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "package"
    shutil.copytree(packages[scheme], folder)
    damage(folder, packages["none"])
    found = [one for one in verify_package(folder, hashes=False) if one.code == "protection"]
    assert file in {one.file for one in found}, found


def test_good_ones_have_none(packages: dict[str, Path]) -> None:
    assert all(verify_package(folder) == [] for folder in packages.values())


def test_a_title_that_came_out_clear_is_not_published(
    plain: Path, paths: DataPaths, packages: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    build = publish.build

    def forgetful(job, workplace, progress, **more):  # type: ignore[no-untyped-def]
        result = build(job, workplace, progress, **more)
        for name in (INIT, SEGMENT):
            shutil.copyfile(packages["none"] / name, workplace / name)
        return result

    monkeypatch.setattr(publish, "build", forgetful)
    protection = Protection(Policy("cbcs"), KeyStore(paths.keys))
    with pytest.raises(WorkError, match="does not verify"):
        publish_title(sheet_of(plain), paths, wishes=Wishes(protection=protection))
    assert not (paths.media / "clip" / "current").exists()
