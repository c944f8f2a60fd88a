"""What came of a crowd, beside its bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

BARS = {
    "cards_ms": {2000: {"p95": 100.0, "p99": 250.0}, 1000: {"p95": 50.0, "p99": 100.0}},
    "first_frame_ms_p95": 100.0,  # with a model that is down, slow or lies
    "kb_a_socket": 40.0,
    "turn_ms": {"without_embedding_ms": {"p50": 2.0, "p99": 5.0}, "with_embedding_ms": {"p50": 10.0}},
}

SLOW_TOLD = 20


def percentiles(values: Sequence[float], digits: int = 1) -> dict[str, float] | None:
    """Return p50, p95, p99 and the largest (nearest rank); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(
            ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))], digits
        )

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": round(ordered[-1], digits)}


def joined(tallies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one tally of all processes'."""
    frames, failures = Counter[str](), Counter[str]()
    slow: dict[int, float] = {}
    for one in tallies:
        for second, ms in one["slow"].items():  # keys of JSON are text
            slow[int(second)] = round(max(ms, slow.get(int(second), 0.0)))
        frames.update(one["frames"])
        failures.update(one["failures"])
    return {
        "messages": sum(one["sent"] for one in tallies),
        "opened": sum(one["opened"] for one in tallies),
        "answered": sum(len(one["done_ms"]) for one in tallies),
        "cards_ms": percentiles([ms for one in tallies for ms in one["cards_ms"]]),
        "cards_ms_after_the_first_minute": percentiles([ms for one in tallies for ms in one["settled_ms"]]),
        "done_ms": percentiles([ms for one in tallies for ms in one["done_ms"]]),
        "slow_seconds": {
            "count": len(slow),
            "worst": dict(sorted(slow.items(), key=lambda one: -one[1])[:SLOW_TOLD]),
        },
        "late_ms": percentiles([ms for one in tallies for ms in one["late_ms"]]),
        "frames": dict(frames),
        "received_mb": round(sum(one["received_bytes"] for one in tallies) / 2**20, 1),
        "crowd_cpu_s": round(sum(one["resources"].get("cpu_s", 0.0) for one in tallies), 2),
        "failures": dict(failures),
        "problems": [said for one in tallies for said in one["problems"]][:5],
    }


def bar_of(viewers: int, mood: str | None) -> dict[str, float] | None:
    """Return the bar of a run of this size; None where none was set."""
    if mood is not None:
        return {"p95": BARS["first_frame_ms_p95"]}  # type: ignore[dict-item]
    sizes: dict[int, dict[str, float]] = BARS["cards_ms"]  # type: ignore[assignment]
    return next((sizes[size] for size in sorted(sizes) if viewers <= size), None)


def held(cards_ms: dict[str, float] | None, bar: dict[str, float] | None) -> bool | None:
    """Return whether every percentile is below its bar."""
    if cards_ms is None or bar is None:
        return None
    return all(cards_ms[name] < most for name, most in bar.items())


def rows(runs: dict[str, dict[str, Any]]) -> list[str]:
    """Return a line for each figure that has a bar: what, found, bar, whether it holds, failures, the machine's load."""
    found = []
    for name, run in runs.items():
        load = run.get("load_average", {})
        noise = f"load {load.get('before', '-')} to {load.get('after', '-')}"
        if run["kind"] == "idle":
            measured, bar, holds = run["kb_a_socket"]["uss"], run["bar_kb"], run["held"]
        elif run["kind"] == "turns":
            for part, bar in BARS["turn_ms"].items():  # type: ignore[attr-defined]
                holds = held(run[part], bar)
                found.append(_row(f"{name}, {part}", run[part], bar, holds, {}, noise))
            continue
        else:
            measured, bar, holds = run["cards_ms"], run["bar"], run["held"]
        found.append(_row(name, measured, bar, holds, run["failures"], noise))
    return found


def _row(name: str, measured: Any, bar: Any, holds: bool | None, failures: dict[str, int], noise: str) -> str:
    verdict = "no bar" if holds is None else "holds" if holds else "MISSED"
    return f"{name}: {measured} (bar {bar}) {verdict}; failures {failures or 'none'}; {noise}"
