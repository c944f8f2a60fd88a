#!/usr/bin/env python3
"""Prove that the session acts on each tag, attribute and element that `acted-on.tsv` lists.

Every row names a handler and a test of the core. The test must pass, and must fail once the handler
is switched off (the name counts as unknown then, see `scan/src/switch.rs`): a test that does not
depend on its handler is found out. The result is `ACTED_ON.md`.

    python player/acted_on.py            prove all rows and write the table
    python player/acted_on.py --check    prove all rows and compare the table with the committed one
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PLAYER = Path(__file__).resolve().parent
ROWS = PLAYER / "acted-on.tsv"
TABLE = PLAYER / "ACTED_ON.md"
#: RFC 8216bis 4.4: every tag that a player must act on.
TAGS = tuple(
    """EXTM3U EXT-X-VERSION EXTINF EXT-X-BYTERANGE EXT-X-DISCONTINUITY EXT-X-KEY EXT-X-MAP
EXT-X-PROGRAM-DATE-TIME EXT-X-GAP EXT-X-BITRATE EXT-X-PART EXT-X-TARGETDURATION EXT-X-MEDIA-SEQUENCE
EXT-X-DISCONTINUITY-SEQUENCE EXT-X-ENDLIST EXT-X-PLAYLIST-TYPE EXT-X-I-FRAMES-ONLY EXT-X-PART-INF
EXT-X-SERVER-CONTROL EXT-X-DATERANGE EXT-X-SKIP EXT-X-PRELOAD-HINT EXT-X-RENDITION-REPORT EXT-X-MEDIA
EXT-X-STREAM-INF EXT-X-I-FRAME-STREAM-INF EXT-X-SESSION-DATA EXT-X-SESSION-KEY EXT-X-CONTENT-STEERING
EXT-X-INDEPENDENT-SEGMENTS EXT-X-START EXT-X-DEFINE""".split()  # noqa: SIM905
)
HEAD = """# What the session acts on

Each row was proved: its test passes, and fails once the handler is switched off, so that the name counts as
unknown. `python player/acted_on.py` proves all rows again and writes this table from `acted-on.tsv`;
`make test-dev` fails where the two differ.
"""


@dataclass(frozen=True)
class Row:
    """A handler and the test that depends on it."""

    format: str
    handler: str
    test: str

    @property
    def name(self) -> str:
        """What is switched off: a value behind `=`, an attribute behind `@`, or the tag or element itself."""
        last = self.handler.rsplit("@", 1)[-1]
        last = last.split("=", 1)[1] if "=" in last and not last.startswith("http") else last
        return last.removeprefix("EXT") if self.format == "hls" and last == self.handler else last


def rows() -> list[Row]:
    """Return the rows of the list; a row that stands twice is an error."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        found = [
            Row(one["format"], one["handler"], one["test"]) for one in csv.DictReader(file, delimiter="\t")
        ]
    doubles = {
        row.handler
        for row in found
        if [(r.format, r.handler) for r in found].count((row.format, row.handler)) > 1
    }
    if doubles:
        sys.exit(f"{ROWS.name}: listed twice: {', '.join(sorted(doubles))}")
    return found


def build() -> Path:
    """Compile the core's tests with the switch; return the program."""
    command = ["cargo", "test", "-p", "bitaca-player-core", "--lib", "--features", "switch", "--no-run"]
    command += ["--target-dir", str(PLAYER / "target/switch"), "--message-format=json", "--quiet"]
    done = subprocess.run(command, cwd=PLAYER, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the tests do not compile:\n{done.stderr}")
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    programs = [
        one["executable"]
        for one in messages
        if one.get("executable") and one["target"]["name"] == "bitaca_player_core"
    ]
    return Path(programs[-1])


def passes(program: Path, test: str, off: str) -> bool | None:
    """Whether a test passes with a name switched off; None where there is no such test."""
    environment = {**os.environ, "BITACA_SWITCH_OFF": off, "RUST_BACKTRACE": "0"}
    done = subprocess.run(
        [str(program), "--exact", test],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if "running 1 test" not in done.stdout:
        return None
    return done.returncode == 0


def judge(program: Path, row: Row) -> str:
    """Return what is wrong with a row; nothing where it is proved."""
    match passes(program, row.test, ""):
        case None:
            return f"{row.handler}: there is no test {row.test}"
        case False:
            return f"{row.handler}: {row.test} fails by itself"
    if passes(program, row.test, row.name):
        return f"{row.handler}: {row.test} passes although {row.name!r} is switched off"
    return ""


def table(proved: list[Row]) -> str:
    """Return the committed table."""
    parts = [HEAD]
    for format, title in (("hls", "HLS"), ("dash", "DASH"), ("isobmff", "ISO BMFF")):
        mine = sorted((row for row in proved if row.format == format), key=lambda row: row.handler)
        if mine:
            parts.append(f"\n## {title}\n\n| handler | test that fails without it |\n|---|---|\n")
            parts += [f"| `{row.handler}` | `{row.test}` |\n" for row in mine]
    return "".join(parts)


def main() -> None:
    """Prove all rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare with the committed table")
    check = parser.parse_args().check
    listed = rows()
    missing = [tag for tag in TAGS if all(row.handler.split("@")[0] != tag for row in listed)]
    whole = {row.handler for row in listed}
    missing = sorted({*missing, *(tag for tag in TAGS if tag not in whole)})
    program = build()
    # A handler that does not exist leaves its test alone: the proof itself can fail.
    witness = Row("hls", "EXT-X-NO-SUCH-TAG", listed[0].test)
    if "passes although" not in judge(program, witness):
        sys.exit("the proof does not notice a handler that no test depends on")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [fault for fault in pool.map(lambda row: judge(program, row), listed) if fault]
    faults += [f"{tag}: no test is listed" for tag in missing]
    if faults:
        sys.exit("\n".join([f"{len(faults)} of {len(listed)} rows are not proved:", *faults]))
    text = table(listed)
    if check and TABLE.read_text(encoding="utf-8") != text:
        sys.exit(f"{TABLE.name} is not what {ROWS.name} makes: run python player/acted_on.py and commit it")
    if not check:
        TABLE.write_text(text, encoding="utf-8")
    print(f"{len(listed)} rows proved: each test fails without its handler")


if __name__ == "__main__":
    main()
