"""Pages and catalogue API: what a viewer sees, escaped, in both languages, honest about what plays."""

import json
from importlib import resources
from string import Formatter

import pytest

from bitaca_core.media.progress import ProgressBoard

HTML = {"accept": "text/html"}


async def test_home_leads_with_something_that_plays(client):
    page = await client.get("/", headers=HTML)
    assert page.status_code == 200 and 'href="/watch/a-pipa-2026"' in page.text
    assert "A pipa &lt;e&gt; o vento" in page.text and "<e>" not in page.text
    assert page.text.count("<derona-chat") == 1
    cookie = page.headers["set-cookie"].lower()
    assert "bitaca_viewer=" in cookie and "httponly" in cookie and "samesite=lax" in cookie


@pytest.mark.parametrize(
    "query, header, lang, text",
    [
        ("", "pt-BR,pt;q=0.9", "pt-BR", "Assistir"),
        ("", "en-GB,en;q=0.8,pt;q=0.2", "en", "Watch"),
        ("", "fr", "pt-BR", "Assistir"),
        ("?lang=en", "pt-BR", "en", "Watch"),
    ],
)
async def test_language(client, query, header, lang, text):
    page = await client.get("/" + query, headers=HTML | {"accept-language": header})
    assert f'<html lang="{lang}"' in page.text and text in page.text


async def test_title_page_leaves_out_what_is_unverified(client):
    page = await client.get("/title/a-pipa-2026", headers=HTML)
    assert "Ninguém Certo" not in page.text and "Violência leve" in page.text
    assert "Não recomendado para menores de 10 anos" in page.text
    api = (await client.get("/api/titles/a-pipa-2026")).json()
    assert api["directors"] == [] and api["year"] == 2026 and api["similar"]


async def test_watch_page_carries_the_player_ready_to_start(client):
    page = await client.get("/watch/a-pipa-2026", headers=HTML)
    assert '<bitaca-player src="/m/' in page.text and 'age-rating="10"' in page.text
    assert page.text.count("<derona-chat") == 1


async def test_what_cannot_be_watched_says_so_and_offers_others(client):
    page = await client.get("/watch/longe-1999", headers=HTML)
    assert page.status_code == 200 and "<bitaca-player" not in page.text
    assert "não está nesta bitaca" in page.text and "/title/a-pipa-2026" in page.text
    answer = await client.get("/api/playback/longe-1999")
    assert answer.status_code == 404 and "a-pipa-2026" in answer.json()["similar"]


async def test_preparing_shows_a_percentage_and_refreshes(client, settings, services):
    board = ProgressBoard(settings.paths)
    board.update("serie-2026-e2", "encode", 50)
    page = await client.get("/watch/serie-2026-e2", headers=HTML)
    assert 'data-waiting="serie-2026-e2"' in page.text and "67%" in page.text
    answer = await client.get("/api/playback/serie-2026-e2")
    assert answer.status_code == 404 or answer.json()["percent"] == 67
    status = (await client.get("/api/status")).json()
    assert status["units"] == {"serie-2026-e2": 67}
    before = status["version"]
    from .conftest import publish

    publish(settings, "serie-2026-e2")
    services.refresh()
    assert (await client.get("/api/status")).json()["version"] > before
    assert "<bitaca-player" in (await client.get("/watch/serie-2026-e2", headers=HTML)).text


async def test_a_series_plays_its_first_then_the_one_begun(client, settings):
    first = (await client.get("/api/playback/serie-2026")).json()
    assert first["title_id"] == "serie-2026-e1" and first["series_id"] == "serie-2026"
    beacon = {"title_id": "serie-2026-e1", "position_s": 30, "duration_s": 60}
    assert (await client.post("/api/progress", json=beacon)).status_code == 204
    again = (await client.get("/api/playback/serie-2026")).json()
    assert again["resume_s"] == 30
    home = (await client.get("/api/home")).json()
    row = next(row for row in home["rows"] if row["key"] == "continue")
    assert row["items"][0]["watch_url"] == "/watch/serie-2026-e1" and row["items"][0]["share"] == 0.5
    page = await client.get("/title/serie-2026", headers=HTML)
    assert "Continuar de 0:30" in page.text


@pytest.mark.parametrize(
    "beacon, status",
    [
        ({"title_id": "nada", "position_s": 1, "duration_s": 60}, 404),
        ({"title_id": "A B", "position_s": 1, "duration_s": 60}, 422),
        ({"title_id": "a-pipa-2026", "position_s": -1, "duration_s": 60}, 422),
        ({"title_id": "a-pipa-2026", "position_s": 1, "duration_s": 0}, 422),
        ({"title_id": "a-pipa-2026", "position_s": 1, "duration_s": 60, "x": 1}, 422),
    ],
)
async def test_bad_beacons(client, beacon, status):
    await client.post("/api/session")
    assert (await client.post("/api/progress", json=beacon)).status_code == status


async def test_opting_out_comes_before_the_first_beacon(client):
    await client.post("/api/session")
    await client.post("/privacidade/historico")
    assert "Histórico desligado" in (await client.get("/privacidade", headers=HTML)).text
    await client.post("/api/progress", json={"title_id": "a-pipa-2026", "position_s": 20, "duration_s": 28})
    assert (await client.get("/api/viewer/export")).json()["history"] == []


async def test_forgotten_means_gone(client):
    await client.post("/api/session")
    await client.post("/api/progress", json={"title_id": "a-pipa-2026", "position_s": 20, "duration_s": 28})
    cookie = client.cookies["bitaca_viewer"]
    answer = await client.post("/privacidade/esquecer")
    assert answer.status_code == 303
    client.cookies.set("bitaca_viewer", cookie)  # somebody kept the old cookie
    assert (await client.get("/api/viewer/export")).status_code == 401
    home = (await client.get("/api/home")).json()
    assert all(row["key"] != "continue" for row in home["rows"])


async def test_search_while_typing(client):
    found = (await client.get("/api/search?q=pipa")).json()["results"]
    assert [hit["title_id"] for hit in found] == ["a-pipa-2026"]
    assert found[0]["poster"].startswith("/posters/a-pipa-2026?v=")
    assert (await client.get("/api/search?q=")).json()["results"] == []


async def test_posters(client):
    real = await client.get("/posters/a-pipa-2026")
    assert real.headers["content-type"] == "image/jpeg"
    drawn = await client.get("/posters/longe-1999")
    assert drawn.headers["content-type"] == "image/svg+xml" and b"<svg" in drawn.content
    again = await client.get("/posters/longe-1999", headers={"If-None-Match": drawn.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/posters/nada")).status_code == 404


async def test_missing_pages_speak_to_people_and_programs(client):
    page = await client.get("/title/nada", headers=HTML)
    assert page.status_code == 404 and "Essa sessão não existe" in page.text
    assert (await client.get("/api/titles/nada")).json()["error"]["kind"] == "not-found"
    assert (await client.get("/static/../app.py")).status_code == 404
    assert (await client.get("/static/player/..%2f..%2fsettings.py")).status_code == 404


async def test_reports(client, settings):
    folder = settings.paths.reports / "03_abr" / "run-1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<h1>relatório</h1>")
    (folder / "results.json").write_text(json.dumps({"question": "Qual regra?", "conclusion": "bola"}))
    page = await client.get("/reports", headers=HTML)
    assert "Qual regra?" in page.text and "/reports/03_abr/run-1" in page.text
    assert 'sandbox=""' in (await client.get("/reports/03_abr/run-1", headers=HTML)).text
    frame = await client.get("/reports/03_abr/run-1/report.html")
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert (await client.get("/reports/03_abr/run-1/results.json")).json()["conclusion"] == "bola"
    assert (await client.get("/reports/..%2f..%2f/run-1")).status_code == 404


def test_both_languages_say_everything_with_the_same_values():
    texts = {
        lang: json.loads((resources.files("gradio_app.words") / f"{lang}.json").read_text("utf-8"))
        for lang in ("pt", "en")
    }
    assert texts["pt"].keys() == texts["en"].keys()
    for key, text in texts["pt"].items():
        fields = [
            {name for _, name, _, _ in Formatter().parse(found) if name} for found in (text, texts["en"][key])
        ]
        assert fields[0] == fields[1], key


async def test_ready_says_what_is_loading_or_failed(client, services):
    assert (await client.get("/readyz")).json() == {"ready": True, "loading": [], "failed": {}}
    services.states["search"] = "loading"
    answer = await client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["loading"] == ["search"]
    services.states["search"] = "failed: gone"
    assert (await client.get("/api/search?q=x")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200
