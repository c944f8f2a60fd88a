"""Support's letter box over HTTP: what is kept is what came, sealed; nothing else is taken, and not too often."""

import json

from bitaca_core.security import sealed
from gradio_app.limits import LETTERS_PER_ADDRESS

KEYS = sealed.make("2026-11-27")
WORDS = "meu cartão foi cobrado duas vezes"


def envelope():
    return sealed.seal({"subject": "account", "text": WORDS}, KEYS.public).to_dict()


async def test_a_sealed_message_is_kept_and_only_the_key_opens_it(client, services, caplog):
    services.inbox.add_key(KEYS.public)
    key = (await client.get("/api/inbox/key")).json()
    assert key["kid"] == KEYS.public.kid and set(key) == {"schema", "kid", "made", "x25519", "p256"}
    answer = await client.post("/api/inbox", json=envelope())
    assert answer.status_code == 202
    [letter] = services.inbox.letters()
    assert answer.json() == {"id": letter.message_id}
    assert sealed.open_(letter.envelope, [KEYS])["text"] == WORDS
    for file in services.settings.home.rglob("*"):
        assert not file.is_file() or b"cobrado" not in file.read_bytes(), file
    assert WORDS not in caplog.text


async def test_the_page_carries_the_key_and_says_what_is_sealed_and_what_is_not(client, services):
    page = (await client.get("/fale-com-a-gente")).text
    assert "ainda não tem uma chave" in page and "<form" not in page.partition("<main")[2]
    assert (await client.get("/api/inbox/key")).status_code == 503
    services.inbox.add_key(KEYS.public)
    page = (await client.get("/fale-com-a-gente?titulo=a-pipa-2026")).text
    assert KEYS.public.kid in page and "seal.js" in page and "Sobre: A pipa &lt;e&gt; o vento" in page
    assert "O que vai lacrado" in page and "O que não vai lacrado" in page
    assert "/fale-com-a-gente?titulo=a-pipa-2026" in (await client.get("/title/a-pipa-2026")).text
    assert "<script>" not in (await client.get("/fale-com-a-gente?titulo=<script>")).text
    assert "Write to us" in (await client.get("/fale-com-a-gente?lang=en")).text


async def test_what_is_no_sealed_message_is_refused_and_not_repeated(client, services, clock):
    services.inbox.add_key(KEYS.public)
    plain = {"text": WORDS}
    for body in (
        b"",
        b"[",
        b"[" * 60_000,
        json.dumps(plain).encode(),
        json.dumps(envelope() | {"kid": "0" * 16}).encode(),
    ):
        clock.now += 60
        answer = await client.post("/api/inbox", content=body)
        assert answer.status_code == 400 and WORDS not in answer.text
    assert services.inbox.letters() == []
    answer = await client.post("/api/inbox", content=b"x" * 70_000)
    assert answer.status_code == 413


async def test_nobody_writes_too_often(client, services):
    services.inbox.add_key(KEYS.public)
    codes = [
        (await client.post("/api/inbox", json=envelope())).status_code for _ in range(LETTERS_PER_ADDRESS + 2)
    ]
    assert codes.count(202) == LETTERS_PER_ADDRESS and codes[-1] == 429
    answer = await client.post("/api/inbox", json=envelope())
    assert int(answer.headers["retry-after"]) >= 1


async def test_old_messages_go_at_the_next_start(client, services, clock):
    services.inbox.add_key(KEYS.public)
    await client.post("/api/inbox", json=envelope())
    clock.now += (services.settings.inbox_retention_days + 2) * 86_400
    services.load()
    assert services.inbox.letters() == []
