"""Whether the search index matches the catalogue and is whole, without opening LanceDB or an embedder."""

from __future__ import annotations

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.errors import SchemaError
from bitaca_core.search.documents import document, fingerprint
from bitaca_core.search.index import INDEX_SCHEMA, damage, read_info
from bitaca_core.search.progress import read_progress
from bitaca_core.settings import DataPaths


def wanted_version(catalogue: Catalogue, embedder: str) -> str | None:
    """Return the name that an index of exactly this catalogue has; None when there is nothing to index.

    Parameters
    ----------
    embedder : str
        Name of the embedder that the settings choose, as `index.json` records it.
    """
    if not len(catalogue):
        return None
    documents = [document(title) for title in catalogue.titles]
    return f"v{INDEX_SCHEMA}-{fingerprint(documents, embedder, INDEX_SCHEMA)}"


def why_stale(paths: DataPaths, wanted: str | None, verify: bool = False) -> str | None:
    """Say why the index on disk is not the `wanted` version, whole; None when it is or nothing is wanted."""
    if wanted is None:
        return None
    try:
        info = read_info(paths)
    except SchemaError as error:
        return error.message
    if info is None:
        return "there is no index yet"
    if not info.complete and info.version.startswith(f"{wanted}-"):
        return f"{info.embedded} of {info.titles} titles are known by meaning, the others by their words"
    if info.version != wanted:
        return "the index does not match the catalogue"
    return damage(paths, info.version, verify)


def share_embedded(paths: DataPaths) -> tuple[int, int] | None:
    """Return how many titles are known by meaning, of how many: as a running build says, else the index.

    None while there is no index that can be read.
    """
    if (note := read_progress(paths)) is not None:
        return note.embedded, note.titles
    try:
        info = read_info(paths)
    except SchemaError:
        return None
    return None if info is None else (info.embedded, info.titles)
