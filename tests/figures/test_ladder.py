"""The ladder's figures show every point that they are given."""

from __future__ import annotations

import io

import pytest

from bitaca_core.figures import ladder


def rendered(figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_the_hull_has_the_trials_the_rungs_and_the_baseline():
    figure = ladder.hull(
        {"1280x720": [(2e6, 95.0), (5e5, 80.0)], "640x360": [(6e5, 75.0), (2e5, 60.0)]},
        [(2e5, 60.0), (5e5, 80.0), (2e6, 95.0)],
        [("720p", 2e6, 95.0), ("360p", 2e5, 60.0)],
        [(3e6, 95.0), (4e5, 60.0)],
        finding="Found",
    )
    panel = figure.axes[0]
    assert (
        panel.get_title(loc="left") == "Found"
        and "kb/s" in panel.get_xlabel()
        and "VMAF" in panel.get_ylabel()
    )
    drawn = {line.get_label(): line for line in panel.lines}
    assert list(drawn["tried at 1280x720"].get_xdata()) == [500.0, 2000.0]
    assert list(drawn["fixed ladder"].get_xdata()) == [400.0, 3000.0]
    assert list(drawn["its own rungs"].get_ydata()) == [95.0, 60.0]
    assert [text.get_text() for text in panel.texts] == ["720p", "360p"]
    assert panel.get_xscale() == "log"
    assert rendered(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize("rows", [[], [("720p", 95.0, 94.1), ("360p", 70.0, 71.5)]])
def test_forecasts_stand_beside_what_was_measured(rows):
    panel = ladder.foretold(rows, finding="F").axes[0]
    drawn = {line.get_label(): list(line.get_xdata()) for line in panel.lines}
    assert drawn["foretold"] == [row[1] for row in rows]
    assert drawn["measured"] == [row[2] for row in rows]
    assert rendered(panel.figure)
