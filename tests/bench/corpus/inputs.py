"""All rows."""

from __future__ import annotations

from tests.bench.corpus.containers import CONTAINERS
from tests.bench.corpus.pictures import PICTURES
from tests.bench.corpus.refusals import REFUSALS
from tests.bench.corpus.sounds import SOUNDS

CASES = [*PICTURES, *SOUNDS, *CONTAINERS, *REFUSALS]
