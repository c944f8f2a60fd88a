"""Where the built player is: `player/dist` of a checkout, or what the wheel carries."""

from __future__ import annotations

from pathlib import Path

from bitaca_core.errors import WorkError

PACKAGED = Path(__file__).resolve().parent / "dist"
CHECKOUT = Path(__file__).resolve().parents[2] / "player" / "dist"


def path(name: str) -> Path:
    """Return the file `name` of the built player, such as `player.wasm`.

    Parameters
    ----------
    name : str
        File name without folders.

    Raises
    ------
    WorkError
        The file is in neither place: the checkout was not built, or the wheel is incomplete.
    """
    for folder in (CHECKOUT, PACKAGED):
        found = folder / name
        if found.is_file():
            return found
    raise WorkError(
        f"the player's {name} was not found beside the code", kind="player-missing", hint="Run `make player`"
    )
