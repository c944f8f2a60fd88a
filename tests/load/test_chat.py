"""A small seeded crowd in every run: nobody dropped, nobody refused. Times are for the script to judge."""

from tests.load.chat import run, texts


def test_thousands_of_different_texts():
    assert len(set(texts(1, 10_000))) > 5000


def test_a_small_crowd_is_served_whole(tmp_path):
    report = run(viewers=40, seconds=6, per_minute=10, seed=7, home=str(tmp_path))
    assert report["messages"] == 40
    assert report["answered"] == 40 and report["rate_limited"] == 0
    assert report["drops"] == report["errors"] == report["missing"] == 0, report["problems"]
