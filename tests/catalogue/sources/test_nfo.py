import pytest

from bitaca_core.catalogue.sources.nfo import NFO_MAX_BYTES, read_nfo
from bitaca_core.errors import CatalogueError

MOVIE = """<?xml version="1.0" encoding="UTF-8"?>
<movie><title>Cidade &amp; campo</title><originaltitle>City</originaltitle><year>1999</year><runtime>95 min</runtime>
<plot> Duas  linhas
de enredo. </plot><genre>Drama / Ficção científica</genre><genre>Opera</genre><director>Ana</director>
<actor><name>Bia</name></actor><actor><role>sem nome</role></actor><country>Brasil</country><mpaa>BR:14</mpaa><tag>Luto</tag></movie>
https://example.org/trailing-link
"""


def write(tmp_path, text):
    path = tmp_path / "x.nfo"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_movie(tmp_path):
    nfo = read_nfo(write(tmp_path, MOVIE))
    assert (nfo.title, nfo.original_title, nfo.year, nfo.runtime_s) == ("Cidade & campo", "City", 1999, 5700)
    assert nfo.plot == "Duas linhas de enredo."
    assert nfo.genres == ("drama", "ficcao-cientifica") and nfo.countries == ("BR",)
    assert nfo.directors == ("Ana",) and nfo.cast == ("Bia",) and nfo.themes == ("luto",)
    assert nfo.age_rating == "14"


@pytest.mark.parametrize(
    ("mpaa", "rating"), [("Rated PG-13", None), ("14", None), ("Brasil: Livre", "L"), ("BR 18+", "18")]
)
def test_only_a_brazilian_rating_counts(tmp_path, mpaa, rating):
    assert read_nfo(write(tmp_path, f"<movie><mpaa>{mpaa}</mpaa></movie>")).age_rating == rating


def test_an_episode(tmp_path):
    nfo = read_nfo(
        write(
            tmp_path,
            "<episodedetails><season>2</season><episode>03</episode><aired>2004-05-06</aired></episodedetails>",
        )
    )
    assert (nfo.season, nfo.episode, nfo.year, nfo.title) == (2, 3, 2004, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<movie><title>", "not valid XML"),
        ("https://example.org/1", "not valid XML"),
        ("<album/>", "root element"),
        ('<!DOCTYPE m [<!ENTITY a "b">]><movie><title>&a;</title></movie>', "refused"),
        ('<!DOCTYPE m SYSTEM "file:///etc/passwd"><movie/>', "refused"),
        (b"<movie>" + b" " * NFO_MAX_BYTES + b"</movie>", "larger"),
        (b'<?xml version="1.0" encoding="nonsense"?><movie/>', "encoding"),
    ],
)
def test_what_is_refused(tmp_path, text, reason):
    with pytest.raises(CatalogueError, match=reason):
        read_nfo(write(tmp_path, text))


def test_the_line_of_the_error_is_told(tmp_path):
    with pytest.raises(CatalogueError) as caught:
        read_nfo(write(tmp_path, "<movie>\n<title>x</tilte>\n</movie>"))
    assert caught.value.line == 2
