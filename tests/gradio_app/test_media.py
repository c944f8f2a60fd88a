"""Media: tokens, ranges, validators, types, and nothing but published files."""

import json
import string
from collections import Counter

import pytest

from bitaca_core.errors import WorkError
from bitaca_core.media.storage import Stored
from gradio_app.elsewhere import WAITING, Elsewhere
from gradio_app.media import BLOCK_BYTES, CONTENT_TYPES, Span, read_range

from .conftest import PACKAGE, SEGMENT

INNER = "video/360p/seg-1.m4s"


@pytest.fixture
async def base(client):
    found = (await client.get("/api/playback/a-pipa-2026")).json()
    return found["hls"].removesuffix("/master.m3u8")


async def test_playback_names_both_streams(client):
    answer = await client.get("/api/playback/a-pipa-2026")
    found = answer.json()
    assert {"title_id", "package_id", "hls", "dash", "expires_at", "resume_s"} <= found.keys()
    assert found["package_id"] == PACKAGE and found["resume_s"] == 0
    assert answer.headers["cache-control"] == "no-store"
    again = (await client.get("/api/playback/a-pipa-2026")).json()
    assert again["hls"] == found["hls"], "stable, so that segments stay cached"


async def test_whole_file(client, base):
    answer = await client.get(f"{base}/{INNER}")
    assert answer.status_code == 200 and answer.content == SEGMENT
    assert answer.headers["content-type"] == "video/iso.segment"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "immutable" in answer.headers["cache-control"]
    assert "content-range" not in answer.headers


@pytest.mark.parametrize(
    "asked, first, last",
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=1048570-1048590", 1048570, 1048590),
        ("bytes=1279999-", 1279999, 1279999),
        ("bytes=100-99999999999", 100, len(SEGMENT) - 1),
        ("bytes=-5", len(SEGMENT) - 5, len(SEGMENT) - 1),
        ("bytes=-99999999", 0, len(SEGMENT) - 1),
    ],
)
async def test_single_ranges(client, base, asked, first, last):
    answer = await client.get(f"{base}/{INNER}", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == SEGMENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(SEGMENT)}"
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=1280000-", "bytes=9999999-9999999", "bytes=-0"])
async def test_unsatisfiable_ranges(client, base, asked):
    answer = await client.get(f"{base}/{INNER}", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(SEGMENT)}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=-", "bytes="]
)
async def test_unreadable_or_several_ranges_give_the_whole_file(client, base, asked):
    answer = await client.get(f"{base}/{INNER}", headers={"Range": asked})
    assert answer.status_code == 200 and len(answer.content) == len(SEGMENT)


async def test_validators(client, base):
    whole = await client.get(f"{base}/{INNER}")
    etag = whole.headers["etag"]
    assert (await client.get(f"{base}/{INNER}", headers={"If-None-Match": etag})).status_code == 304
    assert (
        await client.get(f"{base}/{INNER}", headers={"If-None-Match": f'"x", W/{etag}'})
    ).status_code == 304
    assert (await client.get(f"{base}/{INNER}", headers={"If-None-Match": '"other"'})).status_code == 200
    same = {"Range": "bytes=0-1", "If-Range": etag}
    assert (await client.get(f"{base}/{INNER}", headers=same)).status_code == 206
    changed = {"Range": "bytes=0-1", "If-Range": '"other"'}
    assert (await client.get(f"{base}/{INNER}", headers=changed)).status_code == 200


async def test_head_and_methods(client, base):
    head = await client.head(f"{base}/{INNER}")
    assert head.status_code == 200 and head.content == b""
    assert head.headers["content-length"] == str(len(SEGMENT))
    assert (await client.post(f"{base}/{INNER}")).status_code == 405
    preflight = await client.options(f"{base}/{INNER}", headers={"Origin": "https://any.example"})
    assert preflight.status_code == 204 and "range" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "path, media_type",
    [
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("stream.mpd", "application/dash+xml"),
        ("images/poster.jpg", "image/jpeg"),
        ("package.json", "application/json"),
    ],
)
async def test_types(client, base, path, media_type):
    assert (await client.get(f"{base}/{path}")).headers["content-type"] == media_type


@pytest.mark.parametrize(
    "path",
    [
        "nada.m4s",
        "video",
        "video/360p/",
        "secret.key",
        "../current",
        "%2e%2e/current",
        "video/%2e%2e/%2e%2e/current",
        "video/..%2f..%2fcurrent",
        "images//poster.jpg",
        ".hidden.json",
        "images/poster.jpg%00.json",
    ],
)
async def test_unknown_files_and_climbing_are_404(client, base, path):
    answer = await client.get(f"{base}/{path}")
    assert answer.status_code in (403, 404)  # a client that normalises `..` itself leaves the token's package
    assert b"0123456789abcdef" not in answer.content
    if ".." not in path.split("%")[0]:
        assert answer.status_code == 404 and answer.json() == {"reason": "not-found"}


async def test_symlinks_are_not_followed(client, base, settings):
    outside = settings.home / "outside.json"
    outside.write_text("{}")
    (settings.paths.media / "a-pipa-2026" / PACKAGE / "link.json").symlink_to(outside)
    assert (await client.get(f"{base}/link.json")).status_code == 404


TOKEN_ALPHABET = string.ascii_letters + string.digits + "-_."
OUTSIDE = "~+/=%,;: \t\0é１"
"""Neighbours of the alphabet: base64's other spelling, separators, white space, digits of another script."""


async def test_every_single_character_change_of_the_token_is_403(app, base):
    """Every position with every other letter: some 5,500 requests, so they go straight to the app."""
    _, _, token, title, package = base.split("/")
    reasons = Counter()
    for at, original in enumerate(token):
        for other in (*TOKEN_ALPHABET.replace(original, ""), *OUTSIDE):
            changed = token[:at] + other + token[at + 1 :]
            status, body = await fetch(app, f"/m/{changed}/{title}/{package}/master.m3u8")
            assert status == 403, (at, other)
            reasons[json.loads(body)["reason"]] += 1
    assert await fetch(app, f"/m/{token}/{title}/{package}/master.m3u8") == (200, b"#EXTM3U\n")
    assert sum(reasons.values()) == len(token) * (len(TOKEN_ALPHABET) - 1 + len(OUTSIDE))
    assert set(reasons) == {"malformed", "signature", "path"}


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t[1:], lambda t: "", lambda t: t * 9]
)
async def test_a_token_of_another_length_is_403(app, base, change):
    _, _, token, title, package = base.split("/")
    status, body = await fetch(app, f"/m/{change(token)}/{title}/{package}/master.m3u8")
    assert status == 403 and json.loads(body)["reason"] in ("malformed", "signature")


async def fetch(app, path):
    """Return status and body of a path given to the app as a server gives it, decoded."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "root_path": "",
        "raw_path": path.encode(), "query_string": b"", "headers": [(b"host", b"127.0.0.1:8000")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def test_a_valid_token_on_another_path_is_403(client, base):
    _, _, token, _, package = base.split("/")
    answer = await client.get(f"/m/{token}/serie-2026-e1/{package}/master.m3u8")
    assert (answer.status_code, answer.json()) == (403, {"reason": "path"})
    answer = await client.get(f"/m/{token}/a-pipa-2026/{'f' * 16}/master.m3u8")
    assert (answer.status_code, answer.json()) == (403, {"reason": "path"})
    assert answer.headers["access-control-allow-origin"] == "*", "the player on any page may read why"


async def test_expired(client, base, clock):
    clock.now += 8 * 3600
    answer = await client.get(f"{base}/master.m3u8")
    assert (answer.status_code, answer.json()) == (403, {"reason": "expired"})


async def test_any_origin_may_read_media_and_no_other_part(client, base):
    foreign = {"Origin": "https://terceiro.example"}
    assert (await client.get(f"{base}/master.m3u8", headers=foreign)).status_code == 200
    assert (await client.get("/api/status", headers=foreign)).status_code == 403


def test_range_reader_limits():
    assert read_range("bytes=0-", 0) == "unsatisfiable"
    assert read_range("bytes=-1", 0) == "unsatisfiable"
    assert read_range("bytes=" + "9" * 30 + "-", 10) is None
    assert read_range("bytes=2-4", 10) == Span(2, 4)
    assert set(CONTENT_TYPES) == {
        *(".m3u8", ".mpd", ".m4s", ".mp4", ".vtt", ".jpg", ".json"),
        *(".ass", ".ttf", ".otf", ".ttc", ".woff", ".woff2"),
    }


class Shelf:
    """A storage that holds one object, slowly if it is told to."""

    def __init__(self, key, data):
        self.key, self.data, self.longest = key, data, 0

    def stat(self, key):
        return Stored(len(self.data), 7) if key == self.key else None

    def read(self, key, offset, length):
        self.longest = max(self.longest, length)
        return self.data[offset : offset + length]


async def test_what_the_data_folder_lacks_comes_from_the_storage(client, base, app):
    media = next(route.app for route in app.router.routes if getattr(route, "path", "") == "/m")
    data = bytes(range(256)) * 5000
    shelf = Shelf(f"a-pipa-2026/{PACKAGE}/video/far/seg-1.m4s", data)
    media.elsewhere = Elsewhere(shelf)
    whole = await client.get(f"{base}/video/far/seg-1.m4s")
    assert whole.status_code == 200 and whole.content == data and shelf.longest <= BLOCK_BYTES
    part = await client.get(f"{base}/video/far/seg-1.m4s", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206 and part.content == data[10:20]
    again = await client.get(f"{base}/video/far/seg-1.m4s", headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get(f"{base}/video/far/seg-2.m4s")).status_code == 404
    assert (await client.get(f"{base}/{INNER}")).content == SEGMENT, "what is here is read here"

    media.elsewhere._waiting = WAITING
    busy = await client.get(f"{base}/video/far/seg-1.m4s")
    assert busy.status_code == 503 and busy.headers["retry-after"] == "1"
    media.elsewhere._waiting = 0
    shelf.stat = lambda key: (_ for _ in ()).throw(WorkError("the storage cannot be used"))
    assert (await client.get(f"{base}/video/far/seg-1.m4s")).status_code == 502
