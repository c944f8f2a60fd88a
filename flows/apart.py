"""Heavy steps in processes of their own: what they load (LanceDB's threads, a notebook's kernel) stays out of
the pipeline's process, which forks encoders and must hear every signal itself."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bitaca_core.errors import MediaError, WorkError
from bitaca_core.media import supervise
from bitaca_core.settings import DataPaths


def run(paths: DataPaths, module: str, *arguments: str) -> str:
    """Run `python -m module arguments` to its end and return what it wrote to standard output.

    It ends with us, however we end.

    Raises
    ------
    WorkError
        It failed; the message is the last line that it wrote to standard error.
    """
    paths.state.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="apart-", dir=paths.state)
    os.close(descriptor)
    said = Path(name)
    try:
        supervise.run([sys.executable, "-m", module, *arguments], stdout=said)
        return said.read_text("utf-8")
    except MediaError as error:
        lines = error.stderr_tail.splitlines()
        raise WorkError(lines[-1] if lines else error.message) from error
    finally:
        said.unlink(missing_ok=True)
