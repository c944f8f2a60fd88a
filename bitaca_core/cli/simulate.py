"""`bitaca simulate`: the player's bitrate rules over network traces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from bitaca_core.errors import InputError

GENERATED_TRACES = 20


def simulate(
    traces: Annotated[
        Path | None,
        typer.Option(help="trace file or folder (JSON periods); generated ones where not given"),
    ] = None,
    ladder: Annotated[
        Path | None,
        typer.Option(help="movie JSON or package.json; a generated one where not given"),
    ] = None,
    rule: Annotated[str, typer.Option(help="rules by name, separated by commas")] = "throughput,bola",
    buffer_s: Annotated[
        float,
        typer.Option(
            "--buffer-s",
            min=1,
            max=3600,
            help="buffer goal: a segment is asked for once no more than this is buffered",
        ),
    ] = 25.0,
    model: Annotated[Literal["chunk"], typer.Option(help="chunk: one download after the other")] = "chunk",
    setting: Annotated[
        list[str] | None, typer.Option("-s", help="rule.name=value, e.g. bola.minimum_buffer_us=8e6")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="of generated traces and ladder")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="print the rows as one JSON object")] = False,
) -> None:
    """Replay bitrate rules over network traces: QoE, stalls, switches, and the best that was possible."""
    from bitaca_core.playback import movie as movies
    from bitaca_core.playback import traces as networks
    from bitaca_core.playback.simulate import check_rules
    from bitaca_core.playback.simulate import simulate as run

    rules = check_rules([name.strip() for name in rule.split(",") if name.strip()])
    settings = parse_settings(setting or [], rules)
    found = networks.load(traces) if traces else networks.generate(seed, GENERATED_TRACES)
    film = movies.load(ladder) if ladder else movies.generate(seed)
    rows = run(found, film, rules, buffer_s=buffer_s, settings=settings)
    if as_json:
        document = {"schema": 1, "model": model, "movie": film.name, "rows": [row.to_dict() for row in rows]}
        print(json.dumps(document, ensure_ascii=False))
        return
    print(
        f"{film.name}: {film.duration_s:.0f} s, {film.rungs} rungs; {len(found)} traces; buffer {buffer_s:g} s"
    )
    print("rule         QoE/seg  of best  start s  stall s  stalls  switches   Mbit/s  wasted MB")
    for name in rules:
        mine = [row for row in rows if row.rule == name]
        count = len(mine)
        print(
            f"{name:12} {sum(row.qoe_lin for row in mine) / count / film.segments:7.3f}"
            f"  {_share(sum(row.qoe_lin for row in mine), sum(row.optimum_qoe_lin for row in mine)):>7}"
            f"  {sum(row.startup_s for row in mine) / count:7.2f}  {sum(row.stall_s for row in mine) / count:7.2f}"
            f"  {sum(row.stalls for row in mine) / count:6.2f}  {sum(row.switches for row in mine) / count:8.1f}"
            f"  {sum(row.mean_mbps for row in mine) / count:7.3f}"
            f"  {sum(row.wasted_bytes for row in mine) / 1e6:9.1f}"
        )
    print("means over traces; QoE is qoe_lin a segment, `of best` its share of the clairvoyant optimum")


def _share(found: float, best: float) -> str:
    return f"{100 * found / best:.1f} %" if best > 0 and found > 0 else "-"


def parse_settings(texts: list[str], rules: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Read `rule.name=value` texts.

    Raises
    ------
    InputError
        One of them has another form, or names a rule that is not played.
    """
    settings: dict[str, dict[str, float]] = {}
    for text in texts:
        name, _, value = text.partition("=")
        rule, _, key = name.partition(".")
        try:
            number = float(value)
        except ValueError as error:
            raise InputError(f"expected rule.name=value, got {text!r}") from error
        if rule not in rules or not key.isidentifier():
            raise InputError(f"expected rule.name=value of {', '.join(rules)}, got {text!r}")
        settings.setdefault(rule, {})[key] = number
    return settings
