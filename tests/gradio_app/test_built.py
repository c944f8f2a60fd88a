"""Built files: compressed, told apart by coding, and not sent twice."""

from __future__ import annotations

import gzip

import brotli
import pytest

from bitaca_core.playback import assets
from gradio_app.built import coding_for

CORE = "/static/player/player.wasm"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("*", "gzip"),
        ("BR", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip; q=0.0", None),
        ("br;q=odd", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_coding_that_is_taken(header, coding):
    assert coding_for(header) == coding


@pytest.mark.parametrize(("coding", "read"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
async def test_the_core_comes_compressed(client, coding, read):
    async with client.stream("GET", CORE, headers={"accept-encoding": coding}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["content-type"] == "application/wasm"
    assert "Accept-Encoding" in answer.headers["vary"]
    whole = assets.path("player.wasm").read_bytes()
    assert read(body) == whole
    assert len(body) < len(whole) / 2


async def test_what_the_browser_has_is_not_sent_again(client):
    tags = set()
    for coding in ("br", "gzip", "identity"):
        first = await client.get(CORE, headers={"accept-encoding": coding})
        assert first.status_code == 200
        tags.add(first.headers["etag"])
        again = await client.get(
            CORE, headers={"accept-encoding": coding, "if-none-match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert len(tags) == 3, "a coding is a representation of its own"
    other = await client.get(CORE, headers={"accept-encoding": "br", "if-none-match": '"of another build"'})
    assert other.status_code == 200


async def test_small_and_compressed_files_are_sent_as_they_are(client):
    icon = await client.get("/favicon.ico", headers={"accept-encoding": "identity"})
    assert icon.status_code == 200 and "content-encoding" not in icon.headers
    assert icon.headers["etag"]


async def test_the_first_visitor_does_not_wait_for_the_best_compression(app, client):
    quick = await client.get(CORE, headers={"accept-encoding": "br"})
    app.state.calm.hurry()
    best = await client.get(CORE, headers={"accept-encoding": "br"})
    assert quick.content == best.content
    assert quick.headers["etag"] != best.headers["etag"]
    assert int(best.headers["content-length"]) < int(quick.headers["content-length"])
    kept = await client.get(CORE, headers={"accept-encoding": "br", "if-none-match": quick.headers["etag"]})
    assert (kept.status_code, kept.headers["etag"]) == (304, quick.headers["etag"])
