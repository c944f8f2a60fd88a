"""Keys and licences: for who may watch, of the title that they may watch, from home, so often, and never in a log."""

from __future__ import annotations

import json
import logging

import pytest

from bitaca_core.media.protection.keys import KeyStore
from bitaca_core.media.protection.licence import MAX_REQUEST_BYTES, encoded
from gradio_app.limits import LICENCES_PER_VIEWER

from .conftest import PACKAGE

TITLE, OTHER = "a-pipa-2026", "serie-2026-e1"
FOREIGN, PARTNER = {"Origin": "https://ladrao.example"}, {"Origin": "https://parceiro.example"}


@pytest.fixture
def keys(settings, services):
    """Protect two titles: one with two keys, one with a third."""
    store = KeyStore(settings.paths.keys)
    found = {
        TITLE: [store.key_for(TITLE, "cbcs", label) for label in ("AUDIO", "SD")],
        OTHER: [store.key_for(OTHER, "cbcs", "SD")],
    }
    store.key_for(TITLE, "cbcs", "UHD")  # of a package that is not this one
    for title, mine in found.items():
        file = settings.paths.media / title / PACKAGE / "package.json"
        tracks = [{"track": "video/360p", "label": key.label, "kids": [key.kid.hex()]} for key in mine]
        document = json.loads(file.read_text()) | {"protection": {"scheme": "cbcs", "tracks": tracks}}
        file.write_text(json.dumps(document))
    services.refresh()
    return found


@pytest.fixture
async def base(client, keys):
    found = (await client.get(f"/api/playback/{TITLE}")).json()
    return found["hls"].removesuffix("/master.m3u8")


def asking(*wanted) -> str:
    return json.dumps({"kids": [encoded(key.kid) for key in wanted], "type": "temporary"})


def given(answer) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return {row["kid"]: row["k"] for row in answer.json()["keys"]}


async def test_a_licence_beside_the_media(client, base, keys):
    answer = await client.post(f"{base}/licence", content=asking(*keys[TITLE]))
    assert given(answer) == {encoded(key.kid): encoded(key.key) for key in keys[TITLE]}
    assert answer.headers["content-type"] == "application/json"


async def test_a_licence_by_session(client, base, keys):
    address = f"/api/licence/{TITLE}"
    assert given(await client.post(address, content=asking(keys[TITLE][0]))) == {
        encoded(keys[TITLE][0].kid): encoded(keys[TITLE][0].key)
    }
    token = (await client.post("/api/session")).json()["token"]
    client.cookies.clear()
    assert (await client.post(address, content=asking(keys[TITLE][0]))).status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    assert given(await client.post(address, content=asking(keys[TITLE][0]), headers=bearer))
    assert (await client.post("/api/licence/longe-1999", content="{}", headers=bearer)).status_code == 404


async def test_a_key_by_itself(client, base, keys):
    answer = await client.get(f"{base}/keys/{keys[TITLE][1].kid.hex()}")
    assert answer.content == keys[TITLE][1].key
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_only_keys_of_this_package(client, base, keys, settings):
    foreign = keys[OTHER][0]
    unused = next(key for key in KeyStore(settings.paths.keys).keys(TITLE) if key.label == "UHD")
    for key in (foreign, unused):
        assert (await client.get(f"{base}/keys/{key.kid.hex()}")).status_code == 404
        assert (await client.post(f"{base}/licence", content=asking(key))).status_code == 404
        assert (await client.post(f"/api/licence/{TITLE}", content=asking(key))).status_code == 404
    both = given(await client.post(f"{base}/licence", content=asking(keys[TITLE][0], foreign)))
    assert list(both) == [encoded(keys[TITLE][0].kid)]


async def test_only_with_the_titles_own_token(client, base, keys, clock):
    kid = keys[OTHER][0].kid.hex()
    other = base.replace(TITLE, OTHER)
    for address in (
        f"{other}/keys/{kid}",
        f"/m/x.1.y.z/{OTHER}/{PACKAGE}/keys/{kid}",
        f"{base[:-16]}{'0' * 16}/keys/{kid}",
    ):
        assert (await client.get(address)).status_code == 403
    assert (await client.post(f"{other}/licence", content=asking(keys[OTHER][0]))).status_code == 403
    clock.now += 30 * 24 * 3600
    answer = await client.get(f"{base}/keys/{keys[TITLE][0].kid.hex()}")
    assert (answer.status_code, answer.json()) == (403, {"reason": "expired"})


@pytest.mark.parametrize("name", ["x", "0" * 31, "0" * 33, "../secret.key", "%2e%2e", "G" * 32, ""])
async def test_odd_names_are_no_keys(client, base, name):
    assert (await client.get(f"{base}/keys/{name}")).status_code == 404


async def test_origins(client, base, keys):
    kid = keys[TITLE][0].kid.hex()
    for answer in (
        await client.get(f"{base}/keys/{kid}", headers=FOREIGN),
        await client.post(f"{base}/licence", content=asking(keys[TITLE][0]), headers=FOREIGN),
        await client.post(f"/api/licence/{TITLE}", content=asking(keys[TITLE][0]), headers=FOREIGN),
    ):
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
        assert keys[TITLE][0].key not in answer.content
    for headers in (PARTNER, {"Origin": "http://127.0.0.1:8000"}):
        answer = await client.get(f"{base}/keys/{kid}", headers=headers)
        assert answer.content == keys[TITLE][0].key
        assert answer.headers["access-control-allow-origin"] == headers["Origin"]
        assert answer.headers["vary"] == "origin"
    asked = await client.options(f"{base}/licence", headers=PARTNER)
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "content-type" in asked.headers["access-control-allow-headers"]


async def test_so_often_and_no_more(client, base, keys, clock):
    kid = keys[TITLE][0].kid.hex()
    for _ in range(LICENCES_PER_VIEWER):
        assert (await client.get(f"{base}/keys/{kid}")).status_code == 200
    refused = await client.post(f"{base}/licence", content=asking(keys[TITLE][0]))
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    clock.now += 60
    assert (await client.get(f"{base}/keys/{kid}")).status_code == 200


@pytest.mark.parametrize(
    "body", ["", "{", '{"kids": []}', '{"kids": ["AAEC"]}', "[" * 3000, "x" * (MAX_REQUEST_BYTES + 1)]
)
async def test_bad_requests(client, base, body):
    for address in (f"{base}/licence", f"/api/licence/{TITLE}"):
        assert (await client.post(address, content=body)).status_code == 400


async def test_other_methods_and_clear_titles(client, base, keys):
    assert (await client.get(f"{base}/licence")).status_code == 404
    assert (await client.post(f"{base}/master.m3u8")).status_code == 405
    assert (await client.post(f"{base}/keys/{keys[TITLE][0].kid.hex()}")).status_code == 405
    assert (await client.get(f"{base}/secret.key")).status_code == 404


async def test_keys_that_are_lost_or_spoiled_give_an_answer(client, base, keys, settings):
    file = KeyStore(settings.paths.keys).file(TITLE)
    held = file.read_text()
    file.unlink()
    assert (await client.get(f"{base}/keys/{keys[TITLE][0].kid.hex()}")).status_code == 404
    file.write_text("{")
    file.chmod(0o600)
    assert (await client.get(f"{base}/keys/{keys[TITLE][0].kid.hex()}")).status_code == 500
    file.write_text(held)
    assert (await client.get(f"{base}/keys/{keys[TITLE][0].kid.hex()}")).status_code == 200


async def test_nothing_secret_is_logged(client, base, keys, caplog):
    key = keys[TITLE][0]
    with caplog.at_level(logging.DEBUG):
        await client.get(f"{base}/keys/{key.kid.hex()}")
        await client.post(f"{base}/licence", content=asking(key))
        await client.post(f"/api/licence/{TITLE}", content=asking(key))
        await client.get(f"{base}/keys/{key.kid.hex()}", headers=FOREIGN)
    token = base.split("/")[2]
    # the client's own log is not ours
    told = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert "/m/***/" in told
    for secret in (key.key.hex(), encoded(key.key), str(key.key), token):
        assert secret not in told
