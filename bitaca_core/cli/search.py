"""`bitaca search` and `bitaca recommend`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bitaca_core.errors import InputError

if TYPE_CHECKING:
    from bitaca_core.catalogue.store import Catalogue
    from bitaca_core.search.query import Hit
    from bitaca_core.search.service import LocalSearch
    from bitaca_core.settings import DataPaths, Settings
    from bitaca_core.viewers.store import ViewerStore


def search(
    text: Annotated[str, typer.Argument(help='what to look for, e.g. "anime de ação dos anos 90"')],
    limit: Annotated[int, typer.Option(min=1, max=100, help="at most so many titles")] = 10,
    language: Annotated[str, typer.Option("--lang", help="pt or en")] = "pt",
    as_json: Annotated[bool, typer.Option("--json", help="print the hits as JSON")] = False,
) -> None:
    """Search the catalogue by title, words or meaning, in Portuguese or English."""
    service = _open()
    _show(service.ask(text, language, limit), service.catalogue, service.mode, language, as_json)


def recommend(
    like: Annotated[str, typer.Option(help="title ids, separated by commas")] = "",
    viewer: Annotated[str, typer.Option(help="a viewer's id")] = "",
    refit: Annotated[
        bool,
        typer.Option("--refit", help="fit a model of what viewers watched; publish it if it is not worse"),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="at most so many titles")] = 10,
    language: Annotated[str, typer.Option("--lang", help="pt or en")] = "pt",
    as_json: Annotated[bool, typer.Option("--json", help="print the hits as JSON")] = False,
) -> None:
    """Recommend titles like others, or for a viewer."""
    from bitaca_core.recommend.service import Recommender, published_model
    from bitaca_core.settings import load_settings
    from bitaca_core.viewers.store import ViewerStore

    paths = load_settings().paths
    store = ViewerStore(paths.app_db)
    if refit:
        _refit(store, paths, as_json)
        return
    if bool(like) == bool(viewer):
        raise InputError("give either --like ID,… or --viewer ID")
    service = _open()
    model = published_model(paths.models / "recommend")
    recommender = Recommender(service, service.catalogue, store, model=model)
    if viewer:
        if not store.exists(viewer):
            raise InputError(f"no viewer {viewer!r}", kind="viewer")
        hits = recommender.because(viewer, limit) or recommender.popular(limit)
    else:
        wanted = [part.strip() for part in like.split(",") if part.strip()]
        unknown = [part for part in wanted if service.catalogue.resolve(part) is None]
        if unknown:
            raise InputError(
                f"no such title: {', '.join(unknown)}", kind="title", hint="`bitaca search` finds ids"
            )
        hits = recommender.like(wanted, limit)
    _show(hits, service.catalogue, service.mode, language, as_json)


def _refit(store: ViewerStore, paths: DataPaths, as_json: bool) -> None:
    """Refit now, as the nightly flow does."""
    import time
    from dataclasses import asdict

    from bitaca_core.catalogue.store import load_catalogue, titles_file
    from bitaca_core.recommend.refit import refit
    from bitaca_core.recommend.standing import standing, told

    folder = paths.models / "recommend"
    decision = refit(store, load_catalogue(titles_file(paths)), folder, time.time())
    print(json.dumps({"schema": 1, **asdict(decision)}) if as_json else told(standing(folder)))


def _open() -> LocalSearch:
    from bitaca_core.catalogue.store import load_catalogue, titles_file
    from bitaca_core.media.library import published_ids
    from bitaca_core.search.embed import open_embedder
    from bitaca_core.search.service import open_search
    from bitaca_core.settings import load_settings

    settings: Settings = load_settings()
    catalogue = load_catalogue(titles_file(settings.paths))
    if not len(catalogue):
        raise InputError("the catalogue is empty", hint="run `bitaca demo`, or `bitaca ingest SOURCE`")
    paths = settings.paths
    return open_search(
        paths, catalogue, lambda: published_ids(paths), open_embedder(settings.embedder), background=False
    )


def _show(hits: list[Hit], catalogue: Catalogue, mode: str, language: str, as_json: bool) -> None:
    rows = []
    for hit in hits:
        title = catalogue.resolve(hit.title_id)
        if title is not None:
            rows.append(
                {
                    "title_id": hit.title_id,
                    "title": title.name(language),
                    "year": title.year,
                    "score": hit.score,
                    "playable": hit.playable,
                    "why": list(hit.why),
                }
            )
    if as_json:
        print(json.dumps({"schema": 1, "mode": mode, "results": rows}, ensure_ascii=False))
        return
    for row in rows:
        watch = "assistir" if row["playable"] else "sem vídeo aqui"
        if not language.startswith("pt"):
            watch = "watch" if row["playable"] else "no video here"
        print(f"{row['title']} ({row['year'] or '?'})  {watch}  {row['title_id']}  {', '.join(row['why'])}")  # type: ignore[arg-type]
    if not rows:
        print("Nada encontrado." if language.startswith("pt") else "Nothing found.")
