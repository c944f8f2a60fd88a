"""A title in a notebook: markup that runs nothing for reports; in JupyterLab the player over a server that
knows one package and nothing beside it."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bitaca_core.errors import WorkError
from bitaca_core.playback import assets, widget
from flows.evaluate import ACTIVE_CONTENT

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


@dataclass(frozen=True)
class Published:
    dir: Path
    title_id: str = "a-feira-2024"
    hls: str = "master.m3u8"
    poster: str = "images/poster.jpg"


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "a-feira-2024" / "0123456789abcdef"
    (folder / "video").mkdir(parents=True)
    (folder / "images").mkdir()
    (folder / "master.m3u8").write_text("#EXTM3U\n")
    (folder / "video" / "1.m4s").write_bytes(bytes(range(100)))
    (folder / "images" / "poster.jpg").write_bytes(JPEG)
    (folder / "empty.vtt").write_bytes(b"")
    (folder / "notes.txt").write_text("not media")
    (tmp_path / "outside.json").write_text("{}")
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    return Published(folder)


def test_a_report_carries_the_poster_and_names_the_place_where_it_plays(package):
    page = widget.embed(package, heading='O "<script>" & eu', live=False)._repr_html_()
    assert "O &quot;&lt;script&gt;&quot; &amp; eu" in page
    assert 'src="data:image/jpeg;base64,' in page
    assert page.count('href="/watch/a-feira-2024" target="_top"') == 2
    assert not ACTIVE_CONTENT.search(page)
    assert "m3u8" not in page, "nothing in a report could play it"


def test_without_a_poster_there_is_no_broken_picture(package):
    (package.dir / package.poster).unlink()
    page = widget.embed(package, live=False)._repr_html_()
    assert "<img" not in page
    assert "/watch/a-feira-2024" in page


@pytest.mark.parametrize("live", [True, False])
def test_where_nothing_is_published_that_is_said(live):
    page = widget.embed(None, live=live)._repr_html_()
    assert "Nothing is published" in page
    assert "/watch/" not in page


def test_in_jupyterlab_the_player_has_its_core_as_bytes_and_an_address_that_answers(package):
    shown = widget.embed(package, heading="A feira", live=True)
    try:
        assert "application/vnd.jupyter.widget-view+json" in shown._repr_mimebundle_()[0]
        assert shown.wasm["player"] == assets.path("player.wasm").read_bytes()
        assert shown.wasm.keys() == {"player", "player-rest", "extras", "subtitles"}
        assert shown.heading == "A feira"
        assert ask(shown.src)[2] == b"#EXTM3U\n"
        assert ask(shown.poster)[2] == JPEG
        assert ask(shown.script)[2] == assets.path("bitaca-player.js").read_bytes()
    finally:
        shown.server.close()


def test_a_player_that_was_not_built_is_told(package, monkeypatch):
    monkeypatch.setattr(assets, "CHECKOUT", package.dir)
    monkeypatch.setattr(assets, "PACKAGED", package.dir)
    with pytest.raises(WorkError, match=r"bitaca-player\.js was not found"):
        widget.embed(package, live=True)


@pytest.fixture
def server(package):
    running = widget.PackageServer(package.dir, assets.path("bitaca-player.js"))
    yield running
    running.close()


def ask(address, target=None, method="GET", **headers):
    """Return status, headers and body of one request; `target` replaces the address's path, unchanged."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request(method, parts.path if target is None else target, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_a_package_is_served_with_its_types_to_any_page(server):
    assert urlsplit(server.address).hostname == "127.0.0.1"
    for name, kind in {
        "master.m3u8": "application/vnd.apple.mpegurl",
        "video/1.m4s": "video/iso.segment",
        "images/poster.jpg": "image/jpeg",
        "bitaca-player.js": "text/javascript; charset=utf-8",
    }.items():
        status, headers, body = ask(f"{server.address}/{name}")
        assert (status, headers["Content-Type"]) == (200, kind)
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert len(body) == int(headers["Content-Length"])
    assert ask(f"{server.address}/video/1.m4s", method="HEAD")[1]["Content-Length"] == "100"
    assert ask(f"{server.address}/empty.vtt")[::2] == (200, b"")
    status, headers, _ = ask(f"{server.address}/video/1.m4s", method="OPTIONS")
    assert (status, headers["Access-Control-Allow-Headers"]) == (204, "range")


@pytest.mark.parametrize(
    ("header", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=90-", 206, 90, 99),
        ("bytes=90-500", 206, 90, 99),
        ("bytes=0-99", 200, 0, 99),
        ("lines=1-2", 200, 0, 99),
    ],
)
def test_a_range_is_answered_with_it(server, header, status, first, last):
    found, headers, body = ask(f"{server.address}/video/1.m4s", Range=header)
    assert (found, list(body)) == (status, list(range(first, last + 1)))
    assert headers["Content-Range"] == (f"bytes {first}-{last}/100" if status == 206 else None)


def test_a_range_beyond_the_end_is_refused_and_the_connection_lives_on(server):
    parts = urlsplit(server.address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request("GET", f"{parts.path}/video/1.m4s", headers={"Range": "bytes=100-"})
    response = connection.getresponse()
    assert (response.status, response.read()) == (416, b"")
    connection.request("GET", f"{parts.path}/master.m3u8")
    assert connection.getresponse().status == 200
    connection.close()


def test_nothing_else_is_served(server, package):
    secret = urlsplit(server.address).path
    for target in (
        "/",
        "*",
        "//[",
        "/master.m3u8",
        "/0123456789abcdef/master.m3u8",
        f"{secret}x/master.m3u8",
        f"{secret}/",
        f"{secret}/video",
        f"{secret}/none.m4s",
        f"{secret}/notes.txt",
        f"{secret}/link.json",
        f"{secret}/../../outside.json",
        f"{secret}/video/../master.m3u8",
        f"{secret}/%2e%2e/outside.json",
        f"{secret}//master.m3u8",
        f"{secret}/{package.dir}/master.m3u8",
        f"{secret}/player.wasm",
    ):
        assert ask(server.address, target)[::2] == (404, b""), target
    for method in ("POST", "PUT", "DELETE"):
        assert ask(f"{server.address}/master.m3u8", method=method)[0] == 501


def test_a_closed_server_answers_no_more(package):
    server = widget.PackageServer(package.dir, assets.path("bitaca-player.js"))
    server.close()
    with pytest.raises(OSError):
        ask(f"{server.address}/master.m3u8")
