"""setup.sh stops with the one line to run where something is missing, and does nothing twice."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path):
    for name in (
        "setup.sh",
        "pyproject.toml",
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-all.txt",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def python_that(checkout: Path, version: str, venv_works: bool) -> Path:
    """Write a stand-in interpreter that answers set-up's two questions and refuses everything else."""
    path = checkout / "python"
    path.write_text(
        "#!/bin/sh\n"
        'case "$2" in\n'
        f"*version_info*) echo {version} ;;\n"
        f"*ensurepip*) exit {0 if venv_works else 1} ;;\n"
        '*) echo "unexpected: $*" >&2; exit 99 ;;\n'
        "esac\n"
    )
    path.chmod(0o755)
    return path


def run(checkout: Path, *arguments: str, python: str | Path = "python3") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./setup.sh", *arguments],
        cwd=checkout,
        env=os.environ | {"PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def the_one_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_no_python_at_all(checkout):
    done = run(checkout, python="/nowhere/python3")
    assert done.returncode == 2
    assert "sudo apt-get install -y python3 python3-venv" in the_one_line(done)


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.15"])
def test_a_python_that_is_too_old_or_too_new(checkout, version):
    done = run(checkout, python=python_that(checkout, version, True))
    assert done.returncode == 2
    assert f"is {version}" in the_one_line(done)
    assert "PYTHON=" in the_one_line(done)


@pytest.mark.parametrize("version", ["3.11", "3.14"])
def test_a_python_without_venv(checkout, version):
    done = run(checkout, python=python_that(checkout, version, False))
    assert done.returncode == 2
    assert f"sudo apt-get install -y python{version}-venv" in the_one_line(done)
    assert not (checkout / ".venv").exists()


def test_an_unknown_extra(checkout):
    done = run(checkout, "torch")
    assert done.returncode == 2
    assert "known: dev notebooks st openai anthropic" in the_one_line(done)


def test_nothing_is_done_when_everything_is_there(checkout):
    python = python_that(checkout, "3.12", False)  # would stop at the venv check if it did anything
    wanted = subprocess.run(
        "cat requirements*.txt pyproject.toml setup.sh | cksum | cut -d' ' -f1",
        shell=True,
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (checkout / ".venv").mkdir()
    (checkout / ".venv/.bitaca-setup").write_text(f"default 3.12 {wanted}\n")
    done = run(checkout, python=python)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_pins_hold_what_the_project_needs():
    pins = (ROOT / "requirements.txt").read_text()
    assert "torch" not in pins
    assert "jupyterlab==" not in pins
    assert "rfc3987-syntax" not in pins
    for name in ("fastapi", "prefect", "gradio", "pandas", "lancedb", "papermill", "ipykernel", "wasmtime"):
        assert f"\n{name}==" in f"\n{pins}", name
    for file in ROOT.glob("requirements*.txt"):
        assert "://" not in file.read_text(), file.name
