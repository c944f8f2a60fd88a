"""Train what Derona understands by, from the development sets.

    python -m bitaca_core.derona.understanding.training [--check] [--queries FILE] [--scenes FILE...] FILE...

Reads annotated messages (`tests/derona/dev/*.jsonl`), writes the models beside the cue lists (`data/*.npz`); `--check`
prints how well messages of one writer are read by what the others wrote, and writes nothing. Deterministic: the
same files give the same bytes of weights. Only here is scikit-learn needed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.derona import normalize
from bitaca_core.derona.names import Names, Span
from bitaca_core.derona.slots import mask
from bitaca_core.derona.understanding import evidence as evidence_
from bitaca_core.derona.understanding import named, nations, shapes
from bitaca_core.derona.understanding import themes as themes_
from bitaca_core.derona.understanding.cues import OLD_YEAR, cue_words, words_of
from bitaca_core.derona.understanding.evidence import Evidence, Features
from bitaca_core.derona.understanding.fitting import fit_chain
from bitaca_core.derona.understanding.linear import COUNTED, Linear, key_of

DATA = Path(__file__).parent.parent / "data"
NAMED_FILE = DATA / "named.npz"
THEMES_FILE = DATA / "themes.npz"
SENSES_FILE = DATA / "senses.npz"
INTENTS_FILE, PHRASES_FILE, ACTIONS_FILE = DATA / "intents.npz", DATA / "phrases.npz", DATA / "actions.npz"
SEEN_MIN = {"w": 2, "c": 3, "g": 2, "d": 2, "q": 1, "s": 1}
"""Messages that a feature of a block must stand in to be kept."""
INTENT_C, PHRASE_C, THEME_C, NAMED_C = 0.7, 0.1, 1.0, 0.3
VALUES = ("genres", "not_genres", "moods", "not_moods", "company", "comparative", "reference", "ordinal")
"""The slots whose values are told by phrases, not by what is counted or named."""
WORD_SEEN_MIN = 2
"""Messages that use a word before it counts as one, not as a slip."""
SLIP_SEEN_MAX, SLIP_RATIO = 6, 40
PLAYERS = ("player_control", "tracks", "trouble")
NUDGE = 1e-9
TOLERANCE = 1e-2
"""Where the solver stops: closer changes no reading and takes four times as long."""


@dataclass(frozen=True, slots=True)
class Row:
    """One annotated message with its evidence."""

    writer: str
    lang: str
    intent: str
    slots: dict[str, Any]
    evidence: Evidence
    text: str
    titles: tuple[tuple[Features, bool], ...] = ()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--queries", type=Path, help="harmless film queries, read as searches")
    parser.add_argument("--scenes", type=Path, nargs="*", default=[], help="questions on a film's story")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.check:
        write_words(options.files)
    rows = read(options.files)
    print(f"{len(rows)} messages of {len({row.writer for row in rows})} writers")
    if options.check:
        _check(rows)
        return 0
    told = [
        *rows,
        *without_scene(rows),
        *(wishes(options.queries) if options.queries else ()),
        *read(options.scenes),
    ]
    intents = fit([shapes.intent_features(row.evidence) for row in told], *one_of(told), INTENT_C)
    intents.save(INTENTS_FILE)
    phrases = fit(*phrases_of(rows), PHRASE_C)
    phrases.save(PHRASES_FILE)
    actions = fit(*actions_of(rows), INTENT_C)
    actions.save(ACTIONS_FILE)
    senses = fit(*mentions_of(rows), PHRASE_C)
    senses.save(SENSES_FILE)
    themes = fit_chain(*themes_of(rows), THEME_C)
    themes.save(THEMES_FILE)
    titles = fit(*titles_of(rows), NAMED_C)
    titles.save(NAMED_FILE)
    for name, model in (
        ("named", titles),
        ("themes", themes),
        ("senses", senses),
        ("intents", intents),
        ("phrases", phrases),
        ("actions", actions),
    ):
        print(f"{name}: {len(model.labels)} labels, {len(model.keys)} features")
    return 0


OF_STORY = {"recap": "resume", "where_stopped": "resume", "who_is": "cast", "find_scene": "scene_search", "find_quote": "scene_search"}  # fmt: skip
"""The intent of each kind of question on a film's story."""


def as_message(row: dict[str, Any]) -> dict[str, Any]:
    """Return an annotated message as it is, and a question on a story (`kind`) as a message with its intent and its place."""
    if "kind" not in row:
        return row
    asked_back = OF_STORY[row["kind"]] == "resume"
    return {
        "id": row["id"],
        "lang": row["lang"],
        "text": row["text"],
        "intent": OF_STORY[row["kind"]],
        "slots": {"titles": [row["title_id"]]} if row["title_id"] else {},
        "context": {"last": "playing" if asked_back or row["position_s"] is not None else "details"},
    }


def read(files: Iterable[Path], every: int = 1) -> list[Row]:
    """Return the annotated messages of `files` with their evidence, or one in `every`; what is `held` to measure is left out."""
    import tempfile

    from bitaca_core.settings import DataPaths

    with tempfile.TemporaryDirectory(prefix="bitaca-training-") as folder:
        paths = DataPaths(Path(folder))
        ingest_sample(paths)
        titles = load_catalogue(titles_file(paths)).titles
        names, parts = Names(titles), named.Parts(titles)
    rows = []
    for file in files:
        for line in file.read_text("utf-8").splitlines()[::every]:
            row = json.loads(line)
            if row.get("held"):
                continue
            given = as_message(row)
            message = normalize.read(given["text"], "en" if given["lang"] == "en" else "pt", names.words)
            last = (given.get("context") or {}).get("last")
            scene = last if last in ("results", "details", "playing") else ""
            meant = {*given.get("slots", {}).get("titles", ()), *given.get("slots", {}).get("not_titles", ())}
            found = named.candidates(message, names, parts)
            spans = [Span(one.title_id, one.start, one.end) for one in found if one.title_id in meant]
            masked = mask(message, spans)
            weighed = tuple(
                (named.candidate_features(message, one, found, scene), one.title_id in meant) for one in found
            )
            writer = re.split(r"[-_]", given["id"])[0]
            rows.append(
                Row(writer, given["lang"], given["intent"], given.get("slots", {}),
                    evidence_.evidence_of(message, masked, scene, names.person_words), given["text"], weighed)
            )  # fmt: skip
    return rows


def write_words(files: Iterable[Path]) -> None:
    """Write the words that several messages use, or a cue: what `normalize.mend` leaves alone."""
    seen: Counter[str] = Counter()
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            seen.update(
                {
                    word
                    for word in fold(json.loads(line)["text"]).split()
                    if 4 <= len(word) <= 20 and word.isalpha()
                }
            )
    cued = {word for word in cue_words() if 4 <= len(word) <= 20 and word.isalpha()}
    words = sorted(
        cued | {word for word, count in seen.items() if count >= WORD_SEEN_MIN and not _slip(word, seen)}
    )
    (DATA / "words.txt").write_text("\n".join(words) + "\n", "utf-8")


def _slip(word: str, seen: Counter[str]) -> bool:
    """Return whether a rare word is a frequent one with a letter wrong or missing."""
    if seen[word] >= SLIP_SEEN_MAX:
        return False
    alike = {word[:at] + letter + word[at:] for at in range(len(word) + 1) for letter in ascii_lowercase}
    return any(seen[other] >= SLIP_RATIO * seen[word] for other in alike)


def without_scene(rows: Sequence[Row]) -> list[Row]:
    """Return the orders to a player once more as they are said where no player is open: they must be known there, too."""
    return [
        replace(row, evidence=replace(row.evidence, scene=""))
        for row in rows
        if row.intent in PLAYERS and row.evidence.scene
    ]


def wishes(file: Path) -> list[Row]:
    """Return the harmless film queries of the moderation set as searches: topics are no offence here, either."""
    found = []
    for line in file.read_text("utf-8").splitlines():
        given = json.loads(line)
        message = normalize.read(given["text"], "en" if given.get("lang") == "en" else "pt")
        evidence = evidence_.evidence_of(message, " ".join(message.words), "")
        found.append(Row("queries", given.get("lang", "pt"), "search", {}, evidence, given["text"]))
    return found


def one_of(rows: Sequence[Row]) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """Return the intents and which message has which."""
    labels = tuple(sorted({row.intent for row in rows}))
    at = {label: number for number, label in enumerate(labels)}
    truth = np.zeros((len(rows), len(labels)), bool)
    for number, row in enumerate(rows):
        truth[number, at[row.intent]] = True
    return labels, truth


def phrases_of(rows: Sequence[Row]) -> tuple[list[Features], tuple[str, ...], NDArray[np.bool_]]:
    """Return every phrase of every message with what it says there: `+` its value, `-` not its value, `0` neither."""
    features, truth = [], []
    for row in rows:
        gold = said(row.slots)
        for cue in row.evidence.slots:
            features.append(evidence_.phrase_features(row.evidence, cue, row.intent))
            truth.append([f"not_{cue.label}" in gold, cue.label in gold])
    marked = np.array(truth, bool)
    return features, ("-", "+", "0"), np.column_stack([marked, ~marked.any(axis=1)])


def mentions_of(rows: Sequence[Row]) -> tuple[list[Features], tuple[str, ...], NDArray[np.bool_]]:
    """Return every country and language named with the sense in which it was meant."""
    features, truth = [], []
    for row in rows:
        found = nations.mentions(row.evidence.words)
        for one in found:
            features.append(nations.mention_features(row.evidence, one, found, row.intent))
            truth.append(_senses(one, row.slots))
    return features, nations.SENSES, np.array(truth)


def _senses(mention: nations.Mention, slots: dict[str, Any]) -> list[bool]:
    def among(name: str, code: str) -> bool:
        return bool(code) and any(code in (value, value.split("-")[0]) for value in slots.get(name, ()))

    country, language = mention.country, "" if mention.track == "subtitled" else mention.language
    told = [
        among("countries", country), among("not_countries", country),
        among("audio_languages", language), among("subtitle_languages", mention.language if mention.track != "dubbed" else ""),
    ]  # fmt: skip
    return [*told, not any(told)]


def themes_of(rows: Sequence[Row]) -> tuple[list[list[Features]], tuple[str, ...], list[list[int]]]:
    """Return the words of the messages in which themes are annotated, with the label of each."""
    features, truth = [], []
    for row in rows:
        themes, people = row.slots.get("themes", ()), row.slots.get("people", ())
        named_beside = row.intent in themes_.NAMING and any(row.evidence.people)
        if row.intent in themes_.THEMED or themes or people or named_beside:
            features.append(themes_.word_features(row.evidence, themes_.taken_by(row.evidence), row.intent))
            truth.append(labelled(row.evidence.words, themes, people))
    return features, themes_.LABELS, truth


def labelled(words: Sequence[str], themes: Sequence[str], people: Sequence[str]) -> list[int]:
    """Return the label of each word: a theme's first word, its others, the same of a person, other.

    A theme that does not stand there as annotated is marked word by word.
    """
    found = [themes_.LABELS.index("other")] * len(words)
    for kind, values in (("person", people), ("theme", themes)):
        first, more = themes_.LABELS.index(kind), themes_.LABELS.index(f"{kind}+")
        for value in values:
            own = list(words_of(value))
            start = next((at for at in range(len(words) - len(own) + 1) if list(words[at : at + len(own)]) == own), None)  # fmt: skip
            if own and start is not None:
                found[start : start + len(own)] = [first, *[more] * (len(own) - 1)]
                continue
            near = {at for at, word in enumerate(words) if any(_spelt(word, one) for one in own if one not in themes_.JOINING)}  # fmt: skip
            for at in sorted(near):
                bridged = at - 2 in near and words[at - 1] in themes_.JOINING
                found[at] = more if at - 1 in near or bridged else first
                if bridged:
                    found[at - 1] = more
    return found


def _spelt(word: str, other: str) -> bool:
    """Return whether two words are one, but for a slip."""
    return word == other or (min(len(word), len(other)) > 4 and OSA.distance(word, other) == 1)


def titles_of(rows: Sequence[Row]) -> tuple[list[Features], tuple[str, ...], NDArray[np.bool_]]:
    """Return everything that may be a title's name, and whether it was meant as one."""
    pairs = [pair for row in rows for pair in row.titles]
    return (
        [features for features, _ in pairs],
        named.LABELS,
        np.array([[meant, not meant] for _, meant in pairs]),
    )


def actions_of(rows: Sequence[Row]) -> tuple[list[Features], tuple[str, ...], NDArray[np.bool_]]:
    """Return the orders to a player with their action."""
    ordered = [row for row in rows if row.slots.get("action")]
    labels = tuple(sorted({row.slots["action"] for row in ordered}))
    truth = np.array([[row.slots["action"] == label for label in labels] for row in ordered])
    return [shapes.intent_features(row.evidence) for row in ordered], labels, truth


def said(slots: dict[str, Any]) -> set[str]:
    """Return the values of the learned slots, one label each."""
    found = set()
    for name in VALUES:
        value = slots.get(name)
        if value in (None, [], ""):
            continue
        if name == "reference":
            found.add("reference.true")
        else:
            found.update(f"{name}.{one}" for one in (value if isinstance(value, list) else [value]))
    if slots.get("year_to") == OLD_YEAR and "year_from" not in slots:
        found.add("made.old")
    found.update(f"length.{slots[name]}" for name in ("duration_max", "duration_min") if name in slots)
    return found


def fit(
    features: Sequence[Features], labels: tuple[str, ...], truth: NDArray[np.bool_], strength: float
) -> Linear:
    """Return the model that tells each label from all others (a linear support vector machine a label)."""
    from scipy import sparse
    from sklearn.svm import LinearSVC

    keys, idf = _table(features)
    empty = Linear(
        labels, keys, idf, np.zeros((len(keys), len(labels)), np.int8),
        np.ones(len(labels), np.float32), np.zeros(len(labels), np.float32),
    )  # fmt: skip
    rows, columns, values = [], [], []
    for number, one in enumerate(features):
        at, value = empty.vector(one)
        rows.append(np.full(len(at), number))
        columns.append(at)
        values.append(value)
    matrix = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(len(features), len(keys)),
    )
    exact = np.zeros((len(keys), len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    for number in range(len(labels)):
        machine = LinearSVC(
            C=strength, class_weight="balanced" if len(labels) > 3 else None, random_state=0, tol=TOLERANCE
        )
        machine.fit(matrix, truth[:, number])
        exact[:, number], bias[number] = machine.coef_[0], machine.intercept_[0]
    scale = np.abs(exact).max(axis=0) / 127 + NUDGE
    return Linear(labels, keys, idf, np.rint(exact / scale).astype(np.int8), scale.astype(np.float32), bias)


def _table(features: Sequence[Features]) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return the keys of the features that are kept, ascending, and their inverse document frequencies."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for one in features:
        for block, names in one.items():
            seen[block].update(names.keys())
    kept: dict[int, float] = {}
    for block, counts in seen.items():
        for name, count in counts.items():
            if count >= SEEN_MIN[block]:
                weight = float(np.log((1 + len(features)) / (1 + count)) + 1) if block in COUNTED else 1.0
                kept[key_of(block, name)] = weight
    keys = np.array(sorted(kept), np.uint32)
    return keys, np.array([kept[int(key)] for key in keys], np.float16).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Told:
    """What a message is read as by models that never saw its writer. `values` are labels such as `not_genres.terror`."""

    row: Row
    intent: str
    values: frozenset[str]
    themes: tuple[str, ...]


def left_out(rows: Sequence[Row], writers: Iterable[str] | None = None) -> Iterator[list[Told]]:
    """Yield, writer by writer, how their messages are read by a model of all the others'; `writers` None is everybody."""
    for writer in sorted({row.writer for row in rows} if writers is None else set(writers)):
        others = [row for row in rows if row.writer != writer]
        model = fit([shapes.intent_features(row.evidence) for row in others], *one_of(others), INTENT_C)
        spoken = fit(*phrases_of(others), PHRASE_C)
        sensing = fit(*mentions_of(others), PHRASE_C)
        acting = fit(*actions_of(others), INTENT_C)
        theming = fit_chain(*themes_of(others), THEME_C)
        found = []
        for row in (row for row in rows if row.writer == writer):
            features = shapes.intent_features(row.evidence)
            guessed = model.labels[int(model.scores(features).argmax())]
            told = told_by(spoken, row.evidence, guessed)
            if row.slots.get("action"):
                told.add(f"action.{acting.labels[int(acting.scores(features).argmax())]}")
            told |= meant_by(sensing, row.evidence, guessed)
            found.append(
                Told(
                    row,
                    guessed,
                    frozenset(told),
                    themes_.Weighed(theming, row.evidence).read(guessed, row.evidence.scene)[0]
                    if guessed in themes_.THEMED
                    else (),
                )
            )
        yield found


def slot_counts(told: Sequence[Told]) -> dict[str, NDArray[np.int64]]:
    """Return of each learned slot how many values are right, missed, and told for nothing: int64, shape (3,)."""
    counts: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(3, np.int64))
    for one in told:
        gold = said(one.row.slots)
        if one.row.slots.get("action"):
            gold.add(f"action.{one.row.slots['action']}")
        for name in ("countries", "not_countries", "audio_languages", "subtitle_languages"):
            gold |= {f"{name}.{value.split('-')[0]}" for value in one.row.slots.get(name, ())}
        for label in gold | one.values:
            counts[label.split(".")[0]] += np.array(
                (label in gold & one.values, label in gold - one.values, label in one.values - gold)
            )
    counts["themes"] += _theme_counts([(one.row.slots.get("themes", []), one.themes) for one in told])
    return dict(counts)


def _check(rows: Sequence[Row]) -> None:
    """Print how each writer's messages are read by a model of all the others'."""
    told: list[Told] = []
    for own in left_out(rows):
        told += own
        right = np.mean([one.row.intent == one.intent for one in own])
        print(f"{own[0].row.writer}: {len(own)} messages, intents right {right:.3f}", flush=True)
    for lang in ("pt", "en", "mixed"):
        own_ = [(one.row.intent, one.intent) for one in told if one.row.lang == lang]
        print(lang, f"accuracy {np.mean([a == b for a, b in own_]):.4f}", f"macro-F1 {_macro_f1(own_):.4f}")
    for name, (hit, missed, extra) in sorted(slot_counts(told).items()):
        print(
            f"{name}: F1 {2 * hit / max(1, 2 * hit + missed + extra):.3f} ({hit} hit, {missed} missed, {extra} extra)"
        )
    wrong = Counter((one.row.intent, one.intent) for one in told if one.row.intent != one.intent)
    print(*(f"{gold} as {guess}: {count}" for (gold, guess), count in wrong.most_common(20)), sep="\n")


def told_by(spoken: Linear, evidence: Evidence, intent: str) -> set[str]:
    """Return the values that a message's phrases say."""
    found = set()
    for cue in evidence.slots:
        sign = spoken.labels[int(spoken.scores(evidence_.phrase_features(evidence, cue, intent)).argmax())]
        if sign != "0":
            found.add(f"not_{cue.label}" if sign == "-" else cue.label)
    return found


def meant_by(sensing: Linear, evidence: Evidence, intent: str) -> set[str]:
    """Return the countries and languages that a message means."""
    found = nations.mentions(evidence.words)
    told = set()
    for one in found:
        sense = sensing.labels[
            int(sensing.scores(nations.mention_features(evidence, one, found, intent)).argmax())
        ]
        if sense in ("country", "not_country") and one.country:
            told.add(f"{'not_' if sense == 'not_country' else ''}countries.{one.country}")
        elif sense in ("heard", "read") and one.language:
            told.add(f"{'audio' if sense == 'heard' else 'subtitle'}_languages.{one.language}")
    return told


def _theme_counts(pairs: Sequence[tuple[list[str], tuple[str, ...]]]) -> NDArray[np.int64]:
    hit = missed = extra = 0
    for gold, told in pairs:
        left = [set(one.split()) for one in told]
        for theme in gold:
            words = set(fold(theme).split())
            near = next(
                (one for one in left if len(words & one) * 2 >= len(words | one) or words <= one), None
            )
            hit, missed = hit + (near is not None), missed + (near is None)
            if near is not None:
                left.remove(near)
        extra += len(left)
    return np.array((hit, missed, extra))


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    from sklearn.metrics import f1_score

    gold = [one for one, _ in pairs]
    return float(
        f1_score(gold, [two for _, two in pairs], average="macro", labels=sorted(set(gold)), zero_division=0)
    )


if __name__ == "__main__":
    sys.exit(main())
