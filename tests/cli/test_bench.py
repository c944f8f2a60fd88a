"""The parsers' bench says in one line what is missing, before anything is measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.bench.parse import __main__ as bench
from tests.bench.parse import rivals


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rivals.shutil, "which", lambda name: f"/usr/bin/{name}")
    packages = {f"node_modules/{name}": {"version": "1.2.3"} for name in rivals.NEEDED}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    for name in rivals.NEEDED:
        (tmp_path / "node_modules" / name).mkdir(parents=True)
        (tmp_path / "node_modules" / name / "package.json").write_text(json.dumps({"version": "1.2.3"}))
    return tmp_path


def test_what_is_installed_as_locked_is_taken(web: Path) -> None:
    rivals.require(web)


def test_a_stale_or_missing_package_is_named_with_what_to_run(web: Path) -> None:
    package = web / "node_modules/mp4box/package.json"
    for written, found in [(json.dumps({"version": "1.0.0"}), "1.0.0"), ("{", "none"), ("{}", "none")]:
        package.write_text(written)
        with pytest.raises(rivals.NotInstalled) as caught:
            rivals.require(web)
        assert str(caught.value) == f"mp4box 1.2.3 is needed, {found} is installed: run `npm ci` in {web}"
    package.unlink()
    with pytest.raises(rivals.NotInstalled, match="none is installed"):
        rivals.require(web)


def test_without_node_it_says_so(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals.shutil, "which", lambda name: None)
    with pytest.raises(rivals.NotInstalled, match="needs Node"):
        rivals.require(web)


def test_the_bench_ends_with_that_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(_: Path) -> None:
        raise rivals.NotInstalled("mp4box 1.2.3 is needed, none is installed: run `npm ci` in web")

    monkeypatch.setattr(bench, "require", missing)
    monkeypatch.setattr(sys, "argv", ["parse"])
    assert bench.main() == 1
    said = capsys.readouterr()
    assert said.err == "bench parse: mp4box 1.2.3 is needed, none is installed: run `npm ci` in web\n"
    assert "Traceback" not in said.err + said.out


@pytest.mark.parametrize(
    ("arguments", "told"), [(["--samples", "0"], "at least one"), (["--only", "x"], "hls-plain")]
)
def test_arguments_that_measure_nothing_are_refused(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["parse", *arguments])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
