import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.search.scenes import SCENE_MAX_S, Line, SceneIndex, asks_for_scene, scenes_of

FILM = (
    Line(1.0, 3.0, "Vó, por que a senhora fechou o bar?"),
    Line(3.5, 6.0, "<i>Porque a chuva</i> levou a ponte, meu filho."),
    Line(20.0, 22.0, "Ele ganhou a corrida de carrinho &amp; chorou."),
    Line(22.5, 25.0, "[aplausos]"),
    Line(60.0, 63.0, "O trem chega na estação de madrugada."),
    Line(100.0, 104.0, "No fim, o gato era o ladrão."),
)


def film(title_id="filme-2026"):
    return scenes_of(title_id, FILM)


def test_scenes_end_at_pauses_and_lose_markup():
    scenes = film()
    assert [(scene.start_s, scene.end_s) for scene in scenes] == [(1, 6), (20, 25), (60, 63), (100, 104)]
    assert scenes[0].text == "Vó, por que a senhora fechou o bar? Porque a chuva levou a ponte, meu filho."
    assert scenes[1].text == "Ele ganhou a corrida de carrinho & chorou. [aplausos]"


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 9)), max_size=60))
def test_scenes_keep_every_line_once_and_stay_short(drawn):
    lines = [Line(start, start + length, f"fala{row}") for row, (start, length) in enumerate(drawn)]
    scenes = scenes_of("x", lines)
    assert sorted(word for scene in scenes for word in scene.text.split()) == sorted(
        line.text for line in lines
    )
    assert all(scene.end_s - scene.start_s <= SCENE_MAX_S for scene in scenes)


@pytest.mark.parametrize(
    ("text", "start_s"),
    [
        ("a cena em que a chuva levou a ponte", 1.0),
        ("a parte que o trem chega na estação", 60.0),
        ("the scene where the train arrives at the station", 60.0),
        ("aquela cena da corrida", 20.0),
        ("a hora que ele chora", 20.0),
    ],
)
def test_a_scene_is_found_in_either_language(text, start_s):
    found = SceneIndex(film()).find(asks_for_scene(text) or "", 1)
    assert found and found[0][0].start_s == start_s


@pytest.mark.parametrize("text", ["cidade de deus", "um filme de terror", "cena", "filme do trem"])
def test_other_questions_ask_for_no_scene(text):
    assert asks_for_scene(text) is None


def test_what_nobody_says_is_not_found():
    assert SceneIndex(film()).find("dragões e feitiçaria") == []
    assert SceneIndex(()).find("chuva") == []


@given(
    st.dictionaries(st.sampled_from(("um", "dois", "tres")), st.floats(0, 130, allow_nan=False), max_size=3),
    st.sampled_from(
        ("gato ladrão", "trem estação", "chuva ponte", "corrida", "o gato, o trem, a chuva, a corrida")
    ),
)
def test_nothing_beyond_the_viewers_position_is_shown(reached_s, text):
    index = SceneIndex([scene for name in ("um", "dois", "tres") for scene in film(name)])
    seen = [scene for scene, _ in index.find(text, 50, reached_s)]
    assert all(scene.end_s <= reached_s.get(scene.title_id, 0.0) for scene in seen)
    everything = [scene for scene, _ in index.find(text, 50)]
    assert everything and len(seen) <= len(everything)


def test_a_viewer_at_the_end_sees_what_the_film_has():
    index = SceneIndex(film())
    assert index.find("o gato era o ladrão", reached_s={"filme-2026": 104.0})
    assert index.find("o gato era o ladrão", reached_s={"filme-2026": 103.9}) == []
    assert index.find("o gato era o ladrão", reached_s={}) == []


def test_one_title_may_be_asked():
    index = SceneIndex([*film("um"), *film("dois")])
    assert {scene.title_id for scene, _ in index.find("trem", 9, within="dois")} == {"dois"}
