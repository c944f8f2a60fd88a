"""Whether the search index matches the catalogue, without opening LanceDB or an embedder."""

from __future__ import annotations

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.errors import SchemaError
from bitaca_core.search.documents import document, fingerprint
from bitaca_core.search.index import INDEX_SCHEMA, TABLE, read_info
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


def index_is_stale(paths: DataPaths, wanted: str | None) -> bool:
    """Return whether `index_flow` has something to do: the index on disk is not the `wanted` version."""
    if wanted is None:
        return False
    try:
        info = read_info(paths)
    except SchemaError:
        return True
    return info is None or info.version != wanted or not (paths.search / wanted / f"{TABLE}.lance").is_dir()
