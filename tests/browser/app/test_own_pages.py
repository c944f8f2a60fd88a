"""The viewer's own pages in real Chromium: a history brought from elsewhere, and limits behind a PIN."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from playwright.sync_api import expect

MAL = """<?xml version="1.0" encoding="UTF-8"?>
<myanimelist><myinfo><user_export_type>1</user_export_type></myinfo>
<anime><series_title><![CDATA[Curta número 3]]></series_title><my_score>9</my_score><my_status>Completed</my_status></anime>
<anime><series_title><![CDATA[CURTA NUMERO 4]]></series_title><my_score>0</my_score><my_status>Plan to Watch</my_status></anime>
<anime><series_title><![CDATA[Um anime que ninguém fez]]></series_title><my_score>7</my_score><my_status>Completed</my_status></anime>
</myanimelist>
""".encode()
WATCHED = "Date,Name,Year,Letterboxd URI\n2026-01-02,Curta número 3,2026,https://boxd.it/a\n"
LATER = "Date,Name,Year,Letterboxd URI\n2026-01-02,Curta número 4,2026,https://boxd.it/b\n2026-01-02,Filme de ninguém,1971,https://boxd.it/c\n"
RATED = "Date,Name,Year,Letterboxd URI,Rating\n2026-01-02,Curta número 3,2026,https://boxd.it/a,4.5\n"


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as files:
        for name, text in (("watched.csv", WATCHED), ("ratings.csv", RATED), ("watchlist.csv", LATER)):
            files.writestr(name, text)
    return made.getvalue()


JELLYFIN = json.dumps(
    {
        "Items": [
            {"Name": "Curta número 3", "Type": "Movie", "ProductionYear": 2026, "UserData": {"Played": True, "IsFavorite": True}},
            {"Name": "Filme de ninguém", "Type": "Movie", "ProductionYear": 1971, "UserData": {"Played": True}},
        ]
    }
).encode()  # fmt: skip


def bring(page, site, name: str, data: bytes) -> None:
    page.goto(f"{site}/trazer")
    page.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    page.locator("main form button[type=submit]").click()


@pytest.mark.parametrize(
    ("name", "data", "found", "listed", "missing"),
    [
        ("animelist.xml", MAL, 2, ["curta-4-2026"], "Um anime que ninguém fez"),
        ("letterboxd.zip", archive(), 2, ["curta-4-2026"], "Filme de ninguém"),
        ("watched.csv", WATCHED.encode(), 1, [], None),
        ("Items.json", JELLYFIN, 1, [], "Filme de ninguém"),
    ],
    ids=["myanimelist", "letterboxd-zip", "letterboxd-csv", "jellyfin"],
)
def test_a_history_from_elsewhere_counts_at_the_next_page(page, site, name, data, found, listed, missing):
    bring(page, site, name, data)
    rows = page.locator("main table tbody tr")
    expect(rows).to_have_count(found)
    expect(rows.first.locator("a")).to_have_attribute("href", "/title/curta-3-2026")
    if missing is None:
        expect(page.locator("main section h2")).to_have_count(0)
    else:
        expect(page.locator("main section")).to_contain_text(missing)
    page.goto(f"{site}/title/curta-3-2026")
    expect(page.locator(".opinion-button[data-word=watched]").first).to_have_attribute("aria-pressed", "true")
    page.goto(f"{site}/minha-lista")
    assert [card.get_attribute("data-title") for card in page.locator(".wall .card").all()] == listed


@pytest.mark.parametrize(
    ("name", "data"),
    [("empty.csv", b""), ("list.xml", b"<myanimelist><anime>"), ("x.zip", b"PK\x03\x04 cut off"), ("i.json", b'{"Items": 3}')],
    ids=["empty", "cut-xml", "cut-zip", "no-items"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_words_and_the_form_stays(page, site, name, data):
    bring(page, site, name, data)
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#file")).to_have_count(1)


def test_limits_hold_at_the_next_page_and_a_pin_keeps_them(page, site):
    page.goto(f"{site}/preferencias")
    page.select_option("#max_age", "10")
    page.fill("#new_pin", "4821")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    page.goto(f"{site}/")
    assert page.locator("li.card[data-title=curta-1-2026]").count() >= 1
    assert page.locator("li.card[data-title=curta-3-2026]").count() == 0, "rated 12"
    page.goto(f"{site}/search?q=curta")
    assert page.locator("main [data-title=curta-3-2026]").count() == 0
    page.goto(f"{site}/preferencias")
    page.select_option("#max_age", "")
    page.fill("#pin", "0000")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    page.goto(f"{site}/")
    assert page.locator("li.card[data-title=curta-3-2026]").count() == 0
    page.goto(f"{site}/preferencias")
    page.select_option("#max_age", "")
    page.fill("#pin", "4821")
    page.check("[name=unlock]")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()
    page.goto(f"{site}/")
    assert page.locator("li.card[data-title=curta-3-2026]").count() >= 1


@pytest.mark.parametrize("path", ["/trazer", "/minha-lista", "/preferencias"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_the_screen_and_are_silent(browser, site, path, width):
    context = browser.new_context(locale="pt-BR", viewport={"width": width, "height": 844})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(site + path)
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    context.close()
