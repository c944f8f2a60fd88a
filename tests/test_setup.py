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


def python_that(
    checkout: Path, version: str, venv_works: bool, name: str = "python", dies: bool = False
) -> Path:
    """Write a stand-in interpreter that answers set-up's two questions and refuses everything else."""
    path = checkout / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "#!/bin/sh\n"
        + ("exit 127\n" if dies else "")
        + 'case "$2" in\n'
        + f"*version_info*) echo {version} ;;\n"
        + f"*ensurepip*) exit {0 if venv_works else 1} ;;\n"
        + '*) echo "unexpected: $*" >&2; exit 99 ;;\n'
        + "esac\n"
    )
    path.chmod(0o755)
    return path


def run(
    checkout: Path, *arguments: str, python: str | Path = "", user: int = 1000
) -> subprocess.CompletedProcess[str]:
    """Run set-up as `user`, with no Python on the PATH but those that a test puts beside it."""
    tools = checkout / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("sh", "cat", "cksum", "cut", "grep", "dirname", "rm", "printf", "echo"):
        found = shutil.which(name)
        if found and not (tools / name).exists():
            (tools / name).symlink_to(found)
    (tools / "id").write_text(f"#!/bin/sh\necho {user}\n")
    (tools / "id").chmod(0o755)
    return subprocess.run(
        ["./setup.sh", *arguments],
        cwd=checkout,
        env={"PATH": str(tools), "PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def the_one_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(("user", "sudo"), [(1000, "sudo "), (0, "")])
def test_no_python_at_all(checkout, user, sudo):
    done = run(checkout, user=user)
    assert done.returncode == 2
    assert (
        the_one_line(done) == f"bitaca: Python not found. Run: {sudo}apt-get install -y python3 python3-venv"
    )


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.15"])
@pytest.mark.parametrize("arguments", [[], ["dev"], ["dev", "notebooks"]])
def test_a_python_that_is_too_old_or_too_new(checkout, version, arguments):
    python = python_that(checkout, version, True)
    done = run(checkout, *arguments, python=python)
    assert done.returncode == 2
    assert the_one_line(done) == (
        f"bitaca: Python 3.11 to 3.14 is needed and {python} is {version}."
        " Install one, then run: make setup PYTHON=python3.12"
    )


def test_a_python_that_would_do_is_named(checkout):
    python_that(checkout, "3.9", True, "tools/python3")
    python_that(checkout, "3.13", True, "tools/python3.13")
    assert the_one_line(run(checkout, "dev")) == (
        "bitaca: Python 3.11 to 3.14 is needed and python3 is 3.9. Run: make setup PYTHON=python3.13"
    )


def test_the_printed_line_is_a_target_that_passes_the_python_on(checkout):
    """`make setup PYTHON=...` reaches set-up, and set-up only."""
    shutil.copy(ROOT / "Makefile", checkout)
    # Without what a make around these tests hands down.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", "-n", "setup", "PYTHON=python3.12"]
    done = subprocess.run(
        command, cwd=checkout, capture_output=True, text=True, timeout=60, check=True, env=outside
    )
    assert done.stdout.strip() == "./setup.sh"
    (checkout / "setup.sh").write_text('#!/bin/sh\necho "$PYTHON"\n')
    command.remove("-n")
    done = subprocess.run(
        command, cwd=checkout, capture_output=True, text=True, timeout=60, check=True, env=outside
    )
    assert done.stdout.strip() == "python3.12"


@pytest.mark.parametrize("version", ["3.11", "3.14"])
@pytest.mark.parametrize(("user", "sudo"), [(1000, "sudo "), (0, "")])
def test_a_python_without_venv(checkout, version, user, sudo):
    done = run(checkout, python=python_that(checkout, version, False), user=user)
    assert done.returncode == 2
    assert (
        the_one_line(done)
        == f"bitaca: this Python has no venv. Run: {sudo}apt-get install -y python{version}-venv"
    )
    assert not (checkout / ".venv").exists()


def test_an_unknown_extra(checkout):
    python_that(checkout, "3.12", True, "tools/python3")
    done = run(checkout, "torch")
    assert done.returncode == 2
    assert "known: dev notebooks st openai anthropic" in the_one_line(done)


def finished(checkout: Path, version: str = "3.12", **interpreter: bool) -> None:
    """Leave what a finished set-up of the default environment leaves."""
    wanted = subprocess.run(
        "cat requirements*.txt pyproject.toml setup.sh | cksum | cut -d' ' -f1",
        shell=True,
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    python_that(checkout, version, False, ".venv/bin/python", **interpreter)
    (checkout / ".venv/lib" / f"python{version}").mkdir(parents=True)
    (checkout / ".venv/.bitaca-setup").write_text(f"default {version} {wanted}\n")


def test_nothing_is_done_when_everything_is_there(checkout):
    finished(checkout)
    python = python_that(checkout, "3.12", False)  # would stop at the venv check if it did anything
    done = run(checkout, python=python)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_python_chosen_once_is_kept(checkout):
    """`make setup PYTHON=python3.12`, then `make demo` on a machine whose python3 is too old."""
    finished(checkout)
    python_that(checkout, "3.9", False, "tools/python3")
    done = run(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("gone", ["dangling", "dies"])
def test_an_environment_whose_python_is_gone_is_made_again(checkout, gone):
    finished(checkout, dies=gone == "dies")
    if gone == "dangling":
        (checkout / ".venv/bin/python").unlink()
        (checkout / ".venv/bin/python").symlink_to(checkout / "nowhere" / "python3")
    done = run(checkout, python=python_that(checkout, "3.12", False))
    assert done.stdout == "The Python behind .venv is gone: making a new environment\n"
    assert not (checkout / ".venv").exists()
    assert "no venv" in the_one_line(done), "it goes on as on the first day"


def test_an_environment_of_another_version_is_made_again(checkout):
    finished(checkout, "3.11")
    done = run(checkout, python=python_that(checkout, "3.13", False))
    assert done.stdout == "Python changed to 3.13: making a new environment\n"
    assert not (checkout / ".venv").exists()


def test_pins_hold_what_the_project_needs():
    pins = (ROOT / "requirements.txt").read_text()
    assert "torch" not in pins
    assert "jupyterlab==" not in pins
    assert "rfc3987-syntax" not in pins
    for name in ("fastapi", "prefect", "gradio", "pandas", "lancedb", "papermill", "ipykernel", "wasmtime"):
        assert f"\n{name}==" in f"\n{pins}", name
    for file in ROOT.glob("requirements*.txt"):
        assert "://" not in file.read_text(), file.name
