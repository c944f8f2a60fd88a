"""Legs are added by strength: full text against its own best, the others as they are."""

import pytest

from bitaca_core.search.evidence import LEG_WEIGHTS, fuse


def test_strengths_are_weighted_and_added():
    found = fuse({"meaning": {"a": 0.5, "b": 0.25}, "coverage": {"b": 0.5}}, None)
    assert found["a"] == pytest.approx(0.5 * LEG_WEIGHTS["meaning"])
    assert found["b"] == pytest.approx(0.25 * LEG_WEIGHTS["meaning"] + 0.5 * LEG_WEIGHTS["coverage"])


def test_full_text_is_measured_against_its_best_of_the_allowed():
    legs = {"words": {"a": 30.0, "b": 15.0, "c": 5.0}}
    assert fuse(legs, None) == pytest.approx(
        {"a": LEG_WEIGHTS["words"], "b": LEG_WEIGHTS["words"] / 2, "c": LEG_WEIGHTS["words"] / 6}
    )
    assert fuse(legs, {"b", "c"}) == pytest.approx({"b": LEG_WEIGHTS["words"], "c": LEG_WEIGHTS["words"] / 3})
    assert fuse(legs, {"c"}) == pytest.approx({"c": LEG_WEIGHTS["words"]})
    assert fuse({"words": {}}, None) == {} and fuse(legs, set()) == {}


def test_a_rare_word_that_hits_beats_a_near_subject(service):
    assert (
        service.ask("robozinho que limpa o lixo da terra e se apaixona", limit=1)[0].title_id == "wall-e-2008"
    )
    assert (
        service.ask("professor que manda subir na carteira", limit=1)[0].title_id == "dead-poets-society-1989"
    )


def test_somebody_alone_is_answered_in_the_catalogues_order(service):
    hits = service.ask("fernanda montenegro", limit=3)
    assert hits[0].title_id == "central-do-brasil-1998" and all(
        hit.why[0].startswith("person:") for hit in hits
    )


def test_a_country_in_a_plot_only_lifts(service):
    ids = [
        hit.title_id for hit in service.ask("coreana que reencontra o amor de infância em nova york", limit=3)
    ]
    assert "past-lives-2023" in ids
