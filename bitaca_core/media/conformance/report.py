"""A report for people and for programs: place, rule, what is there, what was expected, what to do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bitaca_core.media.conformance.findings import RULES, SEVERITIES, Finding, Report

SCHEMA = 2
PACKAGE = "the package is as its package.json describes it"
OWN = {
    "xsd": "the MPD is valid against the given schema",
}


def expectations() -> dict[str, str]:
    """Return what each rule asks for: those of media, and those of strict mode."""
    from bitaca_core.playback import strict

    return (
        {rule.id: rule.says for rule in strict.rules()}
        | {name: rule.says for name, rule in RULES.items()}
        | OWN
    )


def lines(report: Report) -> list[str]:
    """Return the report as text, the most binding rules first; advice is only counted."""
    asked = expectations()
    told = []
    for one in report.findings:
        if one.severity == "note":
            continue
        told.append(f"{one.severity:6} {one.place}: {one.message}")
        told.append(f"       expected: {asked.get(one.rule, PACKAGE)} ({one.rule}, {one.section})")
        if one.do:
            told.append(f"       do: {one.do}")
    told.append(", ".join(f"{report.count(severity)} {severity}" for severity in SEVERITIES))
    return told


def document(folder: str, report: Report) -> dict[str, Any]:
    """Return the report for `--json`."""
    asked = expectations()

    def row(one: Finding) -> dict[str, Any]:
        return asdict(one) | {"expected": asked.get(one.rule, PACKAGE)}

    return {
        "schema": SCHEMA,
        "folder": folder,
        "ok": report.valid,
        "manifests": list(report.manifests),
        "counts": {severity: report.count(severity) for severity in SEVERITIES},
        "findings": [row(one) for one in report.findings],
    }
