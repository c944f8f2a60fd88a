"""Pages and catalogue API: what a viewer sees, escaped, in both languages, honest about what plays."""

import asyncio
import json
import re
import shutil
import threading
from importlib import resources
from string import Formatter

import pytest

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source, sources_file
from bitaca_core.errors import MediaError
from bitaca_core.media import failures
from bitaca_core.media.progress import ProgressBoard
from gradio_app.server import ACCESS_LOG_DAYS
from gradio_app.words import words

from .conftest import publish, serving

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
    assert 'age-descriptors="Violência leve"' in page.text
    free = await client.get("/watch/serie-2026", headers=HTML)
    assert 'age-rating="L"' in free.text and 'age-descriptors=""' in free.text, "not those of the package"
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
    assert 'data-waiting="serie-2026-e2"' in page.text and "70%" in page.text
    answer = await client.get("/api/playback/serie-2026-e2")
    assert answer.status_code == 409
    assert (answer.json()["percent"], answer.json()["state"]) == (70, "preparing")
    status = (await client.get("/api/status")).json()
    assert status["units"] == {"serie-2026-e2": 70}
    before = status["version"]
    publish(settings, "serie-2026-e2")
    services.refresh()
    assert (await client.get("/api/status")).json()["version"] > before
    assert "<bitaca-player" in (await client.get("/watch/serie-2026-e2", headers=HTML)).text


def unpublish(settings, services, unit):
    shutil.rmtree(settings.paths.media / unit)
    services.refresh()


async def test_a_title_whose_turn_has_not_come_is_queued_and_not_absent(client, settings, services):
    unpublish(settings, services, "a-pipa-2026")
    home = await client.get("/", headers=HTML)
    assert 'data-row="preparing"' in home.text and 'data-preparing="a-pipa-2026"' in home.text
    assert "Na fila" in home.text
    for path in ("/title/a-pipa-2026", "/watch/a-pipa-2026"):
        page = await client.get(path, headers=HTML)
        assert "Na fila" in page.text and "não está nesta bitaca" not in page.text, path
    assert 'data-waiting="a-pipa-2026"' in page.text and "está na fila para ser preparada" in page.text
    card = (await client.get("/api/search?q=pipa")).json()["results"][0]
    assert (card["queued"], card["preparing"], card["playable"]) == (True, None, False)
    answer = await client.get("/api/playback/a-pipa-2026")
    assert answer.status_code == 409
    assert (answer.json()["state"], answer.json()["percent"]) == ("queued", 0)
    assert (await client.get("/api/status")).json()["queued"] == ["a-pipa-2026"]
    assert services.arriving_units() == {"a-pipa-2026", "serie-2026-e2"}
    # Its turn comes.
    board = ProgressBoard(settings.paths)
    board.update("a-pipa-2026", "render", 50)
    status = (await client.get("/api/status")).json()
    assert status["queued"] == [] and status["preparing"][0]["percent"] == 22
    assert "Preparando · 22%" in (await client.get("/watch/a-pipa-2026", headers=HTML)).text
    assert services.arriving_units() == {"a-pipa-2026", "serie-2026-e2"}


async def test_the_queue_holds_what_has_a_video_and_nothing_else(client, settings, services, tmp_path):
    assert "não está nesta bitaca" in (await client.get("/watch/longe-1999", headers=HTML)).text
    video = tmp_path / "longe.mkv"
    video.write_text("x")
    for title_id, file in (
        ("longe-1999", video),
        ("nunca-2001", video),
        ("serie-2026", tmp_path / "gone.mkv"),
    ):
        add_source(settings.paths, SourceSheet(title_id=title_id, video=file))
    services.refresh()
    assert services.queue == {"longe-1999", "serie-2026-e2"}
    assert "está na fila" in (await client.get("/watch/longe-1999", headers=HTML)).text
    series = (await client.get("/title/serie-2026", headers=HTML)).text
    assert "na fila" in series, "the episode that waits, in the list of a series that plays"
    sources_file(settings.paths).write_text("{")
    services.refresh()
    assert services.queue == {"serie-2026-e2"} and services.states["library"] == "ready"


async def test_a_failure_is_said_to_viewers_and_explained_to_the_operator(
    client, stranger, settings, services
):
    unpublish(settings, services, "a-pipa-2026")
    failures.record(settings.paths, "a-pipa-2026", MediaError("sem trilha de <vídeo>"))
    ProgressBoard(settings.paths).update("a-pipa-2026", "failed", 100)
    services.refresh()
    assert services.queue == {"serie-2026-e2"} and "a-pipa-2026" not in services.arriving_units()
    for path in ("/watch/a-pipa-2026", "/title/a-pipa-2026"):
        seen = (await stranger.get(path, headers=HTML)).text
        assert "não pôde ser preparado" in seen and "trilha" not in seen and "bitaca run" not in seen
    told = (await client.get("/watch/a-pipa-2026", headers=HTML)).text
    assert "sem trilha de &lt;vídeo&gt;" in told and "bitaca run --title a-pipa-2026" in told
    answer = await stranger.get("/api/playback/a-pipa-2026")
    assert (answer.status_code, answer.json()["state"]) == (404, "failed")
    failures.clear(settings.paths, "a-pipa-2026")
    services.refresh()
    assert "não pôde ser preparado" in (await stranger.get("/watch/a-pipa-2026", headers=HTML)).text, (
        "the board says so still"
    )


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
    await tell_everything(client)
    assert await kept(client) == (0, 0, 0)
    await client.post("/privacidade/historico")
    assert "Guardando meu histórico" in (await client.get("/privacidade", headers=HTML)).text
    await tell_everything(client)
    assert await kept(client) == (1, 2, 1)


async def tell_everything(client, **more):
    """Do what leaves a trace: watch, talk, report; then wait until the trace is there."""
    place = {"title_id": "a-pipa-2026", "position_s": 20, "duration_s": 28}
    report = {"session_id": "s" * 8, "title_id": "a-pipa-2026", "report": {}}
    for path, body in (
        ("/api/progress", place),
        ("/api/playback/report", report),
        ("/api/chat/message", {"message": "oi"}),
    ):
        assert (await client.post(path, json=body, **more)).status_code in (200, 204)
    pool = client._transport.app.state.context.conversations._pool
    both = threading.Barrier(2)  # its two threads meet when neither has anything left to write
    for met in [pool.submit(both.wait) for _ in range(2)]:
        await asyncio.to_thread(met.result)


async def kept(client, **more):
    """Return how many titles, lines and reports are kept of the caller."""
    found = (await client.get("/api/viewer/export", **more)).json()
    return len(found["history"]), len(found["messages"]), len(found["playback"])


async def test_the_choice_lives_in_the_profile(client, client_from):
    """A program with a token carries no cookie of choices, and a choice by form holds for it too."""
    token = (await client.post("/api/session")).json()["token"]
    bearer = {"headers": {"Authorization": f"Bearer {token}"}}
    async with client_from() as program:
        assert (await program.put("/api/viewer/history", json={"keep": False}, **bearer)).json() == {
            "keeps_history": False
        }
        program.cookies.clear()
        await tell_everything(program, **bearer)
        assert await kept(program, **bearer) == (0, 0, 0)
        assert "Histórico desligado" in (await client.get("/privacidade", headers=HTML)).text
        await client.post("/privacidade/historico")
        program.cookies.clear()
        await tell_everything(program, **bearer)
        assert await kept(program, **bearer) == (1, 2, 1)
        assert (await program.get("/api/viewer/export", **bearer)).json()["keeps_history"] is True
        program.cookies.clear()
        assert (await program.put("/api/viewer/history", json={"keep": False})).status_code == 401
        assert (await program.put("/api/viewer/history", json={"keep": 7}, **bearer)).status_code == 422


async def test_a_browser_without_a_profile_may_choose_first(client):
    answer = await client.post("/privacidade/historico")
    assert answer.status_code == 303 and "bitaca_viewer" in client.cookies
    del client.cookies["bitaca_history"]
    assert "Histórico desligado" in (await client.get("/privacidade", headers=HTML)).text
    await tell_everything(client)
    assert await kept(client) == (0, 0, 0)


async def test_who_is_forgotten_stays_opted_out(client):
    await client.post("/api/session")
    await client.post("/privacidade/historico")
    await client.post("/privacidade/esquecer")
    await client.get("/", headers=HTML)
    del client.cookies["bitaca_history"]
    assert (await client.get("/api/viewer/export")).json()["keeps_history"] is False


async def test_a_choice_made_before_it_lived_in_the_profile_counts(client):
    await client.post("/api/session")
    client.cookies.set("bitaca_history", "off")
    await client.get("/", headers=HTML)
    await tell_everything(client)
    assert await kept(client) == (0, 0, 0)


@pytest.mark.parametrize("lang", ["pt", "en"])
async def test_the_privacy_page_says_what_is_logged_and_for_how_long(client, lang):
    text = (await client.get(f"/privacidade?lang={lang}", headers=HTML)).text
    for days in (30, 90, ACCESS_LOG_DAYS, 365):
        assert f"{days} di" in text or f"{days} da" in text
    assert ("endereço IP" if lang == "pt" else "IP address") in text


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


@pytest.mark.parametrize("path", ["/", "/title/serie-2026", "/watch/longe-1999"])
async def test_every_card_has_its_badge_and_descriptors(client, path):
    page = (await client.get(path, headers=HTML)).text
    cards = re.findall(r'<li class="card[^"]*" data-title="([^"]+)">(.*?)</li>', page, re.DOTALL)
    assert cards
    for title_id, card in cards:
        rating = {"a-pipa-2026": "10", "serie-2026": "L", "longe-1999": "unknown"}[title_id]
        assert f'class="age age-{rating}"' in card
        assert ("Violência leve</span>" in card) is (title_id == "a-pipa-2026")
    for board in re.findall(r'class="marquee-facts">(.*?)</p>', page, re.DOTALL):
        assert 'class="age age-' in board


async def test_search_while_typing(client):
    found = (await client.get("/api/search?q=pipa")).json()["results"]
    assert [hit["title_id"] for hit in found] == ["a-pipa-2026"]
    assert found[0]["poster"].startswith("/posters/a-pipa-2026?v=")
    assert (found[0]["age_rating"], found[0]["descriptors"]) == ("10", ["Violência leve"])
    assert (await client.get("/api/search?q=")).json()["results"] == []


async def test_posters(client):
    real = await client.get("/posters/a-pipa-2026")
    assert real.headers["content-type"] == "image/jpeg"
    drawn = await client.get("/posters/longe-1999")
    assert drawn.headers["content-type"] == "image/svg+xml" and b"<svg" in drawn.content
    again = await client.get("/posters/longe-1999", headers={"If-None-Match": drawn.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/posters/nada")).status_code == 404


PAGES = ["/", "/title/a-pipa-2026", "/watch/a-pipa-2026", "/watch/longe-1999", "/privacidade", "/conversas", "/operator", "/reports",
         "/posters/longe-1999", "/static/app.css", "/api/status", "/healthz", "/nada"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_head_is_get_without_the_body(client, path):
    await client.get("/", headers=HTML)  # so that neither of the two makes a viewer
    head, got = await client.head(path, headers=HTML), await client.get(path, headers=HTML)
    assert head.status_code == got.status_code and head.content == b""
    varies = ("x-request-id", "content-length")
    assert {key for key in head.headers if key not in varies} == {
        key for key in got.headers if key not in varies
    }
    assert head.headers["content-type"] == got.headers["content-type"]


async def test_head_over_a_real_connection(app, settings):
    async with serving(app, settings) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):  # the second answer is read right behind the first: no byte of a body between
            writer.write(f"HEAD / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n\r\n".encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            assert head.startswith(b"HTTP/1.1 200") and b"text/html" in head
        writer.close()


@pytest.mark.parametrize("lang, text", [("pt", "ligue o JavaScript"), ("en", "switch JavaScript on")])
@pytest.mark.parametrize("path", ["/", "/watch/a-pipa-2026"])
async def test_without_scripts_the_page_says_what_is_missing(client, path, lang, text):
    page = (await client.get(f"{path}?lang={lang}", headers=HTML)).text
    inside = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert len(inside) == 1 and text in inside[0]


OWN_FAULT = "Não foi você"


@pytest.mark.parametrize(
    "path, status, words",
    [
        ("/api/viewer/export", 401, "Não reconhecemos este navegador"),
        ("/reports", 403, "Só para quem cuida da casa"),
        ("/nada", 404, "Essa sessão não existe"),
        ("/" + "a" * 5000, 413, "Veio coisa demais"),
        ("/api/search?limit=0", 422, "Não deu para entender"),
    ],
)
async def test_what_the_caller_can_mend_is_not_called_our_fault(stranger, path, status, words):
    """A link followed by a browser gets a page wherever it leads."""
    page = await stranger.get(path, headers=HTML | {"sec-fetch-mode": "navigate"})
    assert page.status_code == status and "text/html" in page.headers["content-type"]
    assert words in page.text and OWN_FAULT not in page.text
    assert page.headers["content-security-policy"]


async def test_too_many_and_too_much_have_their_own_words(stranger, settings):
    navigates = HTML | {"sec-fetch-mode": "navigate"}
    for _ in range(121):
        await stranger.post("/operator", data={"token": "errada"}, headers=HTML)
    many = await stranger.post("/operator", data={"token": "errada"}, headers=HTML)
    assert many.status_code == 429 and "Calma, um de cada vez" in many.text and OWN_FAULT not in many.text
    assert int(many.headers["retry-after"]) >= 1
    large = await stranger.post("/operator", content=b"x" * 70_000, headers=navigates)
    assert large.status_code == 413 and "Veio coisa demais" in large.text
    wrong = await stranger.delete("/privacidade", headers=HTML)
    assert wrong.status_code == 405 and "Não deu para entender" in wrong.text


@pytest.mark.parametrize("status", [401, 403, 404, 413, 422, 429])
@pytest.mark.parametrize("lang", ["pt", "en"])
def test_every_error_page_has_words_of_its_own(lang, status):
    say = words(lang)
    key = f"error_{status}" if status != 422 else "error_4xx"
    assert say(f"{key}_title") != say("error_title") and say(f"{key}_text") != say("error_text")


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
    assert (
        'sandbox="allow-top-navigation-by-user-activation"'
        in (await client.get("/reports/03_abr/run-1", headers=HTML)).text
    )
    frame = await client.get("/reports/03_abr/run-1/report.html")
    assert frame.headers["content-security-policy"].startswith(
        "sandbox allow-top-navigation-by-user-activation; default-src 'none'"
    )
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
