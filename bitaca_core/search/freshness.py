"""Whether the search index matches the catalogue, without opening LanceDB or an embedder."""

from __future__ import annotations

from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.errors import SchemaError
from bitaca_core.search.documents import document, fingerprint
from bitaca_core.search.index import INDEX_SCHEMA, TABLE, read_info
from bitaca_core.settings import DataPaths


def index_is_stale(paths: DataPaths, embedder: str) -> bool:
    """Return whether `index_flow` has something to do: a catalogue, and no index of exactly its titles.

    Parameters
    ----------
    embedder : str
        Name of the embedder that the settings choose, as `index.json` records it.
    """
    catalogue = load_catalogue(titles_file(paths))
    if not len(catalogue):
        return False
    try:
        info = read_info(paths)
    except SchemaError:
        return True
    if info is None or info.embedder != embedder:
        return True
    documents = [document(title) for title in catalogue.titles]
    wanted = f"v{INDEX_SCHEMA}-{fingerprint(documents, info.embedder, INDEX_SCHEMA)}"
    return info.version != wanted or not (paths.search / wanted / f"{TABLE}.lance").is_dir()
