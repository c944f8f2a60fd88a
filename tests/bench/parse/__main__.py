"""How fast manifests and media are read, beside the parsers of other players, in one Chromium and one run.

    python -m tests.bench.parse [--samples 31] [--only KEY,...] [--tiny] [--out results.json]

Inputs are generated and the same in each run. Every figure is the median of `samples` measurements after warm-up; a
cold figure is the median over fresh browser contexts. Both sides of a row must find the same number of segments, or
the run fails: a row compares equal work. Nothing else fails a run: the table says which bars were reached.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bitaca_core.errors import BitacaError
from bitaca_core.playback import assets
from tests.bench.parse.browser import chromium, fresh, heap_bytes, made, renderers_cpu_s, serving
from tests.bench.parse.rivals import NotInstalled, require
from tests.bench.parse.rows import ROWS, Bar, Row

ROOT = Path(__file__).resolve().parents[3]
WARMUPS = 12
#: The finest step of an isolated page's clock; a sample of many runs tells that much less of each.
CLOCK_MS = 0.005


class UnequalWork(RuntimeError):
    """Two sides of a row did not find the same segments."""


def summary(times: list[float], cpu_ms: float | None = None) -> dict[str, float]:
    """Return median and spread of milliseconds, with the mean processor time where it was counted."""
    quarters = statistics.quantiles(times, n=4) if len(times) > 1 else [times[0]] * 3
    found = {"ms": statistics.median(times), "q1_ms": quarters[0], "q3_ms": quarters[2], "n": len(times)}
    return found if cpu_ms is None else found | {"cpu_ms": cpu_ms}


def warm(browser: Any, address: str, row: Row, side: str, size: int, samples: int) -> dict[str, Any]:
    """Measure one side of a row in a page of its own."""
    rounds = samples + WARMUPS
    with fresh(browser, address, "bench", "bench") as tab:
        count = tab.evaluate(
            "([row, side, size, rounds]) => bench.prepare(row, side, size, rounds)",
            [row.task, side, size, rounds],
        )
        before = renderers_cpu_s(browser)
        timed = tab.evaluate("(options) => bench.measure(options)", {"samples": samples, "warmups": WARMUPS})
        spent = renderers_cpu_s(browser) - before
    found = summary(timed["times"], 1000 * spent / timed["runs"])
    found |= {"repeats": timed["repeats"], "count": timed["count"] or count}
    return found | (timed["detail"] or {})


def cold(browser: Any, address: str, row: Row, side: str, size: int, samples: int) -> dict[str, Any]:
    """Measure the first parse of fresh contexts."""
    function = "coldOurs" if side == "ours" else "coldHls"
    found = []
    for _ in range(samples):
        with fresh(browser, address, "cold", function) as tab:
            found.append(tab.evaluate(f"(input) => {function}(input)", f"/input/{row.task}/{size}"))
    start = statistics.median(one["startMs"] for one in found)
    return summary([one["ms"] for one in found]) | {"start_ms": start, "count": found[0]["count"]}


def lookup(browser: Any, address: str, row: Row, size: int, samples: int) -> dict[str, Any]:
    """Measure one lookup among many segments and among few."""
    per_ns = {}
    for segments in (max(1, size // 100), size):
        many = warm(browser, address, row, "ours", segments, samples)
        per_ns[segments] = many["ms"] * 1e6 / 1000
    few, most = per_ns.values()
    return {
        "ns_per_lookup": most,
        "ns_per_lookup_few": few,
        "growth_1000_to_100000": most / few,
        "n": samples,
        "count": size,
    }


def memory(browser: Any, address: str, row: Row, side: str, size: int) -> dict[str, Any]:
    """Return what a parsed playlist keeps."""
    with fresh(browser, address, "bench", "bench") as tab:
        if side == "ours":
            held = tab.evaluate("([name, size]) => bench.hold('ours', name, size)", [row.task, size])
            index = max(0, held["again"] - held["text"])
            return {
                "bytes": held["wasm"],
                "bytes_per_segment": index / size,
                "text_bytes": held["text"],
                "wasm_memory_bytes": held["all"],
                "count": held["count"],
            }
        tab.evaluate("([name, size]) => bench.hold('hls.js', name, size)", [row.task, size])
        before = heap_bytes(tab)
        count = tab.evaluate("() => bench.grow(false)")
        plain = heap_bytes(tab) - before
    with fresh(browser, address, "bench", "bench") as tab:
        tab.evaluate("([name, size]) => bench.hold('hls.js', name, size)", [row.task, size])
        before = heap_bytes(tab)
        tab.evaluate("() => bench.grow(true)")
        resolved = heap_bytes(tab) - before
    return {"bytes": plain, "bytes_with_urls": resolved, "bytes_per_segment": plain / size, "count": count}


def measure(browser: Any, address: str, row: Row, size: int, samples: int) -> dict[str, dict[str, Any]]:
    """Return the figures of every side of a row.

    Raises
    ------
    UnequalWork
        The sides found different numbers of segments.
    """
    sides: dict[str, dict[str, Any]] = {}
    for side in ("ours", *row.rivals):
        if row.kind == "lookup":
            sides[side] = lookup(browser, address, row, size, samples)
        elif row.kind == "memory":
            sides[side] = memory(browser, address, row, side, size)
        else:
            timing = cold if row.kind == "cold" else warm
            sides[side] = timing(browser, address, row, side, size, samples)
    counts = {side: figures["count"] for side, figures in sides.items()}
    if len(set(counts.values())) > 1:
        raise UnequalWork(f"{row.key}: {counts}")
    return sides


def judged(bar: Bar, sides: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what a bar asks, what was found, and whether it was reached."""
    ours = sides["ours"]
    if bar.against is None:
        value = ours[bar.figure]
        return {
            "figure": bar.figure,
            "at_most": bar.limit,
            "stretch": bar.stretch,
            "value": value,
            "reached": value <= bar.limit,
            "stretch_reached": None if bar.stretch is None else value <= bar.stretch,
        }
    rival = sides[bar.against]
    value = rival["ms"] / max(ours["ms"], CLOCK_MS / ours.get("repeats", 1))
    found = {
        "against": bar.against,
        "at_least": bar.limit,
        "stretch": bar.stretch,
        "value": value,
        "reached": value >= bar.limit,
        "stretch_reached": None if bar.stretch is None else value >= bar.stretch,
    }
    if "cpu_ms" in ours and "cpu_ms" in rival:
        found["cpu_ratio"] = rival["cpu_ms"] / max(ours["cpu_ms"], 1e-9)
    return found


def wasmtime_row(samples: int, size: int, v8_ms: float | None) -> dict[str, Any]:
    """Measure the same parse through wasmtime in Python, the copy included."""
    from bitaca_core.playback.core import PlayerCore

    core, data = PlayerCore(), made("plain", size)
    url = core.put(b"https://media.example/show/p.m3u8")
    times, count = [], 0
    for at in range(WARMUPS + samples):
        begin = time.perf_counter()
        body = core.put(data)
        handle = core.call("manifest_parse", *body, *url, float("nan"))
        core.call("free", *body)
        if at >= WARMUPS:
            times.append((time.perf_counter() - begin) * 1000)
        count = core.call("manifest_segments", handle, 0)
        core.call("manifest_free", handle)
    ours = summary(times) | {"count": count}
    row: dict[str, Any] = {
        "key": "wasmtime",
        "title": f"the playlist of {size:,} segments through wasmtime in Python",
        "size": size,
        "sides": {"wasmtime": ours},
        "bars": [],
    }
    if v8_ms is not None:
        value = ours["ms"] / v8_ms
        row["bars"] = [
            {
                "figure": "times V8",
                "at_most": 2,
                "stretch": None,
                "value": value,
                "reached": value <= 2,
                "stretch_reached": None,
            }
        ]
    return row


def size_rows() -> list[dict[str, Any]]:
    """Return the sizes of the files that viewers wait for."""
    import brotli

    rows = []
    for name in ("player.wasm", "extras.wasm"):
        try:
            data = assets.path(name).read_bytes()
        except (OSError, BitacaError):
            continue
        value = len(brotli.compress(data))
        bar = {
            "figure": "brotli_bytes",
            "at_most": 60_000,
            "stretch": 45_000,
            "value": value,
            "reached": value <= 60_000,
            "stretch_reached": value <= 45_000,
        }
        sides = {"ours": {"brotli_bytes": value, "bytes": len(data)}}
        if name == "player.wasm":
            # What is fetched behind it, after the start.
            rest = assets.path("player-rest.wasm").read_bytes()
            sides["behind it"] = {"brotli_bytes": len(brotli.compress(rest)), "bytes": len(rest)}
        rows.append({"key": name, "title": f"{name}, brotli", "sides": sides, "bars": [bar]})
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as lines for a terminal."""
    lines = []
    for row in rows:
        lines.append(row["title"])
        for side, figures in row["sides"].items():
            shown = "  ".join(
                f"{name} {shorten(value)}" for name, value in figures.items() if value is not None
            )
            lines.append(f"    {side:<14}{shown}")
        for bar in row["bars"]:
            asked = f"{bar['against']} / ours" if "against" in bar else bar["figure"]
            bound = f">= {bar['at_least']}" if "at_least" in bar else f"<= {bar['at_most']:g}"
            stretch = "" if bar["stretch"] is None else f" (stretch {bar['stretch']:g}"
            stretch += "" if bar["stretch"] is None else (" reached)" if bar["stretch_reached"] else ")")
            processor_time = f"; {shorten(bar['cpu_ratio'])} of processor time" if "cpu_ratio" in bar else ""
            verdict = "reached" if bar["reached"] else "MISSED"
            lines.append(
                f"    {verdict:<14}{asked} = {shorten(bar['value'])}, {bound}{stretch}{processor_time}"
            )
    return "\n".join(lines)


def shorten(value: Any) -> str:
    """Return a number with four figures that count."""
    return (
        f"{value:,.4g}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def versions(browser: Any) -> dict[str, Any]:
    """Return what the figures depend on."""
    lock = json.loads((ROOT / "player/web/package-lock.json").read_text())["packages"]
    rivals = ("hls.js", "dashjs", "shaka-player", "rx-player", "mp4box")
    return {
        "chromium": browser.version,
        "python": platform.python_version(),
        "rivals": {name: lock[f"node_modules/{name}"]["version"] for name in rivals},
        "cores": os.cpu_count(),
        "processor": processor(),
    }


def processor() -> str:
    """Return the processor's own name."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def run(only: set[str], samples: int, *, tiny: bool) -> dict[str, Any]:
    """Measure the rows whose keys are in `only` (all where it is empty)."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="bitaca-parse-") as folder, serving(Path(folder)) as address:
        load_before = os.getloadavg()
        with chromium() as browser:
            about = versions(browser)
            for row in ROWS:
                if only and row.key not in only:
                    continue
                size = row.tiny if tiny else row.size
                sides = measure(browser, address, row, size, samples)
                rows.append(
                    {
                        "key": row.key,
                        "title": row.title,
                        "size": size,
                        "note": row.note,
                        "sides": sides,
                        "bars": [judged(bar, sides) for bar in row.bars],
                    }
                )
                print(table(rows[-1:]), flush=True)
    if not only or "wasmtime" in only:
        v8 = next((row["sides"]["ours"]["ms"] for row in rows if row["key"] == "hls-plain"), None)
        rows.append(wasmtime_row(samples, 40 if tiny else 10_000, v8))
        print(table(rows[-1:]), flush=True)
    if not only or "sizes" in only:
        rows += size_rows()
        print(table(rows[-2:]), flush=True)
    return {
        "bench": "parse",
        **about,
        "samples": samples,
        "load_before": load_before,
        "load_after": os.getloadavg(),
        "rows": rows,
    }


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=31)
    parser.add_argument("--only", default="", help="keys of rows, with commas between")
    parser.add_argument(
        "--tiny", action="store_true", help="small inputs: the way is tried, nothing is measured"
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.samples < 1:
        parser.error(f"--samples {options.samples}: at least one measurement makes a figure")
    only = {key for key in options.only.split(",") if key}
    known = {row.key for row in ROWS} | {"wasmtime", "sizes"}
    if only - known:
        parser.error(f"--only {','.join(sorted(only - known))}: one of {', '.join(sorted(known))}")
    try:
        require(ROOT / "player/web")
    except NotInstalled as error:
        print(f"bench parse: {error}", file=sys.stderr)
        return 1
    results = run(only, options.samples, tiny=options.tiny)
    missed = [row["key"] for row in results["rows"] for bar in row["bars"] if not bar["reached"]]
    print(f"bars missed: {', '.join(missed) or 'none'}")
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
