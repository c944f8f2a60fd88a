"""How long a large catalogue takes: parsed, merged, findable by words, and embedded in how many texts a second.

    python -m tests.bench.index [--films 36000] [--embed 2000] [--whole] [--out results.json]

The films are the shared Wikipedia list where it is at hand, else made up with the same lengths. Texts per core-second
are counted in processor time of this process with one BLAS thread, so that what else runs on the machine changes them
little; the ceiling beside them is what the same core multiplies, at the model's own shapes, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
SHARED_LIST = Path("data/catalogue/wikipedia-movies/films.jsonl.gz")
WORDS = [
    "a",
    "young",
    "doctor",
    "returns",
    "to",
    "her",
    "quiet",
    "town",
    "and",
    "finds",
    "that",
    "the",
    "river",
    "hides",
    "an",
    "old",
    "crime",
    "which",
    "nobody",
    "names",
]
LAYERS, WIDTH = 6, 384


def films_file(count: int, folder: Path) -> Path:
    """Return the shared list, or one of `count` made-up films of some 75 tokens each."""
    for shared in (os.environ.get("BITACA_SHARED"), ROOT.parent / "shared"):
        if shared and (Path(shared) / SHARED_LIST).is_file():
            return Path(shared) / SHARED_LIST
    draw = np.random.default_rng(1)
    file = folder / "films.jsonl"
    with file.open("w", encoding="utf-8") as stream:
        for number in range(count):
            extract = " ".join(draw.choice(WORDS, int(draw.gamma(4, 15)) + 5))
            row = {"title": f"Film {number}", "year": 1920 + number % 100, "cast": [], "genres": ["Drama"]}
            stream.write(json.dumps(row | {"href": f"F{number}", "extract": extract}) + "\n")
    return file


def ceiling_gflops(tokens: int = 1024, times: int = 30) -> float:
    """Return what one core multiplies at the shapes of the model's dense layers, in GFLOP/s of processor time."""
    shapes = ((WIDTH, 3 * WIDTH), (WIDTH, WIDTH), (WIDTH, 4 * WIDTH), (4 * WIDTH, WIDTH))
    draw = np.random.default_rng(0)
    pairs = [(draw.random((tokens, a), np.float32), draw.random((a, b), np.float32)) for a, b in shapes]
    outs = [left @ right for left, right in pairs]
    began = time.process_time()
    for _ in range(times):
        for (left, right), out in zip(pairs, outs, strict=True):
            np.matmul(left, right, out=out)
    work = sum(2 * tokens * a * b for a, b in shapes) * times
    return work / (time.process_time() - began) / 1e9


def gflop_of(lengths: list[int]) -> float:
    """Return the multiplications of texts of so many tokens, in GFLOP: dense layers and attention."""
    dense = 2 * (3 * WIDTH * WIDTH + WIDTH * WIDTH + 8 * WIDTH * WIDTH)
    return sum(LAYERS * (length * dense + 4 * length * length * WIDTH) for length in lengths) / 1e9


def embedding(texts: list[str]) -> dict[str, float]:
    """Measure texts per core-second and what of the ceiling that is."""
    from threadpoolctl import threadpool_limits

    from bitaca_core.search.embed import MiniLM

    minilm = MiniLM()
    minilm.encode(texts[:8])
    lengths = [len(item.ids) for item in minilm._tokenizer.encode_batch(texts)]
    with threadpool_limits(1):
        ceiling = ceiling_gflops()
        began = time.process_time()
        minilm.encode(texts)
        spent = time.process_time() - began
    rate = len(texts) / spent
    most = len(texts) / (gflop_of(lengths) / ceiling)
    return {
        "texts": len(texts),
        "mean_tokens": round(float(np.mean(lengths)), 1),
        "texts_per_core_s": round(rate, 1),
        "gemm_gflops_per_core": round(ceiling, 1),
        "ceiling_texts_per_core_s": round(most, 1),
        "share_of_ceiling": round(rate / most, 3),
    }


def words(source: Path, home: Path) -> tuple[dict[str, float], list[str]]:
    """Measure parsing, merging and publishing the words; return it with the texts to embed."""
    from bitaca_core.catalogue.ingest import ingest
    from bitaca_core.catalogue.sources.choose import read_source
    from bitaca_core.catalogue.store import load_catalogue, titles_file
    from bitaca_core.search.documents import document
    from bitaca_core.search.index import OpenIndex, build_index, read_info
    from bitaca_core.settings import DataPaths

    class Reached(Exception):
        pass

    class NoEmbedder:
        name, dimension = "minilm", 384

        def encode(self, texts: list[str]) -> np.ndarray:
            raise Reached  # words are published now, and the first batch is asked for

        ask = encode

    paths = DataPaths(home)
    row: dict[str, float] = {}
    clock = time.monotonic

    def lap(name: str, began: float) -> None:
        row[name] = round(clock() - began, 2)

    began = first = clock()
    row["rows"] = sum(1 for _ in read_source(source))
    lap("parse_s", began)
    began = clock()
    report = ingest(source, paths)
    lap("parse_and_merge_s", began)
    row["titles"] = len(report.added)
    began = clock()
    catalogue = load_catalogue(titles_file(paths))
    lap("load_s", began)
    began = clock()
    try:
        build_index(catalogue, paths, NoEmbedder())
    except Reached:
        lap("words_published_s", began)
    index = OpenIndex(paths, read_info(paths))
    title = catalogue.titles[len(catalogue) // 2]
    found = [key for key, _ in index.match("names", title.original_title, 50)]
    row["found_by_words"] = float(title.title_id in found)
    row["empty_to_findable_s"] = round(clock() - first - row["parse_s"], 2)
    began = clock()
    again = ingest(source, paths)
    lap("unchanged_again_s", began)
    row["changed_again"] = len(again.added) + len(again.updated)
    return row, [document(each).meaning for each in catalogue]


def whole(home: Path, changed: int = 3) -> dict[str, float]:
    """Measure the embedding of everything, a build of what did not change, and one where a few synopses did."""
    from bitaca_core.catalogue.store import Catalogue, load_catalogue, titles_file
    from bitaca_core.search.embed import MiniLM
    from bitaca_core.search.index import build_index, read_info
    from bitaca_core.search.progress import read_progress
    from bitaca_core.settings import DataPaths

    class Counting(MiniLM):
        texts = 0

        def encode(self, texts: list[str]) -> np.ndarray:
            Counting.texts += len(texts)
            return super().encode(texts)

    paths = DataPaths(home)
    catalogue = load_catalogue(titles_file(paths))
    row: dict[str, float] = {}
    told = time.monotonic()

    def progress(share: float) -> None:
        nonlocal told
        note = read_progress(paths)
        if note is not None and time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"{note.embedded} of {note.titles} embedded, {note.texts_per_s:.1f} a second", flush=True)

    edited = [
        title.model_copy(update={"synopsis_en": f"{title.synopsis_en} Again, {place}."})
        if place < changed
        else title
        for place, title in enumerate(catalogue.titles)
    ]
    for name, titles in (("whole", catalogue), ("unchanged", catalogue), ("changed", Catalogue(edited))):
        Counting.texts, began, spent = 0, time.monotonic(), time.process_time()
        build_index(titles, paths, Counting(), progress=progress)
        row |= {
            f"{name}_s": round(time.monotonic() - began, 1),
            f"{name}_processor_s": round(time.process_time() - spent, 1),
            f"{name}_texts_embedded": Counting.texts,
        }
    info = read_info(paths)
    row["complete"] = float(info is not None and info.complete)
    return row


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=36_000, help="made-up films, without the shared list")
    parser.add_argument(
        "--embed", type=int, default=2000, help="texts whose embedding is timed, evenly drawn"
    )
    parser.add_argument("--whole", action="store_true", help="embed everything, for minutes, and build again")
    parser.add_argument("--out", type=Path, default=Path("results/index.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = films_file(options.films, Path(folder))
        row, texts = words(source, Path(folder) / "home")
        run = whole(Path(folder) / "home") if options.whole else None
    row_of_vectors = embedding(texts[:: max(1, len(texts) // options.embed)])
    cores = len(os.sched_getaffinity(0))
    minutes = len(texts) / row_of_vectors["texts_per_core_s"] / min(2, cores) / 60
    result = {
        "bench": "index",
        "source": source.name,
        "words": row,
        "embedding": row_of_vectors,
        "all_embedded_on_two_cores_min": round(minutes, 2),
        "whole_run": run,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cores": cores,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    return 0 if row["found_by_words"] and not row["changed_again"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
