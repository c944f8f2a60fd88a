"""The search page: chips that can be taken away, scenes that never spoil, words in both languages."""

import html
import json
import re
from types import SimpleNamespace

import pytest

from bitaca_core.search.query import Hit
from bitaca_core.search.scenes import SceneIndex
from bitaca_core.search.scenetable import OpenScenes
from flows.indexing import build_scenes_of, why_scenes_are_stale
from gradio_app.spoken import SpokenScenes, read_scenes

from .conftest import PACKAGE

HTML = {"accept": "text/html"}
VTT = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nVó, por que a senhora fechou o bar?\n\n"
    "00:00:20.000 --> 00:00:22.000\nA pipa caiu no telhado do vizinho.\n"
)


class Asked:
    """A search that remembers what it was asked."""

    def __init__(self):
        self.texts = []

    def ask(self, text, language="pt", limit=10):
        self.texts.append(text)
        return [Hit("a-pipa-2026", 1.0, True, ("title",)), Hit("a-pipa-2026", 0.5, True, ("words",))]

    def named(self, name):
        return SimpleNamespace(name=lambda language: "Longe") if name == "longe" else None

    def left_out(self, text):
        return ()


@pytest.fixture
def asked(services):
    services.search = Asked()
    return services.search


def give_subtitles(settings, unit="a-pipa-2026"):
    folder = settings.paths.media / unit / PACKAGE
    (folder / "text").mkdir()
    (folder / "text" / "pt-BR.vtt").write_text(VTT, "utf-8")
    document = json.loads((folder / "package.json").read_text())
    document["text"] = [{"language": "pt-BR", "path": "text/pt-BR.vtt", "forced": False}]
    (folder / "package.json").write_text(json.dumps(document))
    return folder


def links(page):
    return [
        html.unescape(link) for link in re.findall(r'<a[^>]*class="chip[^"]*"[^>]*href="([^"]*)"', page.text)
    ]


async def test_filters_are_chips_and_each_link_takes_one_away(client, asked):
    page = await client.get("/search", params={"q": "terror sem sangue dos anos 80"}, headers=HTML)
    assert page.status_code == 200 and asked.texts == ["terror sem sangue dos anos 80"]
    for label in ("Terror", "nada violento", "anos 80"):
        assert f"<span>{label}</span>" in page.text
    assert "Tirar o filtro anos 80" in page.text
    assert "/search?q=terror+sem+sangue" in links(page)
    for _ in range(3):
        page = await client.get(links(page)[0], headers=HTML)
    assert links(page)[0].startswith("/search?q=")  # nothing is left but examples to press


async def test_a_title_stands_once_and_the_question_stays_in_the_box(client, asked):
    page = await client.get("/search", params={"q": "pipa"}, headers=HTML)
    assert page.text.count('data-title="a-pipa-2026"') == 1 and 'value="pipa"' in page.text
    assert "1 título" in page.text


async def test_something_alike_is_a_chip(client, asked):
    page = await client.get("/search", params={"q": "algo tipo longe mas mais leve"}, headers=HTML)
    assert "<span>tipo Longe</span>" in page.text and "<span>Leve</span>" in page.text


async def test_what_was_typed_is_never_markup(client, asked):
    page = await client.get("/search", params={"q": '<script>alert("1")</script> terror'}, headers=HTML)
    assert page.status_code == 200 and "<script>alert" not in page.text


async def test_english_speaks_english(client, asked):
    page = await client.get("/search", params={"q": "horror", "lang": "en"}, headers=HTML)
    assert "Remove the filter Horror" in page.text


async def test_a_scene_is_shown_up_to_where_the_viewer_is(client, asked, services, settings):
    give_subtitles(settings)
    question = {"q": "a cena em que a pipa caiu no telhado"}
    first = await client.get("/search", params=question, headers=HTML)
    assert "telhado do vizinho" not in first.text and "spoilers=1" in first.text
    viewer = next(iter(services.viewers._connection().execute("SELECT viewer_id FROM viewers").fetchone()))
    for position_s, shown in ((21.0, False), (23.0, True)):
        services.viewers.record_progress(viewer, "a-pipa-2026", position_s, 100.0)
        page = await client.get("/search", params=question, headers=HTML)
        assert ("telhado do vizinho" in page.text) is shown
    assert 'href="/watch/a-pipa-2026?t=20"' in page.text


async def test_with_leave_a_scene_ahead_is_shown(client, asked, settings):
    give_subtitles(settings)
    page = await client.get(
        "/search", params={"q": "a cena em que a pipa caiu no telhado", "spoilers": 1}, headers=HTML
    )
    assert "telhado do vizinho" in page.text and 'href="/watch/a-pipa-2026?t=20"' in page.text


async def test_a_link_to_a_moment_plays_from_there(client):
    page = await client.get("/watch/a-pipa-2026", params={"t": "20"}, headers=HTML)
    assert 'start-at="20.0"' in page.text
    for odd in ("-5", "1e9", "vinte", "99999999"):
        page = await client.get("/watch/a-pipa-2026", params={"t": odd}, headers=HTML)
        assert page.status_code == 200 and "start-at=" not in page.text


def test_scenes_are_read_once_a_package_and_broken_subtitles_are_none(services, settings):
    folder = give_subtitles(settings)
    spoken = SpokenScenes()
    index = spoken.index(services.packages)
    assert len(index.scenes) == 2 and spoken.index(services.packages) is index
    (folder / "text" / "pt-BR.vtt").write_text("WEBVTT\n\nnot a time --> at all\n", "utf-8")
    assert read_scenes("a-pipa-2026", folder, "pt") == []
    (folder / "package.json").write_text("{")
    assert read_scenes("a-pipa-2026", folder, "pt") == []


def test_scenes_come_from_the_pipelines_table_while_it_is_of_these_packages(services, settings):
    folder = give_subtitles(settings)
    services.refresh()
    assert isinstance(services.spoken.index(services.packages), SceneIndex), "no table yet"
    assert why_scenes_are_stale(settings.paths)
    assert build_scenes_of(settings.paths, "minilm")
    assert why_scenes_are_stale(settings.paths) is None and not build_scenes_of(settings.paths, "minilm")
    table = services.spoken.index(services.packages)
    assert isinstance(table, OpenScenes) and services.spoken.index(services.packages) is table
    assert isinstance(services.spoken.index(services.packages, "en"), OpenScenes)
    memory = SceneIndex(read_scenes("a-pipa-2026", folder, "pt"))
    for reached_s in (None, {"a-pipa-2026": 21.0}, {"a-pipa-2026": 23.0}):
        for text in ("a pipa caiu no telhado", "disco voador"):
            wanted = [scene for scene, _ in memory.find(text, 1, reached_s)]
            assert [scene for scene, _ in table.find(text, 1, reached_s)] == wanted
    some = {unit: package for unit, package in services.packages.items() if unit != "a-pipa-2026"}
    assert isinstance(services.spoken.index(some), SceneIndex), "another set of packages"
    for file in (settings.paths.search / table.info.version).rglob("*.manifest"):
        file.write_bytes(b"cut")
    anew = SpokenScenes(settings.paths).index(services.packages)
    assert isinstance(anew, SceneIndex) and anew.find("a pipa caiu no telhado", 1), (
        "a damaged table costs nothing"
    )
