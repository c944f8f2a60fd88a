"""The web engine cuts bodies off where the core would refuse them."""

from __future__ import annotations

import re
from pathlib import Path

PLAYER = Path(__file__).parents[2] / "player"


def test_both_have_the_same_caps() -> None:
    limits = (PLAYER / "core/src/limits.rs").read_text()
    rust = {name: int(mib) for name, mib in re.findall(r"pub const (\w+): usize = (\d+) << 20;", limits)}
    sizes = (PLAYER / "web/src/engine/sizes.ts").read_text()
    web = {name: int(mib) for name, mib in re.findall(r"^const (\w+) = (\d+) \* MIB$", sizes, re.MULTILINE)}
    assert web == {"MANIFEST": rust["MANIFEST_BYTES"], "TEXT": rust["TEXT_BYTES"]}
    [init] = re.findall(r"^  init: (\d+) \* MIB,$", sizes, re.MULTILINE)
    assert int(init) > rust["MOOV_BYTES"]


def test_every_kind_that_is_read_whole_has_one() -> None:
    fetching = (PLAYER / "web/src/engine/fetching.ts").read_text()
    sizes = (PLAYER / "web/src/engine/sizes.ts").read_text()
    [listed] = re.findall(r"READ_BY_SESSION[^=]*= new Set<FetchKind>\(\[([^\]]*)\]", fetching)
    kinds = set(re.findall(r"'(\w+)'", listed))
    assert {"manifest", "playlist", "clock", "steering"} <= kinds
    # What HEAD brings has no body.
    bounded = set(re.findall(r"^  (\w+): ", sizes, re.MULTILINE))
    assert kinds - {"clockHead"} <= bounded
    assert {"key", "licence", "certificate", "init"} <= bounded
