"""The embed is readable markup without scripts or addresses of others, whatever the title says."""

from __future__ import annotations

from bitaca_core.playback.widget import Embed
from flows.evaluate import ACTIVE_CONTENT


def test_the_markup_names_the_element_and_runs_nothing():
    page = Embed(
        "media/a/master.m3u8", 'O "<script>" & eu', "<svg xmlns='http://www.w3.org/2000/svg'/>"
    )._repr_html_()
    assert page.startswith('<bitaca-player src="media/a/master.m3u8"')
    assert "O &quot;&lt;script&gt;&quot; &amp; eu" in page
    assert "data:image/svg+xml;base64," in page
    assert not ACTIVE_CONTENT.search(page)
    assert "http" not in page


def test_without_a_poster_there_is_no_broken_picture():
    assert "<img" not in Embed("a.m3u8", "A")._repr_html_()
