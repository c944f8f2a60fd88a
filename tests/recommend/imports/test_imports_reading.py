"""Exports as they come, and files that are no exports: bounded, without entities, each refused with a reason."""

import gzip
import io
import json
import zipfile
import zlib

import pytest

from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import InputError
from bitaca_core.recommend.imports import service, unpacking
from bitaca_core.recommend.imports.entries import liking_of
from bitaca_core.recommend.imports.matching import Matcher
from bitaca_core.viewers.store import ViewerStore

MAL = """<?xml version="1.0" encoding="UTF-8" ?>
<myanimelist><myinfo><user_name>ana</user_name></myinfo>
<anime><series_animedb_id>1</series_animedb_id><series_title><![CDATA[Hoshi & Umi]]></series_title>
<series_type>TV</series_type><series_episodes>26</series_episodes><my_score>9</my_score><my_status>Completed</my_status>
<my_finish_date>2020-05-04</my_finish_date></anime>
<anime><series_animedb_id>2</series_animedb_id><series_title>Yoru</series_title><series_type>Movie</series_type>
<my_score>0</my_score><my_status>Plan to Watch</my_status><my_finish_date>0000-00-00</my_finish_date></anime>
<anime><series_title>Kaze</series_title><series_type>OVA</series_type><my_score>2</my_score><my_status>Dropped</my_status></anime>
</myanimelist>"""
WATCHED = 'Date,Name,Year,Letterboxd URI\n2020-01-02,Limite,1931,https://boxd.it/1\n2021-01-02,"Bye, Bye Brasil",1979,x\n'
RATINGS = "Date,Name,Year,Letterboxd URI,Rating\n2020-01-03,Limite,1931,https://boxd.it/1,4.5\n"
WATCHLIST = "Date,Name,Year,Letterboxd URI\n2022-01-01,Aquarius,2016,x\n"
JELLYFIN = {
    "Items": [
        {"Name": "Limite", "Type": "Movie", "ProductionYear": 1931, "ProviderIds": {"Imdb": "tt0022080"},
         "UserData": {"Played": True, "LastPlayedDate": "2024-03-01T20:00:00.0000000Z", "IsFavorite": True}},
        {"Name": "Ep", "SeriesName": "Hoshi", "Type": "Episode", "UserData": {"Played": True}},
        {"Name": "Ep 2", "SeriesName": "Hoshi", "Type": "Episode", "UserData": {"Played": False}},
        {"Name": "Begun", "Type": "Movie", "RunTimeTicks": 100, "UserData": {"Played": False, "PlaybackPositionTicks": 40}},
        {"Name": "Untouched", "Type": "Movie", "UserData": {"Played": False}},
        {"Name": "Disliked", "Type": "Movie", "UserData": {"Played": True, "Likes": False}},
        {"Name": "Folder", "Type": "Folder"},
    ]
}  # fmt: skip


def zipped(members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_myanimelist(packed):
    data = gzip.compress(MAL.encode()) if packed else MAL.encode()
    origin, (hoshi, yoru, kaze) = service.read(data)
    assert origin == "myanimelist" and hoshi.names == ("Hoshi & Umi",) and hoshi.ids == (("mal", "1"),)
    assert (hoshi.status, hoshi.kind, hoshi.episodes, hoshi.liking) == ("watched", "series", 26, 0.75)
    assert hoshi.seen_s == 1_588_550_400.0
    assert (yoru.status, yoru.kind, yoru.liking, yoru.seen_s) == ("planned", "film", None, None)
    assert (kaze.status, kaze.kind, kaze.ids) == ("dropped", "", ()) and kaze.liking < -0.6


@pytest.mark.parametrize("folder", ["", "letterboxd-ana/"])
def test_letterboxd(folder):
    members = {"watched.csv": WATCHED, "ratings.csv": RATINGS, "watchlist.csv": WATCHLIST, "profile.csv": "x"}
    likes = 'Date,Name,Year,Letterboxd URI\n2021-01-02,"Bye, Bye Brasil",1979,x\n'
    origin, found = service.read(
        zipped({folder + name: text for name, text in (members | {"likes/films.csv": likes}).items()})
    )
    by_name = {entry.names[0]: entry for entry in found}
    assert origin == "letterboxd" and set(by_name) == {"Limite", "Bye, Bye Brasil", "Aquarius"}
    assert by_name["Limite"].liking == liking_of(4.5, 5) == 0.75 and by_name["Limite"].year == 1931
    assert by_name["Aquarius"].status == "planned"
    assert by_name["Bye, Bye Brasil"].liking == 0.8


def test_one_csv_of_letterboxd():
    origin, found = service.read(b"\xef\xbb\xbf" + RATINGS.encode())
    assert origin == "letterboxd" and found[0].liking == 0.75


@pytest.mark.parametrize("bare", [False, True])
def test_jellyfin(bare):
    origin, found = service.read(json.dumps(JELLYFIN["Items"] if bare else JELLYFIN).encode())
    by_name = {entry.names[0]: entry for entry in found}
    assert origin == "jellyfin" and set(by_name) == {"Limite", "Hoshi", "Begun", "Disliked"}
    assert by_name["Limite"].ids == (("imdb", "tt0022080"),) and by_name["Limite"].liking == 0.9
    assert by_name["Hoshi"].status == "watched" and by_name["Hoshi"].kind == "series"
    assert by_name["Begun"].status == "watching" and by_name["Disliked"].liking == -0.6


BOMB = b"<?xml version='1.0'?><!DOCTYPE myanimelist [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><myanimelist>&b;</myanimelist>"
OUTSIDE = b"<!DOCTYPE myanimelist [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><myanimelist><anime><series_title>&x;</series_title></anime></myanimelist>"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"\x89PNG....", "no export that we know"),
        (BOMB, "entities"),
        (OUTSIDE, "entities"),
        (b"<myanimelist><anime>", "no XML"),
        (b"<other><myanimelist/></other>", "not <myanimelist>"),
        (b"<myanimelist><anime><my_status>Completed</my_status></anime></myanimelist>", "series_title"),
        (MAL.replace("Completed", "Loved").encode(), "the status 'Loved'"),
        (gzip.compress(MAL.encode())[:-20], "cut off"),
        (b"\x1f\x8b" + b"\0" * 60, "damaged"),
        (zipped({"watched.csv": WATCHED})[:-30], "damaged"),
        (zipped({"notes.txt": "x"}), "none of Letterboxd's files"),
        (zipped({"watched.csv": "Date,Title\n1,2\n"}), "no column 'name'"),
        (zipped({"watched.csv": "Date,Name,Year\n2020-01-01,,1931\n"}), "no usable name"),
        (zipped({f"f{n}": "" for n in range(unpacking.MEMBERS_MAX + 1)}), "members"),
        (zipped({"watched.csv": b"\xff\xfe\x00\xd8"}), "is not UTF"),
        (b'{"Items": 3}', "no list of `Items`"),
        (b"[1]", "item 1 is no object"),
        (b'{"Items": [', "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'[{"Type": "Movie", "Name": "", "UserData": {}}]', "item 1 has no usable name"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(data, told):
    with pytest.raises(InputError, match=told):
        service.read(data)


def test_bombs_are_not_unpacked(monkeypatch):
    monkeypatch.setattr(unpacking, "UNPACKED_MAX_BYTES", 100_000)
    with pytest.raises(InputError, match="more than 100000 bytes"):
        unpacking.gunzip(gzip.compress(b"x" * 5_000_000), 100_000)
    with pytest.raises(InputError, match="more than 100000 bytes"):
        unpacking.unzip(zipped({"watched.csv": "x" * 5_000_000}), frozenset({"watched.csv"}), 100_000)
    with pytest.raises(InputError, match="more than"):
        service.read(b"x" * (unpacking.UPLOAD_MAX_BYTES + 1))


def test_a_member_cannot_lie_about_its_size():
    data = bytearray(zipped({"watched.csv": "Date,Name,Year\n" + "x" * 300_000}))
    real, small = (300_015).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert bytes(data).count(real) == 2
    with pytest.raises(InputError, match=r"damaged|more than"):
        unpacking.unzip(bytes(data).replace(real, small), frozenset({"watched.csv"}), 100_000)


@pytest.mark.parametrize("score", [(0, None), (6, 0.0), (10, 1.0), (3, -0.5), (None, None)])
def test_likings(score):
    assert liking_of(score[0], 10) == score[1]


def test_an_export_becomes_marks(tmp_path):
    store = ViewerStore(tmp_path / "app.db", lambda: 2e9)
    viewer = store.create_viewer()
    shelf = [
        Title(title_id="hoshi", kind="series", original_title="Hoshi & Umi"),
        Title(title_id="yoru", kind="film", original_title="Yoru"),
        Title(title_id="kaze", kind="short", original_title="Kaze"),
    ]
    again = MAL.replace("Yoru", "Hoshi &amp; Umi Season 2").replace("Movie", "TV")
    brought = service.bring(MAL.encode(), Matcher(shelf), store, viewer)
    assert [match.title_id for match in brought.matches] == [
        "hoshi",
        "yoru",
        "kaze",
    ] and brought.missing == ()
    marks = store.marks(viewer)
    assert marks["watched"]["hoshi"].liking == 0.75 and marks["watched"]["hoshi"].updated_s == 1_588_550_400.0
    assert (
        set(marks["list"]) == {"yoru"}
        and set(marks["dropped"]) == {"kaze"}
        and marks["dropped"]["kaze"].liking < 0
    )
    other = store.create_viewer()
    service.bring(again.encode(), Matcher(shelf), store, other)
    assert set(store.marks(other)["watched"]) == {"hoshi"} and not store.marks(other)["list"]
    store.close()


def test_zlib_garbage_in_a_zip_is_told():
    data = bytearray(zipped({"watched.csv": WATCHED * 50}))
    start = data.index(b"watched.csv") + 11
    data[start + 5 : start + 30] = b"\xff" * 25
    with pytest.raises(InputError, match="damaged"):
        service.read(bytes(data))
    assert zlib.MAX_WBITS == 15
