"""The scenes of what is published, in a LanceDB table: `search/scenes.json` names the version that readers open.

A version is made from a set of packages. It is written beside the old one, shown by replacing `scenes.json`, and the
versions before the last are removed. Scenes are found by their words in Portuguese and English, by letter triples
where a word is misspelt, and, where words find too little, by meaning; what a viewer has not reached is left out by
LanceDB before it ranks, and once more here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import is_filler
from bitaca_core.errors import WorkError
from bitaca_core.search.embeddings import VectorStore, embed_missing, text_key
from bitaca_core.search.gloss import gloss
from bitaca_core.search.scenes import MIN_SHARE, Scene
from bitaca_core.search.tables import TAG, compact
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    from bitaca_core.search.embed import Embedder

SCENES_SCHEMA = 1
TABLE = "scenes"
EMBEDDED_MAX = 10_000
"""So many scenes (some eighty films) get a vector: three minutes of a core. With more, words alone find them."""
NEAR_MIN = 0.35
"""A scene speaks by meaning alone from this cosine on: what is said in passing is like many questions."""
NEAR_WORD = 78.0
"""Of 100; below it one word is not another one typed badly."""
DEPTH = 200


@dataclass(frozen=True, slots=True)
class ScenesInfo:
    """`scenes.json`. `embedder` is None where scenes have no vectors."""

    schema: int
    version: str
    scenes: int
    embedder: str | None


def scenes_file(paths: DataPaths) -> Path:
    """Return where the current version is named."""
    return paths.search / "scenes.json"


def scenes_version(packages: Iterable[tuple[str, str]]) -> str:
    """Return the name of the version that is made from these (unit id, package id)."""
    listed = "\n".join(sorted(f"{unit}/{package}" for unit, package in packages))
    return f"scenes{SCENES_SCHEMA}-{hashlib.sha256(listed.encode()).hexdigest()[:16]}"


def read_scenes_info(paths: DataPaths) -> ScenesInfo | None:
    """Return what `scenes.json` says; None where there is none that this release reads: it is built again."""
    try:
        info = ScenesInfo(**json.loads(scenes_file(paths).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    whole = info.schema == SCENES_SCHEMA and (paths.search / info.version).is_dir()
    return info if whole else None


def build_scenes(
    paths: DataPaths,
    version: str,
    scenes: Mapping[str, Iterable[Scene]],
    embedder: Embedder | None = None,
    *,
    force: bool = False,
) -> bool:
    """Write the table of these scenes and show it; return False where it is there already.

    Parameters
    ----------
    version : str
        As `scenes_version` names it.
    scenes : mapping of language to scenes
        What a viewer of each language searches ("pt", "en").
    embedder : Embedder or None
        None writes no vectors.
    """
    now = read_scenes_info(paths)
    if now is not None and now.version == version and not force:
        return False
    rows = [{"lang": lang, **asdict(scene)} for lang, listed in scenes.items() for scene in listed]
    for row in rows:
        row["words"] = f"{fold(row['text'])} {gloss(row['text'])}"
        row["letters"] = fold(row["text"])
    if embedder is not None and len(rows) <= EMBEDDED_MAX:
        _embed(paths, rows, embedder)
    else:
        embedder = None
    temporary = paths.search / f".{version}.{os.getpid()}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    _write(temporary, rows, embedder.dimension if embedder else 1)
    folder = paths.search / version
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)
    info = ScenesInfo(SCENES_SCHEMA, version, len(rows), embedder.name if embedder else None)
    note = scenes_file(paths).with_name(f"scenes.json.{os.getpid()}.tmp")
    note.write_text(json.dumps(asdict(info), indent=1) + "\n", "utf-8")
    note.replace(scenes_file(paths))
    kept = {version, now.version if now else version}
    for old in paths.search.glob("scenes*-*"):
        if old.is_dir() and old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)
    return True


def _embed(paths: DataPaths, rows: list[dict[str, Any]], embedder: Embedder) -> None:
    """Give each row the vector of what is said, in English; one that is known is not made again."""
    texts = {text_key(text): text for row in rows if (text := gloss(row["text"]) or row["text"])}
    store = VectorStore(paths, f"{embedder.name} of scenes", embedder.dimension)
    known = store.read(texts)
    missing = {key: text for key, text in texts.items() if key not in known}
    if missing:
        embed_missing(store, missing, embedder, known.update)
        store.tidy(texts)
    for row in rows:
        row["vector"] = known[text_key(gloss(row["text"]) or row["text"])].tolist()


def _write(place: Path, rows: list[dict[str, Any]], dimension: int) -> None:
    import lancedb
    import pyarrow as pa
    from lancedb.index import FTS, Bitmap, BTree

    texts = ("title_id", "lang", "text", "words", "letters")
    fields = [pa.field(name, pa.string()) for name in texts]
    fields += [pa.field(name, pa.float64()) for name in ("start_s", "end_s")]
    fields.append(pa.field("vector", pa.list_(pa.float32(), dimension)))
    data = pa.Table.from_pylist(rows, schema=pa.schema(fields))
    table = lancedb.connect(place).create_table(TABLE, data, mode="overwrite", on_bad_vectors="null")
    if rows:
        table.create_index("words", config=FTS(language="Portuguese", stem=True, ascii_folding=True, remove_stop_words=True, with_position=False))  # fmt: skip
        table.create_index("letters", config=FTS(base_tokenizer="ngram", ngram_min_length=3, ngram_max_length=3, stem=False, remove_stop_words=False, with_position=False))  # fmt: skip
        table.create_index("title_id", config=BTree())
        table.create_index("end_s", config=BTree())
        table.create_index("lang", config=Bitmap())
    compact(table)
    table.tags.create(TAG, table.version)


class OpenScenes:
    """One version, opened, for viewers of one language. Safe to share between threads.

    Raises
    ------
    WorkError
        The table cannot be opened.
    """

    def __init__(
        self, paths: DataPaths, info: ScenesInfo, lang: str = "pt", embedder: Embedder | None = None
    ) -> None:
        import lancedb

        self.info, self._lang = info, lang
        self._embedder = embedder if embedder is not None and embedder.name == info.embedder else None
        try:
            self._table: Any = lancedb.connect(paths.search / info.version).open_table(TABLE)
            self._table.checkout(TAG)
        except (ValueError, OSError, RuntimeError) as error:
            raise WorkError(
                f"the scenes {info.version} cannot be opened ({error})",
                hint="run `bitaca run --only index` to build them again",
            ) from error

    def find(
        self,
        text: str,
        limit: int = 5,
        reached_s: Mapping[str, float] | None = None,
        within: str | None = None,
    ) -> list[tuple[Scene, float]]:
        """Return `(scene, score)`, best first; the same parameters as `SceneIndex.find`."""
        where = self._where(reached_s, within)
        if where is None or not self.info.scenes:
            return []
        wanted = " ".join(word for word in fold(text).split() if not is_filler(word))
        said = self._match("words", f"{wanted} {gloss(text)}", where)
        found = {scene: score for scene, score in said if score >= MIN_SHARE * said[0][1]}
        if not found and wanted:
            near = self._match("letters", wanted, where)
            found = dict([pair for pair in near if _has_near_word(wanted, pair[0])][:1])
        if len(found) < limit and self._embedder is not None:
            least = min(found.values(), default=1.0)
            for scene, cosine in self._near(text, where, limit):
                found.setdefault(scene, least * cosine)
        seen = found.items() if reached_s is None else (
            (scene, score) for scene, score in found.items() if scene.end_s <= reached_s.get(scene.title_id, 0.0)
        )  # fmt: skip
        return [(scene, round(score, 4)) for scene, score in seen][:limit]

    def _where(self, reached_s: Mapping[str, float] | None, within: str | None) -> str | None:
        """Return the SQL condition of what may be shown; None where nothing may."""
        parts = [f"lang = {_quoted(self._lang)}"]
        if within is not None:
            parts.append(f"title_id = {_quoted(within)}")
        if reached_s is not None:
            reached = {key: end_s for key, end_s in reached_s.items() if end_s > 0 and within in (None, key)}
            if not reached:
                return None
            seen = (
                f"(title_id = {_quoted(key)} AND end_s <= {float(end_s)!r})" for key, end_s in reached.items()
            )
            parts.append(f"({' OR '.join(seen)})")
        return " AND ".join(parts)

    def _match(self, column: str, text: str, where: str) -> list[tuple[Scene, float]]:
        from lancedb import query

        match: Any = query.MatchQuery
        asked = self._table.search(match(text, column), query_type="fts").where(where, prefilter=True)
        return [(_scene(row), float(row["_score"])) for row in asked.limit(DEPTH).to_list()]

    def _near(self, text: str, where: str, limit: int) -> list[tuple[Scene, float]]:
        assert self._embedder is not None
        vector = self._embedder.ask([gloss(text) or text])[0]
        asked = self._table.search(vector, vector_column_name="vector").distance_type("cosine")
        rows = asked.where(where, prefilter=True).limit(limit).to_list()
        near = [(_scene(row), 1.0 - float(row["_distance"])) for row in rows]
        return [pair for pair in near if pair[1] >= NEAR_MIN]


def _has_near_word(wanted: str, scene: Scene) -> bool:
    """Return whether a word that was asked for may be a misspelt one of this scene: triples alone are in anything."""
    from rapidfuzz import fuzz, process

    words = fold(scene.text).split()
    asked = (word for word in wanted.split() if len(word) >= 4)
    return any(process.extractOne(word, words, scorer=fuzz.ratio, score_cutoff=NEAR_WORD) for word in asked)


def _scene(row: Mapping[str, Any]) -> Scene:
    return Scene(row["title_id"], row["start_s"], row["end_s"], row["text"])


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
