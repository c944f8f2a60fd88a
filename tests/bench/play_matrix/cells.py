"""One cell of the matrix: a player, a protection and a protocol, played to the end with three jumps."""

from __future__ import annotations

from dataclasses import dataclass, replace

from playwright.sync_api import Browser, Error

from bitaca_core.media.protection.policy import Scheme
from tests.bench.play_matrix.house import House

STEP_MS = 30_000
"""A guard against hanging, for each step; none of them is a measurement."""
JUMPS = (0.55, 0.15, 0.7)
"""Of the whole length: ahead, back before what was played, ahead again."""
MOST_DROPPED = 0.01
NEAR_END_S = 0.3

STATE = """(near) => ({problems, ended: over(near),
 quality: picture?.getVideoPlaybackQuality?.() && {all: picture.getVideoPlaybackQuality().totalVideoFrames,
 lost: picture.getVideoPlaybackQuality().droppedVideoFrames}})"""

PLANNED: dict[Scheme, dict[str, tuple[str, ...]]] = {
    "none": {"bitaca": ("hls", "dash"), "hls.js": ("hls",), "shaka-player": ("hls", "dash"), "dash.js": ("dash",)},
    "aes-128": {"bitaca": ("hls",), "hls.js": ("hls",), "shaka-player": ("hls",)},
    "cbcs": {"bitaca": ("hls", "dash"), "shaka-player": ("hls", "dash"), "dash.js": ("dash",)},
    "cenc": {"bitaca": ("hls", "dash"), "shaka-player": ("hls", "dash"), "dash.js": ("dash",)},
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """What happened. `reached` counts the jumps after which the picture moved on."""

    scheme: Scheme
    player: str
    protocol: str
    ended: bool
    reached: int
    frames: int
    dropped: int
    problems: tuple[str, ...]
    step: str
    tries: int = 1
    worse: tuple[str, ...] = ()
    """What the other tries met."""

    @property
    def good(self) -> bool:
        """Whether it played to the end with all jumps, without a complaint, and next to nothing was dropped."""
        few = self.dropped <= MOST_DROPPED * max(1, self.frames)
        return self.ended and self.reached == len(JUMPS) and not self.problems and few

    @property
    def key(self) -> str:
        return f"{self.scheme}/{self.player}/{self.protocol}"


def planned() -> list[tuple[Scheme, str, str]]:
    """Return all cells."""
    return [
        (scheme, player, protocol)
        for scheme, players in PLANNED.items()
        for player, protocols in players.items()
        for protocol in protocols
    ]


def best(browser: Browser, house: House, scheme: Scheme, player: str, protocol: str, tries: int) -> Cell:
    """Play one cell until it is good, so often at most: a machine that does other work drops frames by itself."""
    cells: list[Cell] = []
    while len(cells) < tries and not (cells and cells[-1].good):
        cells.append(play(browser, house, scheme, player, protocol))
    chosen = max(cells, key=lambda one: (one.good, one.ended, -len(one.problems), -one.dropped))
    others = tuple(
        "; ".join(one.problems) or f"{one.dropped} of {one.frames} frames dropped"
        for one in cells
        if one is not chosen
    )
    return replace(chosen, tries=len(cells), worse=others)


def play(browser: Browser, house: House, scheme: Scheme, player: str, protocol: str) -> Cell:
    """Play one cell in a context of its own."""
    streams = house.streams(scheme)
    context = browser.new_context(viewport={"width": 640, "height": 400})
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    reached, step = 0, "start"
    try:
        page.goto(house.page + "/")
        page.evaluate(
            "([name, url, licence]) => start(name, url, licence)",
            [player, streams[protocol], streams["licence"]],
        )
        going = "() => problems.length > 0 || picture?.currentTime > {} && !picture.seeking && picture.readyState > 2"
        page.wait_for_function(going.format(0.8), timeout=STEP_MS)
        for part in JUMPS:
            step = f"jump to {part:.0%}"
            target = page.evaluate(
                f"() => {{ picture.currentTime = picture.duration * {part}; return picture.duration * {part} }}"
            )
            page.wait_for_function(going.format(target + 0.4), timeout=STEP_MS)
            if page.evaluate("problems.length"):
                break
            reached += 1
        step = "end"
        page.wait_for_function("(near) => problems.length > 0 || over(near)", arg=NEAR_END_S, timeout=STEP_MS)
    except Error as error:
        thrown.append(f"{step}: {error.message.splitlines()[0]}")
    found = page.evaluate(STATE, NEAR_END_S)
    context.close()
    quality = found["quality"] or {"all": 0, "lost": 0}
    problems = (*found["problems"], *thrown)
    return Cell(
        scheme, player, protocol, found["ended"], reached, quality["all"], quality["lost"], problems, step
    )
