"""`bitaca evaluate recommend` end to end: files of the shapes that others publish go in, and tables or one JSON come out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bitaca_core.cli import evaluate
from bitaca_core.errors import InputError
from bitaca_core.recommend import generate
from tests.cli.commands import bitaca, error_of

USERS, ITEMS = 90, 60
GENRES = ("Action", "Comedy", "Drama", "Fantasy", "Horror", "Mystery", "Romance", "Space")


def run(*arguments: str) -> str:
    """Run the command in this process; return what it prints."""
    done = CliRunner().invoke(evaluate.app, ["recommend", *arguments])
    if done.exception is not None:
        raise done.exception
    return done.output


def known(seed: int = 3):
    met, words = generate.interactions(seed, users=USERS, items=ITEMS, mean=14.0)
    about = [
        sorted({GENRES[int(word.split("-")[1])] for word in words[str(name)] if word.startswith("taste")})
        for name in met.items
    ]
    return met, about


@pytest.fixture(scope="module")
def anime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a set of anime as they are published: a CSV with -1 for unrated, lists of items, two item tables."""
    folder = tmp_path_factory.mktemp("anime")
    met, about = known()
    random = np.random.default_rng(0)
    assert met.value is not None
    rows = ["user_id,anime_id,rating"]
    for user, item, value in zip(met.user, met.item, met.value, strict=True):
        rows.append(f"{user + 1},{item + 1},{-1 if random.random() < 0.2 else int(2 * value)}")
    (folder / "rating.csv").write_text("\n".join(rows) + "\n")
    lists = [" ".join(map(str, [user, *met.item[met.user == user]])) for user in range(USERS)]
    (folder / "lists.txt").write_text("\n".join(lists) + "\n")
    lines = [json.dumps({"$schema": "https://example.org/minified.json", "license": {"name": "none"}})]
    table = ["anime_id,name,genre,type,episodes,studio"]
    for item, genres in enumerate(about):
        entry = {
            "sources": [f"https://anidb.net/anime/{9000 + item}", f"https://myanimelist.net/anime/{item}"],
            "title": f"Título {item}",
            "type": "TV",
            "episodes": 12,
            "animeSeason": {"season": "FALL", "year": 1990 + item % 30},
            "synonyms": [],
            "relatedAnime": [],
            "studios": [f"estúdio {item % 7}"],
            "tags": [genre.lower() for genre in genres],
        }
        lines.append(json.dumps(entry, ensure_ascii=False))
        table.append(f'{item + 1},"Título, o {item}","{", ".join(genres)}",TV,12,Estúdio {item % 7}')
    (folder / "anime.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "anime.csv").write_text("\n".join(table) + "\n", "utf-8")
    return folder


def test_an_anime_set_with_a_table_in_csv(anime: Path) -> None:
    text = run(
        *("--ratings", str(anime / "rating.csv"), "--items", str(anime / "anime.csv")),
        *("--seeds", "0-1", "--min-item-count", "5", "--min-user-count", "5", "--json"),
    )
    report = json.loads(text)
    assert report["schema"] == 1 and report["protocol"] == "strong" and report["asked"] >= 16
    ours = report["methods"]["bitaca"]
    low, high = ours["ci95"]
    assert low <= ours["ndcg@10"] <= high and 0 < ours["recall@20"] <= 1 and 0 < ours["coverage@10"] <= 1
    assert set(ours["vs_ease"]) == {"mean", "ci95"}
    assert list(report["known"]) == ["0", "1", "2", "3", "5", "10", "20"]
    assert report["known"]["0"]["bitaca"]["ndcg@10"] > 0
    assert report["new_titles"]["removed"] == 6 and report["new_titles"]["asked"] > 10
    plain, chosen, *curve = report["diversity"]
    assert plain["ndcg_change"] == 0 and chosen["name"] == "chosen" and len(curve) == 29


def test_lists_of_items_with_a_table_of_addresses_in_words(anime: Path) -> None:
    text = run(
        *("--ratings", str(anime / "lists.txt"), "--items", str(anime / "anime.jsonl")),
        *("--seeds", "0"),
    )
    assert f"{ITEMS} of {ITEMS} items are in the tables" in text
    for said in ("against EASE", " 0 known: ours", "20 known: ours", "3 new titles", "chosen ", "coverage"):
        assert said in text
    for method in ("popularity", "item-knn", "rp3beta", "content-knn", "ease", "edlae", "ials", "bitaca"):
        assert f"\n{method}" in text


def test_without_curves_only_the_table_is_made(anime: Path) -> None:
    text = run(
        *("--ratings", str(anime / "rating.csv"), "--protocol", "kfold"),
        *("--folds", "2", "--min-rating", "6", "--no-curves", "--json"),
    )
    report = json.loads(text)
    assert report["known"] == {} and "new_titles" not in report and "diversity" not in report
    assert report["interactions"] < 0.8 * len(known()[0]), "what was not rated is below any threshold"


@pytest.mark.parametrize(
    ("ratings", "items", "options", "said"),
    [
        ("1,2,3\n1,2,4\n2,2,1\n", None, (), "--repeats last"),
        ("user,item,rating\n1,2,3\n1,3,NaN\n", None, (), ":3:3: the rating 'NaN' is not a number"),
        ("user,item,rating\n1,2,3\n1,3\n", None, (), ":3: 2 columns where 3"),
        ("1 2 3\n4 5\n", None, ("--min-rating", "4"), "the file has none"),
        ("1,2,3\n2,3,4\n", None, ("--min-rating", "9"), "no interaction is left"),
        ("1,2,3\n2,3,4\n", "id,genre\nx,Comedy\ny,Drama\n", (), "no column has an id that the ratings name"),
        ("1,2,3\n2,3,4\n", "id,genre\n2,Comedy\n3\n", (), ":3: 1 columns where 2"),
        ("1,2,3\n2,3,4\n", None, ("--texts",), "--texts needs --items"),
        ("1,2,3\n2,3,4\n", "id,genre\n2,Comedy\n3,Comedy\n", ("--texts",), "no item has a text"),
        ("1,2,3\n2,3,4\n", None, ("--protocol", "leave-last"), "leave-last needs times"),
        ("1,2,3\n2,3,4\n", None, (), "too few to hold some out"),
        ("1,2,3\n2,3,4\n", None, ("--seeds", "4-1"), "upwards"),
        ("1,2,3\n2,3,4\n", None, ("--min-rating", "good"), "a number or none"),
    ],
)
def test_bad_input_is_told_with_its_place_and_changes_nothing(
    tmp_path: Path, ratings: str, items: str | None, options: tuple[str, ...], said: str
) -> None:
    (tmp_path / "r.csv").write_text(ratings)
    more: tuple[str, ...] = ()
    if items is not None:
        (tmp_path / "i.csv").write_text(items)
        more = ("--items", str(tmp_path / "i.csv"))
    with pytest.raises(InputError) as caught:
        run("--ratings", str(tmp_path / "r.csv"), *more, *options)
    assert said in str(caught.value) and caught.value.exit_code == 2
    assert (tmp_path / "r.csv").read_text() == ratings


def test_under_json_the_error_has_a_place(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("user,item,rating\n1,2,3\n1,3,inf\n")
    done = bitaca("evaluate", "recommend", "--ratings", path, "--json", home=tmp_path)
    error = error_of(done)
    assert done.returncode == 2 and (error["file"], error["line"], error["column"]) == (str(path), 3, 3)


def test_seeds_and_thresholds_are_read() -> None:
    assert evaluate.parse_seeds("0-4") == (0, 1, 2, 3, 4) and evaluate.parse_seeds("7, 0,7") == (7, 0)
    assert evaluate.parse_rating("None") is None and evaluate.parse_rating("3.5") == 3.5
    for wrong in ("", "a", "0-", "0-500", "-3"):
        with pytest.raises(InputError):
            evaluate.parse_seeds(wrong)
    with pytest.raises(InputError):
        evaluate.parse_rating("inf")


def test_texts_are_embedded_beside_words(anime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bitaca_core.search import embed

    class Lengths:
        def encode(self, texts):
            return np.array([[len(text), 1.0] for text in texts], np.float32)

    monkeypatch.setattr(embed, "open_embedder", lambda setting="minilm": Lengths())
    names = [str(item + 1) for item in range(ITEMS)]
    said: list[str] = []
    plain = evaluate.about(names, [anime / "anime.csv"], False, said.append)
    more = evaluate.about(names, [anime / "anime.csv"], True, said.append)
    assert more.shape[1] == plain.shape[1] + 2 and said == [f"{ITEMS} of {ITEMS} items are in the tables"] * 2
