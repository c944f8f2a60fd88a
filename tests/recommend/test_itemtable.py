"""Tables of items of every usual shape are read without being told how, the id is found, and faults name their line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bitaca_core.errors import InputError
from bitaca_core.recommend import content, itemtable

FLAGS = "0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0"
OTHER = "0|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0|1|0|0"
MOVIELENS_100K = (
    f"1|Fábula Inventada (1995)|01-Jan-1995||http://example.org/t?Fabula%20(1995)|{FLAGS}\n"
    f"2|Ouro Falso (1995)|01-Jan-1995||http://example.org/t?Ouro%20(1995)|{OTHER}\n"
    f"267|unknown||||1{'|0' * 18}\n"
)
MOVIELENS_1M = (
    "1::Fábula Inventada (1995)::Animation|Children's|Comedy\n"
    "2::Ouro Falso (1995)::Action|Adventure|Thriller\n"
    "9::Château, Le: sem fim (1968)::Comedy\n"
)
MOVIELENS_CSV = (
    "movieId,title,genres\n"
    "1,Fábula Inventada (1995),Animation|Children's|Comedy\n"
    '2,"Ouro, o (1995)",Action|Comedy\n'
    "9,Nada (2001),(no genres listed)\n"
)
MAL = (
    "MAL_ID,Name,Score,Genres,Studios,Source,Aired,Members,sypnopsis\n"
    '1,Estrelas,8.78,"Action, Sci-Fi, Space",Sunrise,Original,"Apr 3, 1998",1251960,"Um caçador, dois sócios e\numa nave que cai aos pedaços, longe de casa."\n'
    '2,Estrelas 2,8.39,"Action, Space",Sunrise,Original,"Sep 1, 2001",273145,"De novo a nave, de novo a fome; desta vez o cinema é grande e a noite longa."\n'
    '9,Trigo,8.24,"Comedy, Sci-Fi",Madhouse,Manga,"Apr 1, 1998",558913,"Um pistoleiro sem sorte foge de quem quer a sua cabeça, e come bem pelo caminho."\n'
)
OFFLINE = [
    {"$schema": "https://example.org/schema.json", "license": {"name": "x"}, "lastUpdate": "2026-01-01"},
    {
        "sources": ["https://anidb.net/anime/23", "https://myanimelist.net/anime/1"],
        "title": "Estrelas",
        "type": "TV",
        "episodes": 26,
        "animeSeason": {"season": "SPRING", "year": 1998},
        "picture": "https://example.org/1.jpg",
        "duration": {"value": 1440, "unit": "SECONDS"},
        "synonyms": ["Stars"],
        "relatedAnime": ["https://myanimelist.net/anime/2"],
        "studios": ["sunrise"],
        "tags": ["action", "space"],
    },
    {
        "sources": ["https://anidb.net/anime/24", "https://myanimelist.net/anime/2"],
        "title": "Estrelas 2",
        "type": "MOVIE",
        "episodes": 1,
        "animeSeason": {"season": "UNDEFINED", "year": None},
        "picture": "https://example.org/2.jpg",
        "relatedAnime": ["https://myanimelist.net/anime/1"],
        "studios": ["sunrise"],
        "tags": ["action"],
    },
]


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "items") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def values(words: list[str] | tuple[str, ...]) -> set[str]:
    return {word.split("=", 1)[1] for word in words}


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_the_film_set_with_pipes_and_flags(tmp_path: Path, encoding: str) -> None:
    found = itemtable.read(write(tmp_path, MOVIELENS_100K, encoding), ["1", "2", "267", "5000"])
    assert set(found.words) == {"1", "2", "267"}
    assert {word for word in found.words["1"] if word.startswith("flag=")} == {
        "flag=c8",
        "flag=c9",
        "flag=c10",
    }
    assert {"1995"} <= values(found.words["1"]) and "year=1995" in found.words["2"]
    assert found.words["267"] == ["flag=c5"]
    assert "Fábula Inventada" in found.texts["1"]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_the_film_set_with_double_colons(tmp_path: Path, encoding: str) -> None:
    found = itemtable.read(write(tmp_path, MOVIELENS_1M, encoding), ["1", "2", "9"])
    assert {"animation", "children's", "comedy", "1995"} <= values(found.words["1"])
    assert "comedy" in values(found.words["9"]) and "year=1965" in found.words["9"]
    assert found.texts["9"].startswith("Château, Le: sem fim (1968)")


def test_a_comma_table_with_a_header_and_quoted_titles(tmp_path: Path) -> None:
    found = itemtable.read(write(tmp_path, MOVIELENS_CSV), ["1", "2", "9"])
    assert {"genres=action", "genres=comedy"} <= set(found.words["2"])
    assert not any("no genres" in word for word in found.words["9"]), "nothing said is no word"


def test_the_anime_table_with_texts_over_two_lines(tmp_path: Path) -> None:
    found = itemtable.read(write(tmp_path, MAL), ["1", "2", "9"])
    assert {"genres=action", "genres=sci-fi", "studios=sunrise", "source=original"} <= set(found.words["1"])
    assert "year=1995" in found.words["1"] and "w=nave" in found.words["1"]
    assert "nave que cai" in found.texts["1"] and "Estrelas" in found.texts["1"]


def test_json_lines_whose_ids_stand_at_the_end_of_addresses(tmp_path: Path) -> None:
    lines = write(tmp_path, "\n".join(json.dumps(row) for row in OFFLINE))
    whole = write(tmp_path, json.dumps({"license": {}, "data": OFFLINE[1:]}), name="whole.json")
    for path in (lines, whole):
        found = itemtable.read(path, ["1", "2"])
        assert set(found.words) == {"1", "2"}
        assert {"tags=space", "studios=sunrise"} <= set(found.words["1"]) and "year=1995" in found.words["1"]
        # What is related is joined by its address, which the other one has as its own.
        assert "url=https://myanimelist.net/anime/2" in set(found.words["1"]) & set(found.words["2"])
        vectors = content.vectors(["1", "2"], found.words).toarray()
        assert vectors[0] @ vectors[1] > 0.2
    by_other_site = itemtable.read(lines, ["23", "24"])
    assert set(by_other_site.words) == {"23", "24"}


def test_words_between_blanks(tmp_path: Path) -> None:
    kinds = ("Action", "Comedy", "Drama", "Horror")
    rows = [
        f"{item}\tTitle number{item}\t{' '.join(kinds[at] for at in range(4) if item >> at & 1)}"
        for item in range(1, 16)
    ]
    path = write(tmp_path, "item_id:token\ttitle:token_seq\tclass:token_seq\n" + "\n".join(rows))
    found = itemtable.read(path, [str(item) for item in range(1, 16)])
    assert values(found.words["5"]) == {"action", "drama"}


def test_a_table_of_tags_beside_one_of_films(tmp_path: Path) -> None:
    tags = "userId,movieId,tag,timestamp\n" + "".join(
        f"{user},{item},{tag},1139045764\n"
        for user in (3, 4, 5)
        for item, tag in (("1", "pixar"), ("2", "heist"), ("9", "pixar"))
    )
    found = itemtable.read(
        [write(tmp_path, MOVIELENS_CSV), write(tmp_path, tags, name="tags.csv")], ["1", "2", "9"]
    )
    assert "tag=pixar" in found.words["1"] and "tag=heist" in found.words["2"]
    assert "genres=action" in found.words["2"]
    assert not any(
        "1139045764" in word or word.startswith("user") for row in found.words.values() for word in row
    )


def test_amounts_are_told_in_tenths_and_neighbours_share_one(tmp_path: Path) -> None:
    path = write(tmp_path, "id,members\n" + "".join(f"i{row},{row * row}\n" for row in range(200)))
    found = itemtable.read(path, [f"i{row}" for row in range(200)])
    assert set(found.words["i100"]) & set(found.words["i104"])
    assert not set(found.words["i10"]) & set(found.words["i150"])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "is empty"),
        ("id,genres\n1,a\n2,b,c\n3,d\n", 3, "3 columns where 2"),
        ('id,genres\n1,a\n2,"b\nc"\n3,d,e\n', 5, "3 columns where 2"),
        ("id,genres\n77,a\n78,b\n", 1, "no column has an id"),
        ('{"id": 1}\n{"id": \n', 2, "not a JSON object"),
        ('{"id": 1}\n[2]\n', 2, "not a JSON object"),
        ("[1, 2]", 1, "list of objects"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        itemtable.read(write(tmp_path, text), ["1", "2", "3"])
    assert caught.value.line == line and caught.value.file is not None


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        itemtable.read(tmp_path / "nothing.csv", ["1"])


def test_each_field_counts_alike() -> None:
    words = {
        "a": ["g=comedy", "g=horror", *[f"w={number}" for number in range(50)]],
        "b": ["g=comedy", "g=horror"],
        "c": ["g=comedy", *[f"w={number}" for number in range(50)]],
        "d": ["g=horror"],
        "e": [],
    }
    vectors = content.vectors(list(words), words).toarray()
    assert np.allclose(np.linalg.norm(vectors[:4], axis=1), 1.0) and not vectors[4].any()
    assert vectors[1] @ vectors[0] > vectors[1] @ vectors[2], "a text does not drown the genres"


def test_pairs_of_common_words_are_words_of_their_own() -> None:
    words = {"a": ["g=x", "g=y"], "b": ["g=x", "g=y"], "c": ["g=x"], "d": ["g=y"], "e": []}
    plain = content.vectors(list(words), words)
    found = content.crossed(plain)
    assert found.shape == (5, 3) and np.allclose(np.linalg.norm(found.toarray()[:4], axis=1), 1.0)
    assert (found[:, 2].toarray().ravel() > 0).tolist() == [True, True, False, False, False]
    assert content.crossed(plain, common=1).shape == (5, 3), "one word alone makes no pair"
    assert content.crossed(content.vectors("ab", {})).nnz == 0


def test_texts_stand_beside_words() -> None:
    texts = {"a": "barco", "b": "barco", "c": "faca"}
    shapes = {"barco": [1.0, 0.0], "faca": [0.0, 1.0]}
    embedded = content.embedded(
        "abcd", texts, lambda rows: np.array([shapes[row] for row in rows], np.float32)
    )
    vectors = content.vectors("abcd", {"a": ["g=x"], "b": ["g=x"], "d": ["g=x"]}, embedded).toarray()
    assert vectors[0] @ vectors[1] == pytest.approx(1.0) and vectors[0] @ vectors[2] < 0
    assert vectors[3] @ vectors[0] > 0, "what has no text has its words"
    assert content.crossed(content.vectors("abcd", {"a": ["g=x"], "b": ["g=x"]}, embedded)).shape[1] == 4
