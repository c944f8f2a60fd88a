"""`bitaca manifest`: what the player makes of a playlist or MPD, and what a file owes to its standard."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bitaca_core.errors import InputError, ManifestError

SHOWN_SEGMENTS = 8
STRICT_SCHEMA = 1


def manifest(
    file: Annotated[Path, typer.Argument(help="a playlist (.m3u8) or an MPD", metavar="FILE")],
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="the address that relative URLs start from")
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="wall clock for a dynamic MPD, as 2026-01-31T12:00:00Z")
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="check it, and the playlists beside it, against the rules of the standard"
        ),
    ] = False,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="OLD", help="an earlier version, for the rules of updates"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="the whole model, or all findings, as JSON")
    ] = False,
) -> None:
    """Parse a playlist or MPD with the player's own core, or check it (exit 1 where a MUST is broken)."""
    if strict:
        return check(file, base_url, previous, as_json)
    if previous is not None:
        raise InputError("--previous needs --strict", kind="usage", hint="Add --strict")
    from bitaca_core.playback.manifest import describe

    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=file) from error
    try:
        document = describe(data, base_url if base_url is not None else file.name, now=moment(now))
    except ManifestError as error:
        error.file = str(file)
        raise
    print(json.dumps(document, ensure_ascii=False, indent=2) if as_json else table(document))


def check(file: Path, base_url: str | None, previous: Path | None, as_json: bool) -> None:
    """Print what a file breaks; exit with 1 where it is not valid."""
    from bitaca_core.playback import strict

    report = strict.check_file(file, name=base_url, previous=previous)
    counts = {severity: report.count(severity) for severity in strict.SEVERITIES}
    if as_json:
        document = {
            "schema": STRICT_SCHEMA,
            "file": str(file),
            "valid": report.valid,
            "counts": counts,
            "unchecked": list(report.missing),
            "findings": [asdict(one) for one in report.findings],
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for one in report.findings:
            print(
                f"{one.file}:{one.line}:{one.column} {one.severity} {one.rule} [{one.section}] {one.message}"
            )
        for reference in report.missing:
            print(f"not checked, because it is not at hand: {reference}")
        told = ", ".join(f"{count} {severity}" for severity, count in counts.items())
        print(f"{file.name}: {'valid' if report.valid else 'not valid'} ({told})")
    if not report.valid:
        raise typer.Exit(1)


def moment(text: str | None) -> datetime | None:
    """Read `--now`."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"--now {text!r} is not a date and time", hint="Write 2026-01-31T12:00:00Z"
        ) from error


def table(document: dict[str, Any]) -> str:
    """Return the document for a person: a head line, a row for each rendition or segment, warnings."""
    lines = [head(document)]
    for one in document["representations"]:
        size = f"{one['width']}x{one['height']}" if one["width"] else "-"
        rate = f"{one['bandwidth_bps'] / 1000:.0f} kbit/s" if one["bandwidth_bps"] else "-"
        count = f"{one['segments']['count']} segments" if one["segments"] else one["uri"] or "-"
        name = one["language"] or one["name"] or ""
        lines.append(
            f"  {one['type']:<6} {one['id'] or '-':<24} {size:>10} {rate:>14} "
            f"{one['codecs'] or '-':<28} {name:<8} {count}"
        )
    segments = document["segments"]
    for one in segments[:SHOWN_SEGMENTS]:
        marks = "".join(f" {name}" for name in ("discontinuity", "gap") if one[name])
        lines.append(
            f"  {one['start_us'] / 1e6:>12.3f} s {one['duration_us'] / 1e6:>9.3f} s  {one['uri']}{marks}"
        )
    if len(segments) > SHOWN_SEGMENTS:
        lines.append(f"  … and {len(segments) - SHOWN_SEGMENTS} more segments")
    for one in document["warnings"]:
        lines.append(f"  warning {one['line']}:{one['column']} {one['message']}")
    return "\n".join(lines)


def head(document: dict[str, Any]) -> str:
    """Return the first line: kind, length, liveness, counts."""
    length = "unknown length" if document["duration_us"] is None else f"{document['duration_us'] / 1e6:.3f} s"
    state = "live" if document["dynamic"] else "complete"
    counts = (
        f"{len(document['segments'])} segments"
        if document["kind"] == "hls-media"
        else f"{len(document['representations'])} representations"
    )
    return f"{document['kind']}: {length}, {state}, {counts}"
