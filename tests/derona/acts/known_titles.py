"""An assistant whose titles have languages, a composer and moods, and a list that is on the table."""

from __future__ import annotations

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Credit
from bitaca_core.derona.assistant import Assistant, DialogueState
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library

FAROL, CARTA = "o-farol-de-papel-2026", "carta-para-o-mar-2026"
LISTED = DialogueState(
    listed=("central-do-brasil-1998", "cidade-de-deus-2002", "bacurau-2019"),
    wish=Wish(query=Query(countries=("BR",))),
)


def assistant() -> Assistant:
    """Return an assistant that knows these titles."""
    changes = {
        FAROL: {"audio_languages": ("pt-BR", "en"), "subtitle_languages": ("pt-BR", "es")},
        "bacurau-2019": {"credits": (Credit(name="Mateus Alves", role="composer"),), "moods": ("sombrio",)},
    }
    titles = Catalogue(title.model_copy(update=changes.get(title.title_id, {})) for title in catalogue())
    search = ShelfSearch(titles)
    packages = Library({FAROL: ()}, lengths={FAROL: 250.0})
    return Assistant(titles, search, playable=lambda: PLAYABLE, packages=packages)
