"""What a package has is what can be heard and read: filters and limits go by it, whatever the catalogue left out."""

from __future__ import annotations

import json

import pytest

from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.media.library import published
from bitaca_core.recommend.items import Items
from bitaca_core.search.facets import Facets
from bitaca_core.search.words import read_query
from bitaca_core.settings import Settings
from gradio_app.languages import as_published
from gradio_app.services import LANGUAGES_EVERY_S

from .conftest import TITLES, FakeServices, publish


def with_tracks(settings, unit, audio=(), text=()):
    """Publish a package that has these languages; `!` before one makes it forced."""
    publish(settings, unit)
    (file,) = settings.paths.media.glob(f"{unit}/*/package.json")
    document = json.loads(file.read_text())
    document["audio"] = [{"language": tag} for tag in audio]
    document["text"] = [{"language": tag.strip("!"), "forced": tag.startswith("!")} for tag in text]
    file.write_text(json.dumps(document))
    return published(settings.paths, unit)


@pytest.fixture
def settings(tmp_path):
    made = Settings(home=tmp_path)
    save_catalogue(Catalogue(TITLES), titles_file(made.paths))
    return made


def test_chips_and_limits_follow_the_packages(settings):
    services = FakeServices(settings, lambda: now[0])
    now = [1000.0]
    services.load()
    title = services.catalogue.resolve("a-pipa-2026")
    dubbed, subtitled = read_query("dublado em japonês"), read_query("com legenda em inglês")
    assert dubbed.audio_languages == ("ja",) and subtitled.subtitle_languages == ("en",)
    before = Facets(services.catalogue.titles)
    assert title.title_id not in before.passing(dubbed, frozenset()) | before.passing(subtitled, frozenset())
    with_tracks(settings, "a-pipa-2026", audio=("ja", "pt-BR", "und"), text=("en", "!ko"))
    services.refresh()
    title = services.catalogue.resolve("a-pipa-2026")
    assert (title.audio_languages, title.subtitle_languages) == (("ja", "pt-BR"), ("en",))
    after = Facets(services.catalogue.titles)
    assert title.title_id in after.passing(dubbed, frozenset()) & after.passing(subtitled, frozenset())
    items = Items(services.catalogue)
    place = items.place["a-pipa-2026"]
    assert [bool(items.follows((tag,))[place]) for tag in ("ja", "pt", "en", "ko")] == [
        True,
        True,
        True,
        False,
    ]
    assert services.search.titles == services.catalogue.titles, "search was opened over what is said now"
    services.viewers.close()


def test_many_publications_make_search_anew_once_a_minute(settings):
    now = [1000.0]
    services = FakeServices(settings, lambda: now[0])
    services.load()
    units = [unit for title in services.catalogue for unit in services.catalogue.playable_ids(title)][:2]
    with_tracks(settings, units[0], text=("pt-BR",))
    services.refresh()
    first = services.catalogue
    with_tracks(settings, units[1], text=("en",))
    services.refresh()
    assert services.catalogue is first
    now[0] += LANGUAGES_EVERY_S
    services.refresh()
    assert services.catalogue.resolve(units[1]).subtitle_languages[-1] == "en"
    services.viewers.close()


def test_a_silent_film_says_nothing_and_nothing_new_is_the_same_catalogue(settings):
    catalogue = Catalogue(TITLES)
    package = with_tracks(settings, "a-pipa-2026", audio=("zxx",))
    assert as_published(catalogue, {"a-pipa-2026": package}) is catalogue
    package = with_tracks(settings, "o-vento-2026", audio=("und",))
    assert as_published(catalogue, {"unknown": package}) is catalogue
