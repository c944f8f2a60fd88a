"""The search index, built in a process of its own: `python -m flows.indexing HOME EMBEDDER [--force]`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.errors import BitacaError
from bitaca_core.search.index import IndexReport, Remote, build_index
from bitaca_core.settings import DataPaths, load_settings
from flows import apart


def build(paths: DataPaths, embedder: str, force: bool = False) -> IndexReport:
    """Embed the catalogue and write the index, unless it is already right.

    Raises
    ------
    WorkError
        The index cannot be built.
    """
    said = apart.run(paths, __name__, str(paths.home), embedder, *(["--force"] if force else []))
    return IndexReport(**json.loads(said))


def main(arguments: list[str]) -> int:
    """Be the process of `build`: print the report."""
    from bitaca_core.search.embed import open_embedder

    paths, embedder = DataPaths(Path(arguments[0])), arguments[1]
    try:
        catalogue = load_catalogue(titles_file(paths))
        report = build_index(
            catalogue,
            paths,
            open_embedder(embedder),
            force="--force" in arguments[2:],
            remote=Remote.of(load_settings()),
        )
    except BitacaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(json.dumps(asdict(report)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
