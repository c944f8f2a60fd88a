"""Composition from files: an empty house opens too, and what appears later is noticed."""

from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.settings import Settings
from gradio_app.services import overall_percent

from .conftest import TITLES, FakeServices, publish


def test_an_empty_house_is_ready_and_notices_what_comes(tmp_path):
    settings = Settings(home=tmp_path)
    services = FakeServices(settings)
    services.load()
    assert services.states == dict.fromkeys(services.states, "ready")
    assert len(services.catalogue) == 0
    before = services.version
    services.refresh()
    assert services.version == before
    save_catalogue(Catalogue(TITLES), titles_file(settings.paths))
    services.refresh()
    assert len(services.catalogue) == 3 and services.version == before + 1
    publish(settings, "a-pipa-2026")
    services.refresh()
    assert services.playable_units() == {"a-pipa-2026"} and services.version == before + 2
    services.viewers.close()


def test_a_broken_catalogue_is_named_and_the_rest_lives(tmp_path):
    settings = Settings(home=tmp_path)
    settings.paths.catalogue.mkdir()
    titles_file(settings.paths).write_bytes(b"not parquet")
    services = FakeServices(settings)
    services.load()
    assert list(services.failed) == ["catalogue"]
    services.viewers.close()


def test_percentages_never_go_back():
    steps = [
        ("render", 0),
        ("render", 100),
        ("encode", 0),
        ("encode", 100),
        ("package", 50),
        ("verify", 50),
        ("publish", 100),
    ]
    percents = [overall_percent(stage, percent) for stage, percent in steps]
    assert percents == sorted(percents) and percents[-1] == 100
