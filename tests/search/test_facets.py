"""What facets remember of companies answers as looking at every title does."""

from __future__ import annotations

import itertools

import pytest

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.search import facets as facets_
from bitaca_core.search.company import COMPANIES, liking, suits
from bitaca_core.search.facets import Facets
from bitaca_core.search.query import Query
from bitaca_core.settings import DataPaths

AGES = (None, 3, 10)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    paths = DataPaths(tmp_path_factory.mktemp("facets-home"))
    ingest_sample(paths)
    return load_catalogue(titles_file(paths))


@pytest.mark.parametrize("remembered", [facets_.COMPANIES_MAX, 0])
def test_a_company_is_judged_alike_however_often(catalogue, monkeypatch, remembered):
    monkeypatch.setattr(facets_, "COMPANIES_MAX", remembered)
    facets, ready = Facets(catalogue.titles), frozenset[str]()
    asked = list(itertools.product(COMPANIES, AGES, ((), ("drama",))))
    for slug, age, genres in [*asked, *reversed(asked)]:
        found = facets.passing(Query(company=slug, company_age=age, genres=genres), ready)
        assert found == {
            title.title_id
            for title in catalogue.titles
            if suits(title, slug, age, not genres) and facets.traits[title.title_id][0].issuperset(genres)
        }
        assert len(facets._suits) <= remembered
        assert facets.liking(slug) == {title.title_id: liking(title, slug) for title in catalogue.titles}


def test_what_is_taken_from_an_answer_is_not_taken_from_the_next(catalogue):
    facets, query = Facets(catalogue.titles), Query(company="family")
    first = facets.passing(query, frozenset())
    first.clear()
    assert facets.passing(query, frozenset())


def test_another_catalogue_has_facets_of_its_own(catalogue):
    few = Facets(catalogue.titles[:5])
    Facets(catalogue.titles).passing(Query(company="family"), frozenset())
    assert few.passing(Query(company="family"), frozenset()) <= few.titles.keys()
