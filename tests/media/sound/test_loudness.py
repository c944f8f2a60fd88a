"""What is done about loudness: a gain, a limiter only where it is needed, and another try where the result is off."""

from __future__ import annotations

import pytest

from bitaca_core.media.sound.loudness import (
    MAX_GAIN_DB,
    Level,
    Loudness,
    corrected,
    expected,
    fault,
    level_for,
    needs_a_look,
    read_summaries,
)

SAID = """[out#0/null @ 0x1] some other words
[ebur128@s0c2 @ 0x7f81] Summary:

  Integrated loudness:
    I:         -21.4 LUFS
    Threshold: -31.9 LUFS

  Loudness range:
    LRA:         9.6 LU

  True peak:
    Peak:       -3.9 dBFS
[ebur128@s1c6 @ 0x7f82] Summary:

  Integrated loudness:
    I:         -70.0 LUFS
    Threshold:   0.0 LUFS

  True peak:
    Peak:        -inf dBFS
"""


def test_what_ffmpeg_says_is_read_by_name_and_silence_is_none() -> None:
    told = read_summaries(SAID)
    assert told == {"s0c2": Loudness(-21.4, -3.9), "s1c6": Loudness(None, None)}
    assert (told["s0c2"].silent, told["s1c6"].silent) == (False, True)
    assert read_summaries("no summary here") == {}


@pytest.mark.parametrize(
    ("loud", "peak", "gain", "limited"),
    [
        (-23.0, -12.0, 7.0, False),
        (-23.0, -6.0, 7.0, True),
        (-9.0, 0.5, -7.0, False),
        (-16.0, -0.2, 0.0, True),
        (-60.0, -40.0, MAX_GAIN_DB, False),
        (-46.1, -30.0, MAX_GAIN_DB, True),
    ],
)  # fmt: skip
def test_one_gain_and_a_limiter_only_where_peaks_come_near(
    loud: float, peak: float, gain: float, limited: bool
) -> None:
    level = level_for(Loudness(loud, peak))
    assert (level.gain_db, level.ceiling_db is not None) == (gain, limited)
    after = expected(Loudness(loud, peak), level)
    assert after.integrated_lufs == pytest.approx(loud + gain)
    assert after.true_peak_db is not None and after.true_peak_db <= -1.5 + 1e-9


def test_silence_stays_what_it_is() -> None:
    silence = Loudness(None, None)
    assert level_for(silence) == Level(0.0)
    assert expected(silence, Level(0.0)) == silence
    assert not needs_a_look(silence, Level(0.0))
    assert corrected(Level(0.0), silence) is None and fault(Level(0.0), silence) is None


def test_only_what_comes_near_to_the_limit_is_measured_again() -> None:
    assert not needs_a_look(Loudness(-23.0, -20.0), Level(7.0))
    assert needs_a_look(Loudness(-23.0, -10.9), Level(7.0))
    assert needs_a_look(Loudness(-23.0, -6.0), Level(7.0, -1.3))


def test_a_result_is_corrected_until_it_is_right() -> None:
    assert corrected(Level(7.0, -1.3), Loudness(-16.2, -1.1)) is None
    # coding passed the limit: peaks are held as much lower, and a little more
    assert corrected(Level(7.0, -1.3), Loudness(-16.2, -0.6)) == Level(7.0, -2.0)
    assert corrected(Level(-7.0), Loudness(-16.0, -0.8)) == Level(-7.0, -1.95)
    # limiting took loudness away
    assert corrected(Level(12.0, -1.3), Loudness(-16.8, -1.2)) == Level(12.8, -1.3)
    # more gain may bring peaks to the limit where there was no limiter
    assert corrected(Level(7.0), Loudness(-16.6, -1.5)) == Level(7.6, -1.5)
    # the gain has an end
    assert corrected(Level(MAX_GAIN_DB, -1.3), Loudness(-20.0, -1.2)) is None


def test_what_stays_wrong_is_told() -> None:
    assert fault(Level(3.0), Loudness(-16.4, -1.0)) is None
    assert "quiet" in str(fault(Level(MAX_GAIN_DB), Loudness(-31.0, -14.0)))
    assert "loudness" in str(fault(Level(3.0), Loudness(-17.0, -1.2)))
    assert "peaks" in str(fault(Level(3.0), Loudness(-16.0, -0.9)))
