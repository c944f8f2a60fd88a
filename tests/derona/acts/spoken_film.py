"""An assistant for somebody who watches a film with subtitles, and the place of the playhead in it."""

from __future__ import annotations

from bitaca_core.derona.assistant import Assistant, PlayerContext
from bitaca_core.search.scenes import Line
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library

FAROL = "o-farol-de-papel-2026"
LINES = (
    Line(5, 8, "NINA: Vô, o farol apagou de novo."),
    Line(20, 24, "<i>O barco dele saiu antes do sol.</i>"),
    Line(60, 64, "Se eu dobrar um farol de papel, ele acha o caminho."),
    Line(100, 104, "O trem para a cidade já passou."),
    Line(180, 184, "Bento é o capitão que ninguém esperava."),
    Line(230, 236, "O vento levou o farol embora."),
)


def assistant() -> Assistant:
    """Return an assistant that knows the lines of the film."""
    search = ShelfSearch(catalogue())
    return Assistant(search.catalogue, search, playable=lambda: PLAYABLE, packages=Library({FAROL: LINES}))


def at(position_s: float) -> PlayerContext:
    """Return a player that plays the film, at a place in seconds."""
    return PlayerContext(FAROL, position_s, False, duration=250.0)
