"""What viewers say, pick, limit and bring counts at the next request, with a script and without one."""

import gzip
import json

import pytest

from bitaca_core.recommend.imports.unpacking import UPLOAD_MAX_BYTES
from gradio_app.opinions import SAYINGS, TAKE_BACK
from gradio_app.services import Services

from .conftest import FakeAssistant

FORM = {"content-type": "application/x-www-form-urlencoded"}


class RealRows(Services):
    """Everything real but Derona; search without an index answers by words."""

    def _open_assistant(self):
        self.assistant = FakeAssistant()
        return True


@pytest.fixture
def services(settings, clock):
    made = RealRows(settings, clock)
    made.load()
    assert made.states == dict.fromkeys(made.states, "ready")
    yield made
    made.viewers.close()


@pytest.fixture
async def viewer(client):
    assert (await client.post("/api/session")).status_code == 200
    return client


async def shown(client):
    rows = (await client.get("/api/home")).json()["rows"]
    return {item["title_id"]: row["key"] for row in rows for item in row["items"]}


async def test_what_is_refused_is_gone_at_the_next_request(viewer):
    assert {"a-pipa-2026", "serie-2026"} <= set(await shown(viewer))
    answer = await viewer.post("/api/opinion", json={"title_id": "a-pipa-2026", "say": "hide"})
    assert answer.json() == {"title_id": "a-pipa-2026", "says": ["hide"]}
    assert "a-pipa-2026" not in await shown(viewer)
    await viewer.post("/api/opinion", json={"title_id": "a-pipa-2026", "say": "unhide"})
    assert "a-pipa-2026" in await shown(viewer)


async def test_the_list_is_a_row_and_a_page(viewer):
    await viewer.post("/api/opinion", json={"title_id": "longe-1999", "say": "list"})
    assert (await shown(viewer))["longe-1999"] == "list"
    page = (await viewer.get("/minha-lista")).text
    assert "Longe" in page and 'value="unlist"' in page
    await viewer.post("/api/opinion", json={"title_id": "longe-1999", "say": "watched"})
    assert "longe-1999" not in await shown(viewer)


async def test_every_saying_is_taken_back(viewer, services):
    for word, back in TAKE_BACK.items():
        said = (await viewer.post("/api/opinion", json={"title_id": "longe-1999", "say": word})).json()[
            "says"
        ]
        assert word in said
        said = (await viewer.post("/api/opinion", json={"title_id": "longe-1999", "say": back})).json()[
            "says"
        ]
        assert word not in said
    assert set(TAKE_BACK) | set(TAKE_BACK.values()) == set(SAYINGS)


async def test_an_episode_speaks_for_its_series(viewer):
    answer = await viewer.post("/api/opinion", json={"title_id": "serie-2026-e1", "say": "like"})
    assert answer.json()["says"] == ["like"]
    page = (await viewer.get("/title/serie-2026")).text
    assert 'aria-pressed="true" data-word="like"' in page


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"title_id": "longe-1999", "say": "adore"}, 400),
        ({"title_id": "nowhere", "say": "like"}, 404),
        ({"title_id": "../x", "say": "like"}, 422),
        ({"title_id": "longe-1999", "say": "like", "more": 1}, 422),
    ],
)
async def test_what_cannot_be_said_is_refused(viewer, body, status):
    assert (await viewer.post("/api/opinion", json=body)).status_code == status


async def test_a_stranger_says_nothing_by_the_api(client):
    answer = await client.post("/api/opinion", json={"title_id": "longe-1999", "say": "like"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "back", ["/title/longe-1999", "//evil.example/", "https://evil.example/", "/\\evil.example"]
)
async def test_the_form_works_without_a_script_and_stays_in_the_house(client, back, services):
    data = {"title_id": "longe-1999", "say": "list", "back": back}
    answer = await client.post("/opiniao", data=data)
    assert answer.status_code == 303
    assert answer.headers["location"] == (back if back == "/title/longe-1999" else "/")
    assert "Longe" in (await client.get("/minha-lista")).text


async def test_the_picker_is_there_until_something_is_known(client, services, monkeypatch):
    monkeypatch.setattr("gradio_app.picking.offered_genres", lambda services: ["drama", "comedia", "anime"])
    assert 'action="/gostos"' in (await client.get("/")).text
    answer = await client.post("/gostos", content="genre=drama&genre=anime&title=serie-2026", headers=FORM)
    assert answer.status_code == 303
    page = (await client.get("/")).text
    assert 'action="/gostos"' not in page and "Você escolheu" in page
    assert 'value="drama" checked' in (await client.get("/minha-lista")).text
    assert (await client.post("/gostos", content="genre=nonsense", headers=FORM)).status_code == 400
    assert (await client.post("/gostos", content="title=nowhere", headers=FORM)).status_code == 404


async def test_not_now_is_remembered(client, monkeypatch):
    monkeypatch.setattr("gradio_app.picking.offered_genres", lambda services: ["drama", "comedia", "anime"])
    assert (await client.post("/gostos", content="genre=drama&later=1", headers=FORM)).status_code == 303
    assert 'action="/gostos"' not in (await client.get("/")).text


async def test_a_childs_limits_hold_on_every_page(client, services):
    await client.get("/")
    await client.post("/opiniao", data={"title_id": "a-pipa-2026", "say": "list"})
    answer = await client.post(
        "/preferencias", content="max_age=10&only=1&new_pin=2468&diversity=30", headers=FORM
    )
    assert answer.headers["location"] == "/preferencias?done=1"
    assert set(await shown(client)) == {"a-pipa-2026"}
    assert (await client.get("/title/a-pipa-2026")).status_code == 200
    for path in (
        "/title/serie-2026",
        "/watch/serie-2026-e1",
        "/api/playback/serie-2026-e1",
        "/watch/longe-1999",
    ):
        refused = await client.get(path)
        assert refused.status_code == 423, path
    assert "Este perfil" in (await client.get("/title/serie-2026", headers={"accept": "text/html"})).text
    named = "serie-2026"
    asked = {"q": services.catalogue.get(named).name("pt")}
    assert named not in (await client.get("/search", params=asked)).text
    assert named not in (await client.get("/api/search", params=asked)).text
    said = {"message": f"quero ver {asked['q']}", "context": {}}
    reply = (await client.post("/api/chat/message", json=said)).json()
    assert named not in [one["title_id"] for one in reply["recommendations"]]
    answer = await client.post("/preferencias", content="diversity=30&pin=1111", headers=FORM)
    assert answer.headers["location"] == "/preferencias?pin=1"
    assert set(await shown(client)) == {"a-pipa-2026"}
    # What a child adds to the list is not allowed by that.
    await client.post("/opiniao", data={"title_id": "serie-2026", "say": "list"})
    assert set(await shown(client)) == {"a-pipa-2026"}
    answer = await client.post("/preferencias", content="diversity=30&pin=2468&unlock=1", headers=FORM)
    assert answer.headers["location"] == "/preferencias?done=1" and "serie-2026" in await shown(client)
    assert named in (await client.get("/search", params=asked)).text
    whole = services._assistant(services.catalogue, frozenset())
    assert named in [card.title_id for card in whole.reply(said["message"]).cards]


async def test_a_pin_cannot_be_guessed_at_speed(client):
    await client.get("/")
    await client.post("/preferencias", content="new_pin=2468&diversity=30", headers=FORM)
    statuses = [
        (await client.post("/preferencias", content=f"diversity=30&pin={n:04}", headers=FORM)).status_code
        for n in range(8)
    ]
    assert statuses.count(303) == 5 and statuses[-1] == 429


@pytest.mark.parametrize("field", ["max_age=11", "max_age=x", "diversity=101", "diversity=-1"])
async def test_odd_preferences_are_refused(client, field):
    assert (await client.post("/preferencias", content=field, headers=FORM)).status_code == 400


MAL = (
    "<myanimelist><anime><series_title>A pipa e o vento</series_title><series_type>Special</series_type>"
    "<my_score>9</my_score><my_status>Completed</my_status></anime>"
    "<anime><series_title>Outra coisa</series_title><my_status>Completed</my_status></anime></myanimelist>"
)


async def test_a_history_is_brought(client, services):
    assert 'enctype="multipart/form-data"' in (await client.get("/trazer")).text
    answer = await client.post("/trazer", files={"file": ("animelist.xml.gz", gzip.compress(MAL.encode()))})
    assert answer.status_code == 200 and "1 de 2 títulos encontrados" in answer.text
    assert 'href="/title/a-pipa-2026"' in answer.text and "Outra coisa" in answer.text
    assert "a-pipa-2026" not in {
        key for key, row in (await shown(client)).items() if row not in ("again", "continue")
    }
    told = (await client.get("/api/viewer/said")).json()
    assert told["marks"]["watched"] == ["a-pipa-2026"]


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"nothing like it", "no export"), (b"<myanimelist><anime>", "no XML"), (b"", "Escolha um arquivo")],
)
async def test_a_file_that_is_no_history_is_told(client, data, told):
    answer = await client.post("/trazer", files={"file": ("x", data)})
    assert answer.status_code == 400 and told in answer.text and "<form" in answer.text


async def test_an_upload_is_bounded_and_other_bodies_as_before(client):
    big = b"x" * (UPLOAD_MAX_BYTES + 200_000)
    assert (await client.post("/trazer", files={"file": ("x", big)})).status_code == 413
    assert (await client.post("/trazer", files={"file": ("x", b"x" * 300_000)})).status_code == 400
    assert (await client.post("/opiniao", content=b"x" * 300_000, headers=FORM)).status_code == 413
    assert (await client.post("/trazer", content=b"not multipart", headers=FORM)).status_code == 400


async def test_similar_titles_say_why(client, services):
    told = (await client.get("/api/titles/a-pipa-2026")).json()["similar"]
    assert all("reason" in item for item in told)
    json.dumps(told)
