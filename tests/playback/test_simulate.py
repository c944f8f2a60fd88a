"""Rows of simulated sessions, the optimum above them, and the command line around them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from bitaca_core.cli.simulate import parse_settings
from bitaca_core.cli.simulate import simulate as command
from bitaca_core.errors import InputError
from bitaca_core.playback import lab, movie
from bitaca_core.playback.simulate import check_rules, config_sha256, exceeds, sabre_score, simulate
from bitaca_core.playback.traces import Trace, generate

COLUMNS = [
    "trace", "rule", "config_sha256", "qoe_lin", "qoe_log", "sabre_score", "optimum_qoe_lin", "startup_s",
    "stall_s", "watch_s", "stalls", "switches", "mean_abs_change_mbps", "mean_mbps", "wasted_bytes",
]  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return simulate(generate(5, 6, length_s=120), movie.generate(5, segments=25))


def test_a_row_for_every_trace_and_rule_with_the_columns_of_the_contract(rows):
    assert len(rows) == 12
    assert list(rows[0].to_dict()) == COLUMNS
    assert [row.rule for row in rows[:2]] == list(lab.RULES)


class Shortsighted(lab.Lab):
    """A laboratory whose search finds nothing good."""

    def optimum(self, trace, movie, *, buffer_s=25.0):
        return -1e6


def test_the_optimum_is_the_searchs_own_whatever_the_rules_do():
    traces, played = generate(5, 2, length_s=120), movie.generate(5, segments=25)
    for row in simulate(traces, played, lab=Shortsighted()):
        assert row.optimum_qoe_lin == -1e6
        assert exceeds(row, played.segments), "such a search would be found out"
    found = simulate(traces, played, buffer_s=8.0)
    laboratory = lab.Lab()
    searched = [laboratory.optimum(trace, played, buffer_s=8.0) for trace in traces for _ in lab.RULES]
    assert [row.optimum_qoe_lin for row in found] == searched


@pytest.mark.parametrize("buffer_s", [4.0, 8.0, 25.0])
def test_no_rule_beats_one_that_knows_the_future(buffer_s):
    played = movie.generate(6, segments=40)
    for row in simulate(generate(6, 8, length_s=200), played, buffer_s=buffer_s):
        assert not exceeds(row, played.segments)


def test_waiting_is_told_apart(rows):
    for row in rows:
        assert row.watch_s == pytest.approx(100)
        assert row.startup_s > 0
        assert (row.stall_s > 0) == (row.stalls > 0)


def test_measures_of_a_worked_session():
    played = movie.Movie(
        "flat", np.array([500, 1000]), np.full(2, 4_000_000), np.array([[2_000_000, 4_000_000]] * 2)
    )
    # No sample yet: 1.5 Mbit/s are assumed, of which 90 % carry the upper rung. 4 Mbit at 1 Mbit/s take
    # 4 s; then 0.9 Mbit/s carry the lower one, 2 Mbit in 2 s. Start-up 4 s, no stall, end at 12 s.
    line = Trace("line", *(np.array([value]) for value in (1000, 1000, 0)))
    (row,) = simulate([line], played, "throughput")
    assert (row.startup_s, row.stall_s, row.switches) == (4.0, 0.0, 1)
    assert row.qoe_lin == pytest.approx(1.0 + 0.5 - 0.5 - 4.3 * 4)
    assert row.qoe_log == pytest.approx(np.log(2) - np.log(2) - 2.66 * 4)
    assert row.sabre_score == pytest.approx(np.log(2) * 4 / 12)
    assert (row.mean_mbps, row.mean_abs_change_mbps) == pytest.approx((0.75, 0.5))
    # Lowest rung throughout: two seconds of start-up, nothing else lost.
    assert row.optimum_qoe_lin == pytest.approx(0.5 + 0.5 - 4.3 * 2)


def test_sabres_score_takes_five_for_a_stalled_segment_length():
    played = movie.Movie("flat", np.array([500]), np.full(3, 4_000_000), np.full((3, 1), 2_000_000))
    line = Trace("slow", *(np.array([value]) for value in (1000, 400, 0)))
    session = lab.Lab().play(line, played, "bola")
    assert sabre_score(session, played) == pytest.approx(-5 * (2 / 4) * 4 / 19)


def test_a_configuration_has_one_name():
    assert config_sha256("bola", 25.0) == config_sha256("bola", 25.0, {})
    names = {config_sha256("bola", 25.0), config_sha256("throughput", 25.0), config_sha256("bola", 20.0),
             config_sha256("bola", 25.0, {"safety": 0.8})}  # fmt: skip
    assert len(names) == 4


def test_unknown_rules_are_refused():
    assert check_rules(["bola", "bola"]) == ("bola",)
    for names in ([], ["bola", "oracle"]):
        with pytest.raises(InputError, match="no such rule"):
            check_rules(names)


def run(*arguments):
    import typer

    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(arguments))


def test_the_command_prints_rows_as_json(tmp_path):
    trace = tmp_path / "mine.json"
    trace.write_text(json.dumps([{"duration_ms": 4000, "bandwidth_kbps": 1500, "latency_ms": 30}]))
    ladder = tmp_path / "ladder.json"
    ladder.write_text(
        json.dumps(
            {
                "segment_duration_ms": 2000,
                "bitrates_kbps": [300, 900],
                "segment_sizes_bits": [[600_000, 1_800_000]] * 5,
            }
        )
    )
    result = run("--traces", str(trace), "--ladder", str(ladder), "--rule", "bola", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert document["schema"] == 1
    assert [list(row) for row in document["rows"]] == [COLUMNS]
    assert document["rows"][0]["trace"] == "mine"


def test_the_command_has_something_to_play_without_any_file():
    result = run()
    assert result.exit_code == 0, result.output
    assert "throughput" in result.output
    assert "bola" in result.output


def test_settings_are_read_or_refused():
    assert parse_settings(["bola.safety=0.8"], ("bola",)) == {"bola": {"safety": 0.8}}
    for text in ("safety=1", "bola.safety=x", "throughput.safety=1", "bola.=1", "bola.safety"):
        with pytest.raises(InputError, match="expected rule"):
            parse_settings([text], ("bola",))
