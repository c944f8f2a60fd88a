"""What was said: kept by turns, found again, exported, deleted, and only ever its owner's."""

import json
import sqlite3

import pytest

from bitaca_core.viewers import conversations, schema
from bitaca_core.viewers.conversations import Turn
from bitaca_core.viewers.schema import MIGRATIONS, statements
from bitaca_core.viewers.store import DAY_S, ViewerStore

from .test_store import Clock

HERS = "a" * 32
OTHERS = "b" * 32


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    store = ViewerStore(tmp_path / "app.db", clock)
    yield store
    store.close()


@pytest.fixture
def viewer(store):
    return store.create_viewer()


def turn(store, viewer, number, said="oi", answered="olá", conversation=HERS, **more):
    return Turn(
        viewer,
        conversation,
        "pt",
        f"m{number}",
        said,
        answered,
        f'{{"turn":{number}}}',
        store._clock(),
        **more,
    )


def texts(store, viewer, query="", **more):
    return [line.text for line in store.lines(viewer, query, **more)[0]]


def test_a_conversation_is_read_back_with_its_turns(store, viewer):
    assert store.keep_turns([turn(store, viewer, 1, "um"), turn(store, viewer, 2, "dois")]) == 2
    kept = store.conversation(viewer, HERS)
    assert kept.lang == "pt"
    assert [(asked.turn_id, asked.text, asked.state_after) for asked in kept.turns] == [
        ("m1", "um", '{"turn":1}'),
        ("m2", "dois", '{"turn":2}'),
    ]
    assert [message.text for message in store.messages(viewer)] == ["um", "olá", "dois", "olá"]


def test_turns_that_an_edit_undoes_go(store, viewer):
    store.keep_turns([turn(store, viewer, number, f"p{number}") for number in range(4)])
    store.keep_turns([turn(store, viewer, 9, "outra", replaces=("m2", "m3"))])
    assert [asked.turn_id for asked in store.conversation(viewer, HERS).turns] == ["m0", "m1", "m9"]
    assert texts(store, viewer, "p2") == []


def test_nobody_reads_writes_or_deletes_a_strangers_conversation(store, viewer):
    other = store.create_viewer()
    store.keep_turns([turn(store, viewer, 1, "segredo")])
    assert store.keep_turns([turn(store, other, 2, "invadi")]) == 0, "the name is taken by another viewer"
    assert store.conversation(other, HERS) is None
    assert texts(store, other) == [] and texts(store, other, "segredo") == []
    assert store.delete_conversation(other, HERS) is False
    assert store.delete_conversations(other) == 0
    assert texts(store, viewer, "segredo") == ["segredo"]
    assert "segredo" not in json.dumps(store.export_conversations(other))


def test_nothing_is_kept_of_who_wants_nothing_kept_or_is_unknown(store, viewer):
    store.keep_history(viewer, False)
    assert store.keep_turns([turn(store, viewer, 1), turn(store, "0" * 32, 2)]) == 0
    assert store.messages(viewer) == [] and store.conversation(viewer, HERS) is None


@pytest.mark.parametrize(
    ("query", "found"),
    [("acao", 1), ("AÇÃO", 1), ("açao anim", 1), ("animes de ação", 1), ("ac", 1), ("drama", 0), ("cao", 0),
     ("a\u0301gua", 1), ("agua", 1), ('"', 4), ("NOT ação", 0), ("viewer_id", 0), ("açã* OR x", 0), ("text:ação", 0)],
)  # fmt: skip
def test_search_folds_accents_and_has_no_syntax(store, viewer, query, found):
    store.keep_turns(
        [turn(store, viewer, 1, "Animes de Ação", "tem"), turn(store, viewer, 2, "copo d'água", "não")]
    )
    assert len(texts(store, viewer, query)) == found


def test_lines_are_paged_latest_first(store, viewer):
    store.keep_turns([turn(store, viewer, number, f"filme {number}") for number in range(10)])
    for query in ("", "filme"):
        seen, before = [], None
        while True:
            found, before = store.lines(viewer, query, before=before, limit=3)
            seen += [line.text for line in found if line.role == "viewer"]
            assert len(found) <= 3
            if before is None:
                break
        assert seen == [f"filme {number}" for number in reversed(range(10))]


def test_the_oldest_lines_beyond_the_bound_go(store, viewer, monkeypatch):
    monkeypatch.setattr(conversations, "LINES_MAX", 6)
    other = store.create_viewer()
    store.keep_turns([turn(store, other, 1, "do outro", conversation=OTHERS)])
    for number in range(5):
        store.keep_turns([turn(store, viewer, number, f"p{number}", conversation=f"{number}" * 32)])
    assert texts(store, viewer, "p") == ["p4", "p3", "p2"]
    assert store.conversation(viewer, "0" * 32) is None and store.conversation(viewer, "4" * 32) is not None
    assert texts(store, other, "outro") == ["do outro"]


def test_export_and_deletion_of_one_and_of_all(store, viewer):
    store.keep_turns([turn(store, viewer, 1, "um"), turn(store, viewer, 2, "dois", conversation=OTHERS)])
    exported = store.export_conversations(viewer)
    assert [found["conversation_id"] for found in exported["conversations"]] == [HERS, OTHERS]
    assert exported["conversations"][0]["lines"][0] == {
        "role": "viewer", "text": "um", "created_s": store._clock()
    }  # fmt: skip
    assert store.delete_conversation(viewer, HERS) and not store.delete_conversation(viewer, HERS)
    assert texts(store, viewer, "um") == [] and texts(store, viewer, "dois") == ["dois"]
    assert store.delete_conversations(viewer) == 2
    assert store.export_conversations(viewer)["conversations"] == []


def words_of(store):
    """Return every word that the search index holds."""
    db = store._connection()
    db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'messages_words', 'instance')")
    found = {row[0] for row in db.execute("SELECT term FROM words")}
    db.execute("DROP TABLE temp.words")
    return found


@pytest.mark.parametrize("way", ["forget", "delete", "purge"])
def test_no_word_of_what_is_deleted_is_left(store, viewer, clock, tmp_path, way):
    other = store.create_viewer()
    store.keep_turns(
        [turn(store, other, number, f"fica{number}", conversation=OTHERS) for number in range(300)]
    )
    store.keep_turns([turn(store, viewer, 1, "inconfessavel")])
    assert "inconfessavel" in words_of(store)
    if way == "forget":
        store.forget(viewer)
    elif way == "delete":
        store.delete_conversations(viewer)
    else:
        clock.now += 31 * DAY_S
        store.purge()
    assert "inconfessavel" not in words_of(store)
    store._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"inconfessavel" not in (tmp_path / "app.db").read_bytes()


def test_words_of_deleted_lines_are_tidied_away_once_a_day(store, viewer, clock):
    tidied = []
    store.tidy_words = lambda: tidied.append(clock.now)
    for _ in range(49):
        store.purge()
        clock.now += 3600
    assert len(tidied) == 2


def test_lines_of_an_older_release_are_found_and_deleted(tmp_path, clock, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(schema, "MIGRATIONS", MIGRATIONS[:3])
        store = ViewerStore(tmp_path / "app.db", clock)
        viewer = store.create_viewer()
        with store._write(viewer) as db:
            db.execute(
                "INSERT INTO messages (viewer_id, role, text, created_s) VALUES (?, 'viewer', 'coração', ?)",
                (viewer, clock.now),
            )
        store.close()
    store = ViewerStore(tmp_path / "app.db", clock)
    assert texts(store, viewer, "coracao") == ["coração"]
    assert store.export_conversations(viewer)["conversations"][0]["conversation_id"] is None
    assert store.delete_conversations(viewer) == 1
    store.close()


def test_a_version_changes_with_each_write_about_a_viewer_only(store, viewer):
    other = store.create_viewer()
    before, others = store.version(viewer), store.version(other)
    store.keep_turns([turn(store, viewer, 1)])
    store.save_playback_report("s", viewer, "a", {})
    assert store.version(viewer) == before
    writes = (
        lambda: store.record_progress(viewer, "a", 10, 100),
        lambda: store.rate(viewer, "a", 1),
        lambda: store.mark(viewer, "a", "hidden"),
        lambda: store.mark(viewer, "a", "hidden", on=False),
        lambda: store.choose_tastes(viewer, ["drama"]),
        lambda: store.set_limits(viewer, store.limits(viewer)),
        lambda: store.keep_history(viewer, False),
        lambda: store.delete_conversations(viewer),
        lambda: store.forget(viewer),
    )
    for write in writes:
        before = store.version(viewer)
        write()
        assert store.version(viewer) > before
    assert store.version(other) == others
    store.purge()
    assert store.version(other) > others, "whoever is not named may have been changed"


def test_statements_keep_a_trigger_together():
    script = "CREATE TABLE a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; SELECT 1; END; SELECT 2;\n"
    found = list(statements(script))
    assert len(found) == 3 and found[1].strip().endswith("END;")
    db = sqlite3.connect(":memory:")
    for statement in found:
        db.execute(statement)
