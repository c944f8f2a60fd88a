"""What a viewer finds, searches, downloads and deletes of what was said; two viewers, neither sees the other's."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from bitaca_core.derona.state import DialogueState

HTML = {"accept": "text/html"}


@pytest.fixture
async def other(client_from):
    async with client_from("203.0.113.7") as made:
        await made.post("/api/session")
        yield made


@pytest.fixture
async def hers(client):
    await client.post("/api/session")
    for text in ("animes de ação", "copo d'água"):
        assert (await client.post("/api/chat/message", json={"message": text})).status_code == 200
    return client


async def said(client, **query):
    body = (await client.get("/api/chat/history", params=query)).json()
    return [line["text"] for line in body["lines"] if line["role"] == "viewer"]


async def test_history_is_found_searched_and_paged_by_its_owner(hers, other):
    assert await said(hers) == ["copo d'água", "animes de ação"]
    assert await said(hers, q="ACAO") == ["animes de ação"] and await said(hers, q="agua") == ["copo d'água"]
    first = (await hers.get("/api/chat/history", params={"limit": 1})).json()
    rest = (await hers.get("/api/chat/history", params={"before": first["next"]})).json()
    assert len(first["lines"]) == 1 and len(rest["lines"]) == 3 and rest["next"] is None
    assert await said(other) == [] and await said(other, q="acao") == []
    assert "no-store" in (await hers.get("/api/chat/history")).headers["cache-control"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "before=-1", f"q={'a' * 201}"])
async def test_bad_questions_are_refused(hers, query):
    assert (await hers.get(f"/api/chat/history?{query}")).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "history"), ("GET", "export"), ("DELETE", "history"), ("DELETE", "history/" + "a" * 32)],
)
async def test_without_a_profile_there_is_nothing(client, method, path):
    assert (await client.request(method, f"/api/chat/{path}")).status_code == 401


async def test_export_has_everything_and_only_the_callers(hers, other):
    answer = await hers.get("/api/chat/export")
    assert "bitaca-conversas.json" in answer.headers["content-disposition"]
    (conversation,) = answer.json()["conversations"]
    assert [line["role"] for line in conversation["lines"]] == ["viewer", "derona"] * 2
    assert (await other.get("/api/chat/export")).json()["conversations"] == []
    assert len((await hers.get("/api/viewer/export")).json()["messages"]) == 4


async def test_one_conversation_or_all_can_be_deleted_by_the_owner_only(hers, other):
    (line, *_) = (await hers.get("/api/chat/history")).json()["lines"]
    address = f"/api/chat/history/{line['conversation_id']}"
    assert (await other.delete(address)).status_code == 404
    assert (await other.delete("/api/chat/history")).status_code == 204
    assert len(await said(hers)) == 2
    assert (await hers.delete(address)).status_code == 204
    assert (await hers.delete(address)).status_code == 404
    assert await said(hers) == []
    await hers.post("/api/chat/message", json={"message": "de novo"})
    assert await said(hers) == ["de novo"]
    assert (await hers.delete("/api/chat/history")).status_code == 204
    assert await said(hers) == []


async def test_an_open_conversation_goes_on_as_if_nothing_had_been_said(hers, services, app):
    (conversation,) = app.state.context.conversations._open.values()
    before = DialogueState.from_json(conversation.state)
    conversation.state = replace(before, shown=("a-pipa-2026",)).to_json()
    await hers.delete("/api/chat/history")
    await hers.post("/api/chat/message", json={"message": "oi"})
    heard = services.assistant.heard[-1]["state"]
    assert heard.wish is None and heard.shown == ()


async def test_of_guests_and_of_who_wants_nothing_kept_nothing_is(client, services):
    await client.post("/api/session")
    await client.put("/api/viewer/history", json={"keep": False})
    await client.post("/api/chat/message", json={"message": "não guarde"})
    assert await said(client) == []


async def test_what_is_too_old_goes_at_the_start_and_every_hour(hers, services, clock):
    assert len(await said(hers)) == 2
    clock.now += 31 * 24 * 3600
    await asyncio.to_thread(services.load)
    assert await said(hers) == []


async def test_the_page_shows_searches_and_deletes(hers, other):
    page = (await hers.get("/conversas", headers=HTML)).text
    assert page.index("animes de ação") < page.index("copo d'água"), "in the order in which it was said"
    assert "Baixar minhas conversas" in page and "Apagar todas" in page
    assert "copo" not in (await hers.get("/conversas?q=acao", headers=HTML)).text
    assert "Nada encontrado" in (await hers.get("/conversas?q=xyz", headers=HTML)).text
    assert "animes" not in (await other.get("/conversas", headers=HTML)).text
    name = re.search(r'name="conversation" value="([0-9a-f]{32})"', page)[1]
    await other.post("/conversas/apagar", data={"conversation": name})
    assert len(await said(hers)) == 2
    gone = await hers.post("/conversas/apagar", data={"conversation": name})
    assert gone.status_code == 303 and gone.headers["location"] == "/conversas?done=1"
    assert await said(hers) == []
    assert "Ainda não há" in (await hers.get("/conversas", headers=HTML)).text


async def test_everything_goes_by_one_button_and_a_strangers_page_cannot_press_it(hers):
    foreign = await hers.post("/conversas/apagar", headers={"origin": "https://terceiro.example"})
    assert foreign.status_code == 403 and len(await said(hers)) == 2
    await hers.post("/conversas/apagar")
    assert await said(hers) == []


async def test_the_page_is_bilingual_escaped_and_paged(client):
    await client.post("/api/session")
    assert "No conversation is kept yet" in (await client.get("/conversas?lang=en", headers=HTML)).text
    await client.post("/api/chat/message", json={"message": "<script>alert(1)</script>"})
    page = (await client.get("/conversas?lang=en", headers=HTML)).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page and "My conversations" in page


async def test_a_long_history_has_older_pages(client, services):
    from bitaca_core.viewers.conversations import Turn

    await client.post("/api/session")
    viewer = (await client.get("/api/viewer/export")).json()["viewer_id"]
    services.viewers.keep_turns(
        [
            Turn(viewer, "c" * 32, "pt", f"m{n}", f"frase {n}", "sim", "{}", services.clock())
            for n in range(50)
        ]
    )
    page = (await client.get("/conversas?q=frase", headers=HTML)).text
    older = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "frase 49" in page and "frase 9<" not in page
    assert "frase 9<" in (await client.get(older, headers=HTML)).text


async def test_privacy_leads_there(client):
    assert 'href="/conversas"' in (await client.get("/privacidade", headers=HTML)).text
