"""The refit in a process of its own, as the nightly flow runs it."""

from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend.standing import standing
from bitaca_core.viewers.store import ViewerStore
from flows import recommend


def test_a_night_of_viewers_becomes_a_model(paths, capsys):
    titles = [
        Title(title_id=f"{g}-{n}", kind="film", original_title=f"{g} {n}") for g in "ab" for n in range(8)
    ]
    save_catalogue(Catalogue(titles), titles_file(paths))
    now = [1e9]
    store = ViewerStore(paths.app_db, lambda: now[0])
    for number in range(40):
        viewer = store.create_viewer()
        for n in range(4):
            now[0] += 10
            store.record_progress(viewer, f"{'ab'[number % 2]}-{(number * 3 + n) % 8}", 900, 1000)
    store.close()
    decision = recommend.refit_task.fn(paths.home)
    assert decision["viewers"] == 40 and decision["published"], decision["reason"]
    assert standing(paths.models / "recommend")["serves"] == decision["version"]
    assert recommend.main([str(paths.home)]) == 0
    assert "are needed to measure" in capsys.readouterr().out
