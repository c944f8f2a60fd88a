"""What Prefect is told: the operator's own settings first, wherever Prefect keeps them."""

from __future__ import annotations

import pytest

from flows import environment

URL = "http://prefect.example:4200/api"


def profiles(folder, active="ours", extra=""):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "profiles.toml").write_text(
        f'active = "{active}"\n[profiles.ours]\nPREFECT_API_URL = "{URL}"\nPREFECT_API_KEY = "secret"\n'
        f'PREFECT_LOGGING_LEVEL = "DEBUG"\nOTHER = "x"\n[profiles.bare]\n{extra}'
    )
    return folder


def prepared(home, given):
    environment.prepare(home / "prefect", given)
    return given


@pytest.mark.parametrize("where", ["PREFECT_HOME", "PREFECT_PROFILES_PATH", "HOME"])
def test_a_server_set_in_a_profile_counts(tmp_path, monkeypatch, where):
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    if where == "HOME":
        monkeypatch.setenv("HOME", str(tmp_path))
        profiles(tmp_path / ".prefect")
        given = {}
    else:
        folder = profiles(tmp_path / "conf")
        given = {where: str(folder if where == "PREFECT_HOME" else folder / "profiles.toml")}
    seen = prepared(tmp_path, given)
    assert (seen["PREFECT_API_URL"], seen["PREFECT_API_KEY"]) == (URL, "secret")
    assert "OTHER" not in seen


def test_the_environment_comes_before_the_profile(tmp_path):
    folder = profiles(tmp_path / "conf")
    given = {"PREFECT_HOME": str(folder), "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    assert prepared(tmp_path, given)["PREFECT_API_URL"] == "http://127.0.0.1:9/api"


def test_the_profile_named_in_the_environment_is_the_active_one(tmp_path):
    folder = profiles(tmp_path / "conf", active="bare")
    assert "PREFECT_API_URL" not in prepared(tmp_path, {"PREFECT_HOME": str(folder)})
    assert (
        prepared(tmp_path, {"PREFECT_HOME": str(folder), "PREFECT_PROFILE": "ours"})["PREFECT_API_URL"] == URL
    )


def test_a_profile_that_prefect_ships_counts_too(tmp_path):
    given = {"PREFECT_HOME": str(tmp_path), "PREFECT_PROFILE": "local"}
    assert prepared(tmp_path, given)["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"


@pytest.mark.parametrize(
    "text", ["", "{", "active = 7", 'active = "none"', "profiles = 3\nactive = 'x'", "\xff"]
)
def test_an_unreadable_profile_is_none(tmp_path, text):
    (tmp_path / "profiles.toml").write_text(text, "latin-1")
    seen = prepared(tmp_path, {"PREFECT_HOME": str(tmp_path)})
    assert "PREFECT_API_URL" not in seen and seen["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
