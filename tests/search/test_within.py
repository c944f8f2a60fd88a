"""What is hidden from a viewer is named by no way of searching."""

from bitaca_core.search.query import Query
from bitaca_core.search.within import SearchWithin

HIDDEN = frozenset({"akira-1988", "tonari-no-totoro-1988"})


def test_no_way_of_asking_names_what_is_hidden(service):
    within = SearchWithin(service, HIDDEN)
    for name in ("akira", "tonari no totoro", "meu amigo totoro"):
        assert any(hit.title_id in HIDDEN for hit in service.ask(name, limit=5)), name
        answers = (
            within.ask(name, limit=50), within.suggest(name, 50), within.search(Query(text=name), 50),
            within.similar("sen-to-chihiro-no-kamikakushi-2001", 50), within.alike("akira-1988", Query(), 50),
        )  # fmt: skip
        assert all(hit.title_id not in HIDDEN for hits in answers for hit in hits)


def test_what_is_hidden_leaves_no_gap(service):
    assert len(service.ask("anime de ação", limit=10)) == 10
    first = frozenset(hit.title_id for hit in service.ask("anime de ação", limit=5))
    left = SearchWithin(service, first).ask("anime de ação", limit=10)
    assert len(left) == 10 and not first & {hit.title_id for hit in left}
