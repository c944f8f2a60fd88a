"""`bitaca up` refuses before any work: a taken port, a library that is no folder, an open address."""

from __future__ import annotations

import socket

import pytest

from bitaca_core.cli import up
from bitaca_core.errors import InputError, WorkError
from bitaca_core.settings import load_settings


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The commands read their settings from the environment, once a process."""
    monkeypatch.setenv("BITACA_HOME", str(tmp_path / "data"))
    load_settings.cache_clear()
    yield tmp_path / "data"
    load_settings.cache_clear()


@pytest.fixture
def pipelines(monkeypatch):
    """Note each start of the pipeline."""
    started = []
    monkeypatch.setattr(up.subprocess, "Popen", lambda *command, **options: started.append(command))
    return started


@pytest.mark.parametrize("command", [up.up, up.demo])
def test_a_taken_port_stops_before_the_pipeline(command, pipelines, home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(WorkError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
            command(port=port)
    assert caught.value.kind == "port" and "--port" in caught.value.hint
    assert pipelines == [] and not home.exists()


def test_a_library_must_be_a_folder(tmp_path, pipelines):
    with pytest.raises(InputError, match="expected a folder"):
        up.up(library=tmp_path / "nowhere")
    assert pipelines == []


def test_other_machines_need_a_token(pipelines):
    with pytest.raises(InputError, match="operator token"):
        up.demo(host="0.0.0.0")
    assert pipelines == []


def test_several_workers_need_a_redis(pipelines, home):
    with pytest.raises(InputError, match="2 workers need a Redis") as told:
        up.up(workers=2, port=0)
    assert told.value.kind == "setting" and pipelines == [] and not home.exists()
