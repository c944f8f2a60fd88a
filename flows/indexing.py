"""The search index, built in a process of its own: `python -m flows.indexing HOME EMBEDDER [--force]`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.errors import BitacaError
from bitaca_core.media.library import current_package_id, published_ids
from bitaca_core.search.index import IndexReport, Remote, build_index
from bitaca_core.search.scenetable import read_scenes_info, scenes_version
from bitaca_core.settings import DataPaths, load_settings
from flows import apart

LANGUAGES = ("pt", "en")
"""Of viewers: a scene is searched in the subtitles of each one's language, where there are any."""


def build(paths: DataPaths, embedder: str, force: bool = False) -> IndexReport:
    """Embed the catalogue and write the index, unless it is already right.

    Raises
    ------
    WorkError
        The index cannot be built.
    """
    said = apart.run(paths, __name__, str(paths.home), embedder, *(["--force"] if force else []))
    return IndexReport(**json.loads(said))


def wanted_scenes(paths: DataPaths) -> tuple[str, dict[str, str]] | None:
    """Return the version of the scenes of what is published, and the package of each unit; None of nothing."""
    named = {unit: current_package_id(paths, unit) for unit in sorted(published_ids(paths))}
    packages = {unit: package for unit, package in named.items() if package is not None}
    return (scenes_version(packages.items()), packages) if packages else None


def why_scenes_are_stale(paths: DataPaths) -> str | None:
    """Say why the scenes are not those of what is published; None when they are, or nothing is."""
    if (wanted := wanted_scenes(paths)) is None:
        return None
    info = read_scenes_info(paths)
    return (
        None if info is not None and info.version == wanted[0] else "the scenes are not of what is published"
    )


def build_scenes_of(paths: DataPaths, embedder: str, force: bool = False) -> bool:
    """Write the scenes of what is published, for viewers of either language; False where they are right."""
    from bitaca_core.media import spoken
    from bitaca_core.search.embed import open_embedder
    from bitaca_core.search.scenes import Line, scenes_of
    from bitaca_core.search.scenetable import build_scenes

    if (wanted := wanted_scenes(paths)) is None or (why_scenes_are_stale(paths) is None and not force):
        return False
    version, packages = wanted
    scenes = {
        lang: [
            scene
            for unit, package in packages.items()
            for scene in scenes_of(
                unit, (Line(*line) for line in spoken.lines(unit, paths.media / unit / package, lang))
            )
        ]
        for lang in LANGUAGES
    }
    return build_scenes(paths, version, scenes, open_embedder(embedder), force=force)


def main(arguments: list[str]) -> int:
    """Be the process of `build`: print the report."""
    from bitaca_core.search.coverage import title_words
    from bitaca_core.search.embed import open_embedder

    paths, embedder = DataPaths(Path(arguments[0])), arguments[1]
    try:
        catalogue = load_catalogue(titles_file(paths))
        model = open_embedder(embedder)
        report = build_index(
            catalogue,
            paths,
            model,
            force="--force" in arguments[2:],
            remote=Remote.of(load_settings()),
            prepare=lambda: title_words(catalogue, paths, model),
        )
        build_scenes_of(paths, embedder, "--force" in arguments[2:])
    except BitacaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(json.dumps(asdict(report)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
