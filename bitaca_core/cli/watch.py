"""`bitaca watch`: a folder whose videos are published as they come to rest."""

from __future__ import annotations

import contextlib
import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer


def watch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of videos; network drives too")],
    settle: Annotated[
        float, typer.Option(min=0, help="seconds that a file must not have changed before it is taken")
    ] = 10.0,
    every: Annotated[float, typer.Option(min=0.1, help="seconds between two looks")] = 2.0,
) -> None:
    """Publish every video of a folder, now and as they come, one at a time; Ctrl-C ends it.

    A file that is still being written is left alone, and so are the names of unfinished downloads. What failed is
    told and tried again when its file changes.
    """
    from bitaca_core.media.supervise import interruptible
    from bitaca_core.settings import load_settings

    settings = load_settings()
    watching = importlib.import_module("flows.watch")
    terminal = importlib.import_module("flows.terminal").Terminal(settings.paths)
    with contextlib.suppress(KeyboardInterrupt), interruptible(), terminal:
        watching.watch(settings, folder, terminal, settle_s=settle, every_s=every)
    sys.stderr.write("stopped watching; what was published stays\n")
